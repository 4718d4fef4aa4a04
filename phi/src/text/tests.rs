//! What the scanner finds in texts, told as tables: `«LABEL value»` stands for what must be found, and nothing else may be.

mod ages;
mod clean;
mod dates;
mod identifiers;
mod labels;
mod linear;
mod network;
mod notes;
mod numbers;
mod phones;
mod pieces;

use std::sync::OnceLock;

use super::*;

fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::builtin().unwrap())
}

/// The text with each finding marked. Names and places have tests of their own and are left out.
fn marked(text: &str, known: &KnownValues) -> String {
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    scanner().scan(text, Hint { label: None, known }, &mut scratch, &mut found);
    let mut marked = String::new();
    let mut at = 0;
    for finding in found.iter().filter(|f| !matches!(f.label, Label::Name | Label::Geo | Label::Org)) {
        let (start, end) = (finding.start as usize, finding.end as usize);
        marked += &text[at..start];
        marked += &format!("«{} {}»", finding.label.name(), &text[start..end]);
        at = end;
    }
    marked + &text[at..]
}

/// Fails with all texts in which something else is found than what is marked.
fn check(table: &[&str]) {
    let labels = Label::ALL.map(|label| format!("«{} ", label.name()));
    let mut wrong = Vec::new();
    for expected in table {
        let text =
            labels.iter().fold((*expected).to_owned(), |text, label| text.replace(label.as_str(), "")).replace('»', "");
        let found = marked(&text, &KnownValues::default());
        if found != *expected {
            wrong.push(format!("wanted {expected}\n found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn the_rules_that_ship_hold_their_examples() {
    let mut failures = Vec::new();
    selftest::each(scanner(), |file, error, text, found| {
        let found: Vec<_> = found.iter().map(|(start, end)| &text[*start..*end]).collect();
        failures.push(format!("{file}: {error}: {text:?} gives {found:?}"));
        Ok::<(), RuleError>(())
    })
    .unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
