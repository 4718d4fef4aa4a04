//! The bodies (`what`) of all leaves but events, their members in canonical order.

use schemas::Text;

use crate::chain::Sequence;
use crate::leaf::Kind;

/// The first leaf of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis<'a> {
    /// SHA-256 of the configuration that the chain began with.
    pub config: [u8; 32],
    /// The epoch key in force.
    pub key: Text<'a>,
    /// The chain that this one goes on from.
    pub previous: Option<PreviousChain<'a>>,
    /// The source topic's id.
    pub topic: Text<'a>,
    /// The trail that the chain belongs to.
    pub trail: Text<'a>,
}

/// An ended chain: its name and final tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousChain<'a> {
    pub chain: Text<'a>,
    pub root: [u8; 32],
    pub size: u64,
}

/// The last leaf of a segment: what the segment holds, and the tree of all leaves before this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentClose {
    /// The compact range of the first `size` leaves, the largest subtree first.
    pub edge: Vec<[u8; 32]>,
    /// The segment's first leaf.
    pub first: Sequence,
    /// The source range of the segment.
    pub from: i64,
    pub levels: Levels,
    pub next: i64,
    pub outcomes: Outcomes,
    /// The root of leaves 0 up to but without `size`.
    pub root: [u8; 32],
    pub segment: u64,
    /// This leaf's own sequence.
    pub size: u64,
    pub time: TimeRange,
}

/// Events of a segment by level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels {
    pub confidential: u64,
    pub internal: u64,
    pub public: u64,
    pub restricted: u64,
}

/// What became of a segment's source offsets. The four add up to its source range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcomes {
    pub duplicate: u64,
    pub event: u64,
    /// Source offsets that source-gap leaves account for.
    pub gap: u64,
    pub reject: u64,
}

/// The least and the greatest `time` of a segment's event, reject and duplicate leaves; zeros where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    pub max: i64,
    pub min: i64,
}

/// A new epoch key, from the next leaf on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEpoch<'a> {
    pub key: Text<'a>,
    pub previous: Text<'a>,
    /// What only a holder of the new key can make.
    pub proof: [u8; 32],
}

/// Somebody else writes the chain from here on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerChange<'a> {
    pub attempt: i32,
    pub generation: i32,
    pub owner: Text<'a>,
    pub term: i64,
}

impl OwnerChange<'_> {
    #[must_use]
    pub const fn turn(&self) -> OwnerTurn {
        OwnerTurn { term: self.term, generation: self.generation, attempt: self.attempt }
    }
}

/// When an owner took the chain. Turns never fall: whoever has an earlier one than the last owner-change may not write another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnerTurn {
    pub term: i64,
    pub generation: i32,
    pub attempt: i32,
}

/// A record that could not be sealed as an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject<'a> {
    pub bytes: u64,
    /// Of the input record and its offset, by the epoch key: see [`crate::mac::RejectKey`].
    pub digest: [u8; 32],
    pub reason: Text<'a>,
}

/// An event that the chain holds already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate<'a> {
    pub event_id: Text<'a>,
    /// The sealed one.
    pub first: Sequence,
    pub tenant: Text<'a>,
}

/// Source offsets that hold no record, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceGap<'a> {
    pub reason: Text<'a>,
}

/// A subject's key was destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure<'a> {
    pub basis: Text<'a>,
    /// The subject's handle, never its id.
    pub handle: Text<'a>,
    /// The checkpoint before: root and size.
    pub root: [u8; 32],
    pub scope: Text<'a>,
    pub size: u64,
}

/// A part of the configuration changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigChange<'a> {
    pub digest: [u8; 32],
    pub part: Text<'a>,
    pub version: Text<'a>,
}

/// Leaves `first` up to but without `next` may be gone, by policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionCut<'a> {
    pub first: Sequence,
    pub next: Sequence,
    pub policy: Text<'a>,
}

/// What a leaf says. An event's text stands in the leaf as schemas writes it, less what is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body<'a> {
    /// The canonical JSON of the event as it stands in the leaf.
    Event(&'a str),
    Genesis(Genesis<'a>),
    SegmentClose(SegmentClose),
    OwnerChange(OwnerChange<'a>),
    KeyEpoch(KeyEpoch<'a>),
    Reject(Reject<'a>),
    Duplicate(Duplicate<'a>),
    SourceGap(SourceGap<'a>),
    Erasure(Erasure<'a>),
    ConfigChange(ConfigChange<'a>),
    RetentionCut(RetentionCut<'a>),
}

impl Body<'_> {
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Event(_) => Kind::Event,
            Self::Genesis(_) => Kind::Genesis,
            Self::SegmentClose(_) => Kind::SegmentClose,
            Self::OwnerChange(_) => Kind::OwnerChange,
            Self::KeyEpoch(_) => Kind::KeyEpoch,
            Self::Reject(_) => Kind::Reject,
            Self::Duplicate(_) => Kind::Duplicate,
            Self::SourceGap(_) => Kind::SourceGap,
            Self::Erasure(_) => Kind::Erasure,
            Self::ConfigChange(_) => Kind::ConfigChange,
            Self::RetentionCut(_) => Kind::RetentionCut,
        }
    }
}
