//! The word table: what is known of a word as a name, a place, a common or a clinical word, and what it does to its neighbours.
//!
//! One lookup answers for all lists. The table is an open-addressed array of 48 bits of a word's [`fold_hash`] and 16 bits that
//! name its row of facts; it is built once from the two files in `phi/data` and never changes. The words come from that table,
//! not from the text, so nobody can choose colliding ones; the longest probe of the built-in table is held by a test.

mod known;
mod load;
mod role;

pub use known::{Fact, Known};
pub use load::GazetteerError;
pub use role::Role;

use std::sync::OnceLock;

use crate::text::Token;

/// Words and phrases with what is known of each. Immutable; share it.
pub struct Gazetteer {
    /// Upper 48 bits: the fold hash's; lower 16: row + 1, so that 0 is an empty slot.
    slots: Vec<u64>,
    rows: Vec<Known>,
}

impl std::fmt::Debug for Gazetteer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gazetteer").field("slots", &self.slots.len()).field("rows", &self.rows.len()).finish()
    }
}

const ROW_BITS: u32 = 16;
const ROW_MASK: u64 = (1 << ROW_BITS) - 1;

impl Gazetteer {
    /// The table that ships with the package.
    ///
    /// # Errors
    ///
    /// When the embedded files are not what `phi/data/build.py` writes.
    pub fn builtin() -> Result<Self, GazetteerError> {
        load::builtin()
    }

    /// The same, built once per process: it is large and never changes.
    ///
    /// # Errors
    ///
    /// As [`Gazetteer::builtin`].
    pub fn shared() -> Result<&'static Self, GazetteerError> {
        static TABLE: OnceLock<Gazetteer> = OnceLock::new();
        if let Some(table) = TABLE.get() {
            return Ok(table);
        }
        let built = Self::builtin()?;
        Ok(TABLE.get_or_init(|| built))
    }

    /// What is known of a word or phrase by its hash; nothing is [`Known::NOTHING`].
    #[inline]
    #[must_use]
    pub fn known(&self, fold: u64) -> Known {
        let mask = self.slots.len() - 1;
        let mut at = slot_of(fold, mask);
        loop {
            match self.slots.get(at).copied() {
                None | Some(0) => return Known::NOTHING,
                Some(slot) if (slot ^ fold) & !ROW_MASK == 0 => {
                    let row = (slot & ROW_MASK) as usize - 1;
                    return self.rows.get(row).copied().unwrap_or(Known::NOTHING);
                }
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    /// Fills `known` with one entry for each token.
    pub fn annotate(&self, tokens: &[Token], known: &mut Vec<Known>) {
        known.clear();
        known.extend(tokens.iter().map(|token| if token.is_word() { self.known(token.fold) } else { Known::NOTHING }));
    }

    /// In bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.slots.len() * size_of::<u64>() + self.rows.len() * size_of::<Known>()
    }

    fn with_capacity(words: usize, rows: Vec<Known>) -> Self {
        let slots = (words + words / 3).next_power_of_two().max(2);
        Self { slots: vec![0; slots], rows }
    }

    /// Takes a hash and its row, which must be one of `rows`; a hash that is there already gets the new row.
    fn insert(&mut self, fold: u64, row: u16) {
        let mask = self.slots.len() - 1;
        let mut at = slot_of(fold, mask);
        while self.slots[at] != 0 && (self.slots[at] ^ fold) & !ROW_MASK != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = (fold & !ROW_MASK) | (u64::from(row) + 1);
    }
}

/// The multiplication lets every bit of the hash speak, also those that the slot keeps.
#[inline]
fn slot_of(fold: u64, mask: usize) -> usize {
    (fold.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask
}

/// The hash of a phrase from that of its beginning and of its next word.
#[inline]
#[must_use]
pub const fn phrase_hash(before: u64, word: u64) -> u64 {
    (before.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
pub(crate) mod tests;
