//! The quick look against the scanner: it never takes what the scanner refuses, and takes nearly all that it takes.

use proptest::prelude::*;

use super::*;

/// What decides.
fn is_read(text: &[u8]) -> bool {
    let mut cursor = Cursor::new(text);
    cursor.value(&mut Digests::default()).and_then(|()| cursor.end()).is_ok()
}

/// Names with a common beginning of eight bytes, a string longer than a block, digests, and all kinds of values.
fn event(note: &str) -> String {
    let digest = |letter: &str| letter.repeat(42) + "A";
    format!(
        "{{\"_sd\":[\"{}\",\"{}\"],\"action\":\"read\",\"agents\":[{{\"_sd\":[\"{}\"],\"id\":\"u-1\",\"requestor\":true}},{{\"id\":\"\"}}],\
         \"empty\":{{}},\"extras\":{{\"count\":-17,\"list\":[],\"lists\":[[1],[null,false]],\"zero\":0}},\"note\":\"{note}\",\
         \"occurred_at\":\"2025-10-09T08:53:20.125Z\",\"occurred_until\":\"2025-10-09\",\"outcome\":\"success\",\"tenant\":\"north\"}}",
        digest("B"),
        digest("C"),
        digest("D"),
    )
}

const LONG: &str = "Opened the chart before the ward round; the patient asked for a copy of the discharge letter.";

#[test]
fn an_event_is_taken_with_hidden_values_and_in_any_language() {
    for note in ["", "short", LONG, "Ärztlicher Befund – 診断書, naïve café 😀", "a \u{7f} b"] {
        let text = event(note);
        assert!(is_read(text.as_bytes()), "{text}");
        assert!(is_canonical(text.as_bytes()), "{text}");
    }
}

#[test]
fn what_the_scanner_must_read_is_left_to_it() {
    for text in [
        event("a\\nb"),
        "{\"\u{e9}tat\":\"unknown\"}".to_owned(),
        "{\"a\":1}".to_owned(),
        "{\"\":\"0123456\"}".to_owned(),
    ] {
        assert!(is_read(text.as_bytes()), "{text}");
        assert!(!is_canonical(text.as_bytes()), "{text}");
    }
}

/// Each byte of an event taken away, doubled, changed places with the next one, or made another.
fn changed(text: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for at in 0..text.len() {
        let (before, after) = text.split_at(at);
        let rest = after.get(1..).unwrap_or_default();
        all.push([before, rest].concat());
        all.push([before, after.get(..1).unwrap_or_default(), after].concat());
        if let [first, second, rest @ ..] = after {
            all.push([before, &[*second, *first], rest].concat());
        }
        for byte in *b"\"\\{}[],:0-_.aZ \t\n\x00\x7f\x80\xc3\xff" {
            all.push([before, &[byte], rest].concat());
            all.push([before, &[byte], after].concat());
        }
        all.push(before.to_vec());
    }
    all
}

#[test]
fn no_changed_byte_makes_it_say_another_thing_than_the_scanner() {
    let mut taken = 0;
    for note in [LONG, "Befund für Ü"] {
        for text in changed(event(note).as_bytes()) {
            let shown = String::from_utf8_lossy(&text);
            let (quick, decided) = (is_canonical(&text), is_read(&text));
            // Escapes are the scanner's.
            assert_eq!(quick, decided && !text.contains(&b'\\'), "{shown}");
            taken += usize::from(quick);
        }
    }
    assert!(taken > 3_000, "{taken}");
}

#[test]
fn names_stand_in_order_each_once_whatever_they_begin_with() {
    let fits =
        |first: &str, second: &str| is_canonical(format!("{{\"{first}\":[],\"{second}\":\"0123456\"}}").as_bytes());
    for (first, second) in [
        ("a", "b"),
        ("a", "aa"),
        ("a", "a!"),
        ("1234567", "12345678"),
        ("12345678", "123456789"),
        ("12345678a", "12345678b"),
        ("A", "a"),
    ] {
        assert!(fits(first, second), "{first} {second}");
        assert!(!fits(second, first), "{second} {first}");
        assert!(!fits(first, first) && !fits(second, second), "{first} {second}");
    }
}

#[test]
fn names_of_one_object_are_not_held_against_those_of_another() {
    for text in [
        "{\"b\":{\"a\":\"\"},\"c\":[{\"a\":1},{\"a\":2}],\"d\":\"0123456\"}",
        "[{\"zz\":\"0123456\"},{\"aa\":\"0123456\"}]",
    ] {
        assert!(is_canonical(text.as_bytes()), "{text}");
    }
    assert!(!is_canonical(b"{\"b\":{\"z\":\"\"},\"a\":\"0123456\"}"));
}

#[test]
fn it_goes_as_deep_as_the_scanner() {
    for depth in [1, 2, 31, 32, 33, 64, 65, 200] {
        let lists = "[".repeat(depth) + &"]".repeat(depth);
        let objects = "{\"name\":".repeat(depth) + "\"0123456\"" + &"}".repeat(depth);
        for text in [lists, objects] {
            assert_eq!(is_canonical(text.as_bytes()), is_read(text.as_bytes()), "{text}");
            assert_eq!(is_canonical(text.as_bytes()), depth <= DEPTH_MAX, "{text}");
        }
    }
}

#[test]
fn digests_are_32_bytes_in_order_and_a_decoy_is_refused() {
    let digest = |letter: &str| format!("\"{}A\"", letter.repeat(42));
    let holds = |list: &str| is_canonical(format!("{{\"_sd\":{list},\"name\":\"0123456\"}}").as_bytes());
    assert!(holds(&format!("[{}]", digest("B"))));
    assert!(holds(&format!("[{},{}]", digest("B"), digest("C"))));
    for wrong in [
        "[]".to_owned(),
        "7".to_owned(),
        format!("[{},{}]", digest("C"), digest("B")),
        format!("[{0},{0}]", digest("B")),
    ] {
        assert!(!holds(&wrong), "{wrong}");
    }
    assert!(!holds(&format!("[\"{}B\"]", "B".repeat(42))), "spelled another way");
    assert!(!holds(&format!("[\"{}\"]", "B".repeat(42))), "too short");
    assert!(!is_canonical(b"{\"...\":\"0123456\"}") && is_canonical(b"{\"....\":\"0123456\"}"));
    assert!(is_canonical(b"{\"_sda\":\"0123456\"}"));
}

#[test]
fn what_is_no_utf_8_is_refused_wherever_it_stands() {
    for text in [
        "{\"name\":\"\u{e9}123456\"}",
        "{\"name\":[\"\u{e9}\"],\"next\":\"0123456789012345678901234567890123456789012345678901234567890\"}",
    ] {
        assert!(is_canonical(text.as_bytes()), "{text}");
        let mut bytes = text.as_bytes().to_vec();
        bytes.retain(|byte| *byte != 0xa9);
        assert!(!is_canonical(&bytes), "{text}");
    }
}

proptest! {
    #[test]
    fn it_never_takes_what_the_scanner_refuses(text in "[{}\\[\\]\",:a_sd.1é \\\\-]{0,40}") {
        prop_assert!(!is_canonical(text.as_bytes()) || is_read(text.as_bytes()), "{}", text);
    }

    #[test]
    fn nor_anything_spliced_from_two_events(from in 0_usize..300, to in 0_usize..300) {
        let (first, second) = (event(LONG), event("short"));
        let text = [&first.as_bytes()[..from.min(first.len())], &second.as_bytes()[to.min(second.len())..]].concat();
        prop_assert!(!is_canonical(&text) || is_read(&text), "{}", String::from_utf8_lossy(&text));
    }
}
