//! Each control leaf's body: every member is read, and each one out of its limits is refused.

use super::*;
use crate::leaf::{Envelope, Source};
use crate::{LeafHash, Sequence};

const HASH: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

fn hash() -> [u8; 32] {
    LeafHash::from_hex(HASH).unwrap().0
}

fn read(kind: Kind, what: &str) -> Result<Body<'_>, ReadError> {
    let source = Source { from: 0, next: 0, partition: 0, time: 0 };
    let envelope = Envelope { chain: "c", class: None, previous: LeafHash::NONE, sequence: Sequence(9), source, kind };
    Leaf { envelope, what: what.as_bytes(), at: 1_000 }.body()
}

/// The text with `H` for a hash; then each of the wrong replacements in turn.
fn refuses(kind: Kind, what: &str, wrong: &[(&str, &str)]) {
    let what = what.replace("\"H\"", &format!("\"{HASH}\""));
    assert!(read(kind, &what).is_ok(), "{what}");
    for (from, to) in wrong {
        assert!(what.contains(from), "{from}");
        let changed = what.replacen(from, to, 1);
        assert!(matches!(read(kind, &changed), Err(ReadError::NotCanonical { .. })), "{changed}");
    }
    // No member may be left out, added, or stand in another spelling.
    for (at, _) in what.match_indices(',') {
        let changed = format!("{} {}", &what[..at], &what[at..]);
        assert!(read(kind, &changed).is_err(), "{changed}");
        let changed = format!("{},\"a\":1{}", &what[..at], &what[at..]);
        assert!(read(kind, &changed).is_err(), "{changed}");
    }
    assert!(read(kind, &what.replacen('}', "}}", 1)).is_err());
    assert!(read(kind, &format!("{what}1")).is_err());
    for end in 0..what.len() {
        assert!(read(kind, &what[..end]).is_err(), "{}", &what[..end]);
    }
}

#[test]
fn genesis() {
    let what = format!("{{\"config\":\"{HASH}\",\"key\":\"k-1\",\"topic\":\"T\",\"trail\":\"north\"}}");
    let expected =
        Genesis { config: hash(), key: "k-1".into(), previous: None, topic: "T".into(), trail: "north".into() };
    assert_eq!(read(Kind::Genesis, &what), Ok(Body::Genesis(expected.clone())));
    let previous = format!("\"previous\":{{\"chain\":\"t/0\",\"root\":\"{HASH}\",\"size\":5}},\"topic\"");
    let what = what.replace("\"topic\"", &previous);
    let previous = PreviousChain { chain: "t/0".into(), root: hash(), size: 5 };
    assert_eq!(read(Kind::Genesis, &what), Ok(Body::Genesis(Genesis { previous: Some(previous), ..expected })));
    refuses(
        Kind::Genesis,
        "{\"config\":\"H\",\"key\":\"k-1\",\"previous\":{\"chain\":\"t/0\",\"root\":\"H\",\"size\":5},\"topic\":\"T\",\"trail\":\"n\"}",
        &[
            ("k-1", "k 1"),
            ("k-1", ""),
            ("t/0", "t 0"),
            ("\"T\"", "\"\""),
            ("\"n\"", "\"\\u0000\""),
            ("\"size\":5", "\"size\":-5"),
            ("\"T\"", &format!("\"{}\"", "x".repeat(1_025))),
        ],
    );
    // Bytes count, not characters.
    let long = format!("{{\"config\":\"{HASH}\",\"key\":\"k\",\"topic\":\"{}\",\"trail\":\"n\"}}", "ü".repeat(512));
    assert!(read(Kind::Genesis, &long).is_ok());
    assert!(read(Kind::Genesis, &long.replace("üüü", "üüüü")).is_err());
}

const CLOSE: &str = "{\"edge\":[\"H\",\"H\"],\"first\":1,\"from\":2,\"levels\":{\"confidential\":3,\"internal\":4,\"public\":5,\
    \"restricted\":6},\"next\":7,\"outcomes\":{\"duplicate\":8,\"event\":9,\"gap\":10,\"reject\":11},\"root\":\"H\",\
    \"segment\":12,\"size\":13,\"time\":{\"max\":15,\"min\":14}}";

#[test]
fn segment_close() {
    let what = CLOSE.replace("\"H\"", &format!("\"{HASH}\""));
    let expected = SegmentClose {
        edge: vec![hash(), hash()],
        first: Sequence(1),
        from: 2,
        levels: Levels { confidential: 3, internal: 4, public: 5, restricted: 6 },
        next: 7,
        outcomes: Outcomes { duplicate: 8, event: 9, gap: 10, reject: 11 },
        root: hash(),
        segment: 12,
        size: 13,
        time: TimeRange { max: 15, min: 14 },
    };
    assert_eq!(read(Kind::SegmentClose, &what), Ok(Body::SegmentClose(expected)));
    let numbers: Vec<(String, String)> = (1..=13).map(|n| (format!(":{n}"), format!(":-{n}"))).collect();
    let mut wrong: Vec<(&str, &str)> = numbers.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    wrong.extend([("\"max\":15", "\"max\":-2"), ("\"min\":14", "\"min\":-2"), ("[", "{"), ("]", ",]")]);
    refuses(Kind::SegmentClose, CLOSE, &wrong);
    assert!(read(Kind::SegmentClose, &what.replace("\"min\":14", "\"min\":-1")).is_ok());
    assert!(read(Kind::SegmentClose, &what.replace("\"max\":15", "\"max\":-1")).is_ok());
    let edge = |count: usize| format!("[{}]", vec![format!("\"{HASH}\""); count].join(","));
    assert!(read(Kind::SegmentClose, &what.replace(&edge(2), &edge(40))).is_ok());
    assert!(read(Kind::SegmentClose, &what.replace(&edge(2), &edge(41))).is_err());
}

