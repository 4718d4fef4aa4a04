//! What can go wrong in this service, by what must happen next.

use runtime::Disposition;
use schemas::DecodeError;
use seal::draft::LeafError;
use stream::Partition;

/// The closed set of failures of this service.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the key is too short to sign with; it needs at least 32 bytes")]
    ShortKey,
    #[error(
        "the last record of audit.sealed/{partition} cannot be read ({reason}); nothing is appended to a log that is not understood"
    )]
    UnreadableHead { partition: Partition, reason: LeafOrDecode },
    #[error(
        "the last record of audit.sealed/{partition} was sealed with key {found:?} and this worker holds {held:?}; give it that key, or rotate by rule"
    )]
    OtherKey { partition: Partition, found: String, held: String },
    #[error(
        "the last record of audit.sealed/{partition} does not match its MAC; run `audit-cli verify kafka` before anything is appended"
    )]
    ForgedHead { partition: Partition },
    #[error(transparent)]
    Rules(#[from] phi::RuleError),
    #[error(transparent)]
    Stream(#[from] stream::Error),
}

/// Why a head could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LeafOrDecode {
    #[error(transparent)]
    Leaf(#[from] LeafError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl Error {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Stream(error) => error.disposition(),
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
