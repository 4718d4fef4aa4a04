//! The tokens of small texts, told as strings.

use super::*;

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    tokenize(text, &mut tokens);
    tokens
}

fn classes(text: &str) -> Vec<(&str, Class)> {
    tokens(text).iter().map(|token| (token.text(text), token.class)).collect()
}

#[test]
fn classes_follow_case_and_digits() {
    use Class::{Alnum, Capital, Digits, Lower, Mixed, Newline, Punct, Upper};
    assert_eq!(
        classes("pt Jane DOE, McKay\nA 12 b7"),
        [
            ("pt", Lower),
            ("Jane", Capital),
            ("DOE", Upper),
            (",", Punct),
            ("McKay", Mixed),
            ("\n", Newline),
            ("A", Upper),
            ("12", Digits),
            ("b7", Alnum)
        ]
    );
    assert_eq!(
        classes("Łukasz ŻÓŁTY 日本 café…"),
        [("Łukasz", Capital), ("ŻÓŁTY", Upper), ("日本", Lower), ("café", Lower), ("…", Punct)]
    );
}

#[test]
fn only_plain_digits_make_a_number() {
    assert_eq!(classes("٣٤ ½ 34"), [("٣٤", Class::Alnum), ("½", Class::Alnum), ("34", Class::Digits)]);
}

#[test]
fn folds_are_the_hash_of_the_word() {
    for text in ["Müller", "PATIENT", "A123", "12", "Cafe\u{301}"] {
        assert_eq!(tokens(text)[0].fold, fold_hash(text), "{text}");
    }
    assert_eq!(tokens("MULLER")[0].fold, tokens("Müller")[0].fold);
}

#[test]
fn sentences_start_after_full_stops_but_not_after_titles() {
    let text = "Seen by Dr. Smith. Then home.\n- Call back";
    let starts: Vec<_> = tokens(text).iter().filter(|t| t.starts_sentence()).map(|t| t.text(text)).collect();
    assert_eq!(starts, ["Seen", "Then", "-", "Call"]);
}

#[test]
fn spaces_before_are_known() {
    let text = "a-b c";
    let spaced: Vec<_> = tokens(text).iter().map(Token::space_before).collect();
    assert_eq!(spaced, [true, false, false, true]);
}

proptest::proptest! {
    #[test]
    fn tokens_of_any_text_stand_in_order_on_character_boundaries(text in "\\PC{0,80}") {
        let tokens = tokens(&text);
        let mut last = 0;
        for token in &tokens {
            assert!(token.start >= last && token.end > token.start);
            assert!(text.get(token.start as usize..token.end as usize).is_some());
            let between = text.get(last as usize..token.start as usize).unwrap();
            assert!(between.chars().all(|c| c.is_whitespace() || c.is_control()), "{between:?}");
            if token.is_word() || token.class.has_digit() {
                assert_eq!(token.fold, fold_hash(token.text(&text)));
            }
            last = token.end;
        }
    }
}
