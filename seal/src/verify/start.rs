//! Where a walk starts: at a chain's first leaf, or after a leaf that the caller trusts.

use crate::chain::{LeafHash, Sequence};
use crate::leaf::Body;
use crate::merkle::{Edge, Hash};
use crate::state::ChainState;
use crate::verify::read::{Leaf, ReadError};
use crate::verify::state::{State, Tally};

/// What the first record must follow.
#[derive(Debug, Clone)]
pub struct Start {
    pub(crate) edge: Edge,
    /// The hash of the last leaf that is trusted already.
    pub(crate) previous: Option<LeafHash>,
    pub(crate) state: State,
}

impl Start {
    /// The chain's first leaf.
    #[must_use]
    pub fn genesis() -> Self {
        Self { edge: Edge::EMPTY, previous: None, state: State::GENESIS }
    }

    /// After a segment-close that the caller trusts, for example because a checkpoint covers it. `key` is the id of the key in force.
    /// `None` when the leaf is another one, or its members do not fit each other.
    pub fn after_close(leaf: &[u8], key: &str) -> Result<Option<Self>, ReadError> {
        let read = Leaf::read(leaf)?;
        let Body::SegmentClose(close) = read.body()? else { return Ok(None) };
        let Some(mut edge) = Edge::from_parts(close.size, close.edge.into_iter().map(Hash).collect()) else {
            return Ok(None);
        };
        let envelope = read.envelope;
        if edge.root().0 != close.root || envelope.sequence.0 != close.size {
            return Ok(None);
        }
        let previous = LeafHash::of(leaf);
        edge.push(previous);
        let segment = close.segment.saturating_add(1);
        let state = State {
            key: Some(key.to_owned()),
            segments: (segment, segment),
            after_close: Some(true),
            source_next: Some(envelope.source.next),
            partition: Some(envelope.source.partition),
            time: Some(envelope.source.time),
            tally: Some(Tally::starting(envelope.sequence.0 + 1, envelope.source.next)),
            closed: Some((close.size, Hash(close.root))),
            ..State::GENESIS
        };
        Ok(Some(Self { edge, previous: Some(previous), state }))
    }

    /// After the last leaf that a trusted state covers, such as the one that the sealer commits.
    #[must_use]
    pub fn after(state: &ChainState) -> Self {
        if state.size() == 0 {
            return Self::genesis();
        }
        let held = state.close();
        let here = state.here();
        // A segment's records are what its times are of; without one there is no range.
        let records = held.outcomes.event + held.outcomes.reject + held.outcomes.duplicate;
        let tally = Tally {
            first: held.first.0,
            from: held.from,
            levels: held.levels,
            outcomes: held.outcomes,
            time: (records > 0).then_some(held.time),
        };
        let known = State {
            key: state.key().map(ToString::to_string),
            segments: (state.segment(), state.segment()),
            after_close: Some(state.segment_leaves() == 0),
            source_next: Some(here.next),
            partition: Some(here.partition),
            time: Some(here.time),
            tally: Some(tally),
            turn: state.turn(),
            ..State::GENESIS
        };
        Self { edge: state.edge().clone(), previous: Some(state.previous()), state: known }
    }

    /// The place of the first record to come.
    #[must_use]
    pub fn next(&self) -> Sequence {
        Sequence(self.edge.size())
    }
}
