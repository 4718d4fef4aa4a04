//! The free-text scanner: tokens, label words, recognisers, and who gets which part of the text.
//!
//! ```text
//! text ─▶ plain form (odd characters only) ─▶ tokens + notes ─▶ recognisers by anchor ─▶ claims ─▶ resolution ─▶ findings
//! ```

mod account_name;
mod age;
mod beside;
mod check;
pub mod claims;
mod date;
pub mod fold;
mod groups;
mod ip;
mod known;
mod labelled;
mod lexicon;
mod literals;
mod net;
mod number;
mod opaque;
mod pattern;
mod phone;
mod recognise;
pub(crate) mod rules;
pub(crate) mod selftest;
pub mod token;
pub mod view;
#[cfg(test)]
pub(crate) mod work;

pub use claims::{Claim, Rank};
pub use fold::fold_hash;
pub use known::KnownValues;
pub use rules::RuleError;
pub use token::{Class, Token};
pub use view::View;

use crate::finding::{Evidence, Finding, RuleId};
use crate::gazetteer::Gazetteer;
use crate::label::Label;
use crate::listed::{self, Buffers, Hit, Input};

use claims::{Arena, Claims, Kind};
use fold::PlainText;
use lexicon::{ASK, COURT, Note};
use rules::{Compiled, Examples, TextRules};

/// What is known about a text besides itself.
#[derive(Debug, Clone, Copy)]
pub struct Hint<'h> {
    /// What the name of its field says.
    pub label: Option<Label>,
    /// Names and ids of the same event.
    pub known: &'h KnownValues,
}

/// Buffers that one thread keeps between texts: after a few texts nothing is allocated any more.
#[derive(Debug, Default)]
pub struct Scratch {
    plain: PlainText,
    tokens: Vec<Token>,
    notes: Vec<Note>,
    claims: Vec<Claim>,
    arena: Arena,
    labelled: known::Labelled,
    listed: Buffers,
    hits: Vec<Hit>,
}

/// Compiled rules. Immutable: share it between threads.
#[derive(Debug)]
pub struct Scanner {
    compiled: Compiled,
    words: &'static Gazetteer,
}

/// The files of text rules that ship with the program.
pub(crate) const BUILTIN_RULES: [(&str, &str); 4] = [
    ("words.toml", include_str!("../rules/text/words.toml")),
    ("forms.toml", include_str!("../rules/text/forms.toml")),
    ("labels.toml", include_str!("../rules/text/labels.toml")),
    ("listed.toml", include_str!("../rules/listed.toml")),
];

/// How many words of courts make a text a court's.
const COURT_WORDS: usize = 2;

impl Scanner {
    /// Compiles the rules that ship with the program. Their examples are tried by [`crate::Engine::builtin`].
    ///
    /// # Errors
    /// The rule that is wrong; a released program's own rules are not.
    pub fn builtin() -> Result<Self, RuleError> {
        let mut compiled = Compiled::default();
        for (name, text) in BUILTIN_RULES {
            let rules: TextRules =
                toml::from_str(text).map_err(|error| RuleError::Malformed(error.message().to_owned()))?;
            compiled.add(name, rules)?;
        }
        Self::new(compiled)
    }

    /// A scanner by the rules of all files; their examples are not tried yet.
    pub(crate) fn new(mut compiled: Compiled) -> Result<Self, RuleError> {
        compiled.finish()?;
        let words = Gazetteer::shared()?;
        compiled.lexicon.add_misspellings(|fold| !words.known(fold).is_nothing());
        Ok(Self { compiled, words })
    }

    #[must_use]
    pub fn rule_name(&self, rule: RuleId) -> &str {
        self.compiled.names.get(usize::from(rule.0)).map_or("", String::as_str)
    }

    /// The rules with examples.
    pub(crate) fn examples(&self) -> &[Examples] {
        &self.compiled.examples
    }

    /// Refills `out` with what the text holds: sorted, non-overlapping, offsets in bytes of `text`.
    pub fn scan(&self, text: &str, hint: Hint<'_>, scratch: &mut Scratch, out: &mut Vec<Finding>) {
        out.clear();
        let plain = self.claim(text, hint, scratch);
        out.extend(scratch.claims.iter().filter_map(Claim::finding));
        if plain {
            for finding in out.iter_mut() {
                (finding.start, finding.end) = scratch.plain.original_span(text, finding.start, finding.end);
            }
        }
    }

    /// Leaves in the scratch all claims that hold, harmless ones too. True when their offsets are of the plain form.
    fn claim(&self, text: &str, hint: Hint<'_>, scratch: &mut Scratch) -> bool {
        let Scratch { plain, tokens, notes, claims: list, arena, labelled, listed, hits } = scratch;
        let folded = PlainText::is_needed(text);
        if folded {
            plain.fill(text);
        }
        let text = if folded { plain.text() } else { text };
        token::tokenize(text, tokens);
        self.compiled.lexicon.annotate(tokens, notes);
        let court = notes.iter().filter(|note| note.is(COURT)).take(COURT_WORDS).count() == COURT_WORDS;
        let asks = tokens.iter().zip(notes.iter()).any(|(token, note)| token.mark == b'?' || note.is(ASK));
        let view = View { text, tokens, notes, lexicon: &self.compiled.lexicon, words: self.words, court, asks };
        list.clear();
        let mut claims = Claims { list, params: &self.compiled.params };
        recognise::all(&view, &self.compiled.labelled, &mut claims);
        self.compiled.literals.find(&view, &mut claims);
        self.compiled.patterns.find(&view, &mut claims);
        self.hinted(&view, hint, &mut claims);
        hits.clear();
        listed::find(Input { text, tokens, claims: claims.list, court }, self.words, listed, hits);
        self.weigh(hits, claims.list);
        beside::find(&view, &mut claims);
        arena.resolve(tokens, list);
        if labelled.repeat(&view, list) {
            arena.resolve(tokens, list);
        }
        folded
    }

    /// What lists and neighbours found becomes claims of the rules that are switched on; a rule's score is the highest it gives.
    fn weigh(&self, hits: &[Hit], list: &mut Vec<Claim>) {
        list.extend(hits.iter().filter_map(|hit| {
            let param = self.compiled.listed.get(hit.kind as usize).filter(|param| param.on)?;
            let claim = hit.claim(param.rule);
            Some(Claim { score: claim.score.min(param.score), ..claim })
        }));
    }

    fn hinted(&self, view: &View<'_>, hint: Hint<'_>, claims: &mut Claims<'_>) {
        if let Some(template) = self.template(Kind::Known, Evidence::KNOWN_VALUE) {
            known::find(view, hint.known, template, claims);
        }
        if let (Some(label), Some(template)) = (hint.label, self.template(Kind::Field, Evidence::FIELD)) {
            recognise::whole_field(view, Claim { label: Some(label), ..template }, claims);
        }
    }

    fn template(&self, kind: Kind, evidence: Evidence) -> Option<Claim> {
        let param = self.compiled.params.get(kind as usize).filter(|param| param.on)?;
        let (rule, score) = (param.rule, param.score);
        Some(Claim { start: 0, end: 0, label: None, rule, rank: Rank::Known, score, evidence })
    }
}

#[cfg(test)]
mod tests;
