//! Percent-encoding, as in URLs and forms.

use crate::encoded::origin::Decoded;

/// Whether a text holds an escape at all.
#[must_use]
pub fn is_encoded(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'%', bytes).any(|at| byte(bytes.get(at..).unwrap_or_default()).is_some())
}

/// Decodes; of a form `+` is a space too. What is no escape stays as it is.
pub fn decode(text: &str, form: bool, out: &mut Decoded) {
    out.clear();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&first) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        if let Some(byte) = byte(rest) {
            out.replace(&[byte], 3);
            at += 3;
        } else if form && first == b'+' {
            out.replace(b" ", 1);
            at += 1;
        } else {
            let plain = rest.iter().skip(1).position(|&byte| byte == b'%' || (form && byte == b'+'));
            let length = plain.map_or(rest.len(), |length| length + 1);
            out.copy(rest.get(..length).unwrap_or_default());
            at += length;
        }
    }
}

fn byte(rest: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = rest else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_mapped_back() {
        let mut out = Decoded::default();
        decode("a%20b+%C5%BB%", true, &mut out);
        assert_eq!(out.text(), Some("a b Ż%"));
        assert_eq!(out.origin.source(2, 6), (4, 12));
        decode("a+b", false, &mut out);
        assert_eq!(out.text(), Some("a+b"));
    }

    #[test]
    fn a_percent_sign_alone_is_no_escape() {
        assert!(is_encoded("x%3Dy"));
        assert!(!is_encoded("100% of 5%"));
    }
}
