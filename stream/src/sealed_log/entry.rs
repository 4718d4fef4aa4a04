//! What one record of the log claims, as the caller has decoded it.

use std::fmt;

use crate::Offset;

/// Whose turn it is; turns are compared by term, generation and attempt, in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    /// Rises where the group's own count has started anew.
    pub term: i64,
    /// The consumer group's generation under which the owner got the partition.
    pub generation: i32,
    /// How often somebody fenced within the generation.
    pub attempt: i32,
}

impl Epoch {
    pub const FIRST_TERM: i64 = 1;

    /// The lowest epoch of a generation that outranks `floor`; `None` when the numbers are used up.
    #[must_use]
    pub fn above(floor: Option<Self>, generation: i32) -> Option<Self> {
        let Some(floor) = floor else { return Some(Self { term: Self::FIRST_TERM, generation, attempt: 0 }) };
        let next_term = || Some(Self { term: floor.term.checked_add(1)?, generation, attempt: 0 });
        match generation.cmp(&floor.generation) {
            std::cmp::Ordering::Greater => Some(Self { generation, attempt: 0, ..floor }),
            std::cmp::Ordering::Equal => match floor.attempt.checked_add(1) {
                Some(attempt) => Some(Self { attempt, ..floor }),
                None => next_term(),
            },
            // The group has forgotten how far it had counted.
            std::cmp::Ordering::Less => next_term(),
        }
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.term, self.generation, self.attempt)
    }
}

/// Who holds an epoch: 1 to 64 ASCII letters, digits, `.`, `_` and `-`, kept in place so that readers never allocate.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OwnerId {
    length: u8,
    bytes: [u8; Self::LENGTH_MAX],
}

impl OwnerId {
    pub const LENGTH_MAX: usize = 64;

    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > Self::LENGTH_MAX || !text.bytes().all(allowed) {
            return None;
        }
        let mut bytes = [0; Self::LENGTH_MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self { length: u8::try_from(text.len()).ok()?, bytes })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only `new` fills it, with ASCII.
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Debug for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who may write now: the highest fence so far, of equal ones the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ruling {
    pub epoch: Epoch,
    pub owner: OwnerId,
}

/// Where a record says that it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    pub sequence: u64,
    /// Hash of the record before; zeros at sequence 0.
    pub previous: [u8; 32],
    /// The record's own hash, computed by the caller over what it read.
    pub hash: [u8; 32],
    /// The first source offset that the record accounts for.
    pub from: Offset,
    /// The source offset after the last one that it accounts for.
    pub next: Offset,
}

/// The end of the accepted history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// How many records were accepted: the sequence that comes next.
    pub size: u64,
    /// Hash of the last one; zeros before the first.
    pub hash: [u8; 32],
    /// Where the source goes on. Before the first record nobody has said yet.
    pub next: Offset,
}

impl Head {
    pub const EMPTY: Self = Self { size: 0, hash: [0; 32], next: Offset(0) };

    /// Whether the record is the one that comes next.
    #[must_use]
    pub fn precedes(&self, position: &Position) -> bool {
        position.sequence == self.size && position.previous == self.hash && self.goes_on_at(position)
    }

    /// The first record says where the source begins; each later one begins where the one before ended.
    pub(super) fn goes_on_at(&self, position: &Position) -> bool {
        (self.size == 0 || position.from == self.next) && position.from <= position.next
    }

    /// The head once this record is accepted.
    #[must_use]
    pub fn after(position: &Position) -> Self {
        Self { size: position.sequence.saturating_add(1), hash: position.hash, next: position.next }
    }
}

/// One record of the log, as the caller understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry<'a> {
    /// Opens an owner's turn. `authentic`: a holder of the chain's key wrote it.
    Fence { epoch: Epoch, owner: &'a str, authentic: bool },
    /// A sealed record. One whose MAC does not hold is `Foreign` to a caller that has keys.
    Record { epoch: Epoch, owner: &'a str, position: Position },
    /// Not ours: it cannot be decoded, or it is not authentic.
    Foreign,
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn epoch(term: i64, generation: i32, attempt: i32) -> Epoch {
        Epoch { term, generation, attempt }
    }

    #[test]
    fn the_next_epoch_is_the_lowest_that_outranks_and_keeps_the_generation() {
        let floor = Some(epoch(3, 7, 2));
        assert_eq!(Epoch::above(None, 4), Some(epoch(1, 4, 0)));
        assert_eq!(Epoch::above(floor, 8), Some(epoch(3, 8, 0)));
        assert_eq!(Epoch::above(floor, 7), Some(epoch(3, 7, 3)));
        assert_eq!(Epoch::above(floor, 6), Some(epoch(4, 6, 0)), "the group counts anew");
    }

    #[test]
    fn used_up_numbers_move_on_to_the_next_term_and_end_there() {
        assert_eq!(Epoch::above(Some(epoch(3, 7, i32::MAX)), 7), Some(epoch(4, 7, 0)));
        assert_eq!(Epoch::above(Some(epoch(i64::MAX, 7, i32::MAX)), 7), None);
        assert_eq!(Epoch::above(Some(epoch(i64::MAX, 7, 0)), 6), None);
    }

    #[test]
    fn an_owner_id_has_one_spelling_and_a_limit() {
        let longest = "x".repeat(OwnerId::LENGTH_MAX);
        for text in ["a", "host-1.4711_9f3c", &longest] {
            assert_eq!(OwnerId::new(text).unwrap().as_str(), text);
        }
        for text in ["", "a b", "a;b", "ä", &"x".repeat(65)] {
            assert_eq!(OwnerId::new(text), None, "{text:?}");
        }
    }
}
