//! What makes two spellings of a word the same word, and text with odd characters plain.
//!
//! # The fold of a word
//!
//! Each character is decomposed (NFKD), characters with a canonical combining class other than 0 are dropped, the rest is
//! lower-cased one by one, and a few letters that have no decomposition are spelt out ([`spelt_out`]). [`fold_hash`] is FNV-1a
//! with 64 bits over the UTF-8 of the result. The same in Python:
//!
//! ```text
//! SPELT = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ς": "σ"}
//! def fold(word):
//!     plain = "".join(c for c in unicodedata.normalize("NFKD", word) if unicodedata.combining(c) == 0)
//!     return "".join(SPELT.get(l, l) for c in plain for l in c.lower())
//! def fold_hash(word):
//!     h = 0xCBF29CE484222325
//!     for byte in fold(word).encode():
//!         h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
//!     return h
//! ```

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
const PRIME: u64 = 0x100_0000_01B3;

/// One step of FNV-1a.
#[inline]
#[must_use]
pub(crate) const fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(PRIME)
}

/// The hash of no bytes.
pub(crate) const EMPTY: u64 = OFFSET;

/// The hash of a word's fold; equal for `Müller`, `MULLER` and `muller`.
#[must_use]
pub fn fold_hash(word: &str) -> u64 {
    if word.is_ascii() {
        return word.bytes().fold(OFFSET, |hash, byte| step(hash, byte.to_ascii_lowercase()));
    }
    let mut hash = OFFSET;
    each_folded(word, |letter| {
        let mut buffer = [0; 4];
        for byte in letter.encode_utf8(&mut buffer).bytes() {
            hash = step(hash, byte);
        }
    });
    hash
}

/// The fold itself, for tables and tests.
#[must_use]
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    each_folded(word, |letter| folded.push(letter));
    folded
}

fn each_folded(word: &str, mut give: impl FnMut(char)) {
    for raw in word.chars() {
        decompose_compatible(raw, |part| {
            if canonical_combining_class(part) != 0 {
                return;
            }
            for lower in part.to_lowercase() {
                match spelt_out(lower) {
                    Some(letters) => letters.chars().for_each(&mut give),
                    None => give(lower),
                }
            }
        });
    }
}

/// Letters that no decomposition makes plain.
const fn spelt_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ς' => "σ",
        _ => return None,
    })
}

/// What a character stands for where recognisers look at ASCII only.
enum Plain {
    Itself,
    Nothing,
    Ascii(u8),
}

/// Full-width forms, foreign digits, dashes, quotes and spaces as ASCII; characters without a width as nothing.
fn plain(odd: char) -> Plain {
    let code = u32::from(odd);
    let digit = |zero: u32| Plain::Ascii(b'0' + u8::try_from((code - zero) % 10).unwrap_or(0));
    match code {
        0xAD | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF | 0xFE00..=0xFE0F => {
            Plain::Nothing
        }
        0xFF01..=0xFF5E => Plain::Ascii(u8::try_from(code - 0xFEE0).unwrap_or(b'?')),
        0x660..=0x669 => digit(0x660),
        0x6F0..=0x6F9 => digit(0x6F0),
        0x966..=0x96F => digit(0x966),
        0x1D7CE..=0x1D7FF => digit(0x1D7CE),
        0x2010..=0x2015 | 0x2043 | 0x2212 | 0xFE58 | 0xFE63 => Plain::Ascii(b'-'),
        0xB4 | 0x2BC | 0x2018..=0x201B | 0x2032 => Plain::Ascii(b'\''),
        0xAB | 0xBB | 0x201C..=0x201F | 0x2033 => Plain::Ascii(b'"'),
        0xA0 | 0x1680 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000 => Plain::Ascii(b' '),
        0x85 | 0x2028 | 0x2029 => Plain::Ascii(b'\n'),
        0x2024 | 0x3002 => Plain::Ascii(b'.'),
        0x2044 | 0x2215 => Plain::Ascii(b'/'),
        0x2236 => Plain::Ascii(b':'),
        _ => Plain::Itself,
    }
}

/// A text as the recognisers see it, and the way back to the original's offsets.
#[derive(Debug, Default)]
pub(crate) struct PlainText {
    text: String,
    /// For each byte of `text`, where its character starts in the original.
    origin: Vec<u32>,
}

impl PlainText {
    /// Whether a text has to be made plain at all; ASCII and accented letters need not.
    pub(crate) fn is_needed(text: &str) -> bool {
        !text.is_ascii() && text.chars().any(|c| !c.is_ascii() && !matches!(plain(c), Plain::Itself))
    }

    /// Fills itself with the plain form of `original`.
    pub(crate) fn fill(&mut self, original: &str) {
        self.text.clear();
        self.origin.clear();
        for (at, odd) in original.char_indices() {
            let Ok(at) = u32::try_from(at) else { break };
            match if odd.is_ascii() { Plain::Itself } else { plain(odd) } {
                Plain::Itself => {
                    self.text.push(odd);
                    self.origin.extend(std::iter::repeat_n(at, odd.len_utf8()));
                }
                Plain::Nothing => {}
                Plain::Ascii(byte) => {
                    self.text.push(char::from(byte));
                    self.origin.push(at);
                }
            }
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The original's span of a span of the plain text.
    pub(crate) fn original_span(&self, original: &str, start: u32, end: u32) -> (u32, u32) {
        let place = |at: u32| self.origin.get(at as usize).copied().unwrap_or(0);
        let last = place(end.saturating_sub(1));
        let width = original.get(last as usize..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (place(start), last + u32::try_from(width).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fold_is_lower_case_without_accents() {
        for (word, plain) in [
            ("Żółty", "zołty"),
            ("MÜLLER", "muller"),
            ("Çelik", "celik"),
            ("Nguyễn", "nguyen"),
            ("İstanbul", "istanbul"),
            ("Straße", "strasse"),
            ("ﬁne", "fine"),
            ("Søren", "soren"),
        ] {
            assert_eq!(fold(word), plain.replace('ł', "l"), "{word}");
            assert_eq!(fold_hash(word), fold_hash(&fold(word)), "{word}");
        }
    }

    #[test]
    fn the_hash_is_fnv_1a_as_its_authors_publish_it() {
        assert_eq!(fold_hash(""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fold_hash("A"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(fold_hash("Foobar"), 0x8594_4171_F739_67E8);
    }

    #[test]
    fn spans_of_the_plain_text_lead_back_to_the_original() {
        let original = "MRN\u{a0}１２\u{200b}３–４, é";
        assert!(PlainText::is_needed(original));
        let mut plain = PlainText::default();
        plain.fill(original);
        assert_eq!(plain.text(), "MRN 123-4, é");
        let at = plain.text().find("123-4").map(|at| u32::try_from(at).unwrap()).unwrap();
        let (start, end) = plain.original_span(original, at, at + 5);
        assert_eq!(original.get(start as usize..end as usize), Some("１２\u{200b}３–４"));
        assert!(!PlainText::is_needed("Łukasz Żółty, 3 €"));
    }
}
