//! What can go wrong where keys are kept; each message names the way out.

use std::path::PathBuf;

use seal::keys::file::FileFault;
use seal::keys::{Disposition, KeyError};

#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    #[error("{path} does not exist; create the key file first, or name another")]
    Missing { path: PathBuf },
    #[error("{path} exists already and is not overwritten; name another file")]
    Exists { path: PathBuf },
    #[error("{path} can be read or written by others (mode {mode:o}); run: chmod 600 {path}")]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{path} is no regular file; name the file itself")]
    NotAFile { path: PathBuf },
    #[error("{path}: {source}; check the folder's rights and the disk")]
    Io { path: PathBuf, source: std::io::Error },
    #[error(
        "{path} has the change, but the disk does not say whether it will last ({source}); look at the list of keys before \
         trying again"
    )]
    Unsettled { path: PathBuf, source: std::io::Error },
    #[error(
        "{path} does not say a revision, so an older copy of the key file would not be noticed; make sure that the key file \
         is the newest, then remove {path}"
    )]
    BadNote { path: PathBuf },
    #[error("another process is writing {path}; wait until it is done")]
    Busy { path: PathBuf },
    #[error("{path}: {fault}")]
    File { path: PathBuf, fault: FileFault },
    #[error("{path} holds no usable secret: {reason}")]
    Secret { path: PathBuf, reason: &'static str },
    #[error("the system's random generator failed; keys can't be made here")]
    Random,
    #[error("the PKCS#11 module {path} can't be loaded ({reason}); install it, or name another")]
    Module { path: PathBuf, reason: String },
    #[error("no token is called {label:?}; initialise one, or name another")]
    NoToken { label: String },
    #[error("the token {label:?} was not opened: {fault}")]
    Pin { label: String, fault: PinFault },
    #[error("the token {label:?} does not answer: {reason}")]
    Token { label: String, reason: String },
    #[error("the address of subjects' keys can't be read; it looks like postgres://user:password@host:port/database")]
    BadStoreUrl,
    #[error("the Postgres of subjects' keys does not answer: {reason}")]
    StoreAway { reason: String },
    #[error("the Postgres of subjects' keys has no table subject_key; make it with `sealtrail-enrich --migrate`")]
    StoreNotMigrated,
    #[error("the Postgres of subjects' keys can't be used: {reason}")]
    StoreBroken { reason: String },
}

/// Why a PIN did not open a token, or was not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinFault {
    #[error("it refused the PIN as wrong, and this process does not try it again; give the right one")]
    Wrong,
    #[error("its PIN is locked; its security officer must unlock it")]
    Locked,
    #[error("its PIN has expired; set a new one")]
    Expired,
    #[error("it was given a wrong PIN since the last right one; look at the PIN, then open it once with `insist`")]
    TriedBefore,
    #[error("one more wrong PIN locks it; look at the PIN, then open it once with `insist`")]
    LastTry,
}

impl KeystoreError {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Busy { .. } | Self::Token { .. } | Self::NoToken { .. } | Self::Io { .. } | Self::Missing { .. } => {
                Disposition::Retry
            }
            Self::StoreAway { .. } => Disposition::Retry,
            Self::File { fault, .. } => fault.disposition(),
            _ => Disposition::Fatal,
        }
    }
}

impl From<KeystoreError> for KeyError {
    fn from(error: KeystoreError) -> Self {
        match (error.disposition(), error) {
            (_, KeystoreError::File { fault, .. }) => Self::File(fault),
            (Disposition::Retry, error) => Self::Unavailable(error.to_string()),
            (_, error) => Self::Broken(error.to_string()),
        }
    }
}
