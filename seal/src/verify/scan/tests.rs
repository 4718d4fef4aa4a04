//! The cursor takes what RFC 8785 writes and stops at everything else.

use proptest::prelude::*;

use super::*;

fn whole<'a, T>(text: &'a str, read: impl FnOnce(&mut Cursor<'a>) -> Step<T>) -> Option<T> {
    let mut cursor = Cursor::new(text.as_bytes());
    let read = read(&mut cursor).ok()?;
    cursor.end().ok().map(|()| read)
}

fn is_canonical(text: &str) -> bool {
    whole(text, |cursor| cursor.value(&mut Pass)).is_some()
}

#[test]
fn numbers_are_whole_within_two_to_the_53_and_have_one_spelling() {
    let limit = (1_i64 << 53) - 1;
    for (text, number) in [("0", 0), ("7", 7), ("-1", -1), ("9007199254740991", limit), ("-9007199254740991", -limit)] {
        assert_eq!(whole(text, Cursor::number), Some(number));
    }
    for text in ["", "-", "-0", "00", "01", "-01", "+1", "1.0", "1e2", "9007199254740992", "-9007199254740992"] {
        assert_eq!(whole(text, Cursor::number), None, "{text}");
    }
    assert_eq!(whole(&"9".repeat(17), Cursor::number), None);
    assert_eq!(whole(&"9".repeat(70_000), Cursor::number), None);
    assert_eq!((whole("5", Cursor::count), whole("-5", Cursor::count)), (Some(5), None));
}

#[test]
fn plain_strings_are_printable_ascii_without_escapes() {
    assert_eq!(whole("\"a ~!\"", Cursor::plain), Some("a ~!"));
    assert_eq!(whole("\"\"", Cursor::plain), Some(""));
    for text in ["\"a", "a\"", "\"a\\\\\"", "\"\u{e9}\"", "\"\t\"", "\"\u{7f}\"", "\"a\"\""] {
        assert_eq!(whole(text, Cursor::plain), None, "{text}");
    }
}

#[test]
fn hashes_are_64_lower_case_digits() {
    let text = format!("\"{}\"", "0f".repeat(32));
    assert_eq!(whole(&text, Cursor::hash), Some([0x0f; 32]));
    let digits = "0123456789abcdef".repeat(4);
    let text = format!("\"{digits}\"");
    assert_eq!(whole(&text, Cursor::hash).map(hex::encode), Some(digits));
    for wrong in ["gg".repeat(32), "0F".repeat(32), "0g".repeat(32), "g0".repeat(32), "0f".repeat(31), "0f".repeat(33)]
    {
        assert_eq!(whole(&format!("\"{wrong}\""), Cursor::hash), None, "{wrong}");
    }
    assert_eq!(whole(&"0f".repeat(33), Cursor::hash), None);
}

#[test]
fn strings_have_the_escapes_of_rfc_8785_and_no_others() {
    let text = whole(r#""€$\u000f\nA'B\"\\\\\"/""#, Cursor::string).unwrap().text();
    assert_eq!(text, "\u{20ac}$\u{f}\nA'B\"\\\\\"/");
    let all = whole(r#""\b\t\n\f\r\u0000\u001f\u000b""#, Cursor::string).unwrap().text();
    assert_eq!(all, "\u{8}\t\n\u{c}\r\0\u{1f}\u{b}");
    for wrong in [
        r#""\u0041""#,
        r#""\u001F""#,
        r#""\u0020""#,
        r#""\u000a""#,
        r#""\u0008""#,
        r#""\u0009""#,
        r#""\u000c""#,
        r#""\u000d""#,
        r#""\u1000""#,
        r#""\u0100""#,
        r#""\u00""#,
        r#""\/""#,
        r#""\ud800""#,
        r#""\x""#,
        r#""\"#,
        "\"\n\"",
        "\"",
    ] {
        assert_eq!(whole(wrong, Cursor::string), None, "{wrong}");
    }
    assert_eq!(Cursor::new(b"\"\xff\"").string(), Err(Unexpected));
    // Half of a character before an escape is no character.
    assert_eq!(Cursor::new(b"\"\xc3\\n\"").string(), Err(Unexpected));
}

#[test]
fn members_are_sorted_by_utf_16_and_stand_once() {
    for text in ["{}", "[]", r#"{"a":1}"#, r#"{"a":{"b":[1,null,true,false,"x",{}]},"b":-3}"#] {
        assert!(is_canonical(text), "{text}");
    }
    // RFC 8785 section 3.2.3: U+1F600 is two units from U+D83D on, so it stands before U+FB33.
    assert!(is_canonical(
        "{\"\\r\":1,\"1\":2,\"\u{80}\":3,\"\u{f6}\":4,\"\u{20ac}\":5,\"\u{1f600}\":6,\"\u{fb33}\":7}"
    ));
    for text in [
        r#"{"a":1,"a":2}"#,
        r#"{"b":1,"a":2}"#,
        "{\"\u{fb33}\":7,\"\u{1f600}\":6}",
        r#"{"a":1,}"#,
        r#"{,"a":1}"#,
        r#"{"a" :1}"#,
        r#"{"a":1"#,
        r#"{"a":1}}"#,
        r#"{"a":}"#,
        r#"{a:1}"#,
        "[1,]",
        "[,1]",
        "[1 ,2]",
        "[1",
        " 1",
        "1 ",
        "tru",
        "nul",
        "NaN",
        "",
    ] {
        assert!(!is_canonical(text), "{text}");
    }
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(is_canonical(&nested(DEPTH_MAX)));
    assert!(!is_canonical(&nested(DEPTH_MAX + 1)));
    assert!(!is_canonical(&"[".repeat(1 << 20)));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(is_canonical(&objects(DEPTH_MAX)));
    assert!(!is_canonical(&objects(DEPTH_MAX + 1)));
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-9_007_199_254_740_991_i64..9_007_199_254_740_991).prop_map(Into::into),
        "\\PC*".prop_map(Into::into),
        "[\\x00-\\x24\\\\]{0,6}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            proptest::collection::btree_map("\\PC{0,3}|[\\x00-\\x24]{0,3}", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_the_reference_implementation_writes_is_read_and_means_the_same(value in value()) {
        let text = serde_json_canonicalizer::to_string(&value).unwrap();
        prop_assert!(is_canonical(&text), "{}", text);
        if let serde_json::Value::String(expected) = &value {
            let read = whole(&text, Cursor::string).unwrap().text();
            prop_assert_eq!(&*read, expected.as_str());
        }
    }

    #[test]
    fn whatever_is_read_is_what_the_reference_implementation_would_write(
        value in value(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = serde_json_canonicalizer::to_vec(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let mut cursor = Cursor::new(&bytes);
        if cursor.value(&mut Pass).and_then(|()| cursor.end()).is_ok() {
            let again: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_vec(&again).unwrap(), bytes);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut cursor = Cursor::new(&bytes);
        let read = cursor.value(&mut Pass);
        prop_assert!(read.is_err() || cursor.rest().len() < bytes.len());
    }
}
