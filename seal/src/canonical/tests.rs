//! The writer against RFC 8785's examples and against another implementation of it.

use proptest::prelude::*;
use schemas::{AuditEvent, Extras};
use serde::Serialize;

use super::*;
use crate::error::SealError;

fn string(text: &str) -> String {
    let mut out = Vec::new();
    write_string(&mut out, text);
    String::from_utf8(out).unwrap()
}

fn written<T: Serialize>(value: &T) -> Result<String, SealError> {
    let (mut out, mut scratch) = (Vec::new(), Scratch::default());
    Canonical::new(&mut out, &mut scratch, &mut KeepAll).write(value, &[])?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn the_rfc_8785_string_example_is_reproduced() {
    // RFC 8785 section 3.2.2: the "string" member of the sample.
    let input = "\u{20ac}$\u{f}\nA'\u{42}\u{22}\u{5c}\\\"/";
    assert_eq!(string(input), "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
}

#[test]
fn the_rfc_8785_literals_and_whole_numbers_are_reproduced() {
    // RFC 8785 section 3.2.2 ("literals") and appendix B, as far as the numbers are whole and below 2^53.
    assert_eq!(written(&vec![true, false]).unwrap(), "[true,false]");
    for (number, text) in
        [(0_i64, "0"), (9_007_199_254_740_991, "9007199254740991"), (-9_007_199_254_740_991, "-9007199254740991")]
    {
        assert_eq!(written(&number).unwrap(), text);
    }
}

#[test]
fn the_rfc_8785_sorting_example_is_reproduced() {
    // RFC 8785 section 3.2.3.
    let mut extras = Extras::default();
    for (key, value) in [
        ("\u{20ac}", "Euro Sign"),
        ("\r", "Carriage Return"),
        ("\u{fb33}", "Hebrew Letter Dalet With Dagesh"),
        ("1", "One"),
        ("\u{1f600}", "Emoji: Grinning Face"),
        ("\u{80}", "Control"),
        ("\u{f6}", "Latin Small Letter O With Diaeresis"),
    ] {
        extras.insert(key, value);
    }
    let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
        \"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\
        \"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
    assert_eq!(written(&extras).unwrap(), expected);
}

#[test]
fn every_golden_event_is_written_as_the_oracle_writes_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/golden/audit_event/1");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
            assert_eq!(written(&event).unwrap(), serde_json_canonicalizer::to_string(&event).unwrap(), "{path:?}");
            seen += 1;
        }
    }
    assert!(seen >= 12, "only {seen} events");
}

#[test]
fn floats_large_numbers_and_nulls_are_refused() {
    assert_eq!(written(&1.5), Err(SealError::Unwritable));
    assert_eq!(written(&2.0_f32), Err(SealError::Unwritable));
    assert_eq!(written(&(1_i64 << 53)), Err(SealError::Number));
    assert_eq!(written(&-(1_i64 << 53)), Err(SealError::Number));
    assert_eq!(written(&u64::MAX), Err(SealError::Number));
    assert_eq!(written(&None::<bool>), Err(SealError::Unwritable));
    assert_eq!(written(&std::collections::BTreeMap::from([(1, "a")])), Err(SealError::Unwritable));
}

proptest! {
    #[test]
    fn any_string_is_written_as_the_oracle_writes_it(text in any::<String>(), plain in "[ -~]{0,70}", control in "[\\x00-\\x24\\\\é]{0,40}") {
        for text in [&text, &plain, &control, &format!("{plain}{control}{plain}")] {
            prop_assert_eq!(string(text), serde_json_canonicalizer::to_string(text).unwrap());
        }
    }

    #[test]
    fn any_extras_are_written_as_the_oracle_writes_them(entries in proptest::collection::vec((any::<String>(), any::<String>()), 0..20)) {
        let mut extras = Extras::default();
        for (key, value) in entries {
            extras.insert(key, value);
        }
        prop_assert_eq!(written(&extras).unwrap(), serde_json_canonicalizer::to_string(&extras).unwrap());
    }
}
