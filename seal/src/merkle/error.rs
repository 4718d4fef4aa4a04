//! Why a proof cannot be made or does not hold.

use super::Subtree;
use crate::keys::Disposition;

/// A proof that cannot be made, or that proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    #[error("the tree is larger than 2^63 leaves, which no log can be")]
    TooLarge,
    #[error("the tree does not reach as far as what is to be proven: ask for a later checkpoint")]
    OutOfRange,
    #[error("the path is longer or shorter than the tree's size asks for")]
    PathLength,
    #[error("the path leads to another root")]
    OtherRoot,
    #[error("the hash of subtree {0} is not to be had: restore the tile, or rebuild it from the leaves")]
    Missing(Subtree),
}

impl TreeError {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            // What the log itself should have.
            Self::Missing(_) => Disposition::Fatal,
            Self::TooLarge | Self::OutOfRange | Self::PathLength | Self::OtherRoot => Disposition::Reject,
        }
    }
}
