//! A site's own words and phrases: the names of wards, of projects, of people in the public eye.

use crate::finding::{Evidence, RuleId};
use crate::label::Label;

use super::claims::{Claim, Claims, Rank};
use super::fold::PlainText;
use super::lexicon::{FoldMap, join};
use super::token::{Class, Token, tokenize};
use super::view::View;

/// How many words a phrase may have.
const WORDS_MAX: usize = 8;
/// How many marks may stand between two words of a phrase: `St. 'Anne'`.
const MARKS_MAX: usize = 2;

/// All phrases, as a tree over the folds of their words.
#[derive(Debug, Default)]
pub(crate) struct Literals {
    steps: FoldMap<Step>,
    phrases: Vec<Phrase>,
}

#[derive(Debug, Default)]
struct Step {
    /// The phrases that end here; more than one where only capitals tell them apart.
    ends: Vec<u32>,
    more: bool,
}

#[derive(Debug)]
struct Phrase {
    meaning: Meaning,
    /// The words as they must be written; `None` where capitals do not matter.
    exact: Option<Vec<String>>,
}

/// What a phrase or a form of a site means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meaning {
    pub rule: RuleId,
    /// `None` for what is harmless.
    pub label: Option<Label>,
    pub score: u8,
}

impl Meaning {
    /// A site knows its own best: only what the event itself says is stronger.
    pub fn claim(self, evidence: Evidence) -> Claim {
        let Self { rule, label, score } = self;
        Claim { start: 0, end: 0, label, rule, rank: Rank::Strict, score, evidence }
    }
}

impl Literals {
    /// Adds a phrase. False when it is empty, too long, or there already.
    pub fn add(&mut self, phrase: &str, case: bool, meaning: Meaning) -> bool {
        let mut plain = PlainText::default();
        plain.fill(phrase);
        let mut tokens = Vec::new();
        tokenize(plain.text(), &mut tokens);
        tokens.retain(|token| !is_mark(token));
        if tokens.is_empty() || tokens.len() > WORDS_MAX {
            return false;
        }
        let written = || tokens.iter().map(|token| token.text(plain.text()).to_owned()).collect::<Vec<_>>();
        let exact = case.then(written);
        let Ok(number) = u32::try_from(self.phrases.len()) else { return false };
        let mut key = 0;
        for (place, token) in tokens.iter().enumerate() {
            key = join(key, token.fold);
            let step = self.steps.entry(key).or_default();
            if place + 1 < tokens.len() {
                step.more = true;
                continue;
            }
            let same = |end: &u32| self.phrases.get(*end as usize).is_some_and(|other| other.exact == exact);
            if step.ends.iter().any(same) {
                return false;
            }
            step.ends.push(number);
        }
        self.phrases.push(Phrase { meaning, exact });
        true
    }

    /// Claims every phrase that stands in the text, the longest first.
    pub fn find(&self, view: &View<'_>, claims: &mut Claims<'_>) {
        if self.phrases.is_empty() {
            return;
        }
        let mut at = 0;
        while at < view.tokens.len() {
            let found = self.longest(view, at);
            if let Some((meaning, next)) = found
                && let (Some(first), Some(last)) = (view.token(at), view.token(next - 1))
            {
                claims.push((first.start as usize, last.end as usize), meaning.claim(Evidence::LIST));
            }
            at = found.map_or(at + 1, |(_, next)| next);
        }
    }

    fn longest(&self, view: &View<'_>, at: usize) -> Option<(Meaning, usize)> {
        view.token(at).filter(|token| !is_mark(token))?;
        let (mut key, mut next, mut found) = (0, at, None);
        for _ in 0..WORDS_MAX {
            let Some(token) = view.token(next) else { break };
            key = join(key, token.fold);
            let Some(step) = self.steps.get(&key) else { break };
            next += 1;
            let fits = |end: &&u32| self.phrases.get(**end as usize).is_some_and(|phrase| phrase.fits(view, at));
            if let Some(phrase) = step.ends.iter().find(fits).and_then(|end| self.phrases.get(*end as usize)) {
                found = Some((phrase.meaning, next));
            }
            if !step.more {
                break;
            }
            let marks = view.tokens.get(next..).unwrap_or_default().iter().take(MARKS_MAX);
            next += marks.take_while(|token| token.class == Class::Punct).count();
        }
        found
    }
}

impl Phrase {
    /// Whether the words from `at` on have the right capitals; that they are the right words is known.
    fn fits(&self, view: &View<'_>, at: usize) -> bool {
        let Some(exact) = &self.exact else { return true };
        let words = view.tokens.get(at..).unwrap_or_default().iter().filter(|token| !is_mark(token));
        words.zip(exact).all(|(token, word)| token.text(view.text) == word)
    }
}

fn is_mark(token: &Token) -> bool {
    matches!(token.class, Class::Punct | Class::Newline)
}
