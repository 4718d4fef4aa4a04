//! What can go wrong in this service, by what must happen next.

use runtime::Disposition;
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
            Self::Seal(error) => match error.disposition() {
                seal::keys::Disposition::Retry => Disposition::Retry,
                seal::keys::Disposition::Reject => Disposition::Reject,
                _ => Disposition::Fatal,
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
