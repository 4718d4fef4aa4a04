//! What must hold for any text.

use proptest::prelude::*;

use super::tables::hits;
use super::*;
use crate::text::Class;

/// Words that start most recognisers, so that random texts reach them.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "Mr",
        "Dr.",
        "Smith",
        "john",
        "O'Brien",
        "van",
        "de",
        "la",
        "al-",
        "Jean-Luc",
        "St.",
        "Patient:",
        "v.",
        "J.",
        "SMITH^JOHN",
        "Street",
        "12",
        "62704",
        "IL",
        "Springfield",
        "P.O. Box",
        "rue",
        "Hospital",
        "of",
        "Court",
        "Ltd",
        "'s",
        "disease",
        "lives in",
        ",",
        "-",
        "'",
        "^",
        "(",
        "\"",
        ":",
        "\n",
        "é",
        "Ş",
        "ﬁ",
        "中文",
        "\u{301}",
        "\u{200b}",
        "A",
        "b",
        "@",
        "/",
        "_",
    ];
    prop_oneof![prop::sample::select(words.to_vec()).prop_map(str::to_owned), "\\PC{0,6}"]
}

proptest! {
    #[test]
    fn findings_of_any_text_stand_on_tokens_and_never_overlap(pieces in prop::collection::vec(piece(), 0..60), spaced in any::<bool>()) {
        let text = pieces.join(if spaced { " " } else { "" });
        let found = hits(&text);
        for hit in &found {
            prop_assert!(text.get(hit.start as usize..hit.end as usize).is_some_and(|found| !found.is_empty()));
            prop_assert!(hit.score <= 100);
        }
        for pair in found.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start, "{:?} in {text:?}", pair);
        }
    }
}

#[test]
fn what_a_stronger_recogniser_has_is_left_alone() {
    use crate::finding::{Evidence, RuleId};
    use crate::text::{Rank, token::tokenize};
    let text = "user John Smith logged in";
    let mut tokens = Vec::new();
    tokenize(text, &mut tokens);
    let claim = |start, end| Claim {
        start,
        end,
        label: None,
        rule: RuleId(0),
        rank: Rank::Strict,
        score: 90,
        evidence: Evidence::NONE,
    };
    let found = |claims: &[Claim]| {
        let mut hits = Vec::new();
        let gazetteer = &crate::gazetteer::tests::BUILTIN;
        find(Input { text, tokens: &tokens, claims, court: false }, gazetteer, &mut Buffers::default(), &mut hits);
        hits.len()
    };
    assert_eq!(found(&[]), 1);
    assert_eq!(found(&[claim(5, 15)]), 0);
}

#[test]
fn hostile_strings_give_little_work_to_the_longest_loops() {
    for piece in [
        "A.", "O'", "1 A.", "de la ", "Mr ", "A^", "a-", "St. ", "12 N ", "v. ", "((((", "Smith, ", "in the ",
        "Of of ", "'s ",
    ] {
        let text = piece.repeat(65_536 / piece.len());
        let mut tokens = Vec::new();
        crate::text::token::tokenize(&text, &mut tokens);
        assert!(tokens.iter().all(|token| token.class != Class::Newline));
        // Findings never exceed the tokens, however the text is made.
        assert!(hits(&text).len() <= tokens.len(), "{piece:?}");
    }
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Kind::ALL.len());
}
