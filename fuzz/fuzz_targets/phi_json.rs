//! Any text as a JSON document, searched by its paths: every finding lies in the document and in the value that it names.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use phi::{Engine, Scratch};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin().expect("the rules that ship are sound"));

fuzz_target!(|text: &str| {
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    if ENGINE.scan_json(text, &mut scratch, &mut found).is_err() {
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "a JSON document is refused");
        return;
    }
    for located in &found {
        assert!(located.start < located.end, "an empty finding");
        assert!(text.get(located.start as usize..located.end as usize).is_some(), "not on a character");
        assert!(located.finding.start < located.finding.end && located.finding.score <= 100);
        assert!(located.pointer.is_empty() || located.pointer.starts_with('/'));
    }
    let mut again = Vec::new();
    ENGINE.scan_json(text, &mut scratch, &mut again).expect("it was read before");
    assert_eq!(found, again);
});
