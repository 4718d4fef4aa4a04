//! Who gets which part of a text: every recogniser claims, the strongest claim wins, and the rest gives way.

use crate::finding::{Evidence, Finding, RuleId};
use crate::label::Label;

use super::token::Token;

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

/// What recognisers found so far, and the table that says how much each of them counts.
pub struct Claims<'r> {
    pub(crate) list: &'r mut Vec<Claim>,
    pub(crate) params: &'r [Param],
}

/// What the rules say about one built-in recogniser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    pub label: Option<Label>,
    pub rule: RuleId,
    pub score: u8,
    pub on: bool,
}

/// How much a wrong check digit costs.
const CHECKSUM_PENALTY: u8 = 20;

impl Claims<'_> {
    /// Claims bytes for a built-in recogniser, unless the rules switched it off.
    pub(crate) fn add(&mut self, kind: Kind, span: (usize, usize), rank: Rank, evidence: Evidence) {
        let Some(param) = self.params.get(kind as usize).filter(|param| param.on).copied() else { return };
        let penalty = if evidence.has(Evidence::CHECKSUM_FAILED) { CHECKSUM_PENALTY } else { 0 };
        self.push(
            span,
            Claim {
                start: 0,
                end: 0,
                label: param.label,
                rule: param.rule,
                rank,
                score: param.score.saturating_sub(penalty),
                evidence,
            },
        );
    }

    /// Claims bytes as `claim` says; its own span is ignored.
    pub(crate) fn push(&mut self, span: (usize, usize), claim: Claim) {
        if let (Ok(start), Ok(end)) = (u32::try_from(span.0), u32::try_from(span.1))
            && start < end
        {
            self.list.push(Claim { start, end, ..claim });
        }
    }
}

/// Buffers of the resolution.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    order: Vec<u32>,
    /// Per token, whether a stronger claim has it.
    taken: Vec<bool>,
}

impl Arena {
    /// Leaves in `list` the claims that hold: none overlaps another, sorted by place.
    pub(crate) fn resolve(&mut self, tokens: &[Token], list: &mut Vec<Claim>) {
        list.sort_unstable_by_key(|claim| claim.start);
        let (mut at, mut token, mut lost) = (0, 0, false);
        while let Some(first) = list.get(at) {
            token +=
                tokens.get(token..).unwrap_or_default().iter().take_while(|token| token.end <= first.start).count();
            let group = group(tokens.get(token..).unwrap_or_default(), list.get(at..).unwrap_or_default());
            if group > 1
                && let (Some(claims), Some(tokens)) = (list.get_mut(at..at + group), tokens.get(token..))
            {
                lost |= self.settle(tokens, claims);
            }
            at += group;
        }
        if lost {
            list.retain(|claim| claim.start < claim.end);
            list.sort_unstable_by_key(|claim| claim.start);
        }
    }

    /// Empties the claims that lose against others of their group. True if there are any.
    fn settle(&mut self, tokens: &[Token], claims: &mut [Claim]) -> bool {
        self.order.clear();
        self.order.extend(0..u32::try_from(claims.len()).unwrap_or(u32::MAX));
        self.order.sort_unstable_by_key(|at| claims.get(*at as usize).map(Claim::precedence));
        let end = claims.iter().map(|claim| claim.end).max().unwrap_or(0);
        self.taken.clear();
        self.taken.resize(tokens.partition_point(|token| token.start < end), false);
        let mut lost = false;
        for at in &self.order {
            let Some(claim) = claims.get_mut(*at as usize) else { continue };
            let first = tokens.partition_point(|token| token.end <= claim.start);
            let width = tokens.get(first..).map_or(0, |rest| rest.partition_point(|token| token.start < claim.end));
            let wanted = self.taken.get_mut(first..first + width).unwrap_or_default();
            if wanted.contains(&true) {
                claim.end = claim.start;
                lost = true;
            } else {
                wanted.fill(true);
            }
        }
        lost
    }
}

/// How many of the claims, which are in order of their start, hang together by tokens that they share. `tokens` start with the first one's.
fn group(tokens: &[Token], claims: &[Claim]) -> usize {
    let Some(first) = claims.first() else { return 0 };
    let mut end = first.end;
    let mut count = 1;
    let mut token = 0;
    for claim in claims.get(1..).unwrap_or_default() {
        // A claim may end inside of a token that the next one starts in.
        token += tokens.get(token..).unwrap_or_default().iter().take_while(|token| token.end <= claim.start).count();
        let shared = tokens.get(token).is_some_and(|token| token.start < end);
        if !shared && claim.start >= end {
            break;
        }
        end = end.max(claim.end);
        count += 1;
    }
    count
}

