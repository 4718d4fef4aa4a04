//! How C2SP texts spell numbers and bytes. Each has one spelling; a second one would be a second file for the same fact.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::merkle::SIZE_MAX;

pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Standard alphabet, padded, and no stray bits after the last byte.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Digits without leading zero, up to 2^63.
pub(crate) fn decode_decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if !plain {
        return None;
    }
    text.parse().ok().filter(|number| *number <= SIZE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(decode_decimal("0"), Some(0));
        assert_eq!(decode_decimal("9223372036854775808"), Some(SIZE_MAX));
        for wrong in ["", "00", "01", "+1", "-1", " 1", "1 ", "1e2", "0x1", "١", "9223372036854775809"] {
            assert_eq!(decode_decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(decode_base64("AAE="), Some(vec![0, 1]));
        for wrong in ["AAE", "AAF=", "AAE==", " AAE=", "AAE=\n", "AA\nE=", "-_8=", "AAE=AAE="] {
            assert_eq!(decode_base64(wrong), None, "{wrong}");
        }
    }
}
