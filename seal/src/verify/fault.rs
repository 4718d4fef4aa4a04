//! What can be wrong with a stored chain: a closed set, each with its verdict and with what was expected, never with a payload.

use std::fmt;

use crate::chain::Sequence;
use crate::verify::read::ReadError;
use crate::verify::verdict::Verdict;

/// One thing that a walk found, at the sequence that the finding is filed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Unreadable(ReadError),
    /// The store's sequence and the leaf's differ.
    Misfiled {
        filed: Sequence,
        leaf_says: Sequence,
    },
    WrongChain,
    /// A neighbour names another hash.
    Changed,
    /// It does not name the hash of the record before it, and nothing after it says which of the two was changed.
    BrokenLink,
    /// Records from here up to but without `next` are not there.
    Missing {
        next: Sequence,
    },
    /// The record before it, once more.
    Repeated,
    /// This record stands before or after its place: `record` is what it calls itself or is filed under.
    OutOfPlace {
        record: Sequence,
    },
    /// Another leaf for the same place, with the same predecessor.
    Rival,
    SourceMissing {
        expected: i64,
    },
    SourceRepeated {
        expected: i64,
    },
    Partition {
        expected: i32,
    },
    Time {
        expected: i64,
    },
    /// The MAC is by another key than the one in force.
    WrongKey {
        expected: String,
    },
    MacAbsent,
    MacWrong,
    /// The key in force from here on was not given.
    KeyNotGiven {
        key: String,
    },
    /// The key was given, but its holder does not answer.
    KeyFailed {
        key: String,
    },
    /// The MACs from here up to but without `next` could not be checked, as their segment is not known.
    MacUnchecked {
        next: Sequence,
    },
    /// A key-epoch's proof was not made with the new key.
    WrongProof,
    /// A control leaf at a place where none of its type can stand.
    Misplaced,
    /// A segment-close's member differs from what the segment holds.
    Close(&'static str),
    /// A control leaf's member contradicts the chain.
    Contradicts(&'static str),
    /// The chain says that so many source offsets hold no record.
    SourceGap {
        offsets: u64,
    },
    /// Leaves from here up to but without `next` are gone, and a retention-cut says that they may be.
    Cut {
        next: Sequence,
    },
    /// A trusted checkpoint has another root; the one of size `agreed` had the same.
    OtherRoot {
        size: u64,
        agreed: u64,
    },
    /// A trusted checkpoint could not be compared: too much before it is missing or changed.
    RootUnchecked {
        size: u64,
    },
    /// The leaves from here up to but without `next` are not under a checkpoint yet.
    Pending {
        next: Sequence,
    },
    /// The newest checkpoint is from `newest_ms`, or there is none with a time.
    Stale {
        newest_ms: Option<i64>,
    },
    /// There is no record at all.
    Empty,
    /// A typed column differs from what the leaf says.
    Column(&'static str),
    /// A digest in the leaf has no disclosure beside it.
    DisclosureMissing,
    /// A disclosure belongs to no digest in the leaf.
    DisclosureForeign,
    /// A disclosure does not open to what its digest stands for.
    DisclosureWrong,
    /// So many values of one subject, from here on, cannot be opened: the key was destroyed, as the erasure leaf `by` says.
    Erased {
        values: u64,
        by: Sequence,
    },
    /// So many values from here on cannot be opened: their key is said to be destroyed, and no leaf after them records it.
    ErasureNotRecorded {
        values: u64,
    },
    /// So many of the record's values cannot be opened: their subject's key was not given.
    SubjectKeyNotGiven {
        values: u64,
    },
}

impl Fault {
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Unreadable(ReadError::UnknownVersion | ReadError::UnknownKind)
            | Self::KeyNotGiven { .. }
            | Self::KeyFailed { .. }
            | Self::MacUnchecked { .. }
            | Self::RootUnchecked { .. }
            | Self::Empty
            | Self::ErasureNotRecorded { .. }
            | Self::SubjectKeyNotGiven { .. } => Verdict::Unverifiable,
            Self::Missing { .. } | Self::SourceMissing { .. } | Self::DisclosureMissing => Verdict::Missing,
            Self::Rival | Self::OtherRoot { .. } => Verdict::Forked,
            Self::SourceGap { .. } | Self::Cut { .. } => Verdict::GapDeclared,
            Self::Pending { .. } => Verdict::Pending,
            Self::Stale { .. } => Verdict::Stale,
            Self::Erased { .. } => Verdict::Erased,
            Self::Unreadable(ReadError::TooLong | ReadError::NotCanonical { .. } | ReadError::Impossible(_))
            | Self::Misfiled { .. }
            | Self::WrongChain
            | Self::Changed
            | Self::BrokenLink
            | Self::Repeated
            | Self::OutOfPlace { .. }
            | Self::SourceRepeated { .. }
            | Self::Partition { .. }
            | Self::Time { .. }
            | Self::WrongKey { .. }
            | Self::MacAbsent
            | Self::MacWrong
            | Self::WrongProof
            | Self::Misplaced
            | Self::Close(_)
            | Self::Contradicts(_)
            | Self::Column(_)
            | Self::DisclosureForeign
            | Self::DisclosureWrong => Verdict::Tampered,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Misfiled { filed, leaf_says } => {
                write!(f, "filed under sequence {}, but its leaf says {}", filed.0, leaf_says.0)
            }
            Self::WrongChain => f.write_str("its leaf names another chain"),
            Self::Changed => f.write_str("it is not what was sealed here: a neighbour names another hash"),
            Self::BrokenLink => {
                f.write_str("it does not name the hash of the record before it; one of the two was changed")
            }
            Self::Missing { next } => write!(f, "the records from here up to before {} are not there", next.0),
            Self::Repeated => f.write_str("it is a copy of the record before it"),
            Self::OutOfPlace { record } => {
                write!(f, "record {} does not belong where it stands, or is a copy", record.0)
            }
            Self::Rival => f.write_str("another leaf claims this place and the same predecessor"),
            Self::SourceMissing { expected } => {
                write!(f, "the source records from offset {expected} up to its own have no leaf")
            }
            Self::SourceRepeated { expected } => {
                write!(f, "its source range begins before offset {expected}, which comes next")
            }
            Self::Partition { expected } => write!(f, "its source is not partition {expected}"),
            Self::Time { expected } => write!(f, "it must repeat the source time before it, {expected}"),
            Self::WrongKey { expected } => write!(f, "its MAC is not by key {expected}, which is in force here"),
            Self::MacAbsent => f.write_str("it has no MAC"),
            Self::MacWrong => f.write_str("its MAC does not match its leaf"),
            Self::KeyNotGiven { key } => write!(f, "key {key} is in force from here on and was not given"),
            Self::KeyFailed { key } => write!(f, "the holder of key {key} does not answer; try again"),
            Self::MacUnchecked { next } => {
                write!(f, "the MACs from here up to before {} were not checked: their segment is not known", next.0)
            }
            Self::WrongProof => f.write_str("the proof of the new key does not hold"),
            Self::Misplaced => f.write_str("no leaf of its type can stand here"),
            Self::Close(member) => write!(f, "its member {member} differs from what the segment holds"),
            Self::Contradicts(member) => write!(f, "its member {member} contradicts the chain"),
            Self::SourceGap { offsets } => write!(f, "the chain says that {offsets} source offsets hold no record"),
            Self::Cut { next } => write!(f, "leaves up to before {} are gone, as a retention-cut says", next.0),
            Self::OtherRoot { size, agreed } => {
                write!(f, "the checkpoint of size {size} has another root; that of size {agreed} had the same")
            }
            Self::RootUnchecked { size } => {
                write!(
                    f,
                    "the checkpoint of size {size} could not be compared: too much before it is missing or changed"
                )
            }
            Self::Pending { next } => {
                write!(f, "the leaves from here up to before {} are under no checkpoint yet", next.0)
            }
            Self::Stale { newest_ms: Some(time) } => write!(f, "the newest checkpoint is from {time} ms after 1970"),
            Self::Stale { newest_ms: None } => f.write_str("there is no checkpoint with a time"),
            Self::Empty => f.write_str("there is no record, so nothing was verified"),
            Self::Column(name) => write!(f, "column {name} differs from the leaf"),
            Self::DisclosureMissing => f.write_str("a hidden value's disclosure is not there"),
            Self::DisclosureForeign => f.write_str("a disclosure belongs to no digest of the leaf"),
            Self::DisclosureWrong => f.write_str("a disclosure does not open to what its digest stands for"),
            Self::Erased { values, by } => {
                write!(f, "{values} values from here on are erased: their key was destroyed, as leaf {} says", by.0)
            }
            Self::ErasureNotRecorded { values } => {
                write!(f, "{values} values from here on cannot be opened, and no later leaf records an erasure of them")
            }
            Self::SubjectKeyNotGiven { values } => write!(f, "{values} values were not opened: no key was given"),
        }
    }
}
