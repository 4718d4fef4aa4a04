//! One pass over a text makes its tokens: words, numbers, marks and line ends, with what every recogniser asks of them.

use unicode_normalization::char::canonical_combining_class;

use super::fold::{EMPTY, fold_hash, step};

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Class {
    /// `patient`; also letters without case.
    Lower,
    /// `Patient`.
    Capital,
    /// `PATIENT`, and a single capital letter.
    Upper,
    /// `McDonald`, `mRNA`.
    Mixed,
    Digits,
    /// Letters and digits together: `A123`, `10mg`.
    Alnum,
    /// One character that is none of the others.
    Punct,
    /// One line end.
    Newline,
}

impl Class {
    /// Letters only.
    #[must_use]
    pub const fn is_word(self) -> bool {
        matches!(self, Self::Lower | Self::Capital | Self::Upper | Self::Mixed)
    }

    #[must_use]
    pub const fn has_digit(self) -> bool {
        matches!(self, Self::Digits | Self::Alnum)
    }
}

/// One token: bytes `start..end` of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub start: u32,
    pub end: u32,
    /// [`fold_hash`] of the token's text (also of numbers and of `A123`); 0 for marks and line ends.
    pub fold: u64,
    pub class: Class,
    flags: u8,
    /// The mark itself where it is ASCII, else 0.
    pub mark: u8,
}

const SENTENCE_START: u8 = 1;
const SPACE_BEFORE: u8 = 2;
const LINE_START: u8 = 4;

impl Token {
    /// Whether a sentence or a line starts here. An abbreviation's full stop (`Dr.`) ends none.
    #[must_use]
    pub const fn starts_sentence(&self) -> bool {
        self.flags & SENTENCE_START != 0
    }

    #[must_use]
    pub const fn starts_line(&self) -> bool {
        self.flags & LINE_START != 0
    }

    /// Whether white space or the text's start stands before it.
    #[must_use]
    pub const fn space_before(&self) -> bool {
        self.flags & SPACE_BEFORE != 0
    }

    #[must_use]
    pub const fn is_mark(&self, mark: u8) -> bool {
        self.mark == mark && matches!(self.class, Class::Punct)
    }

    #[must_use]
    pub const fn is_word(&self) -> bool {
        self.class.is_word()
    }

    /// In bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.end == self.start
    }

    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// What a byte of a text is to the tokeniser.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Line,
    Lower,
    Upper,
    Digit,
    Mark,
    Wide,
}

const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Wide; 256];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte] = match byte as u8 {
            b'\n' => Kind::Line,
            b'a'..=b'z' => Kind::Lower,
            b'A'..=b'Z' => Kind::Upper,
            b'0'..=b'9' => Kind::Digit,
            0..=b' ' | 127 => Kind::Space,
            _ => Kind::Mark,
        };
        byte += 1;
    }
    kinds
};

#[inline]
fn kind(byte: u8) -> Kind {
    KINDS[usize::from(byte)]
}

/// Refills `tokens` with those of `text`. Of a text above 4 GiB only the first 4 GiB are seen.
pub fn tokenize(text: &str, tokens: &mut Vec<Token>) {
    tokens.clear();
    let bytes = text.as_bytes();
    let limit = bytes.len().min(u32::MAX as usize - 8);
    let mut flags = SENTENCE_START | SPACE_BEFORE | LINE_START;
    let mut at = 0;
    while at < limit {
        let byte = bytes[at];
        let kind = kind(byte);
        if kind == Kind::Space {
            flags |= SPACE_BEFORE | sentence_flag(text, tokens);
            at += 1;
            continue;
        }
        let token = match kind {
            Kind::Line => mark(at, 1, Class::Newline, byte),
            Kind::Mark => mark(at, 1, Class::Punct, byte),
            Kind::Wide => match wide_token(text, at) {
                Wide::Token(token) => token,
                Wide::Space(width) => {
                    flags |= SPACE_BEFORE;
                    at += width;
                    continue;
                }
            },
            _ => word_token(text, at),
        };
        at = token.end as usize;
        tokens.push(Token { flags, ..token });
        flags = match token.class {
            Class::Newline => SENTENCE_START | SPACE_BEFORE | LINE_START,
            // Bullets and brackets do not take a sentence's start away from its first word.
            Class::Punct => flags & (SENTENCE_START | LINE_START),
            _ => 0,
        };
    }
}

