//! A record's proof for outsiders: a C2SP tlog-proof file that carries the leaf itself.
//!
//! ```text
//! extra: the leaf ──▶ leaf hash ─────────┐
//!     └──▶ chain, seq                    ▼
//!           │    └──= index ──▶ path ──▶ root ◀──= checkpoint ◀── key of the trail
//!           └── <trail>/<chain> ─────────────────= origin
//! ```
//!
//! Nothing in the file is believed by itself: the leaf is what the path leads from, and the place that the file claims is
//! the place that the leaf names.

mod entry;
mod error;
mod text;

pub use error::ProofError;
pub use text::PROOF_BYTES_MAX;

use crate::chain::{LeafHash, Sequence};
use crate::checkpoint::{Checkpoint, CheckpointVerifier};
use crate::merkle::{Hash, Nodes, prove_inclusion, verify_inclusion};

/// A proof as it stands in its file, believed by nobody yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordProof {
    leaf: Vec<u8>,
    index: u64,
    path: Vec<Hash>,
    checkpoint: String,
}

/// What a proof proves: the chain held this leaf at this place when it had the checkpoint's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven<'a> {
    pub leaf: &'a [u8],
    pub chain: String,
    pub sequence: Sequence,
    pub checkpoint: Checkpoint,
}

impl RecordProof {
    /// Proves a leaf by a signed checkpoint whose tree `nodes` gives. It is verified before it is handed out.
    pub fn make(
        leaf: &[u8],
        note: &str,
        verifier: &CheckpointVerifier,
        nodes: &mut impl Nodes,
    ) -> Result<Self, ProofError> {
        let checkpoint = verifier.verify(note.as_bytes())?;
        let index = entry::place(leaf)?.sequence.0;
        let path = prove_inclusion(index, checkpoint.head().size, nodes)?;
        let proof = Self { leaf: leaf.to_vec(), index, path, checkpoint: note.to_owned() };
        proof.verify(verifier)?;
        Ok(proof)
    }

    /// Checks everything that the file claims, with the key of the trail that the caller trusts.
    pub fn verify(&self, verifier: &CheckpointVerifier) -> Result<Proven<'_>, ProofError> {
        let checkpoint = verifier.verify(self.checkpoint.as_bytes())?;
        let place = entry::place(&self.leaf)?;
        if checkpoint.chain_of(verifier.trail()) != Some(place.chain) {
            return Err(ProofError::OtherChain);
        }
        if place.sequence.0 != self.index {
            return Err(ProofError::OtherPlace);
        }
        verify_inclusion(checkpoint.head(), self.index, LeafHash::of(&self.leaf), &self.path)?;
        Ok(Proven { leaf: &self.leaf, chain: place.chain.to_owned(), sequence: place.sequence, checkpoint })
    }
}
