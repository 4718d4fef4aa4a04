//! A record as the walk first sees it: hashed and read, before anything is known of its place.

use crate::chain::{LeafHash, Sequence};
use crate::leaf::{Body, Kind};
use crate::projection::Projection;
use crate::verify::read::{Leaf, ReadError};

/// A record as a store holds it.
#[derive(Debug, Clone, Copy)]
pub struct StoredRecord<'a> {
    /// The sequence that the store files it under; `None` where the store has no such column.
    pub sequence: Option<Sequence>,
    pub leaf: &'a [u8],
    pub mac: &'a [u8],
    pub key_id: &'a str,
    /// The typed columns beside the leaf, where the store has them.
    pub columns: Option<&'a Projection<'a>>,
    pub disclosures: Disclosures<'a>,
}

/// The hidden values beside a leaf.
#[derive(Debug, Clone, Copy, Default)]
pub enum Disclosures<'a> {
    /// The store does not keep them.
    #[default]
    NotKept,
    /// All of the record's, each under its subject's key.
    Sealed(&'a [schemas::sealed::Disclosure<'a>]),
    /// Those that somebody chose to disclose, as RFC 9901 writes them.
    Open(&'a [&'a str]),
}

impl<'a> StoredRecord<'a> {
    /// A record whose leaf alone says where it belongs.
    #[must_use]
    pub fn new(leaf: &'a [u8], mac: &'a [u8], key_id: &'a str) -> Self {
        Self { sequence: None, leaf, mac, key_id, columns: None, disclosures: Disclosures::NotKept }
    }
}

/// Hash and reading of one record.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) record: StoredRecord<'a>,
    pub(crate) hash: LeafHash,
    pub(crate) leaf: Result<Leaf<'a>, ReadError>,
    /// Of control leaves.
    pub(crate) body: Option<Result<Body<'a>, ReadError>>,
}

impl<'a> Arrival<'a> {
    /// `chain`: the name of the chain that it should be of, or nothing.
    pub(crate) fn of(record: StoredRecord<'a>, hash: LeafHash, chain: &str) -> Self {
        let leaf = Leaf::read_of(chain, record.leaf);
        let control = leaf.as_ref().ok().filter(|leaf| leaf.envelope.kind != Kind::Event);
        let body = control.map(Leaf::body);
        Self { record, hash, leaf, body }
    }

    pub(crate) fn previous(&self) -> Option<LeafHash> {
        self.leaf.as_ref().ok().map(|leaf| leaf.envelope.previous)
    }

    pub(crate) fn follows(&self, hash: LeafHash) -> bool {
        self.previous() == Some(hash)
    }

    pub(crate) fn says(&self) -> Option<u64> {
        self.leaf.as_ref().ok().map(|leaf| leaf.envelope.sequence.0)
    }

    /// Where it stands, when `expected` comes after a record of this hash. `None`: it is filed where neither it nor anything belongs.
    pub(crate) fn place(&self, expected: u64, after: LeafHash) -> Option<u64> {
        if self.follows(after) {
            return Some(expected);
        }
        match (self.record.sequence.map(|filed| filed.0), self.says()) {
            (None, None) => Some(expected),
            (Some(place), None) | (None, Some(place)) => Some(place),
            (Some(filed), Some(says)) if filed == says => Some(filed),
            (Some(filed), Some(says)) => (filed == expected || says == expected).then_some(expected),
        }
    }
}
