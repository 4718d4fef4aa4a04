//! What can go wrong with a key; never the key itself.

use crate::keys::KeyId;

/// What the caller does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// It may pass: wait and try again.
    Retry,
    /// This one request is wrong; others may be right.
    Reject,
    /// Nothing goes on until a person has looked.
    Fatal,
}

/// Why a key cannot be used as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a key id has 1 to 64 letters, digits, dots, underscores and hyphens")]
    BadId,
    #[error("there is no key {0}; list the keys to see which there are")]
    Unknown(KeyId),
    #[error("the key provider does not answer ({0}); sealing waits until it does")]
    Unavailable(String),
    #[error("the random generator gave one nonce twice in a record; stop and check the system's generator")]
    NonceRepeated,
    #[error("this key does not open the value; it belongs to another subject, or the value was changed")]
    CannotOpen,
    #[error("a disclosure is a canonical JSON array of salt, name and value; this one is not")]
    BadDisclosure,
    #[error("a value is too long to be encrypted at once")]
    TooLong,
}

impl KeyError {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Unavailable(_) => Disposition::Retry,
            Self::BadId | Self::CannotOpen | Self::BadDisclosure | Self::TooLong => Disposition::Reject,
            Self::Unknown(_) | Self::NonceRepeated => Disposition::Fatal,
        }
    }
}
