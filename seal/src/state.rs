//! What a chain's next leaf needs to know of all leaves before it. Every part can be computed again from the log.

mod text;

pub use text::TEXT_BYTES_MAX;

use phi::Level;

use crate::chain::{LeafHash, Sequence};
use crate::error::SealError;
use crate::keys::KeyError;
use crate::keys::KeyId;
use crate::leaf::{
    Body, Envelope, Kind, Levels, NUMBER_LIMIT, Outcomes, OwnerTurn, SIZE_LIMIT, SegmentClose, Source, TimeRange,
};
use crate::merkle::Edge;

/// A chain's state between two leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainState {
    edge: Edge,
    previous: LeafHash,
    /// The range is empty: what the next leaf goes on from.
    source: Source,
    segment: Segment,
    /// `None` before the first leaf.
    key: Option<KeyId>,
    /// That of the last owner-change.
    turn: Option<OwnerTurn>,
}

/// What a leaf's body changes in the state, beyond what its envelope says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    None,
    /// Genesis and key-epoch leaves: the key in force from the next leaf on.
    Key(KeyId),
    /// Owner-changes.
    Turn(OwnerTurn),
}

impl News {
    /// What this body says.
    pub fn of(body: &Body<'_>) -> Result<Self, KeyError> {
        Ok(match body {
            Body::Genesis(genesis) => Self::Key(KeyId::new(&genesis.key)?),
            Body::KeyEpoch(epoch) => Self::Key(KeyId::new(&epoch.key)?),
            Body::OwnerChange(change) => Self::Turn(change.turn()),
            _ => Self::None,
        })
    }

    fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::None => !matches!(kind, Kind::Genesis | Kind::KeyEpoch | Kind::OwnerChange),
            Self::Key(_) => matches!(kind, Kind::Genesis | Kind::KeyEpoch),
            Self::Turn(_) => kind == Kind::OwnerChange,
        }
    }
}

/// The segment that the next leaf belongs to, so far.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    number: u64,
    first: u64,
    levels: Levels,
    outcomes: Outcomes,
    time: TimeRange,
}

impl Segment {
    fn starting(number: u64, first: u64) -> Self {
        let (levels, outcomes, time) = Default::default();
        Self { number, first, levels, outcomes, time }
    }

    fn records(&self) -> u64 {
        self.outcomes.event + self.outcomes.reject + self.outcomes.duplicate
    }

    /// How many source offsets its leaves account for.
    fn offsets(&self) -> i64 {
        (self.records() + self.outcomes.gap).cast_signed()
    }

    fn count(&mut self, leaf: &Envelope<'_>) {
        match leaf.kind {
            Kind::Event => self.outcomes.event += 1,
            Kind::Reject => self.outcomes.reject += 1,
            Kind::Duplicate => self.outcomes.duplicate += 1,
            Kind::SourceGap => self.outcomes.gap += (leaf.source.next - leaf.source.from).cast_unsigned(),
            _ => {}
        }
        if let Some(class) = leaf.class {
            match class.level {
                Level::Public => self.levels.public += 1,
                Level::Internal => self.levels.internal += 1,
                Level::Confidential => self.levels.confidential += 1,
                Level::Restricted => self.levels.restricted += 1,
            }
        }
        if leaf.kind.takes_a_record() {
            let time = leaf.source.time;
            let first = self.records() == 1;
            self.time.min = if first { time } else { self.time.min.min(time) };
            self.time.max = if first { time } else { self.time.max.max(time) };
        }
    }
}

impl Default for ChainState {
    fn default() -> Self {
        Self::new()
    }
}

impl ChainState {
    /// Of a chain without leaves.
    #[must_use]
    pub fn new() -> Self {
        let source = Source { from: 0, next: 0, partition: 0, time: 0 };
        Self {
            edge: Edge::EMPTY,
            previous: LeafHash::NONE,
            source,
            segment: Segment::starting(0, 0),
            key: None,
            turn: None,
        }
    }

    /// How many leaves there are; the next one's sequence.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// What the next leaf names as its predecessor.
    #[must_use]
    pub fn previous(&self) -> LeafHash {
        self.previous
    }

    #[must_use]
    pub fn edge(&self) -> &Edge {
        &self.edge
    }

