//! Hides the members of one record.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::chain::Sequence;
use crate::keys::KeyError;
use crate::protect::subject::Place;
use crate::protect::{Nonces, SubjectKey, disclosure};

/// What one hidden member leaves: a digest for the leaf, a ciphertext to go beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenMember {
    pub digest: [u8; 32],
    pub sealed: Vec<u8>,
}

/// Hides members of one leaf, and takes no nonce twice while it does.
pub struct RecordProtection<'r, N> {
    chain: &'r str,
    sequence: Sequence,
    nonces: &'r mut N,
    /// Sorted.
    used: Vec<[u8; 12]>,
    json: Vec<u8>,
    text: String,
}

impl<'r, N: Nonces> RecordProtection<'r, N> {
    #[must_use]
    pub fn new(chain: &'r str, sequence: Sequence, nonces: &'r mut N) -> Self {
        Self { chain, sequence, nonces, used: Vec::new(), json: Vec::new(), text: String::new() }
    }

    /// Hides the member `name` at `pointer`; `value` is its canonical JSON, inner hidden members already replaced.
    pub fn hide(
        &mut self,
        key: &SubjectKey,
        pointer: &str,
        name: &str,
        value: &[u8],
    ) -> Result<HiddenMember, KeyError> {
        if disclosure::RESERVED.contains(&name) {
            return Err(KeyError::BadDisclosure);
        }
        let place = Place { chain: self.chain, sequence: self.sequence, pointer };
        self.json.clear();
        disclosure::write(&mut self.json, &key.salt(&place, value), name, value);
        self.text.clear();
        URL_SAFE_NO_PAD.encode_string(&self.json, &mut self.text);
        let digest = Sha256::digest(&self.text).into();
        let nonce = self.fresh_nonce()?;
        let sealed = disclosure::seal(key, &nonce, &digest, &self.json)?;
        Ok(HiddenMember { digest, sealed })
    }

    /// A broken generator must stop the sealer: two values under one nonce give away both.
    fn fresh_nonce(&mut self) -> Result<[u8; 12], KeyError> {
        let nonce = self.nonces.next()?;
        let Err(place) = self.used.binary_search(&nonce) else { return Err(KeyError::NonceRepeated) };
        self.used.insert(place, nonce);
        Ok(nonce)
    }
}
