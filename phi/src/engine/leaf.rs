//! One value: what its path says of it, held against what it is.

use crate::Label;
use crate::engine::scan::Scan;
use crate::finding::{Evidence, Finding, RuleId};
use crate::paths::keys::Verdict;
use crate::paths::treatment::Treatment;
use crate::paths::value;

/// How sure a path is of its value, in percent.
const PATH_SCORE: u8 = 97;

/// Least length of a record's own id that is taken for a person's.
const ID_MIN: usize = 4;

/// What stands beside a value and may say what it is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beside<'t> {
    /// The code of its type.
    pub code: Option<&'t str>,
    pub system: Option<&'t str>,
    /// The record that it belongs to.
    pub owner: Option<&'t str>,
    /// The name that goes with it, as in `{"key": "ssn", "value": ..}`.
    pub name: Option<&'t str>,
}

/// A value to be looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf<'t> {
    pub text: &'t str,
    pub treatment: Treatment,
    pub rule: RuleId,
    pub beside: Beside<'t>,
}

impl Scan<'_, '_> {
    /// Finds what there is to be found in a value; offsets are inside of it.
    pub fn leaf(&mut self, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        if !self.work.spend(leaf.text.len()) {
            return;
        }
        let Leaf { text, beside, .. } = *leaf;
        match leaf.treatment {
            Treatment::Safe => {}
            Treatment::Known(label) => self.known(label, leaf, out),
            Treatment::Text | Treatment::Unknown => self.content(text, out),
            Treatment::Reference => self.reference(leaf, out),
            Treatment::OwnId if beside.owner == Some("Patient") && is_sample(text) => {}
            Treatment::OwnId => {
                if let Some((Some(label), rule)) =
                    beside.owner.and_then(|owner| self.tables.identifiers.reference(owner))
                {
                    self.known(label, &Leaf { rule, ..*leaf }, out);
                }
            }
            Treatment::Identifier => self.identifier(leaf, out),
            Treatment::Contact => self.labelled(value::contact(beside.system, text), leaf, out),
            Treatment::Network => {
                if let Some(label) = value::network(beside.code, text) {
                    self.known(label, leaf, out);
                } else if text.contains(['/', '?', ' ']) {
                    self.content(text, out);
                }
            }
            Treatment::Xhtml => self.xhtml(text, out),
            Treatment::Display => self.display(leaf, out),
            Treatment::Base64 => self.base64(leaf, out),
            Treatment::Named => {
                let verdict =
                    beside.name.map_or(Verdict::Nothing, |name| self.tables.keys.verdict(name, std::iter::empty()));
                self.judged(verdict, leaf, out);
            }
        }
    }

    /// A value of a kind, or text where the kind is not clear.
    fn labelled(&mut self, label: Option<Label>, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        match label {
            Some(label) => self.known(label, leaf, out),
            None => self.content(leaf.text, out),
        }
    }

    /// A value whose field's name has been judged.
    pub fn judged(&mut self, verdict: Verdict, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        match verdict {
            Verdict::Known(label, rule) => self.known(label, &Leaf { rule, ..*leaf }, out),
            // A sentence under a harmless name is still a sentence.
            Verdict::Safe if words(leaf.text) < 2 => {}
            Verdict::Safe | Verdict::Nothing => self.content(leaf.text, out),
        }
    }

    /// The whole value, if it can be what its field says; else it is text that may hold such a value.
    pub fn known(&mut self, label: Label, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        let label = if label == Label::Name && is_account(leaf.text) { Label::OtherId } else { label };
        match value::fits(label, leaf.text) {
            Some((start, end)) => out.push(finding(label, leaf.rule, start, end)),
            None if label == Label::Age90 => {}
            None => self.content(leaf.text, out),
        }
    }

