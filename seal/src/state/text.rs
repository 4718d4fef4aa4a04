//! The state as one line of ASCII, small enough for the metadata of an offset commit.
//!
//! ```text
//! size;partition;segment;first;next;time;rejects;duplicates;gap;confidential;internal;public;restricted;min;max;key;turn;prev;edge;checksum
//! ```
//!
//! Only what the other fields do not say stands there: events are the sum of the levels, the segment's source range begins as many
//! offsets before `next` as it accounts for, and in a tree of odd size the last leaf's hash is the edge's last.

use std::fmt::Write;
use std::str::Split;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::{ChainState, Segment};
use crate::chain::LeafHash;
use crate::error::SealError;
use crate::keys::KeyId;
use crate::leaf::{Levels, NUMBER_LIMIT, Outcomes, OwnerTurn, SIZE_LIMIT, Source, TimeRange};
use crate::merkle::{Edge, Hash};

/// No state's text is longer.
pub const TEXT_BYTES_MAX: usize = 2_047;

const HASH_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 12;

impl ChainState {
    /// The text that [`Self::parse`] reads.
    #[must_use]
    pub fn to_text(&self, chain: &str) -> String {
        let Segment { number, first, levels, outcomes, time } = &self.segment;
        let Source { next, partition, time: last, .. } = self.source;
        let key = self.key.as_ref().map(KeyId::as_str).unwrap_or_default();
        let mut text = format!(
            "{};{partition};{number};{first};{next};{last};{};{};{};{};{};{};{};{};{};{key};",
            self.size(),
            outcomes.reject,
            outcomes.duplicate,
            outcomes.gap,
            levels.confidential,
            levels.internal,
            levels.public,
            levels.restricted,
            time.min,
            time.max,
        );
        if let Some(turn) = self.turn {
            URL_SAFE_NO_PAD.encode_string(turn_bytes(turn), &mut text);
        }
        text.push(';');
        if needs_previous(self.size()) {
            URL_SAFE_NO_PAD.encode_string(self.previous.0, &mut text);
        }
        text.push(';');
        for hash in self.edge.hashes() {
            URL_SAFE_NO_PAD.encode_string(hash.0, &mut text);
        }
        text.push(';');
        let checksum = checksum(chain, &text);
        text.push_str(&checksum);
        text
    }

    /// Reads a text that this chain's state had, in the one spelling that [`Self::to_text`] gives.
    pub fn parse(chain: &str, text: &str) -> Result<Self, SealError> {
        let state = read(text).filter(ChainState::holds_together).ok_or(SealError::State)?;
        // Covers the checksum, the chain and every second spelling of a number.
        if state.to_text(chain) == text { Ok(state) } else { Err(SealError::State) }
    }

    /// Whether there can be leaves that lead to this state.
    fn holds_together(&self) -> bool {
        if self.size() == 0 {
            return *self == Self::new();
        }
        let Segment { number, first, time, outcomes, .. } = &self.segment;
        let numbers = 0..NUMBER_LIMIT.cast_signed();
        let times = -1..NUMBER_LIMIT.cast_signed();
        let records = self.segment.records();
        self.key.is_some()
            && self.turn.is_none_or(|turn| numbers.contains(&turn.term) && turn.generation >= 0 && turn.attempt >= 0)
            && self.source.partition >= 0
            && numbers.contains(&self.source.next)
            && times.contains(&self.source.time)
            // Every segment before this one has its close and at least one more leaf.
            && *first <= self.size()
            && number.checked_mul(2).is_some_and(|leaves| leaves <= *first)
            && (*number == 0) == (*first == 0)
            && records + u64::from(outcomes.gap > 0) <= self.segment_leaves()
            && self.segment.offsets() <= self.source.next
            && if records == 0 {
                *time == TimeRange::default()
            } else {
                time.min <= time.max && times.contains(&time.min) && times.contains(&time.max)
            }
    }
}

fn needs_previous(size: u64) -> bool {
    size > 0 && size.is_multiple_of(2)
}

