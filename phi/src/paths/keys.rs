//! What the name of a field says about its value, for documents that no path rule knows.
//!
//! A name is split into words (`patientFirstName`, `patient_first_name`, `patient.first-name`), and the last words decide,
//! because that is how English names things: an `email address` is an address, an `email count` is a count.

use rustc_hash::FxHashMap;

use crate::Label;
use crate::finding::RuleId;

/// Words of one name that are looked at; of a longer name the last.
const WORDS_MAX: usize = 8;
/// Letters of one name that are looked at; nothing longer is in the table.
const LETTERS_MAX: usize = 96;
/// Words of the longest phrase in the table.
const PHRASE_WORDS_MAX: usize = 4;

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The whole value is of this kind.
    Known(Label),
    /// Nothing of interest.
    Safe,
    /// A name or an id: whose it is decides.
    Of(Head),
    /// Somebody or something that has names and ids.
    Owner(Owner),
    /// Says nothing by itself: `value`, `text`, `1`.
    Neutral,
}

/// Words that need an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    Name,
    Id,
}

/// What the name and the id of an owner are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub name: Option<Label>,
    pub id: Option<Label>,
}

impl Owner {
    const fn label(self, head: Head) -> Option<Label> {
        match head {
            Head::Name => self.name,
            Head::Id => self.id,
        }
    }
}

/// What a field's name comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Known(Label, RuleId),
    Safe,
    Nothing,
}

/// The table of words and phrases, each written without spaces.
#[derive(Debug, Default)]
pub struct Keys {
    phrases: FxHashMap<Box<str>, (Meaning, RuleId)>,
}

/// The words of a name in lower case, one after the other, and where each ends.
struct Words {
    letters: [u8; LETTERS_MAX],
    /// Where the first word begins: words before it were too many.
    begin: u8,
    ends: [u8; WORDS_MAX],
    len: usize,
}

impl Keys {
    /// Puts a phrase (words with spaces between them) into the table; false when another rule has it already.
    pub(crate) fn insert(&mut self, phrase: &str, meaning: Meaning, rule: RuleId) -> bool {
        let compact: String = phrase.chars().filter(|letter| *letter != ' ').collect();
        self.phrases.insert(compact.into(), (meaning, rule)).is_none_or(|(_, before)| before == rule)
    }

    /// The verdict on a field by its name and its parents' names, the nearest first.
    pub fn verdict<'k>(&self, key: &str, mut parents: impl Iterator<Item = &'k str>) -> Verdict {
        let (meaning, rule) = self.meaning(key);
        match meaning {
            Some(Meaning::Known(label)) => Verdict::Known(label, rule),
            Some(Meaning::Safe) => Verdict::Safe,
            Some(Meaning::Of(head)) => self.of_parent(head, rule, parents.next()),
            Some(Meaning::Owner(_)) => Verdict::Nothing,
            Some(Meaning::Neutral) => parents.next().map_or(Verdict::Nothing, |parent| self.verdict(parent, parents)),
            // `phone: { home: .. }`
            None => match parents.next().map(|parent| self.meaning(parent)) {
                Some((Some(Meaning::Known(label)), rule)) => Verdict::Known(label, rule),
                Some((Some(Meaning::Of(Head::Name)), rule)) => Verdict::Known(Label::Name, rule),
                _ => Verdict::Nothing,
            },
        }
    }

    /// `name` and `id` alone: the parent says whose. A name of nobody known may be anybody's.
    fn of_parent(&self, head: Head, rule: RuleId, parent: Option<&str>) -> Verdict {
        let Some(parent) = parent else {
            return if head == Head::Name { Verdict::Known(Label::Name, rule) } else { Verdict::Nothing };
        };
        match self.meaning(parent) {
            (Some(Meaning::Owner(owner)), rule) => {
                owner.label(head).map_or(Verdict::Safe, |label| Verdict::Known(label, rule))
            }
            (Some(Meaning::Known(label)), rule) => Verdict::Known(label, rule),
            (Some(Meaning::Safe), _) => Verdict::Safe,
            _ => Verdict::Nothing,
        }
    }

    /// What a name says by itself.
    fn meaning(&self, key: &str) -> (Option<Meaning>, RuleId) {
        let mut words = Words::of(key);
        let mut neutral = None;
        // `ssn_last_4`, `phone_number_1`: what says nothing is passed over, but not all of it.
        while words.len > 0 {
            match self.suffix(&words) {
                Some((Meaning::Neutral, rule)) => neutral = Some(rule),
                None if words.last_is_number() => neutral = neutral.or(Some(RuleId(0))),
                found => return found.map_or((None, RuleId(0)), |(meaning, rule)| (Some(meaning), rule)),
            }
            words.len -= 1;
        }
        neutral.map_or((None, RuleId(0)), |rule| (Some(Meaning::Neutral), rule))
    }

    /// The longest phrase that the words end with; a name or an id belongs to the owner before it.
    fn suffix(&self, words: &Words) -> Option<(Meaning, RuleId)> {
        let (count, found) = self.longest(words, words.len)?;
        let (Meaning::Of(head), rule) = found else { return Some(found) };
        if words.len == count {
            return Some(found);
        }
        match self.longest(words, words.len - count).map(|(_, found)| found) {
            Some((Meaning::Owner(owner), rule)) => {
                Some((owner.label(head).map_or(Meaning::Safe, Meaning::Known), rule))
            }
            Some((Meaning::Known(label), rule)) => Some((Meaning::Known(label), rule)),
            Some((Meaning::Safe, rule)) => Some((Meaning::Safe, rule)),
            Some((Meaning::Of(_) | Meaning::Neutral, _)) => Some(found),
            // A name or an id of something that nobody owns.
            // It may be a person's all the same.
            _ if head == Head::Name => None,
            _ => Some((Meaning::Safe, rule)),
        }
    }

    /// The longest phrase that ends with the word before `end`, and how many words it has.
    fn longest(&self, words: &Words, end: usize) -> Option<(usize, (Meaning, RuleId))> {
        let counts = (1..=end.min(PHRASE_WORDS_MAX)).rev();
        counts.filter_map(|count| Some((count, *self.phrases.get(words.phrase(end, count)?)?))).next()
    }
}

