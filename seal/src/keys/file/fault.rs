//! What can be wrong with a key file, and what to do about it.

use crate::keys::Disposition;

/// Why a key file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    #[error("this is no key file; name the file that `sealtrail-keys 1` stands at the top of")]
    NotAKeyFile,
    #[error("the key file has version {0}, this program knows 1; use the program that wrote it, or a newer one")]
    OtherVersion(String),
    #[error("the key file is cut off; restore it from its backup")]
    Cut,
    #[error("the key file's {0} can't be read; restore it from its backup")]
    Malformed(&'static str),
    #[error("the key file asks for {0}, which is out of bounds; restore it from its backup")]
    OutOfBounds(&'static str),
    #[error("the key file is larger than 4 MiB; name the right file")]
    TooLarge,
    #[error("the passphrase or key is wrong for this key file; give the one that it was sealed with")]
    WrongKey,
    #[error("the key file opens with a passphrase, not with a key; give the passphrase")]
    WantsPassphrase,
    #[error("the key file opens with a 32-byte key, not with a passphrase; give the key")]
    WantsKey,
    #[error("a passphrase has at least 16 characters; choose a longer one")]
    WeakPassphrase,
    #[error("the key file was changed after it was sealed; restore it from its backup and find out who did")]
    Changed,
    #[error(
        "the key file is at revision {found}, but {seen} was seen before; an older copy was put back: restore the newer"
    )]
    RolledBack { found: u64, seen: u64 },
}

impl FileFault {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            // Only a new file asks for it; the one that is there is as good as before.
            Self::WeakPassphrase => Disposition::Reject,
            _ => Disposition::Fatal,
        }
    }
}
