//! The key that a worker seals with, as its configuration gives it.

use schemas::Text;
use seal::keys::{EpochKey, EpochVerifier, KeyId};
use seal::leaf::Genesis;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The epoch key in force, and what a new chain says of its beginning.
pub struct SealingKey {
    epoch: EpochKey,
    verifier: EpochVerifier,
}

impl SealingKey {
    /// `text` is 64 hexadecimal digits, with or without a line end.
    pub fn new(id: &str, text: &[u8]) -> Result<Self, Error> {
        let id = KeyId::new(id).map_err(|_| Error::KeyName)?;
        let text = std::str::from_utf8(text).map(str::trim_end).unwrap_or_default();
        let secret = keystore::key_from_hex(text).ok_or(Error::KeyText)?;
        let epoch = EpochKey::new(id, &secret);
        Ok(Self { verifier: epoch.verifier(), epoch })
    }

    pub fn epoch(&self) -> &EpochKey {
        &self.epoch
    }

    pub fn verifier(&self) -> &EpochVerifier {
        &self.verifier
    }

    /// What the first leaf of a chain says.
    pub fn genesis<'g>(&'g self, trail: &'g str, topic: &'g str) -> Genesis<'g> {
        let key: Text<'g> = self.epoch.id().as_str().into();
        let config = Sha256::digest(format!("{trail}\n{topic}\n{}", &*key)).into();
        Genesis { config, key, previous: None, topic: topic.into(), trail: trail.into() }
    }
}
