//! Avro's binary primitives, borrowed on the way in and appended on the way out.
//!
//! Hand-written because a general decoder costs several times as much (`make bench` shows both); `apache-avro` is the oracle in the tests.

use crate::error::{DecodeError, DecodeFault};

/// Reads primitives from a slice and remembers where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// An error at the place where the reader stands.
    #[must_use]
    pub fn error(&self, fault: DecodeFault) -> DecodeError {
        DecodeError { fault, position: self.position }
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let taken = rest.get(..length).ok_or_else(|| self.error(DecodeFault::Truncated))?;
        self.position += length;
        Ok(taken)
    }

    /// A zig-zag variable-length integer of at most ten bytes.
    pub fn long(&mut self) -> Result<i64, DecodeError> {
        let start = self.position;
        let mut value: u64 = 0;
        for index in 0..10u32 {
            let byte = self.take(1)?.first().copied().unwrap_or_default();
            // The tenth byte may only carry the 64th bit.
            if index == 9 && byte > 1 {
                return Err(DecodeError { fault: DecodeFault::BadVarint, position: start });
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        Err(DecodeError { fault: DecodeFault::BadVarint, position: start })
    }

    pub fn int(&mut self) -> Result<i32, DecodeError> {
        let start = self.position;
        i32::try_from(self.long()?).map_err(|_| DecodeError { fault: DecodeFault::BadVarint, position: start })
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.position;
        let length = usize::try_from(self.long()?)
            .map_err(|_| DecodeError { fault: DecodeFault::BadLength, position: start })?;
        self.take(length)
    }

    pub fn string(&mut self) -> Result<&'a str, DecodeError> {
        let start = self.position;
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_| DecodeError { fault: DecodeFault::BadUtf8, position: start })
    }

    pub fn fixed<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.error(DecodeFault::Truncated))
    }

    /// The branch of a `["null", T]` union: true when a `T` follows.
    pub fn is_some(&mut self) -> Result<bool, DecodeError> {
        let start = self.position;
        match self.long()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError { fault: DecodeFault::BadUnionBranch, position: start }),
        }
    }

    pub fn optional_string(&mut self) -> Result<Option<&'a str>, DecodeError> {
        if self.is_some()? { self.string().map(Some) } else { Ok(None) }
    }

    /// Nothing may follow the last field.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.position == self.bytes.len() { Ok(()) } else { Err(self.error(DecodeFault::TrailingBytes)) }
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

pub fn write_optional_string(out: &mut Vec<u8>, value: Option<&str>) {
    match value {
        None => out.push(0),
        Some(text) => {
            out.push(2);
            write_string(out, text);
        }
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
