//! RFC 8785 canonical JSON, written directly: keys come in order from the caller, strings are escaped as the RFC says.

mod serializer;
mod value;

pub use value::{Canonical, DIGEST_CHARS, Hide, KeepAll, Scratch};

use std::io::Write;

/// Appends a JSON string with RFC 8785 escapes.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    write_escaped(out, text);
    out.push(b'"');
}

/// Appends what stands between a string's quotes.
pub(crate) fn write_escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(clean) = first_escaped(rest) {
        let (before, from) = rest.split_at(clean);
        out.extend_from_slice(before);
        let Some((byte, after)) = from.split_first() else { return };
        write_escape(out, *byte);
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Where the first byte stands that needs an escape. Sixteen bytes at a time, which the compiler makes vectors of.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    let needs_escape = |byte: &u8| (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\');
    let (blocks, rest) = bytes.as_chunks::<16>();
    let in_block = |block: &&[u8; 16]| block.iter().fold(false, |found, byte| found | needs_escape(byte));
    let clean = blocks.iter().take_while(|block| !in_block(block)).count() * 16;
    debug_assert!(clean <= bytes.len() - rest.len());
    bytes.get(clean..)?.iter().position(needs_escape).map(|index| clean + index)
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        0x08 => out.extend_from_slice(b"\\b"),
        0x09 => out.extend_from_slice(b"\\t"),
        0x0a => out.extend_from_slice(b"\\n"),
        0x0c => out.extend_from_slice(b"\\f"),
        0x0d => out.extend_from_slice(b"\\r"),
        _ => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            let high = DIGITS.get(usize::from(byte >> 4)).copied().unwrap_or(b'0');
            let low = DIGITS.get(usize::from(byte & 0xf)).copied().unwrap_or(b'0');
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
        }
    }
}

/// Appends a whole number. RFC 8785 numbers are doubles, so callers keep within 2^53; decoding refuses times beyond it.
pub fn write_integer(out: &mut Vec<u8>, value: i64) {
    debug_assert!(value.unsigned_abs() <= 1 << 53);
    // Writing to a Vec cannot fail.
    let written = write!(out, "{value}");
    debug_assert!(written.is_ok());
}

/// Appends bytes as lower-case hexadecimal digits.
fn write_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + bytes.len() * 2, b'0');
    // The room is exactly what the digits need.
    let encoded = hex::encode_to_slice(bytes, out.get_mut(start..).unwrap_or_default());
    debug_assert!(encoded.is_ok());
}

/// Writes the members of one object: the comma, the key and the colon.
pub struct Members<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Members<'o> {
    pub fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// Starts a member; the caller appends its value to the returned buffer. Keys must come in UTF-16 order.
    pub fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        write_string(self.out, key);
        self.out.push(b':');
        self.out
    }

    pub fn string(&mut self, key: &str, text: &str) {
        write_string(self.key(key), text);
    }

    pub fn integer(&mut self, key: &str, value: i64) {
        write_integer(self.key(key), value);
    }

    /// A count, a size or a sequence.
    pub fn count(&mut self, key: &str, value: u64) {
        self.integer(key, value.cast_signed());
    }

    /// A digest, as a string of hexadecimal digits.
    pub fn digest(&mut self, key: &str, bytes: &[u8; 32]) {
        let out = self.key(key);
        out.push(b'"');
        write_hex(out, bytes);
        out.push(b'"');
    }

    pub fn close(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests;
