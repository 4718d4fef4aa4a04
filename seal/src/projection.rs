//! The typed columns of a version 1 leaf: what sinks write beside it and what the verifier recomputes from it.
//!
//! Read with the verifier's own scanner, straight from the leaf's text. A hidden value gives no column.

mod tokens;

use std::borrow::Cow;

use schemas::Time;

use crate::chain::LeafHash;
use crate::leaf::{Body, Kind};
use crate::verify::scan::{Cursor, DEPTH_MAX, Raw, Step, Unexpected, Visit};
use crate::verify::{Leaf, ReadError};

pub use tokens::TokenColumns;

/// Every column that a store keeps beside the leaf. What a leaf does not say is empty or zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projection<'a> {
    pub partition: i32,
    pub sequence: i64,
    pub source_offset: i64,
    pub kind: &'a str,
    /// Of a reject or a source-gap.
    pub reason: Cow<'a, str>,
    /// Of an event or a duplicate.
    pub event_id: Cow<'a, str>,
    /// Of an event or a duplicate.
    pub tenant: Cow<'a, str>,
    pub event_type: Cow<'a, str>,
    pub action: Cow<'a, str>,
    pub outcome: Cow<'a, str>,
    /// Microseconds since 1970.
    pub occurred_at: i64,
    /// The actor's id, else its first identifier, else its name, as far as they stand in clear.
    pub agent_id: Cow<'a, str>,
    /// The first patient's.
    pub patient_id: Cow<'a, str>,
    /// The first object's.
    pub object_kind: Cow<'a, str>,
    pub object_id: Cow<'a, str>,
    pub level: &'a str,
    pub leaf_hash: [u8; 32],
}

impl<'a> Projection<'a> {
    /// Reads the columns out of a stored leaf.
    pub fn of(leaf: &'a [u8]) -> Result<Self, ReadError> {
        let read = Leaf::read(leaf)?;
        let body = (read.envelope.kind != Kind::Event).then(|| read.body());
        let said = self::read(&read, body.as_ref(), LeafHash::of(leaf));
        said.map(|(columns, _)| columns).map_err(|byte| ReadError::NotCanonical { byte })
    }

    /// Names each column that differs from what a store holds.
    pub fn differences(&self, stored: &Projection<'_>, mut name: impl FnMut(&'static str)) {
        let columns = [
            ("partition", self.partition == stored.partition),
            ("sequence", self.sequence == stored.sequence),
            ("source_offset", self.source_offset == stored.source_offset),
            ("kind", self.kind == stored.kind),
            ("reason", self.reason == stored.reason),
            ("event_id", self.event_id == stored.event_id),
            ("tenant", self.tenant == stored.tenant),
            ("event_type", self.event_type == stored.event_type),
            ("action", self.action == stored.action),
            ("outcome", self.outcome == stored.outcome),
            ("occurred_at", self.occurred_at == stored.occurred_at),
            ("agent_id", self.agent_id == stored.agent_id),
            ("patient_id", self.patient_id == stored.patient_id),
            ("object_kind", self.object_kind == stored.object_kind),
            ("object_id", self.object_id == stored.object_id),
            ("level", self.level == stored.level),
            ("leaf_hash", self.leaf_hash == stored.leaf_hash),
        ];
        columns.into_iter().filter(|(_, same)| !same).for_each(|(column, _)| name(column));
    }
}

/// The columns, and the digests that the event holds for hidden values. An error is the byte at which the event stops being canonical.
pub(crate) fn read<'a>(
    leaf: &Leaf<'a>,
    body: Option<&Result<Body<'a>, ReadError>>,
    hash: LeafHash,
) -> Result<(Projection<'a>, Vec<[u8; 32]>), usize> {
    let envelope = &leaf.envelope;
    let mut columns = Projection {
        partition: envelope.source.partition,
        sequence: envelope.sequence.0.cast_signed(),
        source_offset: envelope.source.from,
        kind: envelope.kind.name(),
        level: envelope.class.map_or("", |class| class.level.name()),
        leaf_hash: hash.0,
        ..Projection::default()
    };
    match body {
        None => {
            let mut cursor = Cursor::new(leaf.what);
            let mut digests = Digests::default();
            let read = event(&mut cursor, &mut columns, &mut digests).and_then(|()| cursor.end());
            let byte = leaf.at + leaf.what.len() - cursor.rest().len();
            return read.map(|()| (columns, digests.found)).map_err(|Unexpected| byte);
        }
        Some(Ok(Body::Reject(reject))) => columns.reason = reject.reason.clone().into_cow(),
        Some(Ok(Body::SourceGap(gap))) => columns.reason = gap.reason.clone().into_cow(),
        Some(Ok(Body::Duplicate(duplicate))) => {
            columns.event_id = duplicate.event_id.clone().into_cow();
            columns.tenant = duplicate.tenant.clone().into_cow();
        }
        Some(Ok(_)) => {}
        Some(Err(ReadError::NotCanonical { byte })) => return Err(*byte),
        Some(Err(_)) => return Err(leaf.at),
    }
    Ok((columns, Vec::new()))
}

