//! A cursor over canonical JSON: each step takes the one spelling that RFC 8785 allows, or stops.
//!
//! Nothing is copied, nothing recurses deeper than [`DEPTH_MAX`], and no input makes it panic.

use std::cmp::Ordering;

use crate::leaf::{NUMBER_LIMIT, TEXT_BYTES_MAX};

/// How deep objects and lists may stand in each other. Events stay below 10.
pub(crate) const DEPTH_MAX: usize = 32;

/// The bytes are not the canonical spelling of what should stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unexpected;

pub(crate) type Step<T> = Result<T, Unexpected>;

/// Reads forward; `rest` is what is still to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

/// A string as it stands between its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'a> {
    bytes: &'a [u8],
    escaped: bool,
    ascii: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn end(&self) -> Step<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(Unexpected) }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The length is part of the type, so that a comparison is a few instructions instead of a call.
    #[inline]
    pub(crate) fn literal<const N: usize>(&mut self, text: &[u8; N]) -> Step<()> {
        if self.optional(text) { Ok(()) } else { Err(Unexpected) }
    }

    /// Takes `text` where it stands; says whether it did.
    #[inline]
    pub(crate) fn optional<const N: usize>(&mut self, text: &[u8; N]) -> bool {
        match self.rest.split_first_chunk::<N>() {
            Some((found, rest)) if found == text => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes `word` and its closing quote where they stand.
    pub(crate) fn ends_with_quote(&mut self, word: &str) -> Option<&'a str> {
        let (found, rest) = self.rest.split_at_checked(word.len())?;
        let rest = rest.strip_prefix(b"\"")?;
        let found = std::str::from_utf8(found).ok().filter(|found| *found == word)?;
        self.rest = rest;
        Some(found)
    }

    fn take(&mut self, count: usize) -> Step<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Unexpected)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A whole number with a magnitude below 2^53, without leading zeros; zero has no sign.
    pub(crate) fn number(&mut self) -> Step<i64> {
        let negative = self.optional(b"-");
        let (mut value, mut length) = (0_i64, 0);
        for byte in self.rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            if length == 16 {
                return Err(Unexpected);
            }
            value = value * 10 + i64::from(digit);
            length += 1;
        }
        let digits = self.take(length)?;
        if length == 0 || (digits.first() == Some(&b'0') && (length > 1 || negative)) {
            return Err(Unexpected);
        }
        if value.unsigned_abs() >= NUMBER_LIMIT {
            return Err(Unexpected);
        }
        Ok(if negative { -value } else { value })
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&mut self) -> Step<u64> {
        u64::try_from(self.number()?).map_err(|_| Unexpected)
    }

    /// A string of printable ASCII that needs no escapes.
    pub(crate) fn plain(&mut self) -> Step<&'a str> {
        self.literal(b"\"")?;
        self.plain_to_quote()
    }

    /// The same after its opening quote.
    pub(crate) fn plain_to_quote(&mut self) -> Step<&'a str> {
        let text = self.take(simple_run(self.rest))?;
        self.literal(b"\"")?;
        // DEL is the one such character that is not printable.
        if text.contains(&0x7f) {
            return Err(Unexpected);
        }
        std::str::from_utf8(text).map_err(|_| Unexpected)
    }

    /// 64 lower-case hexadecimal digits in quotes.
    pub(crate) fn hash(&mut self) -> Step<[u8; 32]> {
        self.literal(b"\"")?;
        let (digits, rest) = self.rest.split_first_chunk::<64>().ok_or(Unexpected)?;
        self.rest = rest;
        self.literal(b"\"")?;
        // Arithmetic without tables and branches: the compiler does many digits at once.
        let nibbles = digits.map(nibble);
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(nibbles.as_chunks::<2>().0) {
            *byte = (pair[0] << 4) | (pair[1] & 0xf);
        }
        let wrong = nibbles.iter().fold(0, |wrong, nibble| wrong | nibble);
        if wrong & NO_DIGIT == 0 { Ok(hash) } else { Err(Unexpected) }
    }

    /// A string of any text, with exactly the escapes that RFC 8785 uses.
    #[inline]
    pub(crate) fn string(&mut self) -> Step<Raw<'a>> {
        self.literal(b"\"")?;
        // Nearly every string is ASCII without escapes.
        let (bytes, rest) = self.rest.split_at_checked(simple_run(self.rest)).ok_or(Unexpected)?;
        if let Some((b'"', rest)) = rest.split_first() {
            self.rest = rest;
            return Ok(Raw { bytes, escaped: false, ascii: true });
        }
        self.long_string()
    }

    /// The rest of a string that has escapes or other characters than ASCII.
    fn long_string(&mut self) -> Step<Raw<'a>> {
        let (mut length, mut escaped, mut ascii) = (0, false, true);
        loop {
            let ahead = self.rest.get(length..).unwrap_or_default();
            length += simple_run(ahead);
            match self.rest.get(length) {
                Some(b'"') => break,
                Some(0x80..) => {
                    ascii = false;
                    let ahead = self.rest.get(length..).unwrap_or_default();
                    length += ahead.iter().take_while(|byte| **byte >= 0x80).count();
                }
                Some(b'\\') => {
                    escaped = true;
                    length += escape(self.rest.get(length..).unwrap_or_default())?.1;
                }
                _ => return Err(Unexpected),
            }
        }
        let bytes = self.take(length)?;
        self.literal(b"\"")?;
        if !ascii && std::str::from_utf8(bytes).is_err() {
            return Err(Unexpected);
        }
        Ok(Raw { bytes, escaped, ascii })
    }

    /// A string of 1 to 1,024 bytes without NUL.
    pub(crate) fn text(&mut self) -> Step<Raw<'a>> {
        let raw = self.string()?;
        let length: usize = raw.characters().map(char::len_utf8).sum();
        let fits = (1..=TEXT_BYTES_MAX).contains(&length) && !raw.characters().any(|character| character == '\0');
        if fits { Ok(raw) } else { Err(Unexpected) }
    }

    /// Any value. Members come in the order of their names' UTF-16 code units, each once.
    pub(crate) fn value(&mut self, visit: &mut impl Visit<'a>) -> Step<()> {
        self.value_within(DEPTH_MAX, visit)
    }

    pub(crate) fn value_within(&mut self, depth: usize, visit: &mut impl Visit<'a>) -> Step<()> {
        match self.peek() {
            Some(b'{') => {
                let depth = depth.checked_sub(1).ok_or(Unexpected)?;
                self.members(|cursor, name| match visit.enter(cursor, name)? {
                    true => Ok(()),
                    false => cursor.value_within(depth, visit),
                })
            }
            Some(b'[') => {
                let depth = depth.checked_sub(1).ok_or(Unexpected)?;
                self.items(|cursor| cursor.value_within(depth, visit))
            }
            Some(b'"') => self.string().map(|_| ()),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => self.number().map(|_| ()),
        }
    }

    /// An object: `read` takes each member's value.
    pub(crate) fn members(&mut self, mut read: impl FnMut(&mut Self, Raw<'a>) -> Step<()>) -> Step<()> {
        self.literal(b"{")?;
        if self.optional(b"}") {
            return Ok(());
        }
        let mut last: Option<Raw<'a>> = None;
        loop {
            let name = self.string()?;
            if last.is_some_and(|last| last.order(&name) != Ordering::Less) {
                return Err(Unexpected);
            }
            last = Some(name);
            self.literal(b":")?;
            read(self, name)?;
            if self.optional(b"}") {
                return Ok(());
            }
            self.literal(b",")?;
        }
    }

    /// A list: `read` takes each item.
    pub(crate) fn items(&mut self, mut read: impl FnMut(&mut Self) -> Step<()>) -> Step<()> {
        self.literal(b"[")?;
        if self.optional(b"]") {
            return Ok(());
        }
        loop {
            read(self)?;
            if self.optional(b"]") {
                return Ok(());
            }
            self.literal(b",")?;
        }
    }
}

