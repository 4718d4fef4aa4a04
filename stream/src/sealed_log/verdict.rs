//! What a reader says of each record of the log: a closed set, and a count of each.

/// What a record of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It extends the history.
    Accepted,
    /// A fence that rules from here on.
    Fenced,
    /// The record that the hint named: reading goes on after it.
    Anchored,
    /// This offset was read before.
    Behind,
    /// A fence that does not outrank the ruling one.
    Outranked,
    /// Of an epoch that rules no more, or of one that never ruled as another owner's fence came first.
    Stale,
    /// Of the ruling owner, but what should stand before it does not. The next fence heals that.
    Gap,
    /// Of the ruling owner, in a place that is taken; the same record, or one too old to tell.
    Repeated,
    /// Of the ruling owner, and another record than the one that is accepted in its place or names another predecessor.
    Fork,
    /// It links to the head and accounts for other source offsets than those that come next.
    Misplaced,
    /// Of an epoch above the ruling one: its fence is missing.
    Unfenced,
    /// A fence that no holder of the key wrote.
    Forged,
    /// Not a record of this log.
    Foreign,
    /// The hint named a record that is not there: this is another log, or it was cut. The reader stays where it is.
    Lost,
}

/// What a verdict means to whoever runs the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// Part of the history, or of how it came about.
    Part,
    /// Ignored; an ordinary trace of takeovers and doubts.
    Ignored,
    /// Ignored; no worker of ours does that.
    Alarm,
    /// The reader cannot go on.
    Stop,
}

impl Verdict {
    pub const ALL: [Self; 14] = [
        Self::Accepted,
        Self::Fenced,
        Self::Anchored,
        Self::Behind,
        Self::Outranked,
        Self::Stale,
        Self::Gap,
        Self::Repeated,
        Self::Fork,
        Self::Misplaced,
        Self::Unfenced,
        Self::Forged,
        Self::Foreign,
        Self::Lost,
    ];

    #[must_use]
    pub fn weight(self) -> Weight {
        match self {
            Self::Accepted | Self::Fenced | Self::Anchored => Weight::Part,
            Self::Behind | Self::Outranked | Self::Stale | Self::Gap | Self::Repeated => Weight::Ignored,
            Self::Fork | Self::Misplaced | Self::Unfenced | Self::Forged | Self::Foreign => Weight::Alarm,
            Self::Lost => Weight::Stop,
        }
    }

    /// A name for metrics and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Fenced => "fenced",
            Self::Anchored => "anchored",
            Self::Behind => "behind",
            Self::Outranked => "outranked",
            Self::Stale => "stale",
            Self::Gap => "gap",
            Self::Repeated => "repeated",
            Self::Fork => "fork",
            Self::Misplaced => "misplaced",
            Self::Unfenced => "unfenced",
            Self::Forged => "forged",
            Self::Foreign => "foreign",
            Self::Lost => "lost",
        }
    }
}

/// How often each verdict was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally([u64; Verdict::ALL.len()]);

impl Tally {
    pub fn add(&mut self, verdict: Verdict) {
        // The variants are listed in `ALL` in the order of their declaration.
        self.0[verdict as usize] += 1;
    }

    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_is_counted_under_its_own_name() {
        let mut tally = Tally::default();
        for (place, verdict) in Verdict::ALL.into_iter().enumerate() {
            assert_eq!(verdict as usize, place);
            tally.add(verdict);
            tally.add(verdict);
        }
        assert!(Verdict::ALL.iter().all(|verdict| tally.of(*verdict) == 2));
        let names: std::collections::BTreeSet<_> = Verdict::ALL.map(Verdict::name).into();
        assert_eq!(names.len(), Verdict::ALL.len());
    }
}
