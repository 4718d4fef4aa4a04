//! The one function that everything is derived with: HMAC-SHA256 over a label and length-prefixed parts.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::ZeroizeOnDrop;

use crate::keys::{KeyError, Secret};

/// HMAC-SHA256(key, label || "\n" || for each part: its length as u32, big endian, and the part).
#[must_use]
pub fn kdf(key: &Secret, label: &str, parts: &[&[u8]]) -> Secret {
    Secret::new(Keyed::new(key).derive(label, parts))
}

/// The text that [`kdf`] hashes. The lengths keep ("ab", "c") and ("a", "bc") apart.
fn message(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = Vec::with_capacity(label.len() + 1 + parts.iter().map(|part| part.len() + 4).sum::<usize>());
    feed(label, parts, |bytes| message.extend_from_slice(bytes));
    message
}

fn feed(label: &str, parts: &[&[u8]], mut update: impl FnMut(&[u8])) {
    update(label.as_bytes());
    update(b"\n");
    for part in parts {
        // A leaf ends at 64 KiB; no part of ours comes near to 4 GiB.
        debug_assert!(u32::try_from(part.len()).is_ok());
        update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        update(part);
    }
}

/// A key made ready for many messages. Lies behind a pointer and is wiped when dropped, like the key itself.
#[derive(Clone)]
pub struct Keyed(Box<Hmac<Sha256>>);

impl ZeroizeOnDrop for Keyed {}

impl Keyed {
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(Box::new(<Hmac<Sha256> as KeyInit>::new(&padded(key))))
    }

    /// Remembers a beginning that all messages share.
    #[must_use]
    pub(crate) fn starting_with(mut self, text: &[u8]) -> Self {
        self.0.update(text);
        self
    }

    #[must_use]
    pub fn derive(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut state = (*self.0).clone();
        feed(label, parts, |bytes| state.update(bytes));
        state.finalize().into_bytes().into()
    }

    #[must_use]
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 32] {
        let mut state = (*self.0).clone();
        state.update(message);
        state.finalize().into_bytes().into()
    }

    /// Constant-time.
    #[must_use]
    pub(crate) fn verifies(&self, message: &[u8], mac: &[u8]) -> bool {
        self.sign(message).ct_eq(mac).into()
    }
}

/// HMAC pads short keys with zeros; doing it here means that no length can be refused.
fn padded(key: &Secret) -> hmac::digest::common::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::common::Key::<Hmac<Sha256>>::default();
    for (to, from) in block.iter_mut().zip(key.expose()) {
        *to = *from;
    }
    block
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed")
    }
}

/// HMAC-SHA256 under one key, wherever that key is: in memory, or in a token that never gives it away.
pub trait KeyedHash: Send + Sync {
    fn hash(&self, message: &[u8]) -> Result<[u8; 32], KeyError>;

    /// Whether `mac` is the hash; a token may hold a key that can do this and nothing else.
    fn verifies(&self, message: &[u8], mac: &[u8; 32]) -> Result<bool, KeyError> {
        Ok(self.hash(message)?.ct_eq(mac).into())
    }
}

impl KeyedHash for Keyed {
    fn hash(&self, message: &[u8]) -> Result<[u8; 32], KeyError> {
        Ok(self.sign(message))
    }
}

/// [`kdf`] where the key may be elsewhere.
pub(crate) fn derive(key: &dyn KeyedHash, label: &str, parts: &[&[u8]]) -> Result<[u8; 32], KeyError> {
    key.hash(&message(label, parts))
}

/// Whether `claimed` is what [`derive`] gives.
pub(crate) fn derives(key: &dyn KeyedHash, label: &str, parts: &[&[u8]], claimed: &[u8; 32]) -> Result<bool, KeyError> {
    key.verifies(&message(label, parts), claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_rfc_4231s() {
        // RFC 4231, test case 2, has a four-byte key: zeros pad it, as HMAC does itself.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(Keyed::new(&Secret::new(key)).sign(b"what do ya want for nothing?")), expected);
    }

    #[test]
    fn the_message_is_label_line_end_and_parts_with_their_lengths() {
        let key = Keyed::new(&Secret::new([3; 32]));
        assert_eq!(key.derive("a/1", &[b"xy", b""]), key.sign(b"a/1\n\0\0\0\x02xy\0\0\0\0"));
        assert_eq!(derive(&key, "a/1", &[b"xy", b""]), Ok(key.derive("a/1", &[b"xy", b""])));
    }

    #[test]
    fn where_a_part_ends_changes_the_result() {
        let key = Secret::new([3; 32]);
        assert_ne!(kdf(&key, "a/1", &[b"ab", b"c"]), kdf(&key, "a/1", &[b"a", b"bc"]));
        assert_ne!(kdf(&key, "a/1", &[b"ab"]), kdf(&key, "a/2", &[b"ab"]));
        assert_ne!(kdf(&key, "a/1", &[]), kdf(&key, "a/1", &[b""]));
    }

    #[test]
    fn a_hash_of_another_length_or_with_one_wrong_bit_is_refused() {
        let key = Keyed::new(&Secret::new([3; 32]));
        let mut mac = key.sign(b"m");
        assert!(key.verifies(b"m", &mac));
        assert!(!key.verifies(b"m", &mac[..31]));
        mac[31] ^= 1;
        assert!(!key.verifies(b"m", &mac));
    }
}