fn checksum(chain: &str, text: &str) -> String {
    let hash =
        Sha256::new().chain_update("sealtrail/state/1\n").chain_update(chain).chain_update("\n").chain_update(text);
    let mut digits = String::with_capacity(CHECKSUM_CHARS);
    for byte in hash.finalize().iter().take(CHECKSUM_CHARS / 2) {
        // Writing to a String cannot fail.
        let written = write!(digits, "{byte:02x}");
        debug_assert!(written.is_ok());
    }
    digits
}

fn read(text: &str) -> Option<ChainState> {
    if text.len() > TEXT_BYTES_MAX || !text.is_ascii() {
        return None;
    }
    let mut fields = text.split(';');
    let size = count(&mut fields, SIZE_LIMIT)?;
    let partition = fields.next()?.parse().ok()?;
    let number = count(&mut fields, SIZE_LIMIT)?;
    let first = count(&mut fields, SIZE_LIMIT)?;
    let next = fields.next()?.parse().ok()?;
    let time = fields.next()?.parse().ok()?;
    let reject = count(&mut fields, SIZE_LIMIT)?;
    let duplicate = count(&mut fields, SIZE_LIMIT)?;
    let gap = count(&mut fields, NUMBER_LIMIT)?;
    let confidential = count(&mut fields, SIZE_LIMIT)?;
    let internal = count(&mut fields, SIZE_LIMIT)?;
    let public = count(&mut fields, SIZE_LIMIT)?;
    let restricted = count(&mut fields, SIZE_LIMIT)?;
    let min = fields.next()?.parse().ok()?;
    let max = fields.next()?.parse().ok()?;
    let key = match fields.next()? {
        "" => None,
        id => Some(KeyId::new(id).ok()?),
    };
    let turn = match fields.next()? {
        "" => None,
        text => Some(turn_of(text)?),
    };
    let previous = hashes(fields.next()?)?;
    let edge = hashes(fields.next()?)?;
    // The checksum is compared with the whole text.
    fields.next()?;
    if fields.next().is_some() || previous.len() != usize::from(needs_previous(size)) {
        return None;
    }
    let last = if needs_previous(size) { previous.first() } else { edge.last() };
    let previous = last.map_or(LeafHash::NONE, |hash| LeafHash(hash.0));
    let event = confidential + internal + public + restricted;
    Some(ChainState {
        edge: Edge::from_parts(size, edge)?,
        previous,
        source: Source { from: next, next, partition, time },
        segment: Segment {
            number,
            first,
            levels: Levels { confidential, internal, public, restricted },
            outcomes: Outcomes { duplicate, event, gap, reject },
            time: TimeRange { max, min },
        },
        key,
        turn,
    })
}

/// Term, generation and attempt. As decimals they would make the largest state's text too long.
fn turn_bytes(turn: OwnerTurn) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&turn.term.to_be_bytes());
    bytes[8..12].copy_from_slice(&turn.generation.to_be_bytes());
    bytes[12..].copy_from_slice(&turn.attempt.to_be_bytes());
    bytes
}

fn turn_of(text: &str) -> Option<OwnerTurn> {
    let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (term, rest) = bytes.split_first_chunk()?;
    let (generation, rest) = rest.split_first_chunk()?;
    let (term, generation) = (i64::from_be_bytes(*term), i32::from_be_bytes(*generation));
    Some(OwnerTurn { term, generation, attempt: i32::from_be_bytes(rest.try_into().ok()?) })
}

fn count(fields: &mut Split<'_, char>, limit: u64) -> Option<u64> {
    fields.next()?.parse().ok().filter(|value| *value < limit)
}

/// Hashes without anything between them.
fn hashes(text: &str) -> Option<Vec<Hash>> {
    let one = |chars: &[u8]| {
        let mut bytes = [0; 32];
        (URL_SAFE_NO_PAD.decode_slice(chars, &mut bytes) == Ok(bytes.len())).then_some(Hash(bytes))
    };
    text.as_bytes().chunks(HASH_CHARS).map(one).collect()
}
