//! The leaf: the hashed text. Written by hand in canonical order, read back through serde.

use schemas::AuditEvent;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::canonical::Members;
use crate::chain::{LeafHash, Sequence};
use crate::draft::chain::ChainState;
use crate::draft::error::LeafError;

/// The format of today's leaves. Zero says: not final, field protection is still to come.
pub const LEAF_VERSION: u32 = 0;

/// Where the sealed record came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcePosition {
    pub offset: i64,
    pub partition: i32,
}

/// What a chain says of a record that could not be sealed as an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject<'a> {
    pub reason: &'a str,
    pub sha256: &'a str,
}

/// A leaf that was read back.
#[derive(Debug, Clone)]
pub struct Leaf<'a> {
    pub chain: &'a str,
    pub sequence: Sequence,
    pub previous: LeafHash,
    pub source: SourcePosition,
    pub body: Body<'a>,
}

/// What the leaf is about.
#[derive(Debug, Clone)]
pub enum Body<'a> {
    Event { event: Box<AuditEvent<'a>>, level: &'a str },
    Reject(Reject<'a>),
}

/// Appends an event's leaf to `out`.
pub(crate) fn write_event(
    out: &mut Vec<u8>,
    chain: &str,
    state: ChainState,
    source: SourcePosition,
    classified: &phi::Classified<'_>,
) {
    let mut members = Members::open(out);
    members.string("chain", chain);
    write_event_object(members.key("event"), classified.event());
    members.string("level", classified.level().name());
    write_tail(members, state, source, "event");
}

/// Appends a reject's leaf to `out`.
pub(crate) fn write_reject(
    out: &mut Vec<u8>,
    chain: &str,
    state: ChainState,
    source: SourcePosition,
    reject: &Reject<'_>,
) {
    let mut members = Members::open(out);
    members.string("chain", chain);
    write_tail_with(members, state, source, "reject", Some(reject));
}

fn write_tail(members: Members<'_>, state: ChainState, source: SourcePosition, kind: &str) {
    write_tail_with(members, state, source, kind, None);
}

fn write_tail_with(
    mut members: Members<'_>,
    state: ChainState,
    source: SourcePosition,
    kind: &str,
    reject: Option<&Reject<'_>>,
) {
    members.string("prev", state.previous.hex(&mut [0; 64]));
    if let Some(reject) = reject {
        let mut inner = Members::open(members.key("reject"));
        inner.string("reason", reject.reason);
        inner.string("sha256", reject.sha256);
        inner.close();
    }
    members.integer("seq", state.next.0.cast_signed());
    let mut position = Members::open(members.key("source"));
    position.integer("offset", source.offset);
    position.integer("partition", source.partition.into());
    position.close();
    members.string("type", kind);
    members.integer("v", LEAF_VERSION.into());
    members.close();
}

/// The event's fields are declared in canonical order and its extras kept in it, so serde's compact form is RFC 8785's.
fn write_event_object(out: &mut Vec<u8>, event: &AuditEvent<'_>) {
    // Every key is a string and writing to a Vec cannot fail.
    let written = serde_json::to_writer(out, event);
    debug_assert!(written.is_ok());
}

/// The leaf as JSON has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    chain: &'a str,
    #[serde(borrow)]
    event: Option<Box<AuditEvent<'a>>>,
    level: Option<&'a str>,
    prev: &'a str,
    #[serde(borrow)]
    reject: Option<Reject<'a>>,
    seq: u64,
    source: SourcePosition,
    r#type: &'a str,
    v: u32,
}

/// Only the version, for a leaf that does not fit.
#[derive(Deserialize)]
struct VersionOnly<'a> {
    v: u32,
    #[serde(borrow, rename = "type")]
    _type: Option<&'a RawValue>,
}

impl<'a> Leaf<'a> {
    /// Reads a stored leaf. Strict: an unknown member is an error, since the hash covers it and we would not show it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, LeafError> {
        let wire: Wire<'a> = serde_json::from_slice(bytes).map_err(|_| unreadable(bytes))?;
        if wire.v != LEAF_VERSION {
            return Err(LeafError::UnknownVersion(wire.v));
        }
        let body = match (wire.r#type, wire.event, wire.level, wire.reject) {
            ("event", Some(event), Some(level), None) => Body::Event { event, level },
            ("reject", None, None, Some(reject)) => Body::Reject(reject),
            _ => return Err(LeafError::NoBody),
        };
        let previous = LeafHash::from_hex(wire.prev).ok_or(LeafError::BadHash)?;
        Ok(Self { chain: wire.chain, sequence: Sequence(wire.seq), previous, source: wire.source, body })
    }
}

fn unreadable(bytes: &[u8]) -> LeafError {
    match serde_json::from_slice::<VersionOnly<'_>>(bytes) {
        Ok(only) if only.v != LEAF_VERSION => LeafError::UnknownVersion(only.v),
        _ => LeafError::Malformed,
    }
}
