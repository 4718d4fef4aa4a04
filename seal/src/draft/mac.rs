//! The MAC: HMAC-SHA256 over the leaf. Signing and checking are separate types, so that a verifier cannot sign.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Names a key; stands beside each MAC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(pub String);

/// A key and its name. Never shown.
#[derive(Clone)]
pub struct MacKey {
    id: KeyId,
    keyed: Hmac<Sha256>,
}

/// At least as long as the hash, as RFC 2104 advises.
pub const KEY_BYTES_MIN: usize = 32;

impl MacKey {
    /// `None` when the key is too short to be one.
    #[must_use]
    pub fn new(id: KeyId, key: &[u8]) -> Option<Self> {
        if key.len() < KEY_BYTES_MIN {
            return None;
        }
        Hmac::new_from_slice(key).ok().map(|keyed| Self { id, keyed })
    }

    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// Constant-time check of one leaf's MAC.
    #[must_use]
    pub fn verifies(&self, leaf: &[u8], mac: &[u8]) -> bool {
        let mut state = self.keyed.clone();
        state.update(leaf);
        state.verify_slice(mac).is_ok()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MacKey({})", self.id.0)
    }
}

/// Signs leaves. Built only where sealing happens.
#[derive(Debug, Clone)]
pub struct Signer(MacKey);

impl Signer {
    #[must_use]
    pub fn new(key: MacKey) -> Self {
        Self(key)
    }

    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.0.id.0
    }

    #[must_use]
    pub fn sign(&self, leaf: &[u8]) -> [u8; 32] {
        let mut state = self.0.keyed.clone();
        state.update(leaf);
        state.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_is_refused() {
        assert!(MacKey::new(KeyId("k".to_owned()), &[1; 31]).is_none());
    }

    #[test]
    fn one_changed_bit_or_another_key_fails() {
        let key = MacKey::new(KeyId("k".to_owned()), &[1; 32]).unwrap();
        let mac = Signer::new(key.clone()).sign(b"leaf");
        assert!(key.verifies(b"leaf", &mac));
        assert!(!key.verifies(b"leaG", &mac));
        let other = MacKey::new(KeyId("k".to_owned()), &[2; 32]).unwrap();
        assert!(!other.verifies(b"leaf", &mac));
        assert!(!key.verifies(b"leaf", &mac[..31]));
    }

    #[test]
    fn debug_shows_the_name_and_nothing_else() {
        let key = MacKey::new(KeyId("k-1".to_owned()), &[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "MacKey(k-1)");
    }
}
