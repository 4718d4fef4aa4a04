//! The lists and patterns that slots are filled from, read from `fillers/`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::rng::Rng;

const NAMES: &str = include_str!("../fillers/names.txt");
const WORDS: &str = include_str!("../fillers/words.txt");
const PATTERNS: &str = include_str!("../fillers/patterns.txt");

/// Where the people of the corpus come from; English more often than the rest.
pub const LOCALES: &str =
    "en|en|en|en|en|en|en|en|en|en|en|es|es|es|fr|fr|de|de|pl|pl|nl|it|tr|tr|ar|in|in|cn|vn|jp|kr|af|no|cz|pt|gr";

type Lists = BTreeMap<&'static str, Vec<&'static str>>;

pub struct Fillers {
    words: Lists,
    patterns: Lists,
}

impl Fillers {
    pub fn load() -> Result<Self> {
        let mut words = sections(NAMES, true)?;
        words.extend(sections(WORDS, true)?);
        Ok(Self { words, patterns: sections(PATTERNS, false)? })
    }

    /// One entry of a list, its pattern characters filled in where the list is one of patterns or addresses of pages.
    pub fn draw(&self, list: &str, rng: &mut Rng) -> Option<String> {
        if let Some(patterns) = self.patterns.get(list) {
            return rng.pick(patterns).map(|pattern| expand(pattern, rng));
        }
        let word = rng.pick(self.words.get(list)?)?;
        // A question mark in an address is one.
        Some(if list == "url" {
            word.split('?').map(|part| expand(part, rng)).collect::<Vec<_>>().join("?")
        } else {
            word.to_owned()
        })
    }
}

/// `[name]` opens a list; its entries are parted by bars or stand one a line.
fn sections(text: &'static str, bars: bool) -> Result<Lists> {
    let mut lists = Lists::new();
    let mut name = None;
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        if let Some(title) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name = Some(title);
            continue;
        }
        let entries = lists.entry(name.context("an entry before the first list")?).or_default();
        if bars { entries.extend(line.split('|')) } else { entries.push(line) }
    }
    Ok(lists)
}

fn expand(pattern: &str, rng: &mut Rng) -> String {
    let letter = |rng: &mut Rng| char::from(b'A' + (rng.next() % 26) as u8);
    let each = pattern.chars().map(|c| match c {
        '#' => char::from(b'0' + (rng.next() % 10) as u8),
        '%' => char::from(b'2' + (rng.next() % 8) as u8),
        '?' => letter(rng),
        '*' => letter(rng).to_ascii_lowercase(),
        '^' => char::from_digit((rng.next() % 16) as u32, 16).unwrap_or('0'),
        other => other,
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_locale_has_given_and_family_names() {
        let fillers = Fillers::load().unwrap();
        let mut rng = Rng::new(1, &[]);
        for locale in LOCALES.split('|') {
            for part in ["given", "family"] {
                assert!(fillers.draw(&format!("{part}.{locale}"), &mut rng).is_some(), "{part}.{locale}");
            }
        }
    }

    #[test]
    fn a_pattern_keeps_its_length_and_what_is_not_a_mark() {
        let mut rng = Rng::new(1, &[]);
        let made = expand("(%##) ?-^*", &mut rng);
        assert_eq!((made.len(), &made[..1], &made[4..6]), (10, "(", ") "));
    }
}