    /// An identifier's value. `id^^^&system&ISO` brings its own system along.
    fn identifier(&mut self, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        let (id, inner) = leaf.text.split_once("^^^").map_or((leaf.text, None), |(id, rest)| (id, Some(rest)));
        let id = id.split('^').next().unwrap_or(id);
        let inner_system = inner.map(|rest| rest.split('^').next().unwrap_or(rest));
        let inner_code = inner.and_then(|rest| rest.split('^').nth(1)).filter(|code| !code.is_empty());
        let Beside { code, system, owner, .. } = leaf.beside;
        // Object identifiers and addresses name things of machines.
        if id.starts_with("urn:") || id.contains("://") || is_oid(id) {
            return;
        }
        let found = self.tables.identifiers.label(code.or(inner_code), inner_system.or(system), owner);
        let (label, rule) = found.unwrap_or((Some(Label::OtherId), leaf.rule));
        if let Some(label) = label {
            self.known(label, &Leaf { text: id, rule, ..*leaf }, out);
        }
    }

    /// The text of a reference: the record's type tells names of people from those of places, or else the element's name.
    fn display(&mut self, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        let record = leaf.beside.code.map(|code| code.rsplit('/').nth(1).unwrap_or(code));
        let verdict = match record {
            Some("Patient" | "RelatedPerson" | "Person" | "Practitioner" | "PractitionerRole") => {
                Verdict::Known(Label::Name, leaf.rule)
            }
            Some("Organization") => Verdict::Known(Label::Org, leaf.rule),
            Some(_) => Verdict::Nothing,
            None => {
                // In other documents an actor is an account.
                let name = leaf.beside.name.map(|name| if name == "actor" { "individual" } else { name });
                name.map_or(Verdict::Nothing, |name| self.tables.keys.verdict("name", std::iter::once(name)))
            }
        };
        // A provider or a sender may be a pharmacy.
        if record.is_none() && matches!(verdict, Verdict::Known(Label::Name, _)) {
            let before = out.len();
            self.content(leaf.text, out);
            if out.get(before..).is_some_and(|found| found.iter().any(|finding| finding.label == Label::Org)) {
                return;
            }
            out.truncate(before);
        }
        self.judged(verdict, leaf, out);
    }

    /// `Patient/123`, as a path or a whole URL: the id of a record whose ids count.
    fn reference(&mut self, leaf: &Leaf<'_>, out: &mut Vec<Finding>) {
        let text = leaf.text;
        if text.starts_with('#') || text.starts_with("urn:") {
            return;
        }
        if text.contains('?') {
            return self.content(text, out);
        }
        let bare = !text.contains('/');
        if bare {
            let found = leaf.beside.code.and_then(|code| self.tables.identifiers.reference(code));
            if let Some((Some(label), rule)) = found {
                self.known(label, &Leaf { rule, ..*leaf }, out);
            }
            return;
        }
        let (mut at, mut before) = (0, "");
        for step in text.split('/') {
            if let Some((Some(label), rule)) = self.tables.identifiers.reference(before)
                && !(label == Label::Mrn && is_sample(step))
                && let Some((start, end)) = value::fits(label, step)
            {
                out.push(finding(label, rule, at + start, at + end));
            }
            before = step;
            at += step.len() + 1;
        }
    }
}

/// `p1`, `example`: the ids that documents give their own records. A number alone may be a server's.
fn is_sample(id: &str) -> bool {
    let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
    (id.len() < ID_MIN && !is_number) || id.starts_with("example")
}

/// A value that its path gives away.
pub(crate) fn finding(label: Label, rule: RuleId, start: usize, end: usize) -> Finding {
    let (start, end) = (start as u32, end as u32);
    Finding { start, end, label, rule, score: PATH_SCORE, evidence: Evidence::FIELD }
}

/// `mhunh30`, `d.green_x`: one word in small letters with a digit or a mark inside is no person's name.
fn is_account(text: &str) -> bool {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
    plain
        && text.len() >= 4
        && text.bytes().any(|byte| !byte.is_ascii_lowercase())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// `1.2.840.113619.2.55.3`
fn is_oid(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() > 3 && text.split('.').all(number)
}

/// Words of two letters or more.
fn words(text: &str) -> usize {
    let is_word = |word: &&str| word.chars().filter(|letter| letter.is_alphabetic()).count() > 1;
    text.split_whitespace().filter(is_word).take(2).count()
}
