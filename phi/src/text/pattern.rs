//! A site's own forms, as regular expressions. None runs on a text that lacks the literal that it needs.

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};

use crate::finding::Evidence;

use super::claims::Claims;
use super::fold_hash;
use super::literals::Meaning;
use super::rules::RuleError;
use super::token::Class;
use super::view::View;

/// How many patterns there may be: one bit each.
const PATTERNS_MAX: usize = 64;
/// The longest pattern as it is written, and the most bytes that it may compile to.
const WRITTEN_MAX: usize = 1024;
const COMPILED_MAX: usize = 1 << 18;
/// The shortest literal.
const LITERAL_MIN: usize = 2;
/// The longest value. A search sees [`WINDOW`] bytes at a time, so that its cost stays in proportion to the text's length
/// however a pattern is written; values at a window's end are found in the next one.
const VALUE_MAX: usize = 128;
const WINDOW: usize = 1024;
/// How many words and marks back a word that announces the value may stand.
const WORDS_BEFORE: usize = 4;
const TOKENS_BEFORE: usize = 8;

/// All patterns and the literals that they need.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    list: Vec<Pattern>,
    literals: Vec<String>,
    gate: Option<AhoCorasick>,
}

/// A pattern as its rule gives it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'r> {
    pub rule: &'r str,
    pub pattern: &'r str,
    pub literal: &'r str,
    pub words: &'r [String],
    pub meaning: Meaning,
}

#[derive(Debug)]
struct Pattern {
    regex: Regex,
    meaning: Meaning,
    /// The folds of the words of which one must stand before the value; empty where none needs to.
    words: Vec<u64>,
}

impl Patterns {
    pub fn add(&mut self, source: Source<'_>) -> Result<(), RuleError> {
        let rule = source.rule.to_owned();
        if self.list.len() >= PATTERNS_MAX {
            return Err(RuleError::TooManyPatterns { rule, max: PATTERNS_MAX });
        }
        if source.literal.chars().count() < LITERAL_MIN {
            return Err(RuleError::NoLiteral { rule });
        }
        let single = |word: &String| !word.is_empty() && word.chars().all(char::is_alphanumeric);
        if let Some(bad) = source.words.iter().position(|word| !single(word)) {
            return Err(RuleError::BadLabelWord { rule, number: bad + 1 });
        }
        let regex = compile(source.rule, source.pattern)?;
        let words = source.words.iter().map(|word| fold_hash(word)).collect();
        self.list.push(Pattern { regex, meaning: source.meaning, words });
        self.literals.push(source.literal.to_owned());
        Ok(())
    }

    /// Makes ready what tells which literals stand in a text.
    pub fn finish(&mut self) -> Result<(), RuleError> {
        if !self.literals.is_empty() {
            let gate = AhoCorasick::builder().ascii_case_insensitive(true).build(&self.literals);
            self.gate = Some(gate.map_err(|_| RuleError::BigLiterals)?);
        }
        Ok(())
    }

    /// Claims what the patterns find whose literals stand in the text.
    pub fn find(&self, view: &View<'_>, claims: &mut Claims<'_>) {
        let Some(gate) = &self.gate else { return };
        let all = u64::MAX >> (PATTERNS_MAX - self.list.len().clamp(1, PATTERNS_MAX));
        let mut due = 0_u64;
        for literal in gate.find_overlapping_iter(view.text) {
            due |= 1 << literal.pattern().as_u32();
            if due == all {
                break;
            }
        }
        for (place, pattern) in self.list.iter().enumerate() {
            if due & (1 << place) != 0 {
                pattern.find(view, claims);
            }
        }
    }
}

fn compile(rule: &str, pattern: &str) -> Result<Regex, RuleError> {
    let rule = rule.to_owned();
    if pattern.len() > WRITTEN_MAX {
        return Err(RuleError::BigPattern { rule });
    }
    let regex = match RegexBuilder::new(pattern).size_limit(COMPILED_MAX).dfa_size_limit(COMPILED_MAX).build() {
        Ok(regex) => regex,
        Err(regex::Error::CompiledTooBig(_)) => return Err(RuleError::BigPattern { rule }),
        // The last line says what is wrong; those before it show the pattern.
        Err(error) => {
            let told = error.to_string();
            let reason = told.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            return Err(RuleError::BadPattern { rule, reason });
        }
    };
    if regex.is_match("") {
        return Err(RuleError::EmptyPattern { rule });
    }
    Ok(regex)
}

impl Pattern {
    fn find(&self, view: &View<'_>, claims: &mut Claims<'_>) {
        let text = view.text;
        let mut from = 0;
        loop {
            let end = text.floor_char_boundary(from + WINDOW);
            let Some(window) = text.get(..end) else { return };
            let mut at = from;
            while at < end
                && let Some(found) = self.regex.find_at(window, at)
            {
                // It may go on behind the window.
                let cut = found.end() == end && end < text.len();
                if !cut && !found.is_empty() && found.len() <= VALUE_MAX {
                    self.claim(view, (found.start(), found.end()), claims);
                }
                at = found.end();
                if found.is_empty() {
                    at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                }
            }
            if end == text.len() {
                return;
            }
            from = text.floor_char_boundary(end - VALUE_MAX);
        }
    }

    fn claim(&self, view: &View<'_>, span: (usize, usize), claims: &mut Claims<'_>) {
        let mut evidence = Evidence::SHAPE;
        if !self.words.is_empty() {
            if !self.is_announced(view, span.0) {
                return;
            }
            evidence = evidence.with(Evidence::LABEL_BEFORE);
        }
        claims.push(span, self.meaning.claim(evidence));
    }

    /// Whether one of the words stands before the value, in the same line.
    fn is_announced(&self, view: &View<'_>, start: usize) -> bool {
        let first = view.tokens.partition_point(|token| (token.end as usize) <= start);
        let before = view.tokens.get(..first).unwrap_or_default().iter().rev().take(TOKENS_BEFORE);
        let line = before.take_while(|token| token.class != Class::Newline);
        let mut words = line.filter(|token| token.class != Class::Punct).take(WORDS_BEFORE);
        words.any(|token| self.words.contains(&token.fold))
    }
}
