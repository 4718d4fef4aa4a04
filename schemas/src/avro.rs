//! Avro's binary primitives, borrowed on the way in and appended on the way out.
//!
//! Hand-written because a general decoder costs several times as much (`make bench` shows both); `apache-avro` is the oracle in the tests.

mod forms;

use crate::error::{DecodeError, DecodeFault};
use crate::list::ENTRIES_MAX;

/// How far text is checked at once. A reader's copy checks again what lies ahead of it, so this bounds what a copy costs.
const WINDOW_BYTES: usize = 1024;

/// Reads primitives from a slice and knows where it stands.
///
/// UTF-8 is not checked string by string: nearly all bytes between two strings are below 0x80 too, so one check covers many
/// of them (the window), and each string is cut out of that. A string begins after the last byte of its length, which is
/// below 0x80, so no character reaches into it. A string that reaches beyond the window is checked by itself.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// Where the reader stands: what is checked.
    window: &'a str,
    /// What follows the window, unchecked.
    beyond: &'a [u8],
    whole: &'a [u8],
    entries_max: usize,
}

impl<'a> Reader<'a> {
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::with_entries_max(bytes, ENTRIES_MAX)
    }

    /// A reader that takes lists and maps of at most so many entries.
    #[must_use]
    pub fn with_entries_max(bytes: &'a [u8], entries_max: usize) -> Self {
        Self { window: "", beyond: bytes, whole: bytes, entries_max }
    }

    #[must_use]
    #[inline]
    pub fn position(&self) -> u32 {
        // Records of four gigabytes are refused by everybody before they come here.
        self.index() as u32
    }

    #[inline]
    fn index(&self) -> usize {
        self.whole.len() - self.beyond.len() - self.window.len()
    }

    /// An error at the place where the reader stands.
    #[must_use]
    #[cold]
    pub fn error(&self, fault: DecodeFault) -> DecodeError {
        DecodeError { fault, position: self.position() }
    }

    /// All that is still to be read, checked or not.
    fn rest(&self) -> &'a [u8] {
        self.whole.get(self.index()..).unwrap_or_default()
    }

    /// Goes on at `rest`, with nothing of it checked.
    fn move_to(&mut self, rest: &'a [u8]) {
        self.window = "";
        self.beyond = rest;
    }

    /// Opens a window as far as what lies ahead is text.
    #[inline(never)]
    fn open(&mut self) {
        let rest = self.rest();
        let ahead = rest.get(..WINDOW_BYTES).unwrap_or(rest);
        // Mostly a longer number ends the window, not a letter beyond ASCII; looking for its end is cheaper than checking twice.
        let ascii = ascii_length(ahead);
        let ahead = if ascii > 0 { ahead.get(..ascii).unwrap_or(ahead) } else { ahead };
        self.window = match std::str::from_utf8(ahead) {
            Ok(text) => text,
            Err(error) => {
                let valid = ahead.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).unwrap_or_default()
            }
        };
        self.beyond = rest.get(self.window.len()..).unwrap_or_default();
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        // What is taken may end within what looks like a character.
        if let Some((taken, window)) = self.window.split_at_checked(length) {
            self.window = window;
            return Ok(taken.as_bytes());
        }
        match self.rest().split_at_checked(length) {
            Some((taken, rest)) => {
                self.move_to(rest);
                Ok(taken)
            }
            None => Err(self.error(DecodeFault::Truncated)),
        }
    }

    /// The next byte where it stands in the window and says all by itself: not the first of a longer number.
    #[inline(always)]
    fn short(&self) -> Option<(u8, &'a str)> {
        match self.window.as_bytes() {
            [byte, ..] if *byte < 0x80 => self.window.get(1..).map(|window| (*byte, window)),
            _ => None,
        }
    }

    /// A zig-zag variable-length integer of at most ten bytes. Nearly all are lengths and branches of one byte.
    #[inline(always)]
    pub fn long(&mut self) -> Result<i64, DecodeError> {
        match self.short() {
            Some((byte, window)) => {
                self.window = window;
                Ok(unzigzag(byte.into()))
            }
            None => self.slowly(Self::longer),
        }
    }

    /// Takes the way that is seldom needed. It works on a copy, so that on the usual way the reader stays in registers.
    #[inline(always)]
    pub(crate) fn slowly<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut copy = *self;
        let value = read(&mut copy);
        *self = copy;
        value
    }

    #[cold]
    #[inline(never)]
    fn longer(&mut self) -> Result<i64, DecodeError> {
        if self.window.is_empty() && self.beyond.first().is_some_and(|byte| *byte < 0x80) {
            self.open();
            if let Some((byte, window)) = self.short() {
                self.window = window;
                return Ok(unzigzag(byte.into()));
            }
        }
        let rest = self.rest();
        let mut value: u64 = 0;
        for (index, byte) in rest.iter().take(10).enumerate() {
            // The tenth byte may only carry the 64th bit.
            if index == 9 && *byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                match self.window.get(index + 1..) {
                    Some(window) => self.window = window,
                    None => {
                        self.move_to(rest.get(index + 1..).unwrap_or_default());
                        self.open();
                    }
                }
                return Ok(unzigzag(value));
            }
        }
        let cut = rest.len() < 10;
        Err(DecodeError {
            fault: if cut { DecodeFault::Truncated } else { DecodeFault::BadVarint },
            position: self.position() + if cut { rest.len() as u32 } else { 0 },
        })
    }

    pub fn int(&mut self) -> Result<i32, DecodeError> {
        let start = self.position();
        i32::try_from(self.long()?).map_err(|_| DecodeError { fault: DecodeFault::BadVarint, position: start })
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.position();
        match usize::try_from(self.long()?) {
            Ok(length) => self.take(length),
            Err(_) => Err(DecodeError { fault: DecodeFault::BadLength, position: start }),
        }
    }

    #[inline(always)]
    pub fn string(&mut self) -> Result<&'a str, DecodeError> {
        // An even byte is a length from 0 to 63.
        if let Some((byte, window)) = self.short()
            && byte & 1 == 0
            && let Some((text, window)) = window.split_at_checked(usize::from(byte >> 1))
        {
            self.window = window;
            return Ok(text);
        }
        self.slowly(Self::longer_string)
    }

    #[cold]
    #[inline(never)]
    fn longer_string(&mut self) -> Result<&'a str, DecodeError> {
        let start = self.position();
        let fault = |fault| Err(DecodeError { fault, position: start });
        let Ok(length) = usize::try_from(self.long()?) else { return fault(DecodeFault::BadLength) };
        if let Some((text, window)) = self.window.split_at_checked(length) {
            self.window = window;
            return Ok(text);
        }
        let Some((bytes, rest)) = self.rest().split_at_checked(length) else {
            return Err(self.error(DecodeFault::Truncated));
        };
        let Ok(text) = std::str::from_utf8(bytes) else { return fault(DecodeFault::BadUtf8) };
        self.move_to(rest);
        self.open();
        Ok(text)
    }

    pub fn fixed<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.error(DecodeFault::Truncated))
    }

    /// The branch of a `["null", T]` union: true when a `T` follows.
    #[inline(always)]
    pub fn is_some(&mut self) -> Result<bool, DecodeError> {
        match self.short() {
            Some((0, window)) => {
                self.window = window;
                Ok(false)
            }
            Some((2, window)) => {
                self.window = window;
                Ok(true)
            }
            _ => self.slowly(Self::longer_branch),
        }
    }

    /// A branch spelled in more bytes than it takes, none at all, or not in the window.
    #[cold]
    #[inline(never)]
    fn longer_branch(&mut self) -> Result<bool, DecodeError> {
        let start = self.position();
        match self.long()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError { fault: DecodeFault::BadUnionBranch, position: start }),
        }
    }

    /// Takes the end of a list, if it stands next.
    #[inline(always)]
    pub(crate) fn is_empty_list(&mut self) -> bool {
        match self.short() {
            Some((0, window)) => {
                self.window = window;
                true
            }
            _ => false,
        }
    }

    /// The blocks of an array or map: `entry` reads one entry; it is told how many the block still has.
    /// A negative count is followed by the block's size in bytes, which is held against what was read.
    #[inline]
    pub(crate) fn blocks(
        &mut self,
        mut entry: impl FnMut(&mut Self, usize) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut total = 0;
        loop {
            let start = self.position();
            let count = self.long()?;
            if count == 0 {
                return Ok(());
            }
            let bytes = if count < 0 { Some(self.long()?) } else { None };
            let body = self.position();
            let count = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
            total = count.saturating_add(total);
            if total > self.entries_max {
                return Err(DecodeError { fault: DecodeFault::TooMany, position: start });
            }
            for index in 0..count {
                entry(self, count - index)?;
            }
            if bytes.is_some_and(|bytes| u32::try_from(bytes) != Ok(self.position() - body)) {
                return Err(DecodeError { fault: DecodeFault::BadLength, position: start });
            }
        }
    }

    /// Nothing may follow the last field.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.window.is_empty() && self.beyond.is_empty() {
            Ok(())
        } else {
            Err(self.error(DecodeFault::TrailingBytes))
        }
    }
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