#[test]
fn owner_change() {
    let what = "{\"attempt\":1,\"generation\":2,\"owner\":\"w\",\"term\":3}";
    let expected = OwnerChange { attempt: 1, generation: 2, owner: "w".into(), term: 3 };
    assert_eq!(read(Kind::OwnerChange, what), Ok(Body::OwnerChange(expected)));
    let wrong = [
        (":1", ":-1"),
        (":1", ":2147483648"),
        (":2", ":-2"),
        (":2", ":2147483648"),
        (":3", ":-3"),
        (":3", ":9007199254740992"),
        ("\"w\"", "\"\""),
    ];
    refuses(Kind::OwnerChange, what, &wrong);
    assert!(read(Kind::OwnerChange, &what.replace(":1,", ":2147483647,")).is_ok());
}

#[test]
fn key_epoch() {
    let what = format!("{{\"key\":\"k-2\",\"previous\":\"k-1\",\"proof\":\"{HASH}\"}}");
    let expected = KeyEpoch { key: "k-2".into(), previous: "k-1".into(), proof: hash() };
    assert_eq!(read(Kind::KeyEpoch, &what), Ok(Body::KeyEpoch(expected)));
    refuses(Kind::KeyEpoch, &what, &[("k-2", "k;2"), ("k-1", ""), (HASH, "00")]);
}

#[test]
fn reject_and_duplicate_and_source_gap() {
    let what = format!("{{\"bytes\":0,\"digest\":\"{HASH}\",\"reason\":\"bad-avro\"}}");
    let expected = Reject { bytes: 0, digest: hash(), reason: "bad-avro".into() };
    assert_eq!(read(Kind::Reject, &what), Ok(Body::Reject(expected)));
    refuses(Kind::Reject, &what, &[("bad-avro", "Bad"), ("bad-avro", ""), (":0", ":-0")]);
    let what = "{\"event_id\":\"e\",\"first\":3,\"tenant\":\"t\"}";
    let expected = Duplicate { event_id: "e".into(), first: Sequence(3), tenant: "t".into() };
    assert_eq!(read(Kind::Duplicate, what), Ok(Body::Duplicate(expected)));
    refuses(Kind::Duplicate, what, &[("\"e\"", "\"\""), ("\"t\"", "\"\""), (":3", ":-3")]);
    let what = "{\"reason\":\"retention\"}";
    assert_eq!(read(Kind::SourceGap, what), Ok(Body::SourceGap(SourceGap { reason: "retention".into() })));
    refuses(Kind::SourceGap, what, &[("retention", "why?"), ("retention", &"r".repeat(65))]);
}

#[test]
fn erasure_and_config_change_and_retention_cut() {
    let handle = &HASH[..32];
    let what = format!(
        "{{\"basis\":\"art 17\",\"handle\":\"{handle}\",\"root\":\"{HASH}\",\"scope\":\"subject\",\"size\":4}}"
    );
    let expected =
        Erasure { basis: "art 17".into(), handle: handle.into(), root: hash(), scope: "subject".into(), size: 4 };
    assert_eq!(read(Kind::Erasure, &what), Ok(Body::Erasure(expected)));
    let longer = format!("{handle}0");
    let wrong = [
        (handle, &handle[1..]),
        (handle, &longer),
        ("0a0b", "0A0b"),
        ("0a0b", "0g0b"),
        ("0a0b", "0`0b"),
        ("subject", "Subject"),
        ("art 17", ""),
        (":4", ":-4"),
    ];
    refuses(Kind::Erasure, &what, &wrong);
    let what = format!("{{\"digest\":\"{HASH}\",\"part\":\"phi\",\"version\":\"2\"}}");
    let expected = ConfigChange { digest: hash(), part: "phi".into(), version: "2".into() };
    assert_eq!(read(Kind::ConfigChange, &what), Ok(Body::ConfigChange(expected)));
    refuses(Kind::ConfigChange, &what, &[("phi", ""), ("\"2\"", "2")]);
    let what = "{\"first\":1,\"next\":5,\"policy\":\"6 years\"}";
    let expected = RetentionCut { first: Sequence(1), next: Sequence(5), policy: "6 years".into() };
    assert_eq!(read(Kind::RetentionCut, what), Ok(Body::RetentionCut(expected)));
    refuses(Kind::RetentionCut, what, &[("6 years", ""), (":1", ":-1"), (":5", ":-5")]);
}

#[test]
fn an_events_body_is_any_canonical_object() {
    assert_eq!(read(Kind::Event, "{\"a\":[1,{}]}"), Ok(Body::Event("{\"a\":[1,{}]}")));
    assert_eq!(read(Kind::Event, "{\"a\":1.5}"), Err(ReadError::NotCanonical { byte: 1_006 }));
    assert_eq!(read(Kind::Event, "{} "), Err(ReadError::NotCanonical { byte: 1_002 }));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let what = String::from_utf8_lossy(&bytes);
        for kind in Kind::ALL {
            if let Ok(body) = read(kind, &what) {
                proptest::prop_assert_eq!(body.kind(), kind);
            }
        }
    }
}
