//! Escapes of a JSON string: `\n`, `\"`, `\u017b` and the like.

use crate::encoded::origin::Decoded;

/// Decodes what stands between the quotes. What is no escape stays as it is, so that nothing gets lost.
pub fn decode(raw: &str, out: &mut Decoded) {
    out.clear();
    let bytes = raw.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', bytes.get(at..).unwrap_or_default()) {
        out.copy(bytes.get(at..at + found).unwrap_or_default());
        at += found;
        let (character, length) = escape(bytes.get(at..).unwrap_or_default());
        let mut buffer = [0; 4];
        out.replace(character.encode_utf8(&mut buffer).as_bytes(), length);
        at += length;
    }
    out.copy(bytes.get(at..).unwrap_or_default());
}

/// The character of an escape that the bytes begin with, and its length.
fn escape(bytes: &[u8]) -> (char, usize) {
    let simple = match bytes.get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'"') => '"',
        Some(b'/') => '/',
        Some(b'u') => return unicode(bytes),
        Some(b'\\') => '\\',
        _ => return ('\\', 1),
    };
    (simple, 2)
}

fn unicode(bytes: &[u8]) -> (char, usize) {
    let Some(first) = unit(bytes) else { return ('\\', 1) };
    if let Some(character) = char::from_u32(first) {
        return (character, 6);
    }
    let second = bytes.get(6..).and_then(unit).filter(|second| (0xdc00..0xe000).contains(second));
    let pair = second.filter(|_| first < 0xdc00).map(|second| 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    pair.and_then(char::from_u32).map_or((char::REPLACEMENT_CHARACTER, 6), |character| (character, 12))
}

fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.get(..6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |sum, &digit| Some(sum * 16 + char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_mapped_back() {
        let mut out = Decoded::default();
        let raw = r#"Jane\u0020\u017b\n\ud83d\ude00 \ud800x \q"#;
        decode(raw, &mut out);
        assert_eq!(out.text(), Some("Jane Ż\n😀 \u{fffd}x \\q"));
        assert_eq!(out.origin.source(5, 7), (10, 16));
        let expected: String = serde_json::from_str(r#""Jane\u0020\u017b\n\ud83d\ude00""#).unwrap();
        assert!(out.text().unwrap().starts_with(&expected));
    }
}
