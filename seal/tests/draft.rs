//! Seals chains of generated events, then attacks them: every attack must be named, and the untouched chain stays intact.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use schemas::{AuditEvent, SealedRecord, Text, Time};
use seal::draft::verify::{Fault, verdict};
use seal::draft::{
    ChainState, ChainVerifier, Finding, KeyId, MacKey, Projection, Sealer, Signer, SourcePosition, StoredRecord,
    Verdict,
};

use seal::{LeafHash, Sequence};

const CHAIN: &str = "audit.events/3";
const KEY: [u8; 32] = [9; 32];

fn key(name: &str) -> MacKey {
    MacKey::new(KeyId(name.to_owned()), &KEY).unwrap()
}

fn event(id: &str) -> AuditEvent<'static> {
    let json = r#"{"event_id":"x","tenant":"t","event_type":"chart.viewed","action":"read","outcome":"success",
        "occurred_at":"2025-10-09T08:53:20Z","agents":[{"id":"u"}],"patients":[{"id":"p"}],"source":{"system":"s"}}"#;
    let mut event: AuditEvent<'static> = serde_json::from_str(json).unwrap();
    event.event_id = id.to_owned().into();
    event
}

#[derive(Clone)]
struct Stored {
    sequence: u64,
    leaf: Vec<u8>,
    key_id: String,
    mac: Vec<u8>,
}

fn sealed(count: u64) -> Vec<Stored> {
    let mut sealer = Sealer::new(CHAIN.to_owned(), ChainState::EMPTY, Signer::new(key("k1")));
    (0..count)
        .map(|index| {
            let source = SourcePosition { partition: 3, offset: index as i64 };
            let mut body = Vec::new();
            if index % 5 == 4 {
                sealer.reject(b"junk", "truncated", source, &mut body);
            } else {
                sealer.seal(&phi::classify(event(&format!("e{index}"))), source, &mut body);
            }
            let record = SealedRecord::decode(&body).unwrap();
            Stored {
                sequence: index,
                leaf: record.leaf.to_vec(),
                key_id: record.key_id.to_owned(),
                mac: record.mac.to_vec(),
            }
        })
        .collect()
}

fn walk(records: &[Stored], keys: &[MacKey]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut verifier = ChainVerifier::new(CHAIN.to_owned(), keys);
    for stored in records {
        let record = StoredRecord {
            sequence: Sequence(stored.sequence),
            leaf: &stored.leaf,
            key_id: &stored.key_id,
            mac: &stored.mac,
        };
        verifier.take(record, &mut findings);
    }
    findings
}

fn replace(stored: &mut Stored, from: &str, to: &str) {
    let text = String::from_utf8(stored.leaf.clone()).unwrap();
    assert!(text.contains(from), "{text}");
    stored.leaf = text.replace(from, to).into_bytes();
}

#[test]
fn an_untouched_chain_is_intact_with_and_without_keys() {
    let records = sealed(12);
    assert_eq!(walk(&records, &[key("k1")]), []);
    assert_eq!(walk(&records, &[]), []);
}

#[test]
fn a_changed_event_breaks_its_mac_and_the_next_link() {
    let mut records = sealed(6);
    replace(&mut records[2], "\"u\"", "\"v\"");
    let findings = walk(&records, &[key("k1")]);
    assert_eq!(findings.len(), 2);
    assert_eq!((findings[0].sequence, &findings[0].fault), (Sequence(2), &Fault::BadMac));
    assert_eq!((findings[1].sequence, &findings[1].fault), (Sequence(3), &Fault::BrokenLink));
    assert_eq!(verdict(&findings), Verdict::Tampered);
}

#[test]
fn without_keys_a_changed_event_still_breaks_the_next_link() {
    let mut records = sealed(6);
    replace(&mut records[2], "\"u\"", "\"v\"");
    let findings = walk(&records, &[]);
    assert_eq!(findings.iter().map(|f| (f.sequence.0, f.fault.clone())).collect::<Vec<_>>(), [(3, Fault::BrokenLink)]);
}

#[test]
fn a_dropped_record_is_missing_and_named_by_its_place() {
    let mut records = sealed(6);
    records.remove(3);
    let findings = walk(&records, &[key("k1")]);
    assert_eq!(findings[0].fault, Fault::MissingFrom { expected: Sequence(3) });
    assert_eq!(verdict(&findings), Verdict::Missing);
}

#[test]
fn an_added_copy_is_tampering() {
    let mut records = sealed(6);
    records.insert(3, records[2].clone());
    let findings = walk(&records, &[key("k1")]);
    assert_eq!(findings.iter().map(|f| (f.sequence.0, f.fault.clone())).collect::<Vec<_>>(), [(2, Fault::Repeated)]);
}

