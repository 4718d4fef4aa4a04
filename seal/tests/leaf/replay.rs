//! Sealing again from a saved state gives the same leaves, MACs and digests; only ciphertexts differ.

use std::ops::Range;

use schemas::{AuditEvent, SealedRecord};
use seal::ChainState;
use serde_json::{Value, json};

use crate::fixture::{CHAIN, Desk, hidden};

const EVENTS: i64 = 5_000;
const FIRST: i64 = 100;
const END: i64 = FIRST + EVENTS;

fn text(index: i64) -> String {
    json!({
        "event_id": format!("e-{index}"), "tenant": "north-clinic", "event_type": "patient-record.viewed",
        "action": "read", "outcome": "success", "occurred_at": "2026-03-01T09:30:00Z",
        "source": {"system": "ehr"}, "agents": [{"id": format!("u-{}", index % 7), "requestor": true}],
        "patients": [{"id": format!("MRN-{}", index % 11), "name": "P. Example"}], "note": "a note",
    })
    .to_string()
}

/// Seals the given offsets; gives the records, one per call.
fn run(desk: &mut Desk, offsets: Range<i64>) -> Vec<Vec<u8>> {
    let places = hidden(&json!([
        ["/agents/0/id", "agent/0"],
        ["/note", "patient/0"],
        ["/patients/0/id", "patient/0"],
        ["/patients/0/name", "patient/0"]
    ]));
    let mut records = Vec::new();
    for index in offsets {
        let mut out = Vec::new();
        let step = match index % 100 {
            41 => json!({"call": "reject", "offset": index, "time": index, "bytes": "?", "reason": "truncated"}),
            42 => {
                json!({"call": "duplicate", "offset": index, "time": index, "event_id": "e-1", "first": 1, "tenant": "t"})
            }
            _ => Value::Null,
        };
        if step.is_null() {
            let text = text(index);
            let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
            let places = if index % 5 == 0 { places.as_slice() } else { &[] };
            desk.event(index, &event, places, &mut out).unwrap();
        } else {
            desk.step(&step, &mut out).unwrap();
        }
        records.push(out);
        if index % 512 == 0 {
            let mut out = Vec::new();
            desk.sealer.close_segment(&mut out).unwrap();
            records.push(out);
        }
    }
    records
}

#[test]
fn five_thousand_events_come_out_the_same_from_a_saved_state() {
    let mut desk = Desk::begun();
    let saved = desk.sealer.state().to_text(CHAIN);
    let first = run(&mut desk, FIRST..END);

    let mut again = Desk::new(ChainState::parse(CHAIN, &saved).unwrap(), "k-1");
    again.nonces.0 = 1 << 40;
    let second = run(&mut again, FIRST..END);

    assert_eq!(first.len(), second.len());
    let mut ciphertexts = 0;
    for (first, second) in first.iter().zip(&second) {
        let (first, second) = (SealedRecord::decode(first).unwrap(), SealedRecord::decode(second).unwrap());
        assert_eq!((first.leaf, first.mac, first.key_id), (second.leaf, second.mac, second.key_id));
        assert_eq!((&first.owner, &first.tokens, &first.redacted), (&second.owner, &second.tokens, &second.redacted));
        assert_eq!(first.disclosures.len(), second.disclosures.len());
        for (one, other) in first.disclosures.iter().zip(second.disclosures.iter()) {
            assert_eq!((one.digest, one.key), (other.digest, other.key));
            assert_ne!(one.sealed, other.sealed, "nonces must not repeat");
            ciphertexts += 1;
        }
    }
    assert!(ciphertexts > 3_000, "{ciphertexts}");
    assert_eq!(desk.sealer.state(), again.sealer.state());
}

#[test]
fn a_state_saved_anywhere_goes_on_as_the_sealer_did() {
    let mut desk = Desk::begun();
    let whole = run(&mut desk, FIRST..END);
    // Before, at and after a segment's end, and far from one.
    for stop in [FIRST, 512, 513, 514, 3_000] {
        let mut part = Desk::begun();
        let before = run(&mut part, FIRST..stop).len();
        let saved = part.sealer.state().to_text(CHAIN);
        let mut again = Desk::new(ChainState::parse(CHAIN, &saved).unwrap(), "k-1");
        let rest = run(&mut again, stop..END);
        let leaf = |record: &Vec<u8>| SealedRecord::decode(record).unwrap().leaf.to_vec();
        assert!(whole.iter().skip(before).map(leaf).eq(rest.iter().map(leaf)), "from {stop}");
    }
}
