//! Free text with every finding replaced by a tag: `[NAME:7f3a]`. All of it or nothing.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use schemas::{AuditEvent, Text};

use crate::Label;
use crate::engine::{Classified, Engine, Scratch};
use crate::finding::Finding;
use crate::hidden::{Place, Step};
use crate::policy::FAULT;

/// How often a text is searched again for what only shows once other values are gone.
const ROUNDS_MAX: usize = 4;
/// Letters times values: a text with more to compare is not redacted, but hidden as a whole.
const COMPARISONS_MAX: usize = 1 << 22;
/// A longer text of an event is not redacted, but hidden as a whole.
const EVENT_TEXT_BYTES_MAX: usize = 64 << 10;
/// Shorter values are replaced elsewhere only where they stand as words of their own: `93`, `A.`.
const REPEATED_BYTES_MIN: usize = 3;

/// Gives values their tags: a keyed function of the caller's, so that one tenant's tags say nothing to another.
pub trait Tagger {
    /// Four digits' worth of a keyed digest of the label and the value.
    fn tag(&self, label: Label, value: &str) -> u16;
}

impl Engine {
    /// The hidden free texts of an event without what was found in them, by dotted path. One that cannot be freed of it is left out.
    pub fn redact_texts<'c>(
        &self,
        classified: &'c Classified<'_>,
        tagger: &impl Tagger,
        scratch: &mut Scratch,
    ) -> Vec<(&'static str, Cow<'c, str>)> {
        let mut redacted = Vec::new();
        if classified.applied().has(FAULT) {
            return redacted;
        }
        let mut knows = false;
        for (path, steps, text) in texts(classified.event()) {
            let (Some(text), Some(place)) = (text, Place::new(steps)) else { continue };
            let is_hidden = classified.hidden().iter().any(|hidden| steps.starts_with(hidden.place.steps()));
            if !is_hidden || text.len() > EVENT_TEXT_BYTES_MAX {
                continue;
            }
            // What was looked at wholly and held nothing stays as it is.
            if classified.was_looked_through() && classified.findings().iter().all(|finding| finding.place != place) {
                redacted.push((path, Cow::Borrowed(text)));
                continue;
            }
            if !std::mem::replace(&mut knows, true) {
                scratch.pool.know(classified.event());
            }
            // A recogniser that fails leaves its text out, and fails nothing else.
            match catch_unwind(AssertUnwindSafe(|| self.redact(text, tagger, scratch))) {
                Ok(done) => redacted.extend(done.map(|text| (path, Cow::Owned(text)))),
                Err(_) => (*scratch, knows) = (Scratch::default(), false),
            }
        }
        redacted
    }

    /// The text with its findings replaced, or `None` when that cannot be done so that none of the found values is left.
    /// Doing it again changes nothing.
    #[must_use]
    pub fn redact(&self, text: &str, tagger: &impl Tagger, scratch: &mut Scratch) -> Option<String> {
        let mut redacted = text.to_owned();
        let mut gone: Vec<(Label, String)> = Vec::new();
        let mut found = Vec::new();
        for _ in 0..ROUNDS_MAX {
            if !self.scan_whole(&redacted, scratch, &mut found) {
                return None;
            }
            if found.is_empty() {
                let left = gone.iter().any(|(_, value)| occurs(&redacted, value));
                return (!left).then_some(redacted);
            }
            for finding in &found {
                let value = redacted.get(finding.start as usize..finding.end as usize)?;
                let known = gone.iter().any(|(label, known)| *label == finding.label && known == value);
                if !known {
                    gone.push((finding.label, value.to_owned()));
                }
                if redacted.len().saturating_mul(gone.len()) > COMPARISONS_MAX {
                    return None;
                }
            }
            redacted = replaced(&redacted, &found, &gone, tagger);
        }
        None
    }
}

/// The free texts of an event: where they stand, and what they say.
fn texts<'e>(event: &'e AuditEvent<'_>) -> [(&'static str, &'static [Step], Option<&'e str>); 3] {
    use Step::Member;
    let reason = event.authority.as_ref().and_then(|authority| authority.reason.as_ref());
    let outcome = event.codes.as_ref().and_then(|codes| codes.outcome_text.as_ref());
    [
        ("note", &[Member("note")], event.note.as_ref().map(Text::as_str)),
        ("authority.reason", &[Member("authority"), Member("reason")], reason.map(Text::as_str)),
        ("codes.outcome_text", &[Member("codes"), Member("outcome_text")], outcome.map(Text::as_str)),
    ]
}

/// Puts tags in the place of the findings, and of every other place where the same value stands.
fn replaced(text: &str, found: &[Finding], gone: &[(Label, String)], tagger: &impl Tagger) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for finding in found {
        let (start, end) = (finding.start as usize, finding.end as usize);
        plain(text.get(at..start).unwrap_or_default(), gone, tagger, &mut out);
        push_tag(finding.label, text.get(start..end).unwrap_or_default(), tagger, &mut out);
        at = end;
    }
    plain(text.get(at..).unwrap_or_default(), gone, tagger, &mut out);
    out
}

/// Copies text that nothing was found in, but for values that were found elsewhere. Tags of an earlier round stay.
fn plain(text: &str, gone: &[(Label, String)], tagger: &impl Tagger, out: &mut String) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = tag_length(rest) {
            out.push_str(rest.get(..length).unwrap_or_default());
            at += length;
            continue;
        }
        let value = gone.iter().filter(|(_, value)| repeats(text, at, value)).max_by_key(|(_, value)| value.len());
        if let Some((label, value)) = value {
            push_tag(*label, value, tagger, out);
            at += value.len();
        } else if let Some(letter) = rest.chars().next() {
            out.push(letter);
            at += letter.len_utf8();
        }
    }
}

fn push_tag(label: Label, value: &str, tagger: &impl Tagger, out: &mut String) {
    out.push('[');
    out.push_str(label.name());
    out.push(':');
    let tag = tagger.tag(label, value);
    for shift in [12, 8, 4, 0] {
        out.push(char::from_digit(u32::from(tag >> shift & 0xf), 16).unwrap_or('0'));
    }
    out.push(']');
}

fn tag_length(rest: &str) -> Option<usize> {
    let end = rest.strip_prefix('[')?.bytes().take(24).position(|byte| byte == b']')? + 2;
    rest.get(..end).filter(|tag| crate::paths::value::is_tag(tag)).map(str::len)
}

/// Whether a value stands at a place of a text.
fn repeats(text: &str, at: usize, value: &str) -> bool {
    if !text.get(at..).is_some_and(|rest| rest.starts_with(value)) {
        return false;
    }
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text.get(at + value.len()..).and_then(|after| after.chars().next());
    let joined = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    value.len() >= REPEATED_BYTES_MIN || !joined(before) && !joined(after)
}

/// Whether a value still stands outside of the tags.
fn occurs(text: &str, value: &str) -> bool {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match tag_length(rest) {
            Some(length) => at += length,
            None if repeats(text, at, value) => return true,
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    false
}
