//! What the leaves so far say about the next one. What a missing or changed leaf leaves open is `None` until the chain says it again.

use phi::Level;

use crate::chain::Sequence;
use crate::leaf::{Envelope, Kind, Levels, Outcomes, OwnerTurn, Source, TimeRange};
use crate::merkle::Hash;
use crate::verify::fault::Fault;

/// What a segment holds so far; its close must say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) first: u64,
    pub(crate) from: i64,
    pub(crate) levels: Levels,
    pub(crate) outcomes: Outcomes,
    pub(crate) time: Option<TimeRange>,
}

impl Tally {
    pub(crate) fn starting(first: u64, from: i64) -> Self {
        let (levels, outcomes) = (Levels::default(), Outcomes::default());
        Self { first, from, levels, outcomes, time: None }
    }

    fn count(&mut self, envelope: &Envelope<'_>) {
        let offsets = envelope.source.next.abs_diff(envelope.source.from);
        match envelope.kind {
            Kind::Event => self.outcomes.event += 1,
            Kind::Reject => self.outcomes.reject += 1,
            Kind::Duplicate => self.outcomes.duplicate += 1,
            Kind::SourceGap => self.outcomes.gap += offsets,
            _ => {}
        }
        match envelope.class.map(|class| class.level) {
            Some(Level::Public) => self.levels.public += 1,
            Some(Level::Internal) => self.levels.internal += 1,
            Some(Level::Confidential) => self.levels.confidential += 1,
            Some(Level::Restricted) => self.levels.restricted += 1,
            None => {}
        }
        if envelope.kind.takes_a_record() {
            let time = envelope.source.time;
            let known = self.time.unwrap_or(TimeRange { max: time, min: time });
            self.time = Some(TimeRange { max: known.max.max(time), min: known.min.min(time) });
        }
    }
}

/// The chain's state between two leaves, as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// The key in force.
    pub(crate) key: Option<String>,
    /// The segment of the next leaf: between these two.
    pub(crate) segments: (u64, u64),
    /// Whether the last leaf was a segment-close.
    pub(crate) after_close: Option<bool>,
    pub(crate) source_next: Option<i64>,
    pub(crate) partition: Option<i32>,
    pub(crate) time: Option<i64>,
    pub(crate) tally: Option<Tally>,
    /// Whether the segment's source ranges do not join, which was reported where they do not.
    pub(crate) is_torn: bool,
    /// That of the last owner-change.
    pub(crate) turn: Option<OwnerTurn>,
    /// Size and root of the last segment-close.
    pub(crate) closed: Option<(u64, Hash)>,
    /// Below this leaves may be gone.
    pub(crate) cut: u64,
}

impl State {
    /// Before the first leaf of a chain.
    pub(crate) const GENESIS: Self = Self {
        key: None,
        segments: (0, 0),
        after_close: Some(false),
        source_next: None,
        partition: None,
        time: Some(0),
        tally: None,
        is_torn: false,
        turn: None,
        closed: None,
        cut: 0,
    };

    /// So many leaves in a row are missing or not as they were sealed: what follows says anew what it builds on.
    pub(crate) fn lose(&mut self, leaves: u64) {
        // A segment has at least two leaves. A changed leaf may also pass for a close that it was not.
        let (low, high) = self.segments;
        let segments = (low.saturating_sub(1), high.saturating_add(leaves / 2 + 1));
        let (closed, cut) = (self.closed, self.cut);
        *self = Self { segments, closed, cut, after_close: None, time: None, ..Self::GENESIS };
    }

    /// The MAC says which segment and key it is.
    pub(crate) fn find(&mut self, segment: u64, key: &str) {
        if self.segments != (segment, segment) {
            self.segments = (segment, segment);
        }
        if self.key.as_deref() != Some(key) {
            self.key = Some(key.to_owned());
        }
    }

    /// Holds what every leaf says of its source against what came before, and moves on.
    pub(crate) fn follow(&mut self, envelope: &Envelope<'_>, report: &mut dyn FnMut(Fault)) {
        let Source { from, next, partition, time } = envelope.source;
        if self.source_next.is_some_and(|expected| from != expected) {
            // What the segment really held is not known any more.
            self.is_torn = true;
            self.tally = None;
        }
        match self.source_next {
            Some(expected) if from > expected => report(Fault::SourceMissing { expected }),
            Some(expected) if from < expected => report(Fault::SourceRepeated { expected }),
            _ => {}
        }
        if let Some(expected) = self.partition.filter(|expected| *expected != partition) {
            report(Fault::Partition { expected });
        }
        if let Some(expected) = self.time.filter(|expected| !envelope.kind.takes_a_record() && *expected != time) {
            report(Fault::Time { expected });
        }
        self.source_next = Some(next);
        self.partition = Some(partition);
        self.time = Some(time);
        if envelope.kind == Kind::Genesis {
            self.tally = Some(Tally::starting(0, from));
        }
        if envelope.kind != Kind::SegmentClose
            && let Some(tally) = &mut self.tally
        {
            tally.count(envelope);
        }
        self.after_close = Some(envelope.kind == Kind::SegmentClose);
    }

    /// The next segment begins.
    pub(crate) fn close(&mut self, at: Sequence, source: &Source, segment: u64, root: Hash) {
        let (low, high) = self.segments;
        let next = if low == high { low } else { segment };
        self.segments = (next.saturating_add(1), next.saturating_add(1));
        self.tally = Some(Tally::starting(at.0 + 1, source.next));
        self.is_torn = false;
        self.closed = Some((at.0, root));
    }
}

#[cfg(test)]
mod tests;
