//! The envelope has one spelling; what cannot be read is told from what another version wrote.

use super::*;

const PREVIOUS: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

fn text() -> String {
    format!(
        "{{\"chain\":\"t/0\",\"class\":{{\"level\":\"internal\",\"policy\":\"p-1\"}},\"prev\":\"{PREVIOUS}\",\"seq\":7,\
         \"source\":{{\"from\":41,\"next\":42,\"partition\":3,\"time\":-1}},\"type\":\"event\",\"v\":1,\
         \"what\":{{\"a\":1}}}}"
    )
}

fn read(text: &str) -> Result<Envelope<'_>, ReadError> {
    Leaf::read(text.as_bytes()).map(|leaf| leaf.envelope)
}

fn with(from: &str, to: &str) -> String {
    let text = text();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn every_member_is_read() {
    let text = text();
    let leaf = Leaf::read(text.as_bytes()).unwrap();
    let expected = Envelope {
        chain: "t/0",
        class: Some(Class { level: Level::Internal, policy: "p-1" }),
        previous: LeafHash::from_hex(PREVIOUS).unwrap(),
        sequence: Sequence(7),
        source: Source { from: 41, next: 42, partition: 3, time: -1 },
        kind: Kind::Event,
    };
    assert_eq!((leaf.envelope, leaf.what), (expected, &b"{\"a\":1}"[..]));
    assert_eq!(&text.as_bytes()[leaf.at..leaf.at + 7], leaf.what);
    for level in [Level::Public, Level::Internal, Level::Confidential, Level::Restricted] {
        let text = with("\"internal\"", &format!("\"{}\"", level.name()));
        assert_eq!(read(&text).unwrap().class.unwrap().level, level);
    }
}

#[test]
fn every_type_is_read_with_the_source_range_that_it_covers() {
    let class = "\"class\":{\"level\":\"internal\",\"policy\":\"p-1\"},";
    for kind in Kind::ALL {
        for covered in 0..3 {
            let text = with("\"event\"", &format!("\"{}\"", kind.name()));
            let text = if kind == Kind::Event { text } else { text.replace(class, "") };
            let text = text.replace("\"next\":42", &format!("\"next\":{}", 41 + covered));
            let fits = match kind {
                Kind::Event | Kind::Reject | Kind::Duplicate => covered == 1,
                Kind::SourceGap => covered >= 1,
                Kind::Genesis => false,
                _ => covered == 0,
            };
            assert_eq!(read(&text).is_ok(), fits, "{text}");
        }
    }
}

#[test]
fn the_first_leaf_is_a_genesis_and_no_other_is() {
    let first = "{\"chain\":\"t/0\",\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"seq\":0,\
        \"source\":{\"from\":0,\"next\":0,\"partition\":0,\"time\":0},\"type\":\"genesis\",\"v\":1,\"what\":{}}";
    assert_eq!(read(first).unwrap().kind, Kind::Genesis);
    for (from, to, member) in [
        ("\"seq\":0", "\"seq\":1", "type"),
        ("\"genesis\"", "\"config-change\"", "type"),
        ("\"time\":0", "\"time\":5", "time"),
        ("\"prev\":\"00", "\"prev\":\"01", "prev"),
    ] {
        assert_eq!(read(&first.replace(from, to)), Err(ReadError::Impossible(member)));
    }
}

#[test]
fn what_no_sealer_can_have_written_is_named_by_its_member() {
    for (from, to, member) in [
        ("t/0", "t 0", "chain"),
        ("t/0", "", "chain"),
        ("\"class\":{\"level\":\"internal\",\"policy\":\"p-1\"},", "", "class"),
        ("\"seq\":7", "\"seq\":1099511627775", "seq"),
        ("\"from\":41,\"next\":42", "\"from\":-1,\"next\":0", "source"),
        ("\"from\":41", "\"from\":43", "source"),
        ("\"partition\":3", "\"partition\":-1", "partition"),
        ("\"time\":-1", "\"time\":-2", "time"),
    ] {
        assert_eq!(read(&with(from, to)), Err(ReadError::Impossible(member)), "{to}");
    }
    // What is no name is not just another chain's.
    for name in ["t 0", "", "t/0+"] {
        let text = with("t/0", name);
        assert_eq!(Leaf::read_of("t/0", text.as_bytes()), Err(ReadError::Impossible("chain")), "{name}");
    }
    let text = with("t/0", "a\"0");
    assert!(matches!(Leaf::read_of("t/0", text.as_bytes()), Err(ReadError::NotCanonical { .. })));
    assert!(read(&with("p-1", &"p".repeat(64))).is_ok());
    for policy in ["", "p\\n1", "é", &"p".repeat(65)] {
        assert!(read(&with("p-1", policy)).is_err(), "{policy}");
    }
    assert!(read(&with("\"seq\":7", "\"seq\":1099511627774")).is_ok());
    assert!(read(&with("\"partition\":3", "\"partition\":0")).is_ok());
    assert!(read(&with("\"from\":41,\"next\":42", "\"from\":0,\"next\":1")).is_ok());
}

#[test]
fn another_spelling_is_not_canonical_and_the_byte_is_named() {
    for (from, to) in [
        ("{\"chain", " {\"chain"),
        ("{\"chain", "{ \"chain"),
        (",\"seq\"", ", \"seq\""),
        ("\"seq\":7", "\"seq\":07"),
        ("\"seq\":7", "\"seq\":-7"),
        ("\"seq\":7", "\"seq\":7.0"),
        ("\"internal\"", "\"secret\""),
        ("\"what\":{\"a\":1}}", "\"what\":{\"a\":1}"),
        ("\"what\":{\"a\":1}}", "\"what\":{\"a\":1}}}x"),
        ("\"what\":{\"a\":1}}", "\"what\":1}"),
        ("\"what\":{\"a\":1}}", "\"what\":[{}}"),
        ("\"what\":{\"a\":1}}", "\"what\":{\"a\":1]}"),
        ("\"v\":1,\"what\"", "\"what\""),
        ("\"partition\":3", "\"partition\":2147483648"),
        ("\"policy\"", "\"polity\""),
        ("p-1", ""),
        ("p-1", &"p".repeat(65)),
        ("p-1", "p\\u0000"),
        (",\"policy\":\"p-1\"}", ",\"policy\":\"p-1\",\"x\":1}"),
        ("\"time\":-1}", "\"time\":-1,\"zone\":1}"),
        ("0102", "010G"),
        ("\"t/0\"", "\"\\u0074/0\""),
    ] {
        assert!(
            matches!(read(&with(from, to)), Err(ReadError::NotCanonical { .. })),
            "{to}: {:?}",
            read(&with(from, to))
        );
    }
    let misspelt = with("\"seq\":7", "\"sex\":7");
    let byte = misspelt.find(",\"sex\"").unwrap();
    assert_eq!(read(&misspelt), Err(ReadError::NotCanonical { byte }));
    assert_eq!(read(""), Err(ReadError::NotCanonical { byte: 0 }));
}

#[test]
fn a_later_version_and_an_unknown_type_are_told_from_damage() {
    assert_eq!(read(&with("\"v\":1", "\"v\":2")), Err(ReadError::UnknownVersion));
    assert_eq!(read(&with("\"v\":1", "\"v\":0")), Err(ReadError::UnknownVersion));
    assert_eq!(read("{ \"v\": 2, \"new\": [1.5] }"), Err(ReadError::UnknownVersion));
    assert_eq!(read(&with("\"event\"", "\"heartbeat\"")), Err(ReadError::UnknownKind));
    assert!(matches!(read(&with("\"v\":1", "\"v\":\"2\"")), Err(ReadError::NotCanonical { .. })));
    assert!(matches!(read(&with("\"type\":\"event\"", "\"type\": \"event\"")), Err(ReadError::NotCanonical { .. })));
    assert!(matches!(read("{\"v\":1}"), Err(ReadError::NotCanonical { .. })));
}

#[test]
fn a_leaf_has_a_greatest_length() {
    let filled = |length: usize| with("{\"a\":1}", &format!("{{\"a\":\"{}\"}}", "x".repeat(length)));
    let most = leaf::LEAF_BYTES_MAX - filled(0).len();
    assert!(read(&filled(most)).is_ok());
    assert_eq!(read(&filled(most + 1)), Err(ReadError::TooLong));
    assert_eq!(read(&filled(most + 1).replace("\"v\":1", "\"v\":2")), Err(ReadError::UnknownVersion));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let read = Leaf::read(&bytes);
        proptest::prop_assert!(read.is_err() || bytes.ends_with(b"}}"));
    }

    #[test]
    fn one_changed_byte_is_refused_or_read_as_what_it_says(at in 0..300_usize, byte in proptest::prelude::any::<u8>()) {
        let mut bytes = text().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(leaf) = Leaf::read(&bytes) {
            let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
            // The body is not looked into here.
            if json.is_object() {
                proptest::prop_assert_eq!(&json["chain"], leaf.envelope.chain);
                proptest::prop_assert_eq!(&json["seq"], leaf.envelope.sequence.0);
                proptest::prop_assert_eq!(&json["source"]["time"], leaf.envelope.source.time);
                proptest::prop_assert_eq!(&json["prev"], &leaf.envelope.previous.to_string());
            }
        }
    }
}
