//! Why a proof is refused; never what the leaf said.

use crate::checkpoint::NoteError;
use crate::merkle::TreeError;

/// A proof that proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("the file is not a proof in the form of c2sp.org/tlog-proof@v1: {0}")]
    Malformed(&'static str),
    #[error("the leaf in the proof is not one: {0}")]
    BadLeaf(&'static str),
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
