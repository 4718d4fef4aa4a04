//! The splitter, with the body cut at every place it can be cut at.

use proptest::prelude::*;

use super::*;

/// A piece that outlives its chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owned {
    Event(String),
    TooLarge,
    Broken(&'static str),
}

impl From<Piece<'_>> for Owned {
    fn from(piece: Piece<'_>) -> Self {
        match piece {
            Piece::Event(bytes) => Self::Event(String::from_utf8(bytes.to_vec()).unwrap()),
            Piece::TooLarge => Self::TooLarge,
            Piece::Broken(what) => Self::Broken(what),
        }
    }
}

fn split<'b>(layout: Layout, bytes_max: usize, chunks: impl IntoIterator<Item = &'b [u8]>) -> Vec<Owned> {
    let mut split = Split::new(layout, bytes_max);
    let mut pieces = Vec::new();
    for mut chunk in chunks {
        while let Some(piece) = split.next(&mut chunk) {
            pieces.push(piece.into());
        }
        assert!(chunk.is_empty());
    }
    while let Some(piece) = split.finish() {
        pieces.push(piece.into());
    }
    pieces
}

/// The same however the body is cut into two or three chunks, or into bytes.
fn check(layout: Layout, bytes_max: usize, body: &str, expected: &[Owned]) {
    let bytes = body.as_bytes();
    assert_eq!(split(layout, bytes_max, bytes.chunks(1)), expected, "{body:?} in bytes");
    for first in 0..=bytes.len() {
        for second in first..=bytes.len() {
            let chunks = [&bytes[..first], &bytes[first..second], &bytes[second..]];
            assert_eq!(split(layout, bytes_max, chunks), expected, "{body:?} cut at {first} and {second}");
        }
    }
}

fn events(texts: &[&str]) -> Vec<Owned> {
    texts.iter().map(|text| Owned::Event((*text).to_owned())).collect()
}

#[test]
fn lines_are_events_and_blank_lines_are_nothing() {
    check(Layout::Lines, 100, "", &[]);
    check(Layout::Lines, 100, "\n \r\n\t\n", &[]);
    check(Layout::Lines, 100, "{\"a\":1}", &events(&["{\"a\":1}"]));
    check(Layout::Lines, 100, "{}\n\r\n x\r\n{é}", &events(&["{}", " x\r", "{é}"]));
}

#[test]
fn an_array_gives_its_elements_whatever_they_are() {
    check(Layout::Array, 100, " [ ] ", &[]);
    check(Layout::Array, 100, "[{\"a\":[1,{}]},\n{}]\n", &events(&["{\"a\":[1,{}]}", "{}"]));
    check(Layout::Array, 100, "[1,true ,\"]\",[[]],-1e5]", &events(&["1", "true", "\"]\"", "[[]]", "-1e5"]));
    check(Layout::Array, 100, r#"[{"a\\":"}\"]\\"},"\\\""]"#, &events(&[r#"{"a\\":"}\"]\\"}"#, r#""\\\"""#]));
}

#[test]
fn what_is_too_large_is_passed_over_and_the_next_one_is_not() {
    let mut expected = vec![Owned::TooLarge];
    expected.extend(events(&["ok"]));
    check(Layout::Lines, 4, "12345\nok", &expected);
    check(Layout::Lines, 4, "1234\nok\n", &events(&["1234", "ok"]));
    let mut expected = vec![Owned::TooLarge];
    expected.extend(events(&["{}"]));
    check(Layout::Array, 4, "[{\"]\":1},{}]", &expected);
    check(Layout::Lines, 4, "ok\n12345", &[Owned::Event("ok".to_owned()), Owned::TooLarge]);
}

#[test]
fn a_broken_array_gives_what_came_before_and_says_so_once() {
    for (body, before, said) in [
        ("", &[][..], "a JSON array of events is missing"),
        ("{}", &[], "a JSON array of events is missing"),
        ("[", &[], "the array ends too early"),
        ("[{}", &["{}"], "the array ends too early"),
        ("[{},", &["{}"], "the array ends too early"),
        ("[{},{\"a\"", &["{}"], "the array ends too early"),
        ("[{},]", &["{}"], "an event is missing between two commas"),
        ("[,{}]", &[], "an event is missing between two commas"),
        ("[{},,{}]", &["{}"], "an event is missing between two commas"),
        ("[{} {},{}]", &["{}"], "a comma or the end of the array is missing"),
        ("[{}}]", &["{}"], "a comma or the end of the array is missing"),
        ("[{}][{}]", &["{}"], "something follows the array"),
    ] {
        let mut expected = events(before);
        expected.push(Owned::Broken(said));
        check(Layout::Array, 100, body, &expected);
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        "[\\[\\]{},:\"\\\\ a\u{e9}\n]{0,8}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map("[\\]\"}\\\\a]{0,3}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_comes_back_from_an_array_and_from_lines(
        values in proptest::collection::vec(json(), 0..6),
        cuts in proptest::collection::vec(0..400_usize, 0..6),
    ) {
        let texts: Vec<Owned> = values.iter().map(|value| Owned::Event(value.to_string())).collect();
        let array = serde_json::Value::from(values.clone()).to_string();
        let lines: String = values.iter().map(|value| format!("{value}\n")).collect();
        for (layout, body) in [(Layout::Array, array), (Layout::Lines, lines)] {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| (*cut).min(body.len())).chain([0, body.len()]).collect();
            cuts.sort_unstable();
            let chunks = cuts.windows(2).map(|cut| &body.as_bytes()[cut[0]..cut[1]]);
            prop_assert_eq!(&split(layout, 10_000, chunks), &texts);
        }
    }

    #[test]
    fn no_bytes_make_it_fail_and_cuts_change_nothing(body in proptest::collection::vec(prop::sample::select(b"[]{},:\"\\ a1\n".to_vec()), 0..40)) {
        for layout in [Layout::Lines, Layout::Array] {
            prop_assert_eq!(split(layout, 8, [body.as_slice()]), split(layout, 8, body.chunks(1)));
        }
    }
}
