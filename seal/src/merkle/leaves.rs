//! Subtree hashes from a list of leaf hashes that somebody holds in memory.

use super::{Edge, Hash, Nodes, Subtree};
use crate::LeafHash;

/// The hashes of a chain's leaves, from the first on.
pub struct Leaves<'a>(pub &'a [LeafHash]);

impl Nodes for Leaves<'_> {
    fn node(&mut self, subtree: Subtree) -> Option<Hash> {
        let range = subtree.leaves()?;
        let (begin, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
        let mut edge = Edge::EMPTY;
        self.0.get(begin..end)?.iter().for_each(|leaf| edge.push(*leaf));
        Some(edge.root())
    }
}
