//! Text in base64: either alphabet, padded or not, in one line or many.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::encoded::origin::Decoded;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Shorter strings are words and codes far more often.
const CHARS_MIN: usize = 12;

#[must_use]
pub const fn is_alphabet(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_')
}

/// Whether a string nobody announced could be base64: long enough, of its letters only, and mixed as text in base64 is.
#[must_use]
pub fn looks_like(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    if text.len() < CHARS_MIN || padding > 2 || body.len() % 4 == 1 {
        return false;
    }
    let (mut upper, mut lower) = (false, false);
    for byte in body.bytes() {
        match byte {
            b'A'..=b'Z' => upper = true,
            b'a'..=b'z' => lower = true,
            b'\n' | b'\r' => {}
            _ if is_alphabet(byte) => {}
            _ => return false,
        }
    }
    upper && lower
}

/// Decodes; false when it is no base64. White space between the letters is passed over.
pub fn decode(text: &str, out: &mut Decoded, bytes: &mut Vec<u8>, letters: &mut Vec<u8>) -> bool {
    out.clear();
    bytes.clear();
    letters.clear();
    letters.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let engine = if letters.iter().any(|byte| matches!(byte, b'-' | b'_')) { &URL } else { &PLAIN };
    if engine.decode_vec(&letters, bytes).is_err() {
        return false;
    }
    // Three bytes at a time, each with the letters (and the white space before them) that they came from.
    let mut source = text.bytes();
    for group in bytes.chunks(3) {
        let wanted = group.len() + 1;
        let (mut seen, mut length) = (0, 0);
        while seen < wanted {
            let Some(byte) = source.next() else { break };
            length += 1;
            seen += usize::from(!byte.is_ascii_whitespace());
        }
        out.replace(group, length);
    }
    true
}

/// Whether decoded bytes read as text.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    // Frames of HL7 v2 messages begin and end with control characters of their own.
    let allowed = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0b | 0x1c | b' '..=b'~' | 0x80..);
    bytes.len() >= 4 && bytes.iter().all(allowed) && std::str::from_utf8(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<String> {
        let mut out = Decoded::default();
        let found = decode(text, &mut out, &mut Vec::new(), &mut Vec::new());
        found.then(|| out.text().unwrap_or("?").to_owned())
    }

    #[test]
    fn both_alphabets_any_padding_and_line_ends_are_read() {
        for text in ["U21pdGgsIEphbmU/Pg==", "U21pdGgsIEphbmU/Pg", "U21pdGgsIEphbmU_Pg", "U21pdGgs\r\nIEphbmU/Pg==\n"] {
            assert_eq!(decoded(text).as_deref(), Some("Smith, Jane?>"), "{text}");
        }
        assert_eq!(decoded("U21pdGgsI*"), None);
    }

    #[test]
    fn spans_cover_the_letters_that_hold_the_bytes() {
        let mut out = Decoded::default();
        assert!(decode("U21pdGgs\nIEphbmU/Pg==", &mut out, &mut Vec::new(), &mut Vec::new()));
        assert_eq!(out.origin.source(0, 5), (0, 8));
        assert_eq!(out.origin.source(7, 11), (8, 17));
        assert_eq!(out.origin.source(12, 13), (17, 19));
    }

    #[test]
    fn words_and_ids_do_not_look_like_base64() {
        for text in ["administrator", "4bf92f3577b34da6a3ce929d0e0e4736", "ABCDEFGHIJKL", "Jane Smith Jane", "short"] {
            assert!(!looks_like(text), "{text}");
        }
        assert!(looks_like("U21pdGgsIEphbmU="));
    }
}
