//! Bytes that are no event: each kind gives its own fault, at its own place, and none a panic.

use proptest::prelude::*;
use schemas::avro::{write_bytes, write_long, write_string};
use schemas::list::ENTRIES_MAX;
use schemas::{AuditEvent, DecodeFault};

use crate::codec::{encoded, generated};
use crate::json::smallest;

/// A decoded event is sound: no faults, and its own bytes and JSON give it back.
pub fn assert_sound(event: &AuditEvent<'_>) {
    assert!(event.faults().is_empty());
    assert_eq!(&AuditEvent::decode(&encoded(event)).unwrap(), event);
    let json = serde_json::to_string(event).unwrap();
    assert_eq!(&serde_json::from_str::<AuditEvent<'_>>(&json).unwrap(), event);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_record_cut_at_any_byte_is_refused(seed: u64) {
        let text = generated(seed);
        let bytes = encoded(&serde_json::from_str(&text).unwrap());
        for length in 0..bytes.len().min(20_000) {
            prop_assert!(AuditEvent::decode(&bytes[..length]).is_err(), "cut to {} of {}", length, bytes.len());
        }
    }

    #[test]
    fn any_changed_byte_is_refused_or_gives_another_sound_event(seed: u64, flip in 1..=255u8) {
        let text = generated(seed);
        let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
        let mut bytes = encoded(&event);
        for index in 0..bytes.len().min(4_000) {
            bytes[index] ^= flip;
            if let Ok(changed) = AuditEvent::decode(&bytes) {
                assert_sound(&changed);
                prop_assert_ne!(&changed, &event);
            }
            bytes[index] ^= flip;
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(event) = AuditEvent::decode(&bytes) {
            assert_sound(&event);
        }
    }
}

#[test]
fn every_single_bit_and_every_value_of_every_byte_of_a_small_event_is_judged() {
    let text = smallest().to_string();
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    let mut bytes = encoded(&event);
    let (mut refused, mut sound) = (0, 0);
    for index in 0..bytes.len() {
        let kept = bytes[index];
        for value in (0..=255).filter(|value| *value != kept) {
            bytes[index] = value;
            match AuditEvent::decode(&bytes) {
                Ok(changed) => {
                    assert_sound(&changed);
                    assert_ne!(changed, event);
                    sound += 1;
                }
                Err(error) => {
                    assert!(error.position as usize <= bytes.len());
                    refused += 1;
                }
            }
        }
        bytes[index] = kept;
    }
    // Both happen, or the test would prove nothing.
    assert!(refused > 1_000 && sound > 1_000, "{refused} refused, {sound} sound");
}

/// The smallest event as bytes, with a place to break: each part is named, so that a test says where it puts what.
fn parts() -> Vec<(&'static str, Vec<u8>)> {
    let string = |text: &str| {
        let mut bytes = Vec::new();
        write_string(&mut bytes, text);
        bytes
    };
    let time = {
        let mut bytes = vec![0];
        write_long(&mut bytes, 1_772_357_400_000_000);
        bytes
    };
    vec![
        ("action", string("read")),
        ("agents", vec![2, 0, 2, 2, b'a', 0, 0, 0, 0, 0, 0]),
        ("authority", vec![0]),
        ("codes", vec![0]),
        ("context", vec![0]),
        ("event_id", string("e")),
        ("event_type", string("t")),
        ("extras", vec![0]),
        ("note", vec![0]),
        ("objects", vec![0]),
        ("occurred_at", time),
        ("origin", vec![0]),
        ("outcome", string("success")),
        ("patients", vec![0]),
        ("purpose", vec![0]),
        ("session_id", vec![0]),
        ("source", [vec![0, 0, 0], string("s")].concat()),
        ("tenant", string("n")),
        ("times", vec![0]),
        ("trace_id", vec![0]),
    ]
}

/// The event with one part replaced, and where that part begins.
fn with(part: &str, bytes: &[u8]) -> (Vec<u8>, usize) {
    let (mut whole, mut start) = (Vec::new(), None);
    for (name, own) in parts() {
        if name == part {
            start = Some(whole.len());
        }
        whole.extend_from_slice(if name == part { bytes } else { &own });
    }
    (whole, start.unwrap())
}

fn longs(values: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    values.iter().for_each(|value| write_long(&mut bytes, *value));
    bytes
}

#[test]
fn the_parts_make_the_smallest_event() {
    let text = smallest().to_string();
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    assert_eq!(with("note", &[0]).0, encoded(&event));
}

#[test]
fn each_kind_of_nonsense_has_its_fault_and_its_place() {
    let some = |bytes: &[u8]| [&[2], bytes].concat();
    let repeated = [longs(&[2]), some(b"k")[..2].to_vec(), vec![2, b'v', 2, b'k', 2, b'w', 0]].concat();
    let mut lying_text = vec![2];
    write_bytes(&mut lying_text, &[0xff, 0xfe]);
    for (what, part, bytes, fault, offset) in [
        ("a union branch that is not there", "note", longs(&[2]), DecodeFault::BadUnionBranch, 0),
        ("a negative union branch", "note", longs(&[-1]), DecodeFault::BadUnionBranch, 0),
        ("a boolean of 2", "agents", vec![2, 0, 2, 2, b'a', 0, 0, 0, 2, 2, 0, 0], DecodeFault::BadBoolean, 9),
        ("bytes that are no UTF-8", "note", lying_text, DecodeFault::BadUtf8, 1),
        ("a negative length", "event_id", longs(&[-1]), DecodeFault::BadLength, 0),
        ("a length beyond the record", "event_id", longs(&[i64::MAX]), DecodeFault::Truncated, 10),
        ("an endless varint", "event_id", vec![0xff; 11], DecodeFault::BadVarint, 0),
        ("a tenth byte too large", "event_id", [vec![0xff; 9], vec![2]].concat(), DecodeFault::BadVarint, 0),
        ("a lying count", "patients", longs(&[ENTRIES_MAX as i64 + 1]), DecodeFault::TooMany, 0),
        ("the largest count", "patients", longs(&[i64::MAX]), DecodeFault::TooMany, 0),
        ("the smallest count", "patients", longs(&[i64::MIN, 0]), DecodeFault::TooMany, 0),
        (
            "a lying block size",
            "extras",
            [longs(&[-1, 5]), vec![2, b'k', 2, b'v', 0]].concat(),
            DecodeFault::BadLength,
            0,
        ),
        (
            "a negative block size",
            "extras",
            [longs(&[-1, -4]), vec![2, b'k', 2, b'v', 0]].concat(),
            DecodeFault::BadLength,
            0,
        ),
        ("a repeated key", "extras", repeated, DecodeFault::DuplicateKey, 5),
        (
            "a time that contradicts its text",
            "occurred_at",
            [vec![2, 8], b"2026".to_vec(), vec![2]].concat(),
            DecodeFault::BadTime,
            0,
        ),
    ] {
        let (whole, start) = with(part, &bytes);
        let error = AuditEvent::decode(&whole).expect_err(what);
        assert_eq!((error.fault, error.position), (fault, (start + offset) as u32), "{what}");
    }
}

#[test]
fn trailing_bytes_are_refused_where_they_begin() {
    let (mut whole, _) = with("note", &[0]);
    let end = whole.len();
    for more in [vec![0], vec![1, 2, 3]] {
        whole.truncate(end);
        whole.extend_from_slice(&more);
        let error = AuditEvent::decode(&whole).unwrap_err();
        assert_eq!((error.fault, error.position), (DecodeFault::TrailingBytes, end as u32));
    }
}

#[test]
fn many_small_blocks_cannot_sum_up_past_the_bound() {
    let entry = |key: usize| {
        let mut bytes = longs(&[1]);
        write_string(&mut bytes, &format!("{key:05}"));
        write_string(&mut bytes, "v");
        bytes
    };
    let blocks = |count: usize| [(0..count).flat_map(entry).collect(), longs(&[0])].concat();
    let (fits, _) = with("extras", &blocks(ENTRIES_MAX));
    assert_eq!(AuditEvent::decode(&fits).unwrap().extras.len(), ENTRIES_MAX);
    let (whole, _) = with("extras", &blocks(ENTRIES_MAX + 1));
    assert_eq!(AuditEvent::decode(&whole).unwrap_err().fault, DecodeFault::TooMany);
}

#[test]
fn lists_and_maps_in_blocks_as_other_writers_make_them_are_read() {
    let patient = |id: &str| {
        let mut bytes = vec![0];
        write_string(&mut bytes, id);
        bytes.push(0);
        bytes
    };
    let sized = |entries: &[Vec<u8>]| {
        let body = entries.concat();
        [longs(&[-(entries.len() as i64), body.len() as i64]), body].concat()
    };
    let blocks =
        [sized(&[patient("1"), patient("2")]), longs(&[1]), patient("3"), sized(&[patient("4")]), vec![0]].concat();
    let (whole, _) = with("patients", &blocks);
    let event = AuditEvent::decode(&whole).unwrap();
    let ids: Vec<&str> = event.patients.iter().map(|patient| patient.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);

    let entry = |key: u8, value: u8| vec![2, key, 2, value];
    let blocks = [longs(&[1]), entry(b'z', b'1'), sized(&[entry(b'b', b'2'), entry(b'a', b'3')]), vec![0]].concat();
    let (whole, _) = with("extras", &blocks);
    let event = AuditEvent::decode(&whole).unwrap();
    let entries: Vec<(&str, &str)> = event.extras.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(entries, [("a", "3"), ("b", "2"), ("z", "1")]);
    assert_sound(&event);
}

#[test]
fn times_that_no_text_can_hold_are_refused_wherever_they_stand() {
    for times in
        [[vec![2, 2, 0], longs(&[i64::MAX]), vec![0]].concat(), [vec![2, 0, 2, 0], longs(&[i64::MIN])].concat()]
    {
        let (whole, _) = with("times", &times);
        assert_eq!(AuditEvent::decode(&whole).unwrap_err().fault, DecodeFault::TimeOutOfRange);
    }
    let (whole, _) = with("occurred_at", &[vec![0], longs(&[i64::MAX])].concat());
    assert_eq!(AuditEvent::decode(&whole).unwrap_err().fault, DecodeFault::TimeOutOfRange);
}

#[test]
fn a_number_that_canonical_json_cannot_hold_is_refused() {
    for (bytes, accepted) in [((1 << 53) - 1, true), (0, true), (1 << 53, false), (-1, false)] {
        let (whole, _) = with("origin", &[vec![2, 2], longs(&[bytes]), vec![0; 9]].concat());
        let fault = AuditEvent::decode(&whole).map(|_| ()).map_err(|error| error.fault);
        assert_eq!(fault, if accepted { Ok(()) } else { Err(DecodeFault::NumberOutOfRange) }, "{bytes}");
    }
}