fn mark(at: usize, width: usize, class: Class, byte: u8) -> Token {
    Token { start: offset(at), end: offset(at + width), fold: 0, class, flags: 0, mark: byte }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// After a space: a sentence starts when the last mark ends one.
#[inline]
fn sentence_flag(text: &str, tokens: &[Token]) -> u8 {
    let Some(last) = tokens.last().filter(|last| matches!(last.mark, b'.' | b'!' | b'?')) else { return 0 };
    let word = tokens.len().checked_sub(2).and_then(|before| tokens.get(before));
    let abbreviation = last.mark == b'.'
        && word.is_some_and(|word| {
            matches!(word.class, Class::Capital | Class::Upper)
                && word.len() <= 3
                && word.end == last.start
                && (word.len() == 1 || word.text(text).as_bytes().get(1).is_some_and(u8::is_ascii_lowercase))
        });
    if abbreviation { 0 } else { SENTENCE_START }
}

/// A word, a number or both, starting with an ASCII letter or digit.
fn word_token(text: &str, start: usize) -> Token {
    let bytes = text.as_bytes();
    let mut hash = EMPTY;
    let (mut upper, mut lower, mut digits) = (0_u32, 0_u32, 0_u32);
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match kind(byte) {
            Kind::Lower => lower += 1,
            Kind::Upper => upper += 1,
            Kind::Digit => digits += 1,
            Kind::Wide => {
                if wide_word_char(text, at).is_some() {
                    return wide_word(text, start);
                }
                break;
            }
            _ => break,
        }
        // Sets the case bit of letters, and digits have it already.
        hash = step(hash, byte | 0x20);
        at += 1;
    }
    let class = class_of(bytes[start].is_ascii_uppercase(), upper, lower, digits);
    Token { start: offset(start), end: offset(at), fold: hash, class, flags: 0, mark: 0 }
}

fn class_of(first_upper: bool, upper: u32, lower: u32, digits: u32) -> Class {
    match (upper, lower, digits) {
        (0, 0, _) => Class::Digits,
        (_, _, 1..) => Class::Alnum,
        (0, _, _) => Class::Lower,
        (_, 0, _) => Class::Upper,
        (1, _, _) if first_upper => Class::Capital,
        _ => Class::Mixed,
    }
}

enum Wide {
    Token(Token),
    Space(usize),
}

fn wide_token(text: &str, at: usize) -> Wide {
    let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) else { return Wide::Space(1) };
    if is_word_char(first) {
        Wide::Token(wide_word(text, at))
    } else if first.is_whitespace() {
        Wide::Space(first.len_utf8())
    } else {
        Wide::Token(mark(at, first.len_utf8(), Class::Punct, 0))
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || canonical_combining_class(c) != 0
}

fn wide_word_char(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next().filter(|c| is_word_char(*c))
}

/// The slow path: a word with letters outside of ASCII.
fn wide_word(text: &str, start: usize) -> Token {
    let rest = text.get(start..).unwrap_or_default();
    let mut end = start;
    let (mut upper, mut lower, mut digits) = (0, 0, 0);
    for c in rest.chars().take_while(|c| is_word_char(*c)) {
        end += c.len_utf8();
        if c.is_uppercase() {
            upper += 1;
        } else if c.is_numeric() {
            digits += 1;
        } else if canonical_combining_class(c) == 0 {
            lower += 1;
        }
    }
    let first_upper = rest.chars().next().is_some_and(char::is_uppercase);
    let fold = fold_hash(text.get(start..end).unwrap_or_default());
    // Numerals of other scripts are no digits that recognisers could count with.
    let class = match class_of(first_upper, upper, lower, digits) {
        Class::Digits => Class::Alnum,
        class => class,
    };
    Token { start: offset(start), end: offset(end), fold, class, flags: 0, mark: 0 }
}

#[cfg(test)]
mod tests;
