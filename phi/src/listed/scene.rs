//! A text with its tokens and what the word table knows of each, and the questions that names and places ask of it.

use super::{Hit, Input, Kind};
use crate::finding::Evidence;
use crate::gazetteer::{Gazetteer, Known, Role};
use crate::text::{Class, Token};

/// What names and places look at.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'t> {
    pub(crate) text: &'t str,
    pub(crate) tokens: &'t [Token],
    known: &'t [Known],
    pub(crate) gazetteer: &'t Gazetteer,
    /// The text reads like a court's: people are written with initials, and words for the parties abound.
    pub(crate) court: bool,
}

impl<'t> Scene<'t> {
    pub(super) fn new(input: Input<'t>, gazetteer: &'t Gazetteer, known: &'t [Known]) -> Self {
        Self { text: input.text, tokens: input.tokens, known, gazetteer, court: input.court }
    }

    #[inline]
    pub(crate) fn token(&self, at: usize) -> Option<&'t Token> {
        #[cfg(test)]
        crate::text::work::look();
        self.tokens.get(at)
    }

    #[inline]
    pub(crate) fn known(&self, at: usize) -> Known {
        #[cfg(test)]
        crate::text::work::look();
        self.known.get(at).copied().unwrap_or(Known::NOTHING)
    }

    #[inline]
    pub(crate) fn class(&self, at: usize) -> Option<Class> {
        self.tokens.get(at).map(|token| token.class)
    }

    #[inline]
    pub(crate) fn word(&self, at: usize) -> &'t str {
        #[cfg(test)]
        crate::text::work::look();
        self.tokens.get(at).map_or("", |token| token.text(self.text))
    }

    #[inline]
    pub(crate) fn is_mark(&self, at: usize, mark: u8) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_mark(mark))
    }

    #[inline]
    pub(crate) fn plays(&self, at: usize, role: Role) -> bool {
        self.known(at).plays(role)
    }

    /// Whether a token follows the one before it without a space.
    #[inline]
    pub(crate) fn is_tight(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| !token.space_before())
    }

    /// A word that starts with a capital: `Smith`, `SMITH`, `McDonald`, but not `mRNA`.
    #[inline]
    pub(crate) fn is_capital(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| match token.class {
            Class::Capital | Class::Upper => true,
            Class::Mixed => token.text(self.text).starts_with(char::is_uppercase),
            _ => false,
        })
    }

    /// One capital letter.
    #[inline]
    pub(crate) fn is_initial(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            token.class == Class::Upper && (token.len() == 1 || token.text(self.text).chars().count() == 1)
        })
    }

    /// Whether `at` is an apostrophe of either form, without a space before it.
    pub(crate) fn is_apostrophe(&self, at: usize) -> bool {
        self.is_tight(at) && matches!(self.word(at), "'" | "’" | "`" | "´")
    }

    /// Whether `at` and `at + 1` are a possessive `'s`.
    pub(crate) fn is_possessive(&self, at: usize) -> bool {
        self.is_apostrophe(at) && self.is_tight(at + 1) && matches!(self.word(at + 1), "s" | "S")
    }

    /// The last token before `at` that is neither a mark nor a line end, within three steps.
    pub(crate) fn word_before(&self, at: usize) -> Option<usize> {
        let near = at.saturating_sub(3)..at;
        near.rev().find(|place| !matches!(self.class(*place), Some(Class::Punct | Class::Newline) | None))
    }

    /// A hit over the tokens `first..=last`.
    pub(crate) fn hit(&self, (first, last): (usize, usize), kind: Kind, score: u8, evidence: Evidence) -> Option<Hit> {
        let (start, end) = (self.tokens.get(first)?.start, self.tokens.get(last)?.end);
        (start < end).then_some(Hit { start, end, kind, score, evidence })
    }
}