/// Sees each member of every object in a value.
pub(crate) trait Visit<'a> {
    /// Called before a member's value. True: the value was read here; false: it is passed over.
    fn enter(&mut self, cursor: &mut Cursor<'a>, name: Raw<'a>) -> Step<bool>;
}

/// Passes over everything.
pub(crate) struct Pass;

impl<'a> Visit<'a> for Pass {
    fn enter(&mut self, _: &mut Cursor<'a>, _: Raw<'a>) -> Step<bool> {
        Ok(false)
    }
}

/// The character and the length of the escape that `bytes` begins with; only those that RFC 8785 writes.
fn escape(bytes: &[u8]) -> Step<(char, usize)> {
    let short = match bytes.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'b') => '\u{8}',
        Some(b't') => '\t',
        Some(b'n') => '\n',
        Some(b'f') => '\u{c}',
        Some(b'r') => '\r',
        Some(b'u') => {
            let [b'0', b'0', high @ (b'0' | b'1'), low] = bytes.get(2..6).ok_or(Unexpected)? else {
                return Err(Unexpected);
            };
            let low = nibble(*low);
            let code = ((high - b'0') << 4) | (low & 0xf);
            if low & NO_DIGIT != 0 || matches!(code, 0x8 | 0x9 | 0xa | 0xc | 0xd) {
                return Err(Unexpected);
            }
            return Ok((char::from(code), 6));
        }
        _ => return Err(Unexpected),
    };
    Ok((short, 2))
}

