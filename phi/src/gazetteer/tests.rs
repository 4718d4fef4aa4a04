//! What the built-in table must know, and how it behaves as a table.

use std::sync::LazyLock;

use super::load::build;
use super::*;
use crate::text::fold_hash;

/// Built once for all tests of the package.
pub(crate) static BUILTIN: LazyLock<Gazetteer> = LazyLock::new(|| Gazetteer::builtin().unwrap());

fn known(phrase: &str) -> Known {
    BUILTIN.known(phrase.split(' ').map(fold_hash).reduce(phrase_hash).unwrap())
}

#[test]
fn names_are_known_with_their_frequency_and_in_any_spelling() {
    assert!(known("john").first() > known("aurelio").first());
    assert!(known("SMITH").last() > known("Zielinski").last());
    for (word, first, last) in [
        ("Mehmet", true, false),
        ("Yıldız", true, true),
        ("Łukasz", true, false),
        ("Nguyễn", false, true),
        ("Aleksandr", true, false),
        ("Ivanov", false, true),
        ("Papadopoulos", false, true),
        ("Priya", true, false),
    ] {
        let known = known(word);
        assert!(!first || known.first() > 0, "{word} {known:?}");
        assert!(!last || known.last() > 0, "{word} {known:?}");
    }
}

#[test]
fn drugs_diseases_and_eponyms_are_known_as_such() {
    for drug in ["Lasix", "metoprolol", "Keppra", "Xarelto", "warfarin"] {
        assert!(known(drug).is(Fact::Drug), "{drug}");
    }
    for word in ["pneumonia", "hypertension", "fracture", "edema"] {
        assert!(known(word).is(Fact::Clinical), "{word}");
    }
    for name in ["Crohn", "Parkinson", "Hodgkin"] {
        assert!(known(name).is(Fact::Eponym) && known(name).plays(Role::Eponym), "{name}");
    }
}

#[test]
fn places_of_several_words_are_found_by_the_hash_of_the_phrase() {
    for place in ["new york", "los angeles", "san francisco", "salt lake city", "diyarbakir", "ankara"] {
        assert!(known(place).city() > 0, "{place}");
    }
    assert!(known("new").phrase_words() >= 2);
    assert!(known("north carolina").is(Fact::State));
    assert!(known("united kingdom").is(Fact::Country));
    assert!(known("cook").is(Fact::County));
}

#[test]
fn words_know_what_they_do_to_their_neighbours() {
    assert!(known("Mr").plays(Role::Title));
    assert!(known("wife").plays(Role::Relation));
    assert!(known("Straße").plays(Role::StreetEnd));
    assert!(known("v").plays_any(Role::set(&[Role::Versus, Role::Never])));
}

#[test]
fn an_unknown_word_is_nothing() {
    assert!(known("xqzzyv").is_nothing());
    assert_eq!(BUILTIN.known(0), Known::NOTHING);
}

#[test]
fn the_table_is_small_and_no_lookup_probes_far() {
    assert!(BUILTIN.size() < 8 << 20, "{} bytes", BUILTIN.size());
    let (mut longest, mut run) = (0, 0);
    for slot in &BUILTIN.slots {
        run = if *slot == 0 { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    assert!(longest < 400, "{longest}");
    let used = BUILTIN.slots.iter().filter(|slot| **slot != 0).count();
    assert!(used > 300_000 && used * 4 < BUILTIN.slots.len() * 3, "{used} of {}", BUILTIN.slots.len());
}

#[test]
fn a_damaged_table_is_refused_with_its_place() {
    let refusal = |words: &str, roles: &str| build(words, roles, "").err().map(|error| error.to_string()).unwrap();
    assert!(refusal("=first3\nann\n=firts3\nbob\n", "").contains("row 2"));
    assert!(refusal("=first16\nann\n", "").contains("row 1"));
    assert!(refusal("", "\n[nonsense]\nword\n").contains("line 2"));
}
