//! The words that mean something to recognisers, looked up by their fold: calendar words, units, cues, and the
//! phrases (up to four words) that announce a value.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::token::{Class, Token, tokenize};

/// What a word is, as a set of the flags below, with a number for words that have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Note {
    pub(crate) flags: u32,
    /// Month 1 to 12, ordinal 1 to 31, number word 1 to 99.
    pub(crate) value: u8,
    /// A phrase may start here.
    pub(crate) starts_phrase: bool,
}

impl Note {
    #[inline]
    #[must_use]
    pub(crate) const fn is(self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $key:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: u32 = 1 << $bit;)*
        /// The lists of a rules file and the flag that each sets.
        pub(crate) const LISTS: &[(&str, u32)] = &[$(($key, $name)),*];
    };
}

flags! {
    MONTH = 0, "month";
    MONTH_SHORT = 1, "month-short";
    /// Months that are other English words too: only with a capital or a year.
    MONTH_WORD = 2, "month-word";
    MONTH_FOREIGN = 3, "month-foreign";
    WEEKDAY = 4, "weekday";
    ORDINAL = 5, "ordinal";
    NUMBER = 6, "number-word";
    UNIT = 7, "unit";
    FILLER = 8, "filler";
    MARKER = 9, "marker";
    JOINER = 10, "joiner";
    FAX = 11, "fax";
    PHONE = 12, "phone";
    DATE_CUE = 13, "date-cue";
    YEAR_CUE = 14, "year-cue";
    COURT = 15, "court";
    PHOTO = 16, "photo";
    VERSION = 17, "version-cue";
    TLD = 18, "top-level-domain";
    STAMP_KEY = 19, "stamp-key";
    LOG_LEVEL = 20, "log-level";
    NOBODY = 21, "no-user";
    IMAGE = 22, "image-extension";
    HOST = 23, "host-cue";
    FRACTION_NOT_DATE = 24, "fraction-cue";
    AGE = 25, "age-cue";
    PERSON = 26, "person";
    SOUND = 27, "sound-extension";
    ASK = 28, "ask";
}

/// Keys are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Same(u64);

impl Hasher for Same {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = super::fold::step(self.0, *byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

pub(crate) type FoldMap<V> = HashMap<u64, V, BuildHasherDefault<Same>>;

/// A step of a phrase: the rule that it completes, if any.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    rule: Option<u16>,
    more: bool,
}

/// How many words a phrase may have.
pub(crate) const PHRASE_WORDS_MAX: usize = 4;

/// All words of the rules; built once, then only read.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    notes: FoldMap<Note>,
    phrases: FoldMap<Step>,
    prefixes: FoldMap<u16>,
    /// Words of labels, as they are written in the rules.
    spelt: Vec<String>,
    /// Folds of wrong spellings and the folds that they stand for.
    misspelt: FoldMap<u64>,
}

/// Shorter words are too near to others to be told when misspelt.
const MISSPELT_MIN: usize = 6;

