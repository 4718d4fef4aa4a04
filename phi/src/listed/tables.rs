//! Tables of texts for the tests of names and places: `«»` stands around what must be found.

use super::{Buffers, Hit, Input, find};
use crate::gazetteer::tests::BUILTIN;
use crate::label::Label;
use crate::text::token::tokenize;

/// Everything that is found in a text and counts by default.
pub(crate) fn hits(text: &str) -> Vec<Hit> {
    let (mut tokens, mut hits) = (Vec::new(), Vec::new());
    tokenize(text, &mut tokens);
    find(
        Input { text, tokens: &tokens, claims: &[], court: text.contains("court") },
        &BUILTIN,
        &mut Buffers::default(),
        &mut hits,
    );
    hits.retain(|hit| hit.kind.is_on());
    hits.sort_by_key(|hit| hit.start);
    hits
}

/// Fails with each text of the table in which something else is found for the label than what is marked.
pub(crate) fn check(label: Label, table: &[&str]) {
    let mut wrong = Vec::new();
    for expected in table {
        let text = expected.replace(['«', '»'], "");
        let mut found = String::new();
        let mut at = 0;
        for hit in hits(&text).iter().filter(|hit| hit.kind.label() == label) {
            found += &text[at..hit.start as usize];
            found += &format!("«{}»", &text[hit.start as usize..hit.end as usize]);
            at = hit.end as usize;
        }
        found += &text[at..];
        if found != *expected {
            wrong.push(format!("wanted {expected}\n found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), table.len(), wrong.join("\n"));
}
