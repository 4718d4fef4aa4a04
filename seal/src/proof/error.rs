//! Why a proof is refused; never what the leaf said.

use crate::checkpoint::NoteError;
use crate::keys::Disposition;
use crate::merkle::TreeError;
use crate::verify::ReadError;

/// A proof that proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("the file is not a proof in the form of c2sp.org/tlog-proof@v1: {0}")]
    Malformed(&'static str),
    #[error("the leaf in the proof is not one: {0}")]
    BadLeaf(ReadError),
    #[error("the leaf has a format version or a type that this program does not know: use a newer one")]
    UnknownLeaf,
    #[error("the leaf is of another chain than the checkpoint")]
    OtherChain,
    #[error("the leaf names another sequence than the proof's index")]
    OtherPlace,
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] NoteError),
    #[error("inclusion: {0}")]
    Tree(#[from] TreeError),
}

impl ProofError {
    /// A proof that does not hold is wrong by itself; only what it was to be made from can be in need of a person.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Checkpoint(error) => error.disposition(),
            Self::Tree(error) => error.disposition(),
            Self::Malformed(_) | Self::BadLeaf(_) | Self::UnknownLeaf | Self::OtherChain | Self::OtherPlace => {
                Disposition::Reject
            }
        }
    }
}

impl From<ReadError> for ProofError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::UnknownVersion | ReadError::UnknownKind => Self::UnknownLeaf,
            _ => Self::BadLeaf(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::Subtree;

    #[test]
    fn a_proof_is_refused_by_itself_and_only_a_lost_tile_or_a_wrong_key_stops_the_caller() {
        let missing = TreeError::Missing(Subtree { height: 0, index: 7 });
        for (error, expected) in [
            (ProofError::UnknownLeaf, Disposition::Reject),
            (ProofError::BadLeaf(ReadError::TooLong), Disposition::Reject),
            (ProofError::Tree(TreeError::OtherRoot), Disposition::Reject),
            (ProofError::Tree(TreeError::OutOfRange), Disposition::Reject),
            (ProofError::Tree(missing), Disposition::Fatal),
            (ProofError::Checkpoint(NoteError::BadSignature), Disposition::Reject),
            (ProofError::Checkpoint(NoteError::BadKey("a vkey")), Disposition::Fatal),
        ] {
            assert_eq!(error.disposition(), expected, "{error}");
        }
    }
}
