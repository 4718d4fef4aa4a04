//! Thirty-two secret bytes: never shown, wiped when dropped, kept at one place in memory.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A key's bytes. They lie behind a pointer, so that moving the value leaves no copy behind.
#[derive(Clone)]
pub struct Secret(Box<Zeroizing<[u8; 32]>>);

impl ZeroizeOnDrop for Secret {}

impl Secret {
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Box::new(Zeroizing::new(bytes)))
    }

    /// `None` unless there are 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self::new([0; 32]);
        (bytes.len() == 32).then(|| secret.0.copy_from_slice(bytes))?;
        Some(secret)
    }

    /// The bytes themselves, for the one call that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Secret {
    /// To be filled in place.
    pub fn expose_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

/// Takes the same time wherever the difference is.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_thirty_two_bytes_are_a_key() {
        assert_eq!(Secret::from_slice(&[7; 32]), Some(Secret::new([7; 32])));
        assert_eq!(Secret::from_slice(&[7; 31]), None);
        assert_eq!(Secret::from_slice(&[7; 33]), None);
        assert_ne!(Secret::new([7; 32]), Secret::new([8; 32]));
    }

    #[test]
    fn debug_shows_no_byte() {
        assert_eq!(format!("{:?}", Secret::new([7; 32])), "Secret");
    }
}
