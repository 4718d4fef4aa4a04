//! RFC 8785 canonical JSON, written directly: keys come in order from the caller, strings are escaped as the RFC says.

use std::io::Write;

/// Appends a JSON string with RFC 8785 escapes.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut clean_from = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(bytes.get(clean_from..index).unwrap_or_default());
        write_escape(out, byte);
        clean_from = index + 1;
    }
    out.extend_from_slice(bytes.get(clean_from..).unwrap_or_default());
    out.push(b'"');
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

    pub fn close(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> String {
        let mut out = Vec::new();
        write_string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_rfc_8785_string_example_is_reproduced() {
        // RFC 8785 section 3.2.2: the "string" member of the sample.
        let input = "\u{20ac}$\u{f}\nA'\u{42}\u{22}\u{5c}\\\"/";
        assert_eq!(string(input), "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
    }
}
