//! Seals records onto one chain: leaf, hash, MAC, next state.

use schemas::SealedRecord;
use sha2::{Digest, Sha256};

use crate::chain::LeafHash;
use crate::draft::chain::ChainState;
use crate::draft::leaf::{self, Reject, SourcePosition};
use crate::draft::mac::Signer;

/// One chain's writer. Holds buffers, so that sealing allocates nothing after warm-up.
#[derive(Debug)]
pub struct Sealer {
    chain: String,
    state: ChainState,
    signer: Signer,
    leaf: Vec<u8>,
}

impl Sealer {
    #[must_use]
    pub fn new(chain: String, state: ChainState, signer: Signer) -> Self {
        Self { chain, state, signer, leaf: Vec::new() }
    }

    #[must_use]
    pub fn state(&self) -> ChainState {
        self.state
    }

    /// Seals an event as the chain's next leaf and appends the record's Avro body to `out`.
    pub fn seal(&mut self, event: &phi::Classified<'_>, source: SourcePosition, out: &mut Vec<u8>) {
        self.leaf.clear();
        leaf::write_event(&mut self.leaf, &self.chain, self.state, source, event);
        self.finish(out);
    }

    /// Records in the chain that the bytes at `source` were refused, and why.
    pub fn reject(&mut self, bytes: &[u8], reason: &str, source: SourcePosition, out: &mut Vec<u8>) {
        let digest = hex::encode(Sha256::digest(bytes));
        self.leaf.clear();
        leaf::write_reject(&mut self.leaf, &self.chain, self.state, source, &Reject { reason, sha256: &digest });
        self.finish(out);
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        let mac = self.signer.sign(&self.leaf);
        SealedRecord { leaf: &self.leaf, key_id: self.signer.key_id(), mac: &mac, ..SealedRecord::default() }
            .encode(out);
        self.state = self.state.after(LeafHash::of(&self.leaf));
    }
}