macro_rules! kinds {
    ($($name:ident = $id:literal, $label:expr;)*) => {
        /// The built-in recognisers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Kind { $($name),* }

        /// Their names in rules files, in the order of [`Kind`], with what each finds.
        pub(crate) const KINDS: &[(&str, Option<Label>)] = &[$(($id, $label)),*];
    };
}

kinds! {
    Stamp = "not-log-time", None;
    Epoch = "not-epoch", None;
    Opaque = "not-opaque-id", None;
    Version = "not-version", None;
    Agent = "not-user-agent", None;
    Host = "not-host", None;
    Code = "not-clinical-code", None;
    Measure = "not-measure", None;
    SystemUrl = "not-system-url", None;
    Email = "email", Some(Label::Email);
    Url = "url", Some(Label::Url);
    Ip = "ip", Some(Label::Ip);
    Mac = "mac", Some(Label::Device);
    Phone = "phone", Some(Label::Phone);
    Fax = "fax", Some(Label::Fax);
    Ssn = "ssn", Some(Label::Ssn);
    Card = "card", Some(Label::Account);
    Iban = "iban", Some(Label::Account);
    Mbi = "mbi", Some(Label::HealthPlan);
    Dea = "dea", Some(Label::License);
    Vin = "vin", Some(Label::Vehicle);
    Udi = "udi", Some(Label::Device);
    Imei = "imei", Some(Label::Device);
    ImageFile = "image-file", Some(Label::Photo);
    VoiceFile = "voice-file", Some(Label::Biometric);
    UserPath = "user-path", Some(Label::OtherId);
    Application = "application-number", Some(Label::OtherId);
    DateNumeric = "date-numeric", Some(Label::Date);
    DateStamp = "date-time", Some(Label::Date);
    DateWritten = "date-written", Some(Label::Date);
    DateMonthYear = "date-month-year", Some(Label::Date);
    DateMonthDay = "date-month-day", Some(Label::Date);
    DateYear = "date-year-in-court-text", Some(Label::Date);
    Age = "age-90", Some(Label::Age90);
    AccountName = "account-name", Some(Label::OtherId);
    Beside = "id-beside-name", Some(Label::Mrn);
    Paired = "paired-number", Some(Label::Mrn);
    Known = "known-value", None;
    Field = "field-name", None;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::token::tokenize;

    fn claim(start: u32, end: u32, rank: Rank) -> Claim {
        let label = Some(Label::Name);
        Claim { start, end, label, rule: RuleId(0), rank, score: 50, evidence: Evidence::NONE }
    }

    fn left(claims: &[Claim]) -> Vec<(u32, u32)> {
        let (mut tokens, mut list) = (Vec::new(), claims.to_vec());
        tokenize("aa bb cc dd", &mut tokens);
        Arena::default().resolve(&tokens, &mut list);
        list.iter().map(|claim| (claim.start, claim.end)).collect()
    }

    #[test]
    fn the_stronger_claim_wins_and_the_longer_of_equals() {
        assert_eq!(
            left(&[claim(3, 8, Rank::Weak), claim(6, 8, Rank::Strict), claim(0, 2, Rank::Weak)]),
            [(0, 2), (6, 8)]
        );
        assert_eq!(left(&[claim(0, 2, Rank::Shape), claim(0, 8, Rank::Shape)]), [(0, 8)]);
    }

    #[test]
    fn claims_that_share_no_token_are_settled_apart() {
        let apart = [claim(6, 8, Rank::Weak), claim(0, 2, Rank::Weak), claim(3, 5, Rank::Strict)];
        assert_eq!(left(&apart), [(0, 2), (3, 5), (6, 8)]);
        // The first two share `bb` though their bytes do not meet.
        assert_eq!(
            left(&[claim(3, 4, Rank::Weak), claim(4, 5, Rank::Shape), claim(6, 8, Rank::Weak)]),
            [(4, 5), (6, 8)]
        );
    }

    #[test]
    fn what_lost_to_a_loser_still_holds() {
        assert_eq!(
            left(&[claim(0, 2, Rank::Weak), claim(0, 8, Rank::Shape), claim(6, 11, Rank::Strict)]),
            [(0, 2), (6, 11)]
        );
    }
}
