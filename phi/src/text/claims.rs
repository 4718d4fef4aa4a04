//! Who gets which part of a text: every recogniser claims, the strongest claim wins, and the rest gives way.

use crate::finding::{Evidence, Finding, RuleId};
use crate::label::Label;

/// How strong a claim is against another that overlaps it. Specificity first; the score only breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rank {
    /// A form that many things share.
    Weak,
    /// A name or a place by lists and neighbours.
    Listed,
    /// A form that few things share: a written-out date, a telephone number with separators.
    Shape,
    /// A label stands next to the value.
    Labelled,
    /// A form that hardly anything else has, or one with a matching check digit.
    Strict,
    /// The same event says elsewhere what this value is.
    Known,
}

/// A part of a text that a recogniser wants: as something to protect, or (`label` is `None`) as something harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Bytes, half-open, on token boundaries.
    pub start: u32,
    pub end: u32,
    pub label: Option<Label>,
    pub rule: RuleId,
    pub rank: Rank,
    /// In percent.
    pub score: u8,
    pub evidence: Evidence,
}

impl Claim {
    /// Stronger first; then longer, then earlier.
    fn precedence(&self) -> (std::cmp::Reverse<(Rank, u8, u32)>, u32) {
        (std::cmp::Reverse((self.rank, self.score, self.end - self.start)), self.start)
    }

    #[must_use]
    pub const fn finding(&self) -> Option<Finding> {
        match self.label {
            Some(label) => Some(Finding {
                start: self.start,
                end: self.end,
                label,
                rule: self.rule,
                score: self.score,
                evidence: self.evidence,
            }),
            None => None,
        }
    }
}
