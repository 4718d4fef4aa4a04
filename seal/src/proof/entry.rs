//! Reads from a leaf which place it claims, with the verifier's own reader.
//!
//! Two readers that understand the same bytes differently could be shown two records with one proof. So what is proven is
//! what a verifier of the whole chain would take: envelope and body, each in its one spelling and within its limits.

use super::ProofError;
use crate::chain::{LeafHash, Sequence};
use crate::verify::{Leaf, ReadError};

pub(super) struct Place<'l> {
    pub(super) chain: &'l str,
    pub(super) sequence: Sequence,
}

pub(super) fn place(leaf: &[u8]) -> Result<Place<'_>, ProofError> {
    let read = Leaf::read(leaf)?;
    read.body()?;
    let envelope = read.envelope;
    // A verifier sees this by the leaf before it; here there is none.
    if (envelope.previous == LeafHash::NONE) != (envelope.sequence.0 == 0) {
        return Err(ProofError::BadLeaf(ReadError::Impossible("prev")));
    }
    Ok(Place { chain: envelope.chain, sequence: envelope.sequence })
}
