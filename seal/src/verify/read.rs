//! Reads a leaf's envelope in the one spelling that version 1 allows, without parsing an event.
//!
//! Shares nothing with the writer but the plain types: a mistake in the writer must not verify itself.

use serde::Deserialize;

use crate::chain::{LeafHash, Sequence};
use crate::leaf::{self, Class, Envelope, Kind, Source};
use crate::verify::scan::{Cursor, Step, Unexpected};
use phi::Level;

/// Why a leaf cannot be taken as one; never what it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the leaf has a format version that this program does not know; use a newer one")]
    UnknownVersion,
    #[error("the leaf has a type that this program does not know; use a newer one")]
    UnknownKind,
    #[error("the leaf is longer than any can be")]
    TooLong,
    #[error("from byte {byte} on the leaf is not in its one canonical spelling")]
    NotCanonical { byte: usize },
    #[error("the leaf's member {0} cannot be what it says")]
    Impossible(&'static str),
}

/// A leaf that was read as far as all checks but those of its event need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The policy's name stands in it as it is spelled, with its escapes.
    pub envelope: Envelope<'a>,
    /// The body's text.
    pub(crate) what: &'a [u8],
    /// Where the body begins.
    pub(crate) at: usize,
}

impl<'a> Leaf<'a> {
    /// Reads the envelope, strictly.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        Self::read_of("", bytes)
    }

    /// The same, faster where the leaf is of this chain, whose name was found to be one.
    pub(crate) fn read_of(chain: &str, bytes: &'a [u8]) -> Result<Self, ReadError> {
        if bytes.len() > leaf::LEAF_BYTES_MAX {
            return Err(unknown(bytes).unwrap_or(ReadError::TooLong));
        }
        let mut cursor = Cursor::new(bytes);
        let spelled = envelope(chain, &mut cursor);
        let byte = bytes.len() - cursor.rest().len();
        let not_canonical = || unknown(bytes).unwrap_or(ReadError::NotCanonical { byte });
        let envelope = spelled.map_err(|Unexpected| not_canonical())?;
        // An object, up to the leaf's own closing brace.
        let what = cursor.rest().strip_suffix(b"}").filter(|what| what.starts_with(b"{") && what.ends_with(b"}"));
        let leaf = Self { envelope, what: what.ok_or_else(not_canonical)?, at: byte };
        match impossible(chain, &leaf.envelope) {
            Some(member) => Err(ReadError::Impossible(member)),
            None => Ok(leaf),
        }
    }
}

fn envelope<'a>(known: &str, cursor: &mut Cursor<'a>) -> Step<Envelope<'a>> {
    let chain = chain(known, cursor)?;
    let class = if cursor.optional(b",\"class\":") { Some(class(cursor)?) } else { None };
    cursor.literal(b",\"prev\":")?;
    let previous = LeafHash(cursor.hash()?);
    cursor.literal(b",\"seq\":")?;
    let sequence = Sequence(cursor.count()?);
    cursor.literal(b",\"source\":")?;
    let source = source(cursor)?;
    // Nearly every leaf is an event.
    if cursor.optional(b",\"type\":\"event\",\"v\":1,\"what\":") {
        return Ok(Envelope { chain, class, previous, sequence, source, kind: Kind::Event });
    }
    cursor.literal(b",\"type\":")?;
    let kind = cursor.plain()?;
    cursor.literal(b",\"v\":1,\"what\":")?;
    let kind = Kind::from_name(kind).ok_or(Unexpected)?;
    Ok(Envelope { chain, class, previous, sequence, source, kind })
}

fn chain<'a>(known: &str, cursor: &mut Cursor<'a>) -> Step<&'a str> {
    cursor.literal(b"{\"chain\":\"")?;
    if !known.is_empty()
        && let Some(chain) = cursor.ends_with_quote(known)
    {
        return Ok(chain);
    }
    cursor.plain_to_quote()
}

fn class<'a>(cursor: &mut Cursor<'a>) -> Step<Class<'a>> {
    cursor.literal(b"{\"level\":\"")?;
    let level = match () {
        () if cursor.optional(b"internal\"") => Level::Internal,
        () if cursor.optional(b"restricted\"") => Level::Restricted,
        () if cursor.optional(b"confidential\"") => Level::Confidential,
        () if cursor.optional(b"public\"") => Level::Public,
        () => return Err(Unexpected),
    };
    cursor.literal(b",\"policy\":")?;
    let policy = cursor.plain()?;
    if !leaf::is_policy(policy) {
        return Err(Unexpected);
    }
    cursor.literal(b"}")?;
    Ok(Class { level, policy })
}

fn source(cursor: &mut Cursor<'_>) -> Step<Source> {
    cursor.literal(b"{\"from\":")?;
    let from = cursor.number()?;
    cursor.literal(b",\"next\":")?;
    let next = cursor.number()?;
    cursor.literal(b",\"partition\":")?;
    let partition = i32::try_from(cursor.number()?).map_err(|_| Unexpected)?;
    cursor.literal(b",\"time\":")?;
    let time = cursor.number()?;
    cursor.literal(b"}")?;
    Ok(Source { from, next, partition, time })
}

/// The member that no sealer could have written so, whatever stands before and after this leaf.
fn impossible(known: &str, envelope: &Envelope<'_>) -> Option<&'static str> {
    let Envelope { chain, class, previous, sequence, source, kind } = envelope;
    let covered = source.next - source.from;
    let covers = match kind {
        Kind::Event | Kind::Reject | Kind::Duplicate => covered == 1,
        Kind::SourceGap => covered > 0,
        _ => covered == 0,
    };
    let is_first = sequence.0 == 0;
    let faults = [
        ((known.is_empty() || *chain != known) && !leaf::is_chain_name(chain), "chain"),
        (class.is_some() != (*kind == Kind::Event), "class"),
        (is_first && *previous != LeafHash::NONE, "prev"),
        (sequence.0 >= leaf::SIZE_LIMIT - 1, "seq"),
        (!covers || source.from < 0, "source"),
        (source.partition < 0, "partition"),
        (source.time < leaf::NO_TIME || (is_first && source.time != 0), "time"),
        (is_first != (*kind == Kind::Genesis), "type"),
    ];
    faults.into_iter().find_map(|(wrong, member)| wrong.then_some(member))
}

/// Only what says that another program wrote the leaf.
#[derive(Deserialize)]
struct Foreign<'a> {
    v: u64,
    #[serde(borrow, rename = "type")]
    kind: Option<&'a str>,
}

/// What cannot be read may be from a later version; any JSON object will do to say so.
fn unknown(bytes: &[u8]) -> Option<ReadError> {
    let foreign: Foreign<'_> = serde_json::from_slice(bytes).ok()?;
    if foreign.v != leaf::VERSION {
        return Some(ReadError::UnknownVersion);
    }
    foreign.kind.is_some_and(|kind| Kind::from_name(kind).is_none()).then_some(ReadError::UnknownKind)
}

#[cfg(test)]
mod tests;
