//! A rules file vouches for itself: each rule's examples run when it is loaded.
//!
//! What a positive example must find stands in `«»`; a negative example must not make its rule find anything.

use super::rules::{Examples, RuleError};
use super::{Hint, KnownValues, Scanner, Scratch};

/// The first example that does not hold, and the file that it stands in.
pub(crate) fn run(scanner: &Scanner) -> Result<(), (String, RuleError)> {
    each(scanner, |file, error, _, _| Err((file.to_owned(), error)))
}

/// Tries every example and gives those that do not hold, with what their rule found, until `failed` ends it.
pub(crate) fn each<E>(
    scanner: &Scanner,
    mut failed: impl FnMut(&str, RuleError, &str, &[(usize, usize)]) -> Result<(), E>,
) -> Result<(), E> {
    let mut scratch = Scratch::default();
    for Examples { file, rule, positive, negative } in &scanner.compiled.examples {
        let name = || scanner.rule_name(*rule).to_owned();
        let mut claimed = |text: &str| -> Vec<(usize, usize)> {
            let known = KnownValues::default();
            scanner.claim(text, Hint { label: None, known: &known }, &mut scratch);
            let own = scratch.claims.iter().filter(|claim| claim.rule == *rule);
            own.map(|claim| (claim.start as usize, claim.end as usize)).collect()
        };
        for (number, example) in positive.iter().enumerate() {
            let (text, spans) = unmark(example);
            let found = claimed(&text);
            if spans.is_empty() || found != spans {
                failed(file, RuleError::PositiveFails { rule: name(), number: number + 1 }, &text, &found)?;
            }
        }
        for (number, example) in negative.iter().enumerate() {
            let found = claimed(example);
            if !found.is_empty() {
                failed(file, RuleError::NegativeFails { rule: name(), number: number + 1 }, example, &found)?;
            }
        }
    }
    Ok(())
}

/// The text without its marks, and the spans between them.
pub(crate) fn unmark(example: &str) -> (String, Vec<(usize, usize)>) {
    let mut text = String::with_capacity(example.len());
    let mut spans = Vec::new();
    let mut start = 0;
    for letter in example.chars() {
        match letter {
            '«' => start = text.len(),
            '»' => spans.push((start, text.len())),
            _ => text.push(letter),
        }
    }
    (text, spans)
}
