//! Encoded pieces inside of prose, such as the URL of a log line, and the parts of a URL.

use crate::Label;
use crate::encoded::look::{DEPTH_MAX, mapped, shifted};
use crate::encoded::url::{self, Part};
use crate::encoded::{base64_text, percent};
use crate::engine::leaf::{Beside, Leaf};
use crate::engine::scan::Scan;
use crate::finding::{Evidence, Finding, RuleId};
use crate::paths::keys::Verdict;
use crate::paths::treatment::Treatment;

/// Shorter words hold nothing that is worth decoding.
const PIECE_BYTES_MIN: usize = 8;
/// Values of one parameter, as in `identifier=a|1,b|2`.
const VALUES_MAX: usize = 32;
/// How dates are compared in a search.
const COMPARISONS: [&str; 9] = ["eq", "ne", "lt", "gt", "ge", "le", "sa", "eb", "ap"];

impl Scan<'_, '_> {
    /// Prose, and what is encoded in it. What was decoded knows better than what was guessed, but a larger claim stays.
    pub fn prose_with_pieces(&mut self, text: &str, out: &mut Vec<Finding>) {
        self.prose(text, out);
        if self.depth >= DEPTH_MAX
            || !text.bytes().any(|byte| matches!(byte, b'%' | b'?' | b'=' | b'^' | b'/')) && !has_long_word(text)
        {
            return;
        }
        self.with_findings(|scan, found| {
            scan.pieces(text, found);
            if !found.is_empty() {
                out.append(found);
                settle(out);
            }
        });
    }

    fn pieces(&mut self, text: &str, out: &mut Vec<Finding>) {
        let mut at = 0;
        for word in
            text.split(|mark: char| mark.is_ascii_whitespace() || matches!(mark, '"' | '\'' | '<' | '>' | '(' | ')'))
        {
            let trimmed = word.trim_end_matches(['.', ',', ';', ':', '!']);
            if trimmed.len() >= PIECE_BYTES_MIN {
                self.piece(at, trimmed, out);
            }
            at += word.len() + 1;
        }
    }

    fn piece(&mut self, at: usize, word: &str, out: &mut Vec<Finding>) {
        let value = word.trim_end_matches('=').rfind(['=', ':']).map_or(0, |mark| mark + 1);
        let tail = word.get(value..).unwrap_or_default();
        let leaf = |text, treatment| Leaf { text, treatment, rule: RuleId(0), beside: Beside::default() };
        if word.contains("^^^") {
            let beside = Beside { owner: Some("HL7"), ..Beside::default() };
            self.inner(at + value, &Leaf { beside, ..leaf(tail, Treatment::Identifier) }, out);
        } else if word.contains(['?', '/', '&']) && url::looks_like(word) {
            // Not as a text: `[/Patient?family=x` is no JSON, so it is prose, and would come here again without end.
            self.encoded_piece(at, word, out);
        } else if word.starts_with("eyJ") && word.contains('.') {
            // A signed token: its header and its claims are JSON in base64.
            let mut start = at;
            for part in word.split('.').take(2) {
                self.inner(start, &leaf(part, Treatment::Text), out);
                start += part.len() + 1;
            }
        } else if base64_text::looks_like(tail) || percent::is_encoded(tail) {
            self.encoded_piece(at + value, tail, out);
        }
    }

    /// Only what was decoded counts: as it stands the word belongs to the prose, which was searched already.
    fn encoded_piece(&mut self, at: usize, word: &str, out: &mut Vec<Finding>) {
        self.with_findings(|scan, found| {
            if scan.encoded(word, found) {
                out.extend(found.iter().map(|finding| shifted(finding, at)));
            }
        });
    }

    /// The parts of a URL: who is named before the host, records in the path, parameters.
    pub fn url(&mut self, text: &str, out: &mut Vec<Finding>) {
        url::parts(text, &mut |at, part| match part {
            Part::User(user) => {
                let name = user.split(':').next().unwrap_or(user);
                self.value_of(at, name, Verdict::Known(Label::OtherId, self.tables.url_rule), out);
            }
            Part::Step { before, step } => self.step(at, before, step, out),
            Part::Parameter { key, value } => self.parameter(at, key, value, out),
        });
    }

