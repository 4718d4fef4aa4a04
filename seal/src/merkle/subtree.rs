//! Which complete subtree is meant.

use std::fmt;
use std::ops::Range;

use super::SIZE_MAX;

/// The complete subtree over 2^height leaves, `index` of the same height to its left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subtree {
    pub height: u32,
    pub index: u64,
}

impl Subtree {
    /// The leaves below it; nothing when no tree reaches that far.
    #[must_use]
    pub fn leaves(&self) -> Option<Range<u64>> {
        let width = 1_u64.checked_shl(self.height)?;
        let start = self.index.checked_mul(width)?;
        let end = start.checked_add(width)?;
        (end <= SIZE_MAX).then_some(start..end)
    }
}

impl fmt::Display for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of height {}", self.index, self.height)
    }
}
