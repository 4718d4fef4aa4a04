//! The system's random generator, as keys and nonces.

use seal::keys::{KeyError, Secret};
use seal::protect::Nonces;

use crate::KeystoreError;

/// A new random key.
pub fn random_secret() -> Result<Secret, KeystoreError> {
    let mut secret = Secret::new([0; 32]);
    getrandom::fill(secret.expose_mut()).map_err(|_| KeystoreError::Random)?;
    Ok(secret)
}

pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], KeystoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| KeystoreError::Random)?;
    Ok(bytes)
}

/// Nonces straight from the system, fetched 256 at a time: one call costs more than sealing a value does.
pub struct SystemNonces {
    ready: Vec<[u8; 12]>,
}

impl SystemNonces {
    const BATCH: usize = 256;

    #[must_use]
    pub fn new() -> Self {
        Self { ready: Vec::new() }
    }

    fn fetch(&mut self) -> Result<(), KeystoreError> {
        let mut bytes = [0; 12 * Self::BATCH];
        getrandom::fill(&mut bytes).map_err(|_| KeystoreError::Random)?;
        let (nonces, _) = bytes.as_chunks::<12>();
        self.ready.extend_from_slice(nonces);
        Ok(())
    }
}

impl Default for SystemNonces {
    fn default() -> Self {
        Self::new()
    }
}

impl Nonces for SystemNonces {
    fn next(&mut self) -> Result<[u8; 12], KeyError> {
        if self.ready.is_empty() {
            self.fetch()?;
        }
        self.ready.pop().ok_or_else(|| KeystoreError::Random.into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ten_thousand_nonces_and_a_hundred_keys_all_differ() {
        let mut nonces = SystemNonces::new();
        let seen: BTreeSet<[u8; 12]> = (0..10_000).map(|_| nonces.next().unwrap()).collect();
        assert_eq!(seen.len(), 10_000);
        let keys: BTreeSet<[u8; 32]> = (0..100).map(|_| *random_secret().unwrap().expose()).collect();
        assert_eq!(keys.len(), 100);
    }
}
