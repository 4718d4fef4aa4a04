//! What can go wrong in this service, by what must happen next.

use keystore::KeystoreError;
use runtime::Disposition;
use seal::keys::{Disposition as KeyDisposition, KeyError};
use stream::Partition;

/// The closed set of failures of this service.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("key_id is no key's name; give it 1 to 64 letters, digits, `.`, `_` or `-`, such as \"seal-2026-01\"")]
    KeyName,
    #[error("the key is not 64 hexadecimal digits; make one with `openssl rand -hex 32`")]
    KeyText,
    #[error("the system's random generator does not answer: {0}")]
    Random(String),
    #[error(
        "an accepted record of audit.sealed/{partition} cannot be gone on from ({reason}); run `audit-cli verify kafka` before anything is appended"
    )]
    UnreadableRecord { partition: Partition, reason: String },
    #[error(
        "the chain of audit.sealed/{partition} is sealed with key {found:?} and this worker holds {held:?}; give it that key"
    )]
    OtherKey { partition: Partition, found: String, held: String },
    #[error(
        "the records of audit.sealed/{partition} were not sealed with the key that this worker holds as {key:?}; give it the right bytes"
    )]
    OtherKeyBytes { partition: Partition, key: String },
    #[error(
        "audit.sealed/{partition} holds a beginning of its chain, and nothing that was sealed with the key that this worker holds as {key:?}; the records were not sealed with the key, so give it the right bytes. Where the chain is new and somebody else wrote there, delete the partition's records first"
    )]
    NothingOfThisKey { partition: Partition, key: String },
    #[error("the key file cannot be used: {0}")]
    KeyFile(#[source] KeystoreError),
    #[error("the key file gives no tenant root ({0}); make a key file with `audit-cli keys file init`")]
    TenantRoot(#[source] KeyError),
    #[error(transparent)]
    SubjectStore(KeystoreError),
    #[error("subjects' keys cannot be had, so nothing is sealed: {0}")]
    SubjectKeys(#[source] KeyError),
    #[error("the thread that hears of erasures could not be started: {0}")]
    Thread(#[source] std::io::Error),
    #[error(transparent)]
    Settings(#[from] runtime::Error),
    #[error(transparent)]
    Seal(#[from] seal::SealError),
    #[error(transparent)]
    Rules(#[from] phi::RuleError),
    #[error(transparent)]
    Stream(#[from] stream::Error),
}

impl Error {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Stream(error) => error.disposition(),
            // Before the first append of a batch, so that the batch may come again. What is wrong with one subject alone is
            // no error here; what else is wrong would be so tomorrow.
            Self::SubjectKeys(error) if error.disposition() == KeyDisposition::Retry => Disposition::Retry,
            Self::Seal(error) => match error.disposition() {
                KeyDisposition::Reject => Disposition::Reject,
                // Part of the batch may have been appended: only the log knows where to go on.
                KeyDisposition::Retry => Disposition::Unknown,
                KeyDisposition::Fatal => Disposition::Fatal,
            },
            _ => Disposition::Fatal,
        }
    }
}

impl From<Error> for stream::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Stream(inner) => inner,
            other => {
                let disposition = other.disposition();
                Self::stage(other, disposition)
            }
        }
    }
}