/// The key of a phrase with one more word.
pub(super) fn join(phrase: u64, word: u64) -> u64 {
    (phrase.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Lexicon {
    pub(crate) fn add_word(&mut self, word: &str, flag: u32, value: u8) {
        let note = self.notes.entry(super::fold_hash(word)).or_default();
        note.flags |= flag;
        note.value = note.value.max(value);
    }

    /// Adds a phrase and its fused spelling (`patient id`, `patientid`). False when another rule has it or it is too long.
    pub(crate) fn add_phrase(&mut self, phrase: &str, rule: u16) -> bool {
        let mut tokens = Vec::new();
        tokenize(phrase, &mut tokens);
        tokens.retain(|token| !matches!(token.class, Class::Punct | Class::Newline));
        if tokens.is_empty() || tokens.len() > PHRASE_WORDS_MAX {
            return false;
        }
        let words: Vec<u64> = tokens.iter().map(|token| token.fold).collect();
        let long =
            tokens.iter().map(|token| token.text(phrase)).filter(|word| word.len() >= MISSPELT_MIN && word.is_ascii());
        self.spelt.extend(long.map(str::to_owned));
        let fused: String = tokens.iter().map(|token| token.text(phrase)).collect();
        let fresh = self.add_steps(&words, rule);
        fresh && (words.len() == 1 || fused.len() < 4 || self.add_steps(&[super::fold_hash(&fused)], rule))
    }

    fn add_steps(&mut self, words: &[u64], rule: u16) -> bool {
        if let Some(first) = words.first() {
            self.notes.entry(*first).or_default().starts_phrase = true;
        }
        let mut key = 0;
        for (place, word) in words.iter().enumerate() {
            key = join(key, *word);
            let step = self.phrases.entry(key).or_default();
            if place + 1 < words.len() {
                step.more = true;
            } else if step.rule.is_some_and(|other| other != rule) {
                return false;
            } else {
                step.rule = Some(rule);
            }
        }
        true
    }

    pub(crate) fn add_prefix(&mut self, prefix: &str, rule: u16) -> bool {
        self.prefixes.insert(super::fold_hash(prefix), rule).is_none()
    }

    /// The rule of codes that start with these letters (`MRN00482`, `ENC-1234`).
    pub(crate) fn prefix(&self, fold: u64) -> Option<u16> {
        self.prefixes.get(&fold).copied()
    }

    /// The rule of a label of one word.
    pub(crate) fn label(&self, fold: u64) -> Option<u16> {
        self.phrases.get(&join(0, fold)).and_then(|step| step.rule)
    }

    /// Knows each label's word with a letter lost, doubled or swapped, a vowel changed or put in too, unless that is a word of its own.
    pub(crate) fn add_misspellings(&mut self, is_word: impl Fn(u64) -> bool) {
        let mut wrong = String::new();
        for word in std::mem::take(&mut self.spelt) {
            let right = super::fold_hash(&word);
            for at in 1..word.len() {
                let (Some(head), Some(tail)) = (word.get(..at), word.get(at..)) else { continue };
                let rest = tail.get(1..).unwrap_or_default();
                let (last, next) = (head.get(at - 1..).unwrap_or_default(), tail.get(..1).unwrap_or_default());
                let kept = head.get(..at - 1).unwrap_or_default();
                let vowels = ["a", "e", "i", "o", "u"];
                let changed = vowels.iter().filter(|_| vowels.contains(&next)).map(|vowel| [head, *vowel, rest, ""]);
                let put_in = vowels.iter().map(|vowel| [head, *vowel, tail, ""]);
                let slips = [[head, rest, "", ""], [head, last, tail, ""], [kept, next, last, rest]];
                for parts in slips.into_iter().chain(changed).chain(put_in) {
                    wrong.clear();
                    wrong.extend(parts);
                    let fold = super::fold_hash(&wrong);
                    if fold != right && !self.notes.contains_key(&fold) && !is_word(fold) {
                        self.misspelt.entry(fold).or_insert(right);
                    }
                }
            }
        }
    }

    /// The fold that the rules know a word by.
    fn meant(&self, fold: u64) -> u64 {
        self.misspelt.get(&fold).copied().unwrap_or(fold)
    }

    /// What a word is, by its fold.
    pub(crate) fn note(&self, fold: u64) -> Note {
        self.notes.get(&fold).copied().unwrap_or_default()
    }

    /// Refills `notes` with one note per token.
    pub(crate) fn annotate(&self, tokens: &[Token], notes: &mut Vec<Note>) {
        notes.clear();
        notes.extend(tokens.iter().map(|token| match token.class {
            Class::Punct | Class::Newline | Class::Digits => Note::default(),
            _ => self.note(self.meant(token.fold)),
        }));
    }

    /// The longest phrase that starts at token `at`: its rule and the token after it.
    pub(crate) fn phrase(&self, tokens: &[Token], at: usize) -> Option<(u16, usize)> {
        let mut key = 0;
        let mut found = None;
        let mut next = at;
        for _ in 0..PHRASE_WORDS_MAX {
            let token = tokens.get(next)?;
            key = join(key, self.meant(token.fold));
            let Some(step) = self.phrases.get(&key) else { break };
            next += 1;
            if let Some(rule) = step.rule {
                found = Some((rule, next));
            }
            if !step.more {
                break;
            }
            // One soft mark may stand between words: `medical-record`, `patient_id`, `S.S.N.`, `driver's`.
            if tokens.get(next).is_some_and(|mark| matches!(mark.mark, b'-' | b'_' | b'.' | b'/' | b'\'' | b'(')) {
                next += 1;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(lexicon: &Lexicon, text: &str) -> Option<(u16, usize)> {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        lexicon.phrase(&tokens, 0)
    }

    #[test]
    fn the_longest_phrase_wins_in_any_spelling() {
        let mut lexicon = Lexicon::default();
        assert!(lexicon.add_phrase("id", 1) && lexicon.add_phrase("patient id", 2));
        assert!(lexicon.add_phrase("patient id number", 2) && lexicon.add_phrase("driver's licence", 3));
        assert!(!lexicon.add_phrase("ID", 4), "another rule has it");
        assert_eq!(phrase(&lexicon, "ID 3"), Some((1, 1)));
        assert_eq!(phrase(&lexicon, "Patient ID 3"), Some((2, 2)));
        assert_eq!(phrase(&lexicon, "patient_id_number=3"), Some((2, 5)));
        assert_eq!(phrase(&lexicon, "patientId: 3"), Some((2, 1)));
        assert_eq!(phrase(&lexicon, "drivers licence 3"), None);
        assert_eq!(phrase(&lexicon, "Driver's Licence 3"), Some((3, 4)));
        assert_eq!(phrase(&lexicon, "patient 3"), None);
    }
}