/// How many bytes below 0x80 stand at the start.
fn ascii_length(bytes: &[u8]) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    let (fours, _) = words.as_chunks::<4>();
    let high = |word: &[u8; 8]| u64::from_le_bytes(*word) & HIGH;
    let clean = |[a, b, c, d]: &&[[u8; 8]; 4]| (high(a) | high(b)) | (high(c) | high(d)) == 0;
    let mut length = 32 * fours.iter().take_while(clean).count();
    for word in words.get(length / 8..).unwrap_or_default() {
        if high(word) != 0 {
            return length + (high(word).trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    length + rest.iter().take_while(|byte| **byte < 0x80).count()
}

pub fn write_long(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

pub fn write_bytes(out: &mut Vec<u8>, value: &[u8]) {
    // A slice never exceeds isize::MAX bytes, so the length always fits.
    write_long(out, value.len() as i64);
    out.extend_from_slice(value);
}

pub fn write_string(out: &mut Vec<u8>, value: &str) {
    write_bytes(out, value.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longs_survive_a_round_trip_at_the_edges() {
        for value in [0, -1, 1, 63, 64, -64, -65, i64::from(i32::MAX), i64::MAX, i64::MIN] {
            let mut bytes = Vec::new();
            write_long(&mut bytes, value);
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.long(), Ok(value));
            assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn an_overlong_varint_is_refused() {
        let bytes = [0xff; 11];
        assert_eq!(Reader::new(&bytes).long().map_err(|error| error.fault), Err(DecodeFault::BadVarint));
    }

    #[test]
    fn a_negative_length_is_refused_and_not_guessed() {
        let mut bytes = Vec::new();
        write_long(&mut bytes, -5);
        bytes.extend_from_slice(b"hello");
        assert_eq!(Reader::new(&bytes).bytes(), Err(DecodeError { fault: DecodeFault::BadLength, position: 0 }));
    }
}
