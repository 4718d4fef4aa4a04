//! A cursor over canonical JSON: each step takes the one spelling that RFC 8785 allows, or stops.
//!
//! Nothing is copied, nothing recurses deeper than [`DEPTH_MAX`], and no input makes it panic.

use std::cmp::Ordering;

use crate::leaf::NUMBER_LIMIT;

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

    pub(crate) fn literal(&mut self, text: &[u8]) -> Step<()> {
        self.rest = self.rest.strip_prefix(text).ok_or(Unexpected)?;
        Ok(())
    }

    /// Takes `text` where it stands; says whether it did.
    pub(crate) fn optional(&mut self, text: &[u8]) -> bool {
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn take(&mut self, count: usize) -> Step<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Unexpected)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A whole number with a magnitude below 2^53, without leading zeros; zero has no sign.
    pub(crate) fn number(&mut self) -> Step<i64> {
        let negative = self.optional(b"-");
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = self.take(length)?;
        if length == 0 || length > 16 || (digits.first() == Some(&b'0') && (length > 1 || negative)) {
            return Err(Unexpected);
        }
        let value = digits.iter().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
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
        let fits = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'"' && *byte != b'\\';
        let length = self.rest.iter().take_while(|byte| fits(byte)).count();
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Unexpected)?;
        self.literal(b"\"")?;
        Ok(text)
    }

    /// 64 lower-case hexadecimal digits in quotes.
    pub(crate) fn hash(&mut self) -> Step<[u8; 32]> {
        self.literal(b"\"")?;
        let digits = self.take(64)?;
        self.literal(b"\"")?;
        let mut hash = [0; 32];
        let mut wrong = 0;
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else { return Err(Unexpected) };
            let (high, low) = (NIBBLES[usize::from(*high)], NIBBLES[usize::from(*low)]);
            wrong |= high | low;
            *byte = (high << 4) | (low & 0xf);
        }
        if wrong & NO_DIGIT == 0 { Ok(hash) } else { Err(Unexpected) }
    }

    /// A string of any text, with exactly the escapes that RFC 8785 uses.
    pub(crate) fn string(&mut self) -> Step<Raw<'a>> {
        self.literal(b"\"")?;
        let mut length = 0;
        let mut escaped = false;
        loop {
            let ahead = self.rest.get(length..).unwrap_or_default();
            length += ahead.iter().take_while(|byte| **byte >= 0x20 && **byte != b'"' && **byte != b'\\').count();
            match self.rest.get(length) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    length += escape(self.rest.get(length..).unwrap_or_default())?.1;
                }
                _ => return Err(Unexpected),
            }
        }
        let bytes = self.take(length)?;
        self.literal(b"\"")?;
        std::str::from_utf8(bytes).map_err(|_| Unexpected)?;
        Ok(Raw { bytes, escaped })
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
            let low = NIBBLES[usize::from(*low)];
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

    /// The text, copied only where it has escapes.
    pub(crate) fn text(&self) -> std::borrow::Cow<'a, str> {
        // The cursor has looked: these bytes are UTF-8.
        let text = std::str::from_utf8(self.bytes).unwrap_or_default();
        if self.escaped { self.characters().collect::<String>().into() } else { text.into() }
    }

    pub(crate) fn characters(&self) -> impl Iterator<Item = char> + 'a {
        let mut text = std::str::from_utf8(self.bytes).unwrap_or_default();
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
        let simple = |raw: &Self| !raw.escaped && raw.bytes.is_ascii();
        if simple(self) && simple(other) {
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

/// What no digit has: see [`NIBBLES`].
const NO_DIGIT: u8 = 0x80;

/// The value of each lower-case hexadecimal digit.
const NIBBLES: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let digits = b"0123456789abcdef";
    let mut value = 0;
    while value < digits.len() {
        table[digits[value] as usize] = value as u8;
        value += 1;
    }
    table
};

#[cfg(test)]
mod tests;
