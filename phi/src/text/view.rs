//! What recognisers look at: the text, its tokens, and what the lexicon says about each.

use crate::gazetteer::Gazetteer;

use super::lexicon::{Lexicon, Note};
use super::token::{Class, Token};

/// A text in its plain form with its tokens and their notes.
#[derive(Clone, Copy)]
pub struct View<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
    pub(crate) notes: &'t [Note],
    pub(crate) lexicon: &'t Lexicon,
    pub(crate) words: &'t Gazetteer,
    /// Whether the text reads like a court's: then bare years are quasi-identifiers.
    pub court: bool,
    /// Whether anything is asked for: then an answer may follow its label from afar.
    pub(crate) asks: bool,
}

impl<'t> View<'t> {
    #[inline]
    #[must_use]
    pub fn token(&self, at: usize) -> Option<&'t Token> {
        #[cfg(test)]
        super::work::look();
        self.tokens.get(at)
    }

    #[inline]
    #[must_use]
    pub(crate) fn note(&self, at: usize) -> Note {
        #[cfg(test)]
        super::work::look();
        self.notes.get(at).copied().unwrap_or_default()
    }

    /// The token's text; empty when there is no such token.
    #[must_use]
    pub fn word(&self, at: usize) -> &'t str {
        #[cfg(test)]
        super::work::look();
        self.tokens.get(at).map_or("", |token| token.text(self.text))
    }

    #[inline]
    #[must_use]
    pub(crate) fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// The byte at an offset, 0 outside of the text.
    #[inline]
    #[must_use]
    pub(crate) fn byte(&self, at: usize) -> u8 {
        #[cfg(test)]
        super::work::look();
        self.bytes().get(at).copied().unwrap_or(0)
    }

    /// The byte before an offset, 0 at the text's start.
    #[inline]
    #[must_use]
    pub(crate) fn byte_before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |before| self.byte(before))
    }

    /// Bytes of the text; what would stand behind its end is left out.
    #[inline]
    #[must_use]
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'t [u8] {
        self.bytes().get(start..end.min(self.text.len())).unwrap_or_default()
    }

    /// The number that a token of up to nine digits is.
    #[must_use]
    pub(crate) fn number(&self, at: usize) -> Option<u32> {
        let token = self.token(at).filter(|token| token.class == Class::Digits && token.len() <= 9)?;
        // Digits of other scripts are digits too, but not these.
        let mut digits = token.text(self.text).bytes();
        digits.try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
    }

    /// The first token at or after `from` that starts at or after the byte `end`.
    #[must_use]
    pub(crate) fn after(&self, from: usize, end: usize) -> usize {
        let rest = self.tokens.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|token| (token.start as usize) < end).count()
    }

    #[must_use]
    pub(crate) fn is_mark(&self, at: usize, mark: u8) -> bool {
        self.token(at).is_some_and(|token| token.is_mark(mark))
    }

    /// Whether a token follows the one before it without a space.
    #[must_use]
    pub(crate) fn is_tight(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| !token.space_before())
    }

    /// Whether a word with the flag stands among the `reach` word tokens before `at`, in the same line.
    #[must_use]
    pub(crate) fn cue_before(&self, at: usize, reach: usize, flag: u32) -> bool {
        self.cue_distance_before(at, reach, flag).is_some()
    }

    /// How many word tokens before `at` the nearest word with the flag stands.
    #[must_use]
    pub(crate) fn cue_distance_before(&self, at: usize, reach: usize, flag: u32) -> Option<usize> {
        let mut words = 0;
        let mut place = at;
        while words < reach && place > 0 && at - place < reach * 2 + 4 {
            place -= 1;
            let token = self.token(place)?;
            match token.class {
                Class::Newline => return None,
                Class::Punct => continue,
                _ if self.note(place).is(flag) => return Some(words),
                _ => words += 1,
            }
        }
        None
    }

    /// The last token before `at` that is no mark, in the same line.
    #[must_use]
    pub(crate) fn word_before(&self, at: usize) -> Option<usize> {
        (0..at)
            .rev()
            .take(4)
            .take_while(|place| self.token(*place).is_some_and(|t| t.class != Class::Newline))
            .find(|place| self.token(*place).is_some_and(|token| token.class != Class::Punct))
    }
}
