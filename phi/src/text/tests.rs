//! What the scanner finds in texts, told as tables: marks stand around what must be found.

use super::*;

fn spans(text: &str) -> Vec<(String, &'static str)> {
    let scanner = Scanner::untried(BUILTIN_RULES).unwrap();
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    let known = KnownValues::default();
    scanner.scan(text, Hint { label: None, known: &known }, &mut scratch, &mut found);
    found.iter().map(|f| (text[f.start as usize..f.end as usize].to_owned(), f.label.name())).collect()
}

#[test]
fn the_rules_that_ship_hold_their_examples() {
    let scanner = Scanner::untried(BUILTIN_RULES).unwrap();
    let mut failures = Vec::new();
    selftest::each(&scanner, |error, text, found| {
        let found: Vec<_> = found.iter().map(|(start, end)| &text[*start..*end]).collect();
        failures.push(format!("{error}: {text:?} gives {found:?}"));
        Ok(())
    })
    .unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_note_is_read() {
    let text = "Pt MRN 482913, DOB 03/14/1950, call (555) 123-4567. BP 120/80.";
    let expected = [("482913", "MRN"), ("03/14/1950", "DATE"), ("(555) 123-4567", "PHONE")];
    assert_eq!(spans(text), expected.map(|(text, label)| (text.to_owned(), label)));
}
