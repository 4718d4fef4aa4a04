//! The completeness ledger: what became of the input, added up from the leaves that account for it.

use std::collections::BTreeMap;

use crate::chain::Sequence;
use crate::leaf::Kind;
use crate::verify::{Leaf, ReadError};

const HOUR_MS: i64 = 3_600_000;

/// Which line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerKey {
    pub partition: i32,
    /// Hours since 1970, by the input record's own time; 0 for one without.
    pub hour: i64,
    /// The leaf's type: `event`, `reject`, `duplicate`, `source-gap`.
    pub outcome: &'static str,
}

/// What stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerLine {
    pub offsets: i64,
    /// All of them lie from here up to but without `next`.
    pub from: i64,
    pub next: i64,
    /// The first leaf that it counts.
    pub first: Sequence,
}

/// Lines in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger(BTreeMap<LedgerKey, LedgerLine>);

impl Ledger {
    /// Adds a leaf. One that a chain writes about itself accounts for nothing.
    pub fn add(&mut self, leaf: &[u8]) -> Result<(), ReadError> {
        let envelope = Leaf::read(leaf)?.envelope;
        let (from, next) = (envelope.source.from, envelope.source.next);
        if next <= from {
            return Ok(());
        }
        let hour = envelope.source.time.max(0) / HOUR_MS;
        let key = LedgerKey { partition: envelope.source.partition, hour, outcome: envelope.kind.name() };
        let line = LedgerLine { offsets: 0, from, next, first: envelope.sequence };
        let line = self.0.entry(key).or_insert(line);
        line.offsets += next - from;
        (line.from, line.next) = (line.from.min(from), line.next.max(next));
        Ok(())
    }

    pub fn lines(&self) -> impl Iterator<Item = (&LedgerKey, &LedgerLine)> {
        self.0.iter()
    }

    /// Takes a line out, to be held against a store's.
    pub fn take(&mut self, partition: i32, hour: i64, outcome: &str) -> Option<LedgerLine> {
        let outcome = Kind::from_name(outcome)?.name();
        self.0.remove(&LedgerKey { partition, hour, outcome })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::tests::leaf;

    #[test]
    fn leaves_of_one_hour_and_outcome_add_up_and_those_without_input_do_not_count() {
        let mut ledger = Ledger::default();
        for (kind, what, next) in [
            ("reject", "{\"digest\":\"x\",\"reason\":\"r\"}", 42),
            ("source-gap", "{\"reason\":\"r\"}", 50),
            ("reject", "{\"digest\":\"x\",\"reason\":\"r\"}", 42),
            ("segment-close", "{}", 41),
        ] {
            ledger.add(leaf(kind, "", next, what).as_bytes()).unwrap();
        }
        let line = |offsets, next| LedgerLine { offsets, from: 41, next, first: Sequence(7) };
        assert_eq!(ledger.lines().count(), 2);
        assert_eq!(ledger.take(3, 0, "reject"), Some(line(2, 42)));
        assert_eq!(ledger.take(3, 0, "reject"), None);
        assert_eq!(ledger.take(3, 1, "source-gap"), None);
        assert_eq!(ledger.take(3, 0, "no such"), None);
        assert_eq!(ledger.take(3, 0, "source-gap"), Some(line(9, 50)));
        assert!(ledger.is_empty());
        assert!(ledger.add(b"{}").is_err());
    }
}
