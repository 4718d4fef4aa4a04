//! Avro's binary primitives, borrowed on the way in and appended on the way out.
//!
//! Hand-written because a general decoder costs several times as much (`make bench` shows both); `apache-avro` is the oracle in the tests.

use crate::error::{DecodeError, DecodeFault};
use crate::list::{ENTRIES_MAX, Extras, List};
use crate::record::Avro;
use crate::text::{Bytes, Text};

/// Reads primitives from a slice and knows where it stands.
///
/// UTF-8 is not checked string by string: most bytes between two strings are below 0x80, so one check covers them all up
/// to the next that is not, and each string is cut out of that.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
    whole: &'a [u8],
    checked: &'a str,
    checked_from: usize,
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
        Self { rest: bytes, whole: bytes, checked: "", checked_from: 0, entries_max }
    }

    #[must_use]
    #[inline]
    pub fn position(&self) -> u32 {
        // Records of four gigabytes are refused by everybody before they come here.
        self.index() as u32
    }

    #[inline]
    fn index(&self) -> usize {
        self.whole.len() - self.rest.len()
    }

    /// An error at the place where the reader stands.
    #[must_use]
    #[cold]
    pub fn error(&self, fault: DecodeFault) -> DecodeError {
        DecodeError { fault, position: self.position() }
    }

    #[inline(always)]
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(self.error(DecodeFault::Truncated)),
        }
    }

    /// A zig-zag variable-length integer of at most ten bytes. Nearly all are lengths and branches of one byte.
    #[inline(always)]
    pub fn long(&mut self) -> Result<i64, DecodeError> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(i64::from(byte >> 1) ^ -i64::from(byte & 1))
            }
            [low, high, rest @ ..] if *high < 0x80 => {
                self.rest = rest;
                let value = u64::from(low & 0x7f) | u64::from(*high) << 7;
                Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
            }
            _ => self.longer(),
        }
    }

    fn longer(&mut self) -> Result<i64, DecodeError> {
        let start = self.position();
        let mut value: u64 = 0;
        for index in 0..10u32 {
            let byte = self.take(1)?.first().copied().unwrap_or_default();
            // The tenth byte may only carry the 64th bit.
            if index == 9 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        Err(DecodeError { fault: DecodeFault::BadVarint, position: start })
    }

    pub fn int(&mut self) -> Result<i32, DecodeError> {
        let start = self.position();
        i32::try_from(self.long()?).map_err(|_| DecodeError { fault: DecodeFault::BadVarint, position: start })
    }

    #[inline(always)]
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.position();
        match usize::try_from(self.long()?) {
            Ok(length) => self.take(length),
            Err(_) => Err(DecodeError { fault: DecodeFault::BadLength, position: start }),
        }
    }

    #[inline(always)]
    pub fn string(&mut self) -> Result<&'a str, DecodeError> {
        let start = self.position();
        let bytes = self.bytes()?;
        let from = self.index() - bytes.len();
        let within = from.wrapping_sub(self.checked_from);
        match self.checked.get(within..within.wrapping_add(bytes.len())) {
            Some(text) => Ok(text),
            None => {
                self.check_from(from, bytes.len()).ok_or(DecodeError { fault: DecodeFault::BadUtf8, position: start })
            }
        }
    }

    /// Checks from here as far as it goes. The byte before a string ends a number and is below 0x80, so no character can
    /// begin there; and a check that ends within the string means that the string is not UTF-8.
    #[inline(never)]
    fn check_from(&mut self, from: usize, length: usize) -> Option<&'a str> {
        let tail = self.whole.get(from..)?;
        self.checked = match std::str::from_utf8(tail) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(tail.get(..error.valid_up_to())?).ok()?,
        };
        self.checked_from = from;
        self.checked.get(..length)
    }

    pub fn fixed<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.error(DecodeFault::Truncated))
    }

    /// The branch of a `["null", T]` union: true when a `T` follows.
    #[inline(always)]
    pub fn is_some(&mut self) -> Result<bool, DecodeError> {
        match self.rest {
            [0, rest @ ..] => {
                self.rest = rest;
                Ok(false)
            }
            [2, rest @ ..] => {
                self.rest = rest;
                Ok(true)
            }
            _ => self.longer_branch(),
        }
    }

    /// A branch spelled in more bytes than it takes, or none at all.
    #[cold]
    fn longer_branch(&mut self) -> Result<bool, DecodeError> {
        let start = self.position();
        match self.long()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError { fault: DecodeFault::BadUnionBranch, position: start }),
        }
    }

    /// Takes the end of a list, if it stands next.
    #[inline]
    pub(crate) fn is_empty_list(&mut self) -> bool {
        match self.rest {
            [0, rest @ ..] => {
                self.rest = rest;
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
        if self.rest.is_empty() { Ok(()) } else { Err(self.error(DecodeFault::TrailingBytes)) }
    }
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

impl<'a> Avro<'a> for Text<'a> {
    #[inline]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.string().map(Text::borrowed)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        write_string(out, self);
    }
}

impl<'a> Avro<'a> for Bytes<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.bytes().map(Bytes::from)
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_bytes(out, self);
    }
}

impl<'a> Avro<'a> for bool {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        match reader.take(1)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(DecodeError { fault: DecodeFault::BadBoolean, position: reader.position() - 1 }),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}

impl<'a> Avro<'a> for i32 {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.int()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_long(out, (*self).into());
    }
}

impl<'a> Avro<'a> for i64 {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.long()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_long(out, *self);
    }
}

/// A union of null and `T`, null first.
impl<'a, T: Avro<'a>> Avro<'a> for Option<T> {
    #[inline]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        if reader.is_some()? { T::read(reader).map(Some) } else { Ok(None) }
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(2);
                value.write(out);
            }
        }
    }
}

impl<'a, T: Avro<'a>> Avro<'a> for Box<T> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        T::read(reader).map(Box::new)
    }

    fn write(&self, out: &mut Vec<u8>) {
        T::write(self, out);
    }
}

impl<'a, T: Avro<'a>> Avro<'a> for List<T> {
    #[inline]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        // Most lists are empty.
        if reader.is_empty_list() {
            return Ok(Self::default());
        }
        let mut list = Vec::new();
        reader.blocks(|reader, more| {
            if list.capacity() == 0 {
                list = Vec::with_capacity(more);
            }
            list.push(T::read(reader)?);
            Ok(())
        })?;
        Ok(Self::from(list))
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        if !self.is_empty() {
            write_long(out, self.len() as i64);
            for entry in self {
                entry.write(out);
            }
        }
        out.push(0);
    }
}

impl<'a> Avro<'a> for Extras<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut extras = Self::default();
        reader.blocks(|reader, _| {
            let position = reader.position();
            let (key, value) = (Text::read(reader)?, Text::read(reader)?);
            if extras.insert_new(key, value) {
                Ok(())
            } else {
                Err(DecodeError { fault: DecodeFault::DuplicateKey, position })
            }
        })?;
        Ok(extras)
    }

    fn write(&self, out: &mut Vec<u8>) {
        if !self.is_empty() {
            write_long(out, self.len() as i64);
            for (key, value) in self.iter() {
                write_string(out, key);
                write_string(out, value);
            }
        }
        out.push(0);
    }
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