#[test]
fn swapped_leaves_are_misfiled_and_unlinked() {
    let mut records = sealed(6);
    records.swap(2, 3);
    records[2].sequence = 2;
    records[3].sequence = 3;
    let findings = walk(&records, &[key("k1")]);
    assert!(findings.contains(&Finding {
        chain: CHAIN.to_owned(),
        sequence: Sequence(2),
        fault: Fault::Misfiled { leaf_says: Sequence(3) }
    }));
    assert_eq!(verdict(&findings), Verdict::Tampered);
}

#[test]
fn accepted_records_that_were_never_sealed_are_missing_at_the_start_and_in_the_middle() {
    for (offsets, expected) in [([2, 3, 4], 0), ([0, 1, 5], 2)] {
        let mut sealer = Sealer::new(CHAIN.to_owned(), ChainState::EMPTY, Signer::new(key("k1")));
        let mut findings = Vec::new();
        let keys = [key("k1")];
        let mut verifier = ChainVerifier::new(CHAIN.to_owned(), &keys);
        for (sequence, offset) in offsets.into_iter().enumerate() {
            let mut body = Vec::new();
            sealer.seal(&phi::classify(event("e")), SourcePosition { partition: 3, offset }, &mut body);
            let SealedRecord { leaf, key_id, mac, .. } = SealedRecord::decode(&body).unwrap();
            verifier.take(StoredRecord { sequence: Sequence(sequence as u64), leaf, key_id, mac }, &mut findings);
        }
        assert_eq!(
            findings.iter().map(|f| f.fault.clone()).collect::<Vec<_>>(),
            [Fault::SourceMissingFrom { expected }]
        );
        assert_eq!(verdict(&findings), Verdict::Missing);
    }
}

#[test]
fn an_unknown_key_or_version_is_unverifiable_and_not_intact() {
    let records = sealed(3);
    assert_eq!(verdict(&walk(&records, &[key("other")])), Verdict::Unverifiable);
    let mut newer = sealed(1);
    replace(&mut newer[0], "\"v\":0}", "\"v\":7}");
    assert_eq!(verdict(&walk(&newer, &[])), Verdict::Unverifiable);
}

#[test]
fn a_leaf_keeps_its_golden_bytes() {
    let golden = concat!(
        r#"{"chain":"audit.events/3","event":{"action":"read","agents":[{"id":"u"}],"event_id":"e0","event_type":"chart.viewed","#,
        r#""occurred_at":"2025-10-09T08:53:20Z","outcome":"success","patients":[{"id":"p"}],"source":{"system":"s"},"tenant":"t"},"#,
        r#""level":"restricted","prev":"0000000000000000000000000000000000000000000000000000000000000000","seq":0,"#,
        r#""source":{"offset":0,"partition":3},"type":"event","v":0}"#,
    );
    assert_eq!(String::from_utf8(sealed(1)[0].leaf.clone()).unwrap(), golden);
}

#[test]
fn a_reject_projects_its_reason_and_no_event() {
    let records = sealed(5);
    let projection = Projection::of(&records[4].leaf).unwrap();
    assert_eq!((projection.kind, projection.reason, projection.event_id.as_ref()), ("reject", "truncated", ""));
    assert_eq!(projection.leaf_hash, LeafHash::of(&records[4].leaf));
}

proptest! {
    /// The oracle is an independent RFC 8785 writer over a generic JSON tree.
    #[test]
    fn leaves_are_canonical_json(
        note in proptest::option::of("\\PC{0,40}|[\\x00-\\x1f\"\\\\]{0,9}"),
        extras in proptest::collection::btree_map("\\PC{1,6}", "\\PC{0,6}", 0..6),
        occurred_at in 0..9_000_000_000_000_000i64,
    ) {
        let mut event = event("e");
        event.note = note.map(Text::from);
        for (key, value) in extras {
            event.extras.insert(key, value);
        }
        event.occurred_at = Time::from_micros(occurred_at);
        let mut sealer = Sealer::new(CHAIN.to_owned(), ChainState::EMPTY, Signer::new(key("k1")));
        let mut body = Vec::new();
        sealer.seal(&phi::classify(event.clone()), SourcePosition { partition: 3, offset: 0 }, &mut body);
        let leaf = SealedRecord::decode(&body).unwrap().leaf;
        let tree: serde_json::Value = serde_json::from_slice(leaf).unwrap();
        prop_assert_eq!(&serde_json_canonicalizer::to_vec(&tree).unwrap(), leaf);
        let seal::draft::leaf::Body::Event { event: read, .. } = seal::draft::Leaf::parse(leaf).unwrap().body else {
            return Err(TestCaseError::fail("not an event"));
        };
        prop_assert_eq!(*read, event);
    }
}