    /// The first source offset that no leaf accounts for.
    #[must_use]
    pub fn source_next(&self) -> i64 {
        self.source.next
    }

    #[must_use]
    pub fn partition(&self) -> i32 {
        self.source.partition
    }

    /// The key in force; `None` before the first leaf.
    #[must_use]
    pub fn key(&self) -> Option<&KeyId> {
        self.key.as_ref()
    }

    /// The last owner-change's; `None` where there was none.
    #[must_use]
    pub fn turn(&self) -> Option<OwnerTurn> {
        self.turn
    }

    /// The segment that the next leaf belongs to.
    #[must_use]
    pub fn segment(&self) -> u64 {
        self.segment.number
    }

    /// How many leaves the open segment has. None directly after a segment-close: there a new key may come into force.
    #[must_use]
    pub fn segment_leaves(&self) -> u64 {
        self.size() - self.segment.first
    }

    /// Where a leaf that consumes nothing stands.
    pub(crate) fn here(&self) -> Source {
        self.source
    }

    /// The body of the leaf that closes the open segment now.
    #[must_use]
    pub fn close(&self) -> SegmentClose {
        let Segment { number, first, levels, outcomes, time } = self.segment.clone();
        SegmentClose {
            edge: self.edge.hashes().iter().map(|hash| hash.0).collect(),
            first: Sequence(first),
            from: self.source.next - self.segment.offsets(),
            levels,
            next: self.source.next,
            outcomes,
            root: self.edge.root().0,
            segment: number,
            size: self.size(),
            time,
        }
    }

    /// Whether a leaf may stand next.
    pub fn check(&self, leaf: &Envelope<'_>) -> Result<(), SealError> {
        let place = |fits: bool, why: &'static str| if fits { Ok(()) } else { Err(SealError::Place(why)) };
        let Source { from, next, partition, time } = leaf.source;
        let genesis = leaf.kind == Kind::Genesis;
        if self.size() + 1 >= SIZE_LIMIT {
            return Err(SealError::Full);
        }
        place(leaf.sequence.0 == self.size() && leaf.previous == self.previous, "it names other leaves before it")?;
        place(genesis == (self.size() == 0), "a chain begins with its one genesis leaf")?;
        place((leaf.kind == Kind::Event) == leaf.class.is_some(), "events and nothing else have a class")?;
        place(partition >= 0 && (genesis || partition == self.source.partition), "the source partition is another")?;
        if !genesis && from != self.source.next {
            return Err(SealError::SourceOffset { expected: self.source.next, given: from });
        }
        let moves_on = match leaf.kind {
            Kind::SourceGap => next > from,
            kind if kind.takes_a_record() => from.checked_add(1) == Some(next),
            _ => next == from,
        };
        place(from >= 0 && moves_on && next < NUMBER_LIMIT.cast_signed(), "its source range does not fit its type")?;
        place((-1..NUMBER_LIMIT.cast_signed()).contains(&time), "its source time is out of bounds")?;
        place(
            leaf.kind.takes_a_record() || time == self.source.time,
            "it consumes nothing, so has no time of its own",
        )?;
        match leaf.kind {
            Kind::SegmentClose => place(self.segment_leaves() > 0, "a segment without leaves is not closed"),
            Kind::KeyEpoch => place(self.segment_leaves() == 0, "a key changes directly after a segment-close only"),
            _ => Ok(()),
        }
    }

    /// The state after `leaf`, which must pass [`Self::check`]. Whatever is refused leaves the state as it was.
    pub fn follow(&mut self, leaf: &Envelope<'_>, news: News, hash: LeafHash) -> Result<(), SealError> {
        self.check(leaf)?;
        if !news.fits(leaf.kind) {
            return Err(SealError::Place("its type and what it brings do not fit each other"));
        }
        match news {
            News::Turn(turn) if self.turn > Some(turn) => return Err(SealError::TurnPassed),
            News::Turn(turn) => self.turn = Some(turn),
            News::Key(key) => self.key = Some(key),
            News::None => {}
        }
        self.edge.push(hash);
        self.previous = hash;
        self.source = Source { from: leaf.source.next, ..leaf.source };
        if leaf.kind == Kind::SegmentClose {
            self.segment = Segment::starting(self.segment.number + 1, self.size());
        } else {
            self.segment.count(leaf);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
