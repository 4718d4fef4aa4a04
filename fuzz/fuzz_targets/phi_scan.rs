//! Any text, searched for health information: findings are ordered, apart, on characters, and the same the second time.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use phi::{Engine, Scratch};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin().expect("the rules that ship are sound"));

fuzz_target!(|text: &str| {
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    ENGINE.scan_text(text, &mut scratch, &mut found);
    let mut end = 0;
    for finding in &found {
        assert!(end <= finding.start && finding.start < finding.end, "out of order, or on top of another");
        assert!(text.get(finding.start as usize..finding.end as usize).is_some(), "not on a character");
        assert!(finding.score <= 100 && !ENGINE.rule_name(finding.rule).is_empty());
        end = finding.end;
    }
    // Buffers that have seen a text must not change what is found.
    let mut again = Vec::new();
    ENGINE.scan_text(text, &mut scratch, &mut again);
    assert_eq!(found, again);
});