impl Words {
    fn of(key: &str) -> Self {
        let mut words = Self { letters: [0; LETTERS_MAX], begin: 0, ends: [0; WORDS_MAX], len: 0 };
        // Of a name too long to be one, the end.
        let skip = key.len().saturating_sub(LETTERS_MAX);
        let bytes = key.as_bytes().get(skip..).unwrap_or_default();
        let mut filled = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|last| bytes.get(last)).copied().unwrap_or(b' ');
            let after = bytes.get(at + 1).copied().unwrap_or(b' ');
            let belongs = byte.is_ascii_alphanumeric() || byte >= 0x80;
            if begins_word(before, byte, after) || (!belongs && is_letter(before)) {
                words.end_at(filled);
            }
            if belongs && let Some(slot) = words.letters.get_mut(filled) {
                *slot = byte.to_ascii_lowercase();
                filled += 1;
            }
        }
        words.end_at(filled);
        words
    }

    fn end_at(&mut self, filled: usize) {
        if filled == self.start_of(self.len) {
            return;
        }
        if self.len == WORDS_MAX {
            self.begin = self.ends.first().copied().unwrap_or(0);
            self.ends.rotate_left(1);
            self.len -= 1;
        }
        if let Some(slot) = self.ends.get_mut(self.len) {
            *slot = filled as u8;
            self.len += 1;
        }
    }

    fn start_of(&self, word: usize) -> usize {
        word.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(self.begin, |end| *end).into()
    }

    /// The last of the words before `end`, written together.
    fn phrase(&self, end: usize, count: usize) -> Option<&str> {
        let letters = self.start_of(end.checked_sub(count)?)..self.start_of(end);
        std::str::from_utf8(self.letters.get(letters)?).ok()
    }

    fn last_is_number(&self) -> bool {
        self.phrase(self.len, 1).is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// `aB`, `ABc`, `a1` and `1a` hold two words each.
fn begins_word(before: u8, byte: u8, after: u8) -> bool {
    let camel = byte.is_ascii_uppercase() && (before.is_ascii_lowercase() || after.is_ascii_lowercase());
    let digits = byte.is_ascii_digit() != before.is_ascii_digit();
    is_letter(before) && is_letter(byte) && (camel || digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(key: &str) -> Vec<String> {
        let words = Words::of(key);
        (1..=words.len).map(|end| words.phrase(end, 1).unwrap().to_owned()).collect()
    }

    #[test]
    fn names_are_split_in_every_style() {
        for key in
            ["patientFirstName", "patient_first_name", "patient.first-name", "PATIENT_FIRST_NAME", "PatientFirstName"]
        {
            assert_eq!(words(key), ["patient", "first", "name"], "{key}");
        }
        assert_eq!(words("MRNValue2"), ["mrn", "value", "2"]);
        assert_eq!(words("a.b.c.d.e.f.g.h.i.j"), ["c", "d", "e", "f", "g", "h", "i", "j"]);
        assert_eq!(words("__"), Vec::<String>::new());
        assert_eq!(words(&"ż".repeat(200)).len(), 1);
    }
}
