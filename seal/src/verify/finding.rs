//! Findings, and where they go: how many are kept is the caller's choice, the verdict counts all.

use std::sync::Arc;

use crate::chain::Sequence;
use crate::verify::fault::Fault;
use crate::verify::verdict::Verdict;

/// One thing that a walk found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub chain: Arc<str>,
    pub sequence: Sequence,
    pub fault: Fault,
}

/// Takes findings as they are made. They come nearly in order: what only a later record shows comes after that record.
pub trait Findings {
    fn add(&mut self, finding: Finding);
}

impl Findings for Vec<Finding> {
    fn add(&mut self, finding: Finding) {
        self.push(finding);
    }
}

/// Keeps the first findings and counts the rest.
#[derive(Debug, Clone)]
pub struct Kept {
    most: usize,
    findings: Vec<Finding>,
    rest: u64,
}

impl Kept {
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        Self { most, findings: Vec::new(), rest: 0 }
    }

    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many came after those that were kept.
    #[must_use]
    pub fn rest(&self) -> u64 {
        self.rest
    }
}

impl Findings for Kept {
    fn add(&mut self, finding: Finding) {
        if self.findings.len() < self.most {
            self.findings.push(finding);
        } else {
            self.rest += 1;
        }
    }
}

/// The worst verdict and the lowest sequence that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worst {
    pub verdict: Verdict,
    /// `None` when intact.
    pub first: Option<Sequence>,
}

impl Worst {
    pub const NOTHING: Self = Self { verdict: Verdict::Intact, first: None };

    /// The worst of findings that were kept.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        findings.into_iter().fold(Self::NOTHING, |worst, finding| worst.and(finding.fault.verdict(), finding.sequence))
    }

    #[must_use]
    pub fn and(self, verdict: Verdict, sequence: Sequence) -> Self {
        let first = match self.first {
            Some(first) if verdict == self.verdict => first.min(sequence),
            _ => sequence,
        };
        if verdict < self.verdict { self } else { Self { verdict, first: Some(first) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(sequence: u64, fault: Fault) -> Finding {
        Finding { chain: "c".into(), sequence: Sequence(sequence), fault }
    }

    #[test]
    fn what_is_not_kept_is_counted() {
        let mut kept = Kept::at_most(2);
        for sequence in 0..5 {
            kept.add(finding(sequence, Fault::MacWrong));
        }
        assert_eq!((kept.findings().len(), kept.rest()), (2, 3));
        assert_eq!(kept.findings()[1].sequence, Sequence(1));
    }

    #[test]
    fn the_worst_verdict_counts_and_its_lowest_sequence() {
        assert_eq!(Worst::of(&[]), Worst::NOTHING);
        let findings = [
            finding(1, Fault::SourceMissing { expected: 3 }),
            finding(9, Fault::MacWrong),
            finding(5, Fault::Changed),
            finding(7, Fault::Changed),
            finding(0, Fault::Pending { next: Sequence(2) }),
        ];
        assert_eq!(Worst::of(&findings), Worst { verdict: Verdict::Tampered, first: Some(Sequence(5)) });
        let milder = Worst { verdict: Verdict::Missing, first: Some(Sequence(1)) };
        assert_eq!(Worst::of(&findings[..1]), milder);
    }
}