impl<'a> Raw<'a> {
    pub(crate) fn is(&self, text: &str) -> bool {
        !self.escaped && self.bytes == text.as_bytes()
    }

    /// The text between the quotes, escapes and all.
    pub(crate) fn spelled(&self) -> &'a str {
        // The cursor has looked: these bytes are UTF-8.
        std::str::from_utf8(self.bytes).unwrap_or_default()
    }

    /// The text, copied only where it has escapes.
    pub(crate) fn text(&self) -> std::borrow::Cow<'a, str> {
        if self.escaped { self.characters().collect::<String>().into() } else { self.spelled().into() }
    }

    pub(crate) fn characters(&self) -> impl Iterator<Item = char> + 'a {
        let mut text = self.spelled();
        std::iter::from_fn(move || {
            let first = text.chars().next()?;
            let (character, length) = match first {
                '\\' => escape(text.as_bytes()).ok()?,
                other => (other, other.len_utf8()),
            };
            text = text.get(length..)?;
            Some(character)
        })
    }

    /// RFC 8785 sorts by UTF-16 code units. Up to U+D7FF bytes sort the same.
    fn order(&self, other: &Self) -> Ordering {
        if self.ascii && other.ascii && !self.escaped && !other.escaped {
            // Two names in a row seldom begin alike: then there is nothing to call for.
            if let (Some(first), Some(second)) = (self.bytes.first(), other.bytes.first())
                && first != second
            {
                return first.cmp(second);
            }
            return self.bytes.cmp(other.bytes);
        }
        utf16(self.characters()).cmp(utf16(other.characters()))
    }
}

fn utf16(characters: impl Iterator<Item = char>) -> impl Iterator<Item = u16> {
    characters.flat_map(|character| {
        let mut units = [0; 2];
        let count = character.encode_utf16(&mut units).len();
        units.into_iter().take(count)
    })
}

/// What no digit has: see [`nibble`].
const NO_DIGIT: u8 = 0x80;

/// The value of a lower-case hexadecimal digit.
fn nibble(digit: u8) -> u8 {
    let (decimal, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
    if decimal < 10 {
        decimal
    } else if letter < 6 {
        letter + 10
    } else {
        NO_DIGIT
    }
}

/// How many bytes stand before the first one that is not ASCII, is a control character, a quote or a backslash.
#[inline]
fn simple_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let (quote, backslash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
        // A byte's high bit is set where subtracting borrows: the lowest such bit is always right, those above it may be its borrow.
        let ends = word
            | (word.wrapping_sub(ONES * 0x20) & !word)
            | (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash);
        let ends = ends & (ONES * 0x80);
        if ends != 0 {
            return index * 8 + (ends.trailing_zeros() / 8) as usize;
        }
    }
    let fits = |byte: &&u8| matches!(**byte, 0x20..0x80) && **byte != b'"' && **byte != b'\\';
    words.len() * 8 + rest.iter().take_while(fits).count()
}

#[cfg(test)]
mod tests;
