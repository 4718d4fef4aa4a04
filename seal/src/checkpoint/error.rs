//! Why a note, a checkpoint or a key is refused.

use crate::keys::Disposition;

/// A note that says nothing to us, or a key that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("the note is longer than 65536 bytes")]
    TooLong,
    #[error("the note is not in the form of a signed note: {0}")]
    Malformed(&'static str),
    #[error("the note has more than 16 signatures")]
    TooManySignatures,
    #[error("the note has no signature of the given key: give the key of the trail that it is from")]
    NotSigned,
    #[error("the signature of the given key does not fit the note: the note was changed, or forged")]
    BadSignature,
    #[error("the note is a checkpoint of another trail than the given key is for")]
    OtherTrail,
    #[error("the key is not in the form of {0}")]
    BadKey(&'static str),
}

impl NoteError {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            // The caller's own, so that every note would be refused.
            Self::BadKey(_) => Disposition::Fatal,
            Self::TooLong
            | Self::Malformed(_)
            | Self::TooManySignatures
            | Self::NotSigned
            | Self::BadSignature
            | Self::OtherTrail => Disposition::Reject,
        }
    }
}
