//! What can go wrong with a key; never the key itself.

use crate::keys::file::FileFault;
use crate::keys::{KeyId, KeyState, Purpose};

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
    #[error("there is a key {0} already; names are never given twice, choose another")]
    Exists(KeyId),
    #[error("a tenant's name has 1 to 128 printable ASCII characters without space")]
    BadTenant,
    #[error("key {key} is {from} and can't become {to}")]
    Transition { key: KeyId, from: KeyState, to: KeyState },
    #[error("key {key} is {state}, which does not allow this; use an active key")]
    State { key: KeyId, state: KeyState },
    #[error("key {key} is for {has}, not for {wants}; name another key")]
    Purpose { key: KeyId, has: &'static str, wants: &'static str },
    #[error("key {0} belongs to another tenant; name the tenant's own key")]
    OtherTenant(KeyId),
    #[error("there is no active key for {0}; create one and activate it")]
    NoneActive(Purpose),
    #[error("tenant {0} has no active wrapping key; create one for a new period and activate it")]
    NoWrappingKey(String),
    #[error("a subject's key is not in memory; look up the batch's subjects and seal again")]
    NotLoaded,
    #[error("the key provider does not answer ({0}); sealing waits until it does")]
    Unavailable(String),
    #[error("the key provider is broken: {0}")]
    Broken(String),
    #[error(transparent)]
    File(#[from] FileFault),
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
            Self::Unavailable(_) | Self::NotLoaded => Disposition::Retry,
            // One tenant's records wait as dead letters; the others go on.
            Self::NoWrappingKey(_) => Disposition::Reject,
            Self::Exists(_) | Self::BadTenant | Self::Transition { .. } | Self::State { .. } => Disposition::Reject,
            Self::Purpose { .. } | Self::OtherTenant(_) => Disposition::Reject,
            Self::BadId | Self::CannotOpen | Self::BadDisclosure | Self::TooLong => Disposition::Reject,
            Self::File(fault) => fault.disposition(),
            Self::Unknown(_) | Self::NoneActive(_) | Self::Broken(_) | Self::NonceRepeated => Disposition::Fatal,
        }
    }
}
