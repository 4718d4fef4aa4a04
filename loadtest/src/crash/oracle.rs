//! The oracle: which records of the sealed log count, by its own reading of the rules, and whether what was acknowledged is there.
//!
//! It shares no code with the workers and the sinks: should `stream::sealed_log` be wrong, this must not be wrong with it.
//!
//! ```text
//! audit.sealed/p ──▶ claim (entry.rs) ──▶ Chain::read, one verdict a record ──▶ judge ◀── what Kafka acknowledged
//! ```

pub mod entry;
mod judge;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use entry::{Entry, Leaf, Turn};
pub use judge::{Judgement, Ledger, Sent, judge};

/// What a record turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    Counts,
    Rules,
    /// A fence that came too late.
    Outranked,
    /// Of a turn that is over, or never ruled.
    Stale,
    /// Ahead of the chain: something before it never arrived.
    Gap,
    /// Arrived twice.
    Repeated,
    /// The ruling owner contradicts what counts.
    Fork,
    /// Links well and takes the wrong part of the input.
    Misplaced,
    /// Of a higher turn that was never opened.
    Unfenced,
    /// A fence whose MAC does not hold.
    Forged,
    /// Not a record of this chain.
    Foreign,
}

impl Reading {
    /// Honest workers never cause these, whatever happens to them.
    #[must_use]
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::Fork | Self::Misplaced | Self::Unfenced | Self::Forged | Self::Foreign)
    }
}

/// What became of one source offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    pub kind: String,
    pub event_id: Option<String>,
}

/// One partition, read from its first record on.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    /// Epoch and name of the owner whose records count now.
    ruling: Option<(Turn, String)>,
    /// The hash of each leaf that counts, by sequence.
    hashes: Vec<[u8; 32]>,
    next: i64,
    /// By source offset; offsets that a source gap takes are there too.
    fates: BTreeMap<i64, Vec<Fate>>,
    readings: BTreeMap<Reading, u64>,
    alarms: Vec<String>,
}

impl Chain {
    /// Reads one more record; records come in the order of their offsets.
    pub fn read(&mut self, offset: i64, entry: &Entry) -> Reading {
        let reading = match entry {
            Entry::Foreign => Reading::Foreign,
            Entry::Fence { authentic: false, .. } => Reading::Forged,
            Entry::Fence { turn, owner, .. } => self.fence(*turn, owner),
            Entry::Leaf { turn, owner, leaf } => self.leaf(*turn, owner, leaf),
        };
        *self.readings.entry(reading).or_default() += 1;
        if reading.is_alarm() {
            self.alarms.push(format!("offset {offset}: {reading:?}"));
        }
        reading
    }

    fn fence(&mut self, turn: Turn, owner: &str) -> Reading {
        if self.ruling.as_ref().is_some_and(|(ruling, _)| turn <= *ruling) {
            return Reading::Outranked;
        }
        self.ruling = Some((turn, owner.to_owned()));
        Reading::Rules
    }

    fn leaf(&mut self, turn: Turn, owner: &str, leaf: &Leaf) -> Reading {
        match &self.ruling {
            None => return Reading::Unfenced,
            Some((ruling, _)) if turn > *ruling => return Reading::Unfenced,
            Some((ruling, name)) if turn < *ruling || name != owner => return Reading::Stale,
            Some(_) => {}
        }
        let size = self.hashes.len() as u64;
        if leaf.sequence > size {
            return Reading::Gap;
        }
        if leaf.sequence < size {
            let counted = usize::try_from(leaf.sequence).ok().and_then(|place| self.hashes.get(place));
            return if counted == Some(&leaf.hash) { Reading::Repeated } else { Reading::Fork };
        }
        if leaf.previous != self.hashes.last().copied().unwrap_or_default() {
            return Reading::Fork;
        }
        if size > 0 && leaf.from != self.next {
            return Reading::Misplaced;
        }
        let takes_one = matches!(leaf.kind.as_str(), "event" | "reject" | "duplicate");
        if leaf.next < leaf.from || takes_one && leaf.next != leaf.from + 1 {
            return Reading::Misplaced;
        }
        self.hashes.push(leaf.hash);
        self.next = leaf.next;
        for source in leaf.from..leaf.next {
            let fate = Fate { kind: leaf.kind.clone(), event_id: leaf.event_id.clone() };
            self.fates.entry(source).or_default().push(fate);
        }
        Reading::Counts
    }

    /// The first source offset that has no leaf yet.
    #[must_use]
    pub fn next(&self) -> i64 {
        self.next
    }

    #[must_use]
    pub fn alarms(&self) -> &[String] {
        &self.alarms
    }

    /// Whether everything that counted in `earlier` counts here, in the same places.
    #[must_use]
    pub fn continues(&self, earlier: &Self) -> bool {
        self.hashes.starts_with(&earlier.hashes)
    }
}
