//! Documents and the spans that must be found in them: by path, by the names of fields, inside encodings.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "spans/encoded.rs"]
mod encoded;
#[path = "spans/fhir.rs"]
mod fhir;
#[path = "spans/formats.rs"]
mod formats;
#[path = "spans/plain.rs"]
mod plain;

use std::sync::LazyLock;

use phi::{Engine, Scratch};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin().unwrap());

/// What is found, as `LABEL text`, in the order of the document; the text is cut out of the document by the offsets.
fn found(document: &str) -> Vec<String> {
    let mut located = Vec::new();
    ENGINE.scan_any(document, &mut Scratch::default(), &mut located);
    let cut = |start: u32, end: u32| &document[start as usize..end as usize];
    located.iter().map(|found| format!("{} {}", found.finding.label.name(), cut(found.start, found.end))).collect()
}

/// Holds each document against what must be found in it, no more and no less.
fn check(table: &[(&str, &[&str])]) {
    for (document, expected) in table {
        assert_eq!(found(document), *expected, "{document}");
    }
}

#[test]
fn the_rules_that_come_with_the_product_pass_their_own_examples() {
    if let Err(error) = Engine::builtin() {
        panic!("{error}");
    }
}
