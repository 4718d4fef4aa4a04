//! The chain's tree as the walk recomputes it, held against the checkpoints that the caller trusts.

use crate::chain::{LeafHash, Sequence};
use crate::merkle::{Edge, Hash};
use crate::verify::fault::Fault;

/// A root that the caller trusts, from wherever it got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    pub size: u64,
    pub root: Hash,
    /// When somebody trusted saw it, in milliseconds since 1970.
    pub time_ms: Option<i64>,
}

/// Grows with each leaf whose hash is known. After one that is not, it waits for a segment-close to name the edge.
#[derive(Debug)]
pub(crate) struct Tree {
    size: u64,
    edge: Option<Edge>,
    /// Smallest first.
    checkpoints: Vec<Checkpoint>,
    /// How many of them are behind.
    passed: usize,
    /// The largest size at which a checkpoint had the same root.
    agreed: u64,
}

pub(crate) type Report<'r> = dyn FnMut(Sequence, Fault) + 'r;

impl Tree {
    pub(crate) fn new(edge: Edge, mut checkpoints: Vec<Checkpoint>) -> Self {
        checkpoints.sort_by_key(|checkpoint| checkpoint.size);
        let size = edge.size();
        let passed = checkpoints.partition_point(|checkpoint| checkpoint.size < size);
        Self { size, edge: Some(edge), checkpoints, passed, agreed: size }
    }

    pub(crate) fn edge(&self) -> Option<&Edge> {
        self.edge.as_ref()
    }

    /// Appends a leaf. A checkpoint of a size is compared when that size is left, so that a segment-close can mend before.
    pub(crate) fn push(&mut self, leaf: LeafHash, report: &mut Report<'_>) {
        self.compare(report);
        if let Some(edge) = &mut self.edge {
            edge.push(leaf);
        }
        self.size += 1;
    }

    /// Passes leaves whose hashes nobody knows.
    pub(crate) fn skip(&mut self, count: u64, report: &mut Report<'_>) {
        self.compare(report);
        self.edge = None;
        self.size += count;
        while let Some(behind) = self.upcoming().filter(|checkpoint| checkpoint.size < self.size) {
            self.passed += 1;
            report(Sequence(behind.size.saturating_sub(1)), Fault::RootUnchecked { size: behind.size });
        }
    }

    /// A hash that was pushed turned out to be wrong.
    pub(crate) fn forget(&mut self) {
        self.edge = None;
    }

    /// Takes the edge from the chain itself where it could not be recomputed.
    pub(crate) fn mend(&mut self, edge: Edge) {
        if self.edge.is_none() && edge.size() == self.size {
            self.edge = Some(edge);
        }
    }

    /// Whether a checkpoint says what the root after these further leaves is: the same, another, or nothing.
    pub(crate) fn agrees(&self, further: &[LeafHash]) -> Option<bool> {
        let mut edge = self.edge.clone()?;
        further.iter().for_each(|leaf| edge.push(*leaf));
        let checkpoint = self.checkpoints.iter().find(|checkpoint| checkpoint.size == edge.size())?;
        Some(checkpoint.root == edge.root())
    }

    fn upcoming(&self) -> Option<Checkpoint> {
        self.checkpoints.get(self.passed).copied()
    }

    fn compare(&mut self, report: &mut Report<'_>) {
        while let Some(checkpoint) = self.upcoming().filter(|checkpoint| checkpoint.size == self.size) {
            self.passed += 1;
            let fault = match &self.edge {
                Some(edge) if edge.root() == checkpoint.root => {
                    self.agreed = checkpoint.size;
                    continue;
                }
                Some(_) => Fault::OtherRoot { size: checkpoint.size, agreed: self.agreed },
                None => Fault::RootUnchecked { size: checkpoint.size },
            };
            report(Sequence(checkpoint.size.saturating_sub(1)), fault);
        }
    }

    /// At the chain's end: what is under no checkpoint, and what a checkpoint covers that is not there.
    pub(crate) fn finish(&mut self, not_before_ms: Option<i64>, report: &mut Report<'_>) {
        self.compare(report);
        let largest = self.checkpoints.last().map_or(0, |checkpoint| checkpoint.size);
        if largest > self.size {
            report(Sequence(self.size), Fault::Missing { next: Sequence(largest) });
        } else if largest < self.size && !self.checkpoints.is_empty() {
            report(Sequence(largest), Fault::Pending { next: Sequence(self.size) });
        }
        // Of the largest: a smaller one with a later date says nothing of the end.
        let newest_ms = self.checkpoints.iter().filter(|it| it.size == largest).filter_map(|it| it.time_ms).max();
        if not_before_ms.is_some_and(|limit| newest_ms.is_none_or(|newest| newest < limit)) {
            report(Sequence(largest), Fault::Stale { newest_ms });
        }
    }

    /// Whether a checkpoint says that there is at least one record.
    pub(crate) fn expects_records(&self) -> bool {
        self.checkpoints.last().is_some_and(|checkpoint| checkpoint.size > 0)
    }

    /// Size and root, where the root is known.
    pub(crate) fn root(&self) -> (u64, Option<Hash>) {
        (self.size, self.edge.as_ref().map(Edge::root))
    }
}

#[cfg(test)]
mod tests;
