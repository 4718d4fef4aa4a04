//! Whatever comes in: no panic, offsets that are exact, planted values found in every form, work that stays linear.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use phi::{Engine, Located, Scratch};
use proptest::prelude::*;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin().unwrap());

fn scan(text: &str) -> Vec<Located> {
    let mut found = Vec::new();
    ENGINE.scan_any(text, &mut Scratch::default(), &mut found);
    found
}

/// Offsets are on character boundaries, in order, and do not overlap; the pointer leads to the value that they are in.
fn check_offsets(text: &str) {
    let mut end = 0;
    // A lone string is read as text, quotes and all.
    let json: Option<serde_json::Value> =
        serde_json::from_str(text).ok().filter(|json: &serde_json::Value| !json.is_string());
    for found in scan(text) {
        let cut = text.get(found.start as usize..found.end as usize);
        assert!(cut.is_some_and(|cut| !cut.is_empty()), "{found:?} in {text}");
        assert!(found.start >= end, "{found:?} in {text}");
        end = found.end;
        let value = json.as_ref().and_then(|json| json.pointer(&found.pointer));
        let leaf = match value {
            Some(serde_json::Value::String(leaf)) if !found.in_key => leaf.clone(),
            _ => continue,
        };
        let inside = leaf.get(found.finding.start as usize..found.finding.end as usize);
        assert!(inside.is_some(), "{found:?} in {leaf}");
        if inside != cut {
            assert!(cut.unwrap().contains('\\'), "only escapes differ: {found:?} in {text}");
        }
    }
}

/// Words that make recognisers, decoders and the path rules wake up.
const WORDS: &[&str] = &[
    "MRN 4711223",
    "\"",
    "{\"name\":\"Jane Doe\"}",
    "name",
    ":",
    ",",
    "{",
    "}",
    "[",
    "]",
    "\\u00e9",
    "\\",
    "%41",
    "%",
    "aGVsbG8gd29ybGQhIQ==",
    "/Patient?family=",
    "&",
    "=",
    "|",
    "PID|1||4711^^^H^MR||Doe^Jane",
    "\r",
    "<a b='c'>",
    "</a>",
    "<![CDATA[",
    "SELECT a FROM b WHERE name='x'",
    "'",
    "jane@clinic.example",
    "01/02/1970",
    "Ż",
    "😀",
    " ",
    "\"mrn\"",
    "\"4711223\"",
    "resourceType",
    "\"Patient\"",
    "(",
    "-",
    "1234567890",
    "^^^&1.2&ISO",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![3 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<String>()]
}

#[test]
fn a_bracket_before_a_path_or_a_query_ends() {
    for text in ["[/fhir/Patient?family=Smith", "see [?name=Smith&x=1 here", "{/Patient/4711?name=x"] {
        check_offsets(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_text_whatsoever_causes_a_panic_or_a_wrong_offset(pieces in prop::collection::vec(piece(), 0..24)) {
        check_offsets(&pieces.concat());
    }

    #[test]
    fn no_json_whatsoever_causes_a_panic_or_a_wrong_offset(pieces in prop::collection::vec((piece(), piece()), 0..6)) {
        let object: serde_json::Map<String, serde_json::Value> = pieces.into_iter().map(|(key, value)| (key, value.into())).collect();
        check_offsets(&serde_json::to_string(&object).unwrap());
        check_offsets(&serde_json::to_string_pretty(&serde_json::json!({"resourceType": "Patient", "name": [object]})).unwrap());
    }

    #[test]
    fn a_planted_value_is_found_in_every_form(digits in "[1-9][0-9]{6,9}", before in "[a-z ]{0,20}", forms in prop::collection::vec(0..5_u8, 0..3)) {
        let plain = serde_json::json!({"note": before, "mrn": digits}).to_string();
        let encoded = forms.iter().fold(plain, |text, form| match form {
            0 => STANDARD.encode(text),
            1 => URL_SAFE_NO_PAD.encode(text),
            2 => text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
            3 => serde_json::json!({"body": text}).to_string(),
            _ => serde_json::json!([text]).to_string(),
        });
        for document in [serde_json::json!({"payload": encoded}).to_string(), format!("received payload={encoded} from the queue")] {
            // In prose, JSON has no end that can be told.
            if document.starts_with("received") && forms.last().is_none_or(|form| *form > 2) {
                continue;
            }
            let found = scan(&document);
            prop_assert!(found.iter().any(|found| found.finding.label == phi::Label::Mrn), "{document} {found:?}");
        }
    }

    #[test]
    fn reference_and_our_tape_agree_on_what_is_json(text in prop_oneof![any::<String>(), prop::collection::vec(piece(), 0..12).prop_map(|pieces| pieces.concat())]) {
        // Ours is the more lenient one: in numbers, in control characters, in escapes.
        if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
            let read = phi::paths::tape::Tape::default().read(&text);
            prop_assert!(read.is_ok(), "{text}");
        }
    }
}

/// Time is a poor judge on a shared machine, so the bound is generous; what is not linear is off by a factor of thousands.
#[test]
fn hostile_texts_take_no_longer_than_their_length_allows() {
    let repeat = |part: &str| part.repeat((1 << 16) / part.len());
    let nested = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    for text in [
        repeat("\\u0041"),
        repeat("{\"a\":"),
        repeat("<a b="),
        repeat("'"),
        repeat("%"),
        repeat("%25"),
        repeat("((((("),
        repeat("0"),
        repeat("@"),
        repeat("-"),
        repeat("&="),
        repeat("a=b&"),
        repeat("PID|"),
        repeat("^^^&"),
        repeat("<![CDATA["),
        repeat("SELECT '"),
        repeat("/Patient/"),
        repeat("QUJD"),
        repeat("eyJ."),
        format!("[{}1]", repeat("\"MRN 4711223\",")),
        format!("{{{}\"value\":1}}", repeat("\"value\":\"4711223\",")),
        format!("[{}1]", repeat(&format!("{nested},"))),
        format!("select x from y where {}", repeat("a='b' or ")),
        format!("MSH|^~\\&|\rPID|||{}", repeat("1^^^H^MR~")),
        repeat("[NAME:7f3a"),
    ] {
        let before = std::time::Instant::now();
        scan(&text);
        assert!(before.elapsed().as_secs() < 5, "{}", &text[..40]);
    }
}
