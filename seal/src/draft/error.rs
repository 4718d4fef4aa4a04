//! Why a leaf cannot be read; never what it said.

/// A leaf that this version cannot take as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    #[error("the leaf is not a JSON object of the known shape")]
    Malformed,
    #[error("the leaf has format version {0}, which this program does not know")]
    UnknownVersion(u32),
    #[error("the leaf's previous hash is not 64 hexadecimal digits")]
    BadHash,
    #[error("the leaf has neither an event nor a reject")]
    NoBody,
}