    fn step(&mut self, at: usize, before: &str, step: &str, out: &mut Vec<Finding>) {
        let record = self.tables.identifiers.reference(before);
        let verdict = match record {
            Some((Some(label), rule)) => Verdict::Known(label, rule),
            Some((None, _)) => return,
            None => self.tables.keys.verdict("id", std::iter::once(before)),
        };
        // `/patients/search`: an id has a digit in it.
        if record.is_none() && !step.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@' || byte == b'%') {
            return;
        }
        if step.starts_with(['_', '$']) {
            return;
        }
        self.value_of(at, step, verdict, out);
    }

    fn parameter(&mut self, at: usize, key: &str, value: &str, out: &mut Vec<Finding>) {
        // `subject:Patient.name:exact`: the last name counts; `_id` and `_lastUpdated` are no words of their own.
        let chain = key.rsplit('.').next().unwrap_or(key);
        let name = chain.split(':').next().unwrap_or(chain);
        let member = self.tables.search.and_then(|search| self.tables.types.member(search, name));
        let mut start = at;
        for one in value.split(',').take(VALUES_MAX) {
            match member {
                Some(member) => {
                    let beside = Beside::default();
                    let leaf = Leaf { text: one, treatment: member.treatment, rule: member.rule, beside };
                    self.search_value(start, &leaf, out);
                }
                None => {
                    let verdict = self.tables.keys.verdict(name, std::iter::empty());
                    self.value_of(start, one, verdict, out);
                }
            }
            start += one.len() + 1;
        }
    }

    /// A search's value: `ge1970-01-01`, `system|id`, `Patient/1`.
    fn search_value(&mut self, at: usize, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        let value = leaf.text;
        let compared = COMPARISONS.iter().any(|word| value.starts_with(word));
        let skip = if compared && value.as_bytes().get(2).is_some_and(u8::is_ascii_digit) { 2 } else { 0 };
        let text = value.get(skip..).unwrap_or_default();
        self.unescaped(at + skip, text, out, |scan, text, found| {
            let leaf = Leaf { text, ..*leaf };
            match text.split_once('|') {
                Some((system, id)) => {
                    let beside = Beside { system: Some(system), owner: Some("Search"), ..Beside::default() };
                    let at = system.len() + 1;
                    scan.inner(at, &Leaf { text: id, treatment: Treatment::Identifier, beside, ..leaf }, found);
                }
                None if text.contains('/') && leaf.treatment != Treatment::Safe => {
                    scan.leaf(&Leaf { treatment: Treatment::Reference, ..leaf }, found);
                }
                None => scan.leaf(&leaf, found),
            }
        });
    }

    fn value_of(&mut self, at: usize, value: &str, verdict: Verdict, out: &mut Vec<Finding>) {
        self.unescaped(at, value, out, |scan, text, found| {
            let leaf = Leaf { text, treatment: Treatment::Unknown, rule: RuleId(0), beside: Beside::default() };
            if scan.work.spend(text.len()) {
                scan.judged(verdict, &leaf, found);
            }
        });
    }

    /// Runs with the value as it reads without percent-encoding.
    fn unescaped(
        &mut self,
        at: usize,
        value: &str,
        out: &mut Vec<Finding>,
        run: impl FnOnce(&mut Self, &str, &mut Vec<Finding>),
    ) {
        self.with_findings(|scan, found| {
            if !value.contains(['%', '+']) {
                run(scan, value, found);
                out.extend(found.iter().map(|finding| shifted(finding, at)));
                return;
            }
            scan.with_decoded(|scan, decoded| {
                percent::decode(value, true, decoded);
                let Some(text) = decoded.text() else { return };
                run(scan, text, found);
                out.extend(found.iter().map(|finding| shifted(&mapped(finding, decoded), at)));
            });
        });
    }
}

fn has_long_word(text: &str) -> bool {
    let mut run = 0;
    text.bytes().any(|byte| {
        run = if base64_text::is_alphabet(byte) { run + 1 } else { 0 };
        run >= 16
    })
}

/// Puts findings in order, each part of the text to one of them: the larger claim, and of equals the decoded one.
pub(crate) fn settle(findings: &mut Vec<Finding>) {
    let size = |finding: &Finding| (finding.end - finding.start, finding.evidence.has(Evidence::DECODED));
    findings.sort_unstable_by_key(|finding| (finding.start, std::cmp::Reverse(size(finding))));
    let mut kept = 0_usize;
    for index in 0..findings.len() {
        let Some(next) = findings.get(index).copied() else { break };
        let last = kept.checked_sub(1).and_then(|last| findings.get_mut(last));
        match last {
            Some(last) if next.start < last.end => {
                if size(&next) > size(last) {
                    *last = next;
                }
            }
            _ => {
                if let Some(slot) = findings.get_mut(kept) {
                    *slot = next;
                }
                kept += 1;
            }
        }
    }
    findings.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_overlapping_findings_the_larger_stays() {
        let finding =
            |start, end, evidence| Finding { start, end, label: Label::Name, rule: RuleId(0), score: 90, evidence };
        let mut all = vec![
            finding(8, 12, Evidence::NONE),
            finding(0, 10, Evidence::SHAPE),
            finding(12, 14, Evidence::NONE),
            finding(12, 14, Evidence::DECODED),
        ];
        settle(&mut all);
        assert_eq!(all, [finding(0, 10, Evidence::SHAPE), finding(12, 14, Evidence::DECODED)]);
    }
}