fn event<'a>(cursor: &mut Cursor<'a>, columns: &mut Projection<'a>, digests: &mut Digests) -> Step<()> {
    let mut first = true;
    cursor.members(|cursor, name| {
        let text = match () {
            () if name.is("action") => &mut columns.action,
            () if name.is("event_id") => &mut columns.event_id,
            () if name.is("event_type") => &mut columns.event_type,
            () if name.is("outcome") => &mut columns.outcome,
            () if name.is("tenant") => &mut columns.tenant,
            () if name.is("agents") => return agents(cursor, digests, &mut columns.agent_id),
            () if name.is("objects") => {
                first = true;
                return cursor.items(|cursor| {
                    let mut object = Named::default();
                    named(cursor, digests, &mut object)?;
                    if std::mem::take(&mut first) {
                        columns.object_id = object.id.unwrap_or_default();
                        columns.object_kind = object.kind.unwrap_or_default();
                    }
                    Ok(())
                });
            }
            () if name.is("patients") => {
                first = true;
                return cursor.items(|cursor| {
                    let mut patient = Named::default();
                    named(cursor, digests, &mut patient)?;
                    if std::mem::take(&mut first) {
                        columns.patient_id = patient.id.unwrap_or_default();
                    }
                    Ok(())
                });
            }
            () if name.is("occurred_at") => {
                // Canonical form says nothing about times; what is none gives no column.
                columns.occurred_at = Time::parse(cursor.string()?.text()).map_or(0, |time| time.micros());
                return Ok(());
            }
            () => return digests.pass(cursor, name),
        };
        *text = cursor.string()?.text();
        Ok(())
    })
}

/// What an agent, a patient and an object are known by.
#[derive(Default)]
struct Named<'a> {
    id: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    identifier: Option<Cow<'a, str>>,
    requestor: bool,
}

/// The actor is the first agent that asked for it, else the first.
fn agents<'a>(cursor: &mut Cursor<'a>, digests: &mut Digests, column: &mut Cow<'a, str>) -> Step<()> {
    let mut found = false;
    let mut is_first = true;
    cursor.items(|cursor| {
        let mut agent = Named::default();
        named(cursor, digests, &mut agent)?;
        if !found && (agent.requestor || is_first) {
            found = agent.requestor;
            let known = [agent.id, agent.identifier, agent.name].into_iter().flatten().find(|text| !text.is_empty());
            *column = known.unwrap_or_default();
        }
        is_first = false;
        Ok(())
    })
}

fn named<'a>(cursor: &mut Cursor<'a>, digests: &mut Digests, into: &mut Named<'a>) -> Step<()> {
    cursor.members(|cursor, name| {
        let text = match () {
            () if name.is("id") => &mut into.id,
            () if name.is("kind") => &mut into.kind,
            () if name.is("name") => &mut into.name,
            () if name.is("requestor") => {
                into.requestor = cursor.peek() == Some(b't');
                return cursor.value(digests);
            }
            () if name.is("detail") => {
                return cursor.members(|cursor, name| match name.is("identifiers") {
                    true => cursor.items(|cursor| identifier(cursor, digests, &mut into.identifier)),
                    false => digests.pass(cursor, name),
                });
            }
            () => return digests.pass(cursor, name),
        };
        *text = Some(cursor.string()?.text());
        Ok(())
    })
}

/// The first identifier with a value counts.
fn identifier<'a>(cursor: &mut Cursor<'a>, digests: &mut Digests, into: &mut Option<Cow<'a, str>>) -> Step<()> {
    cursor.members(|cursor, name| {
        if !name.is("value") || into.is_some() {
            return digests.pass(cursor, name);
        }
        *into = Some(cursor.string()?.text()).filter(|text| !text.is_empty());
        Ok(())
    })
}

/// Collects the digests that stand for hidden values, wherever they are.
#[derive(Debug, Default)]
pub(crate) struct Digests {
    pub(crate) found: Vec<[u8; 32]>,
}

impl Digests {
    /// Passes over a member's value.
    fn pass<'a>(&mut self, cursor: &mut Cursor<'a>, name: Raw<'a>) -> Step<()> {
        // Members of the event stand no deeper than four levels when this is called.
        if self.enter(cursor, name)? { Ok(()) } else { cursor.value_within(DEPTH_MAX - 4, self) }
    }
}

impl<'a> Visit<'a> for Digests {
    fn enter(&mut self, cursor: &mut Cursor<'a>, name: Raw<'a>) -> Step<bool> {
        if name.is("...") {
            return Err(Unexpected);
        }
        if !name.is("_sd") {
            return Ok(false);
        }
        self.list(cursor)?;
        Ok(true)
    }
}

impl Digests {
    /// A list of digests.
    pub(crate) fn list(&mut self, cursor: &mut Cursor<'_>) -> Step<()> {
        let start = self.found.len();
        let mut last: Option<&[u8]> = None;
        cursor.items(|cursor| {
            let text = cursor.plain()?.as_bytes();
            // Their order says nothing, and none stands twice. In base64url that is an order of the texts.
            if last.is_some_and(|last| last >= text) {
                return Err(Unexpected);
            }
            last = Some(text);
            self.found.push(digest(text)?);
            Ok(())
        })?;
        if self.found.len() == start { Err(Unexpected) } else { Ok(()) }
    }
}

/// 32 bytes in base64url without padding, in their one spelling.
fn digest(text: &[u8]) -> Step<[u8; 32]> {
    use base64::Engine as _;
    let mut bytes = [0; 32];
    let written = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode_slice(text, &mut bytes);
    if text.len() == 43 && written == Ok(32) { Ok(bytes) } else { Err(Unexpected) }
}

#[cfg(test)]
mod tests;
