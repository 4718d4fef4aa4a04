//! A key's name, as it stands beside each MAC and in key files.

use std::fmt;

use crate::keys::KeyError;

/// Names a key: 1 to 64 letters, digits, dots, underscores and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    pub const BYTES_MAX: usize = 64;

    pub fn new(text: &str) -> Result<Self, KeyError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > Self::BYTES_MAX || !text.bytes().all(allowed) {
            return Err(KeyError::BadId);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for good in ["k", "mac-2027.q1_b", &"x".repeat(64)] {
            assert_eq!(KeyId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "é", "a/b", "a\n", &"x".repeat(65)] {
            assert_eq!(KeyId::new(bad), Err(KeyError::BadId), "{bad:?}");
        }
    }
}
