//! The sealed record and the dead letter against `apache-avro`, driven by their schemas, and each field under its own name.

use proptest::prelude::*;
use schemas::sealed::DISCLOSURES_MAX;
use schemas::{DeadLetter, DecodeFault, Disclosure, Extras, Fence, Owner, SealedRecord, released};
use serde_json::json;

use crate::convert::Oracle;
use crate::generate::Generator;

fn sealed_bytes(record: &SealedRecord<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    record.encode(&mut out);
    out
}

fn dead_bytes(letter: &DeadLetter<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    letter.encode(&mut out);
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sealed_records_pass_between_us_and_the_oracle(seed: u64) {
        let oracle = Oracle::new(released::SEALED_EVENT.text);
        let json = Generator::new(released::SEALED_EVENT.text).document(seed);
        let theirs = oracle.write(&json);
        let ours = sealed_bytes(&SealedRecord::decode(&theirs).unwrap());
        prop_assert_eq!(oracle.json(&ours), json);
        for length in 0..ours.len().min(3_000) {
            prop_assert!(SealedRecord::decode(&ours[..length]).is_err());
        }
    }

    #[test]
    fn dead_letters_pass_between_us_and_the_oracle(seed: u64) {
        let oracle = Oracle::new(released::DEAD_LETTER.text);
        let json = Generator::new(released::DEAD_LETTER.text).document(seed);
        let theirs = oracle.write(&json);
        prop_assert_eq!(&dead_bytes(&DeadLetter::decode(&theirs).unwrap()), &theirs);
        prop_assert_eq!(oracle.json(&theirs), json);
        for length in 0..theirs.len() {
            prop_assert!(DeadLetter::decode(&theirs[..length]).is_err());
        }
    }

    #[test]
    fn no_bytes_make_them_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(record) = SealedRecord::decode(&bytes) {
            let again = sealed_bytes(&record);
            prop_assert_eq!(SealedRecord::decode(&again).unwrap(), record);
        }
        if let Ok(letter) = DeadLetter::decode(&bytes) {
            let again = dead_bytes(&letter);
            prop_assert_eq!(DeadLetter::decode(&again).unwrap(), letter);
        }
    }
}

#[test]
fn each_field_of_a_sealed_record_stands_under_its_own_name() {
    let mut tokens = Extras::default();
    tokens.insert("patients/0/id", "token");
    let mut redacted = Extras::default();
    redacted.insert("note", "[NAME]");
    let record = SealedRecord {
        leaf: b"leaf",
        key_id: "key",
        mac: &[1; 32],
        owner: Some(Owner { term: 2, generation: 3, attempt: 4, id: "owner" }),
        fence: Some(Fence { mac: [5; 32] }),
        disclosures: vec![Disclosure { digest: [6; 32], key: "subject", sealed: b"sealed" }].into(),
        tokens,
        redacted,
    };
    let bytes = |byte: u8| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [byte; 32]);
    let expected = json!({
        "leaf": "bGVhZg==", "key_id": "key", "mac": bytes(1),
        "owner": {"term": 2, "generation": 3, "attempt": 4, "id": "owner"}, "fence": {"mac": bytes(5)},
        "disclosures": [{"digest": bytes(6), "key": "subject", "sealed": "c2VhbGVk"}],
        "tokens": {"patients/0/id": "token"}, "redacted": {"note": "[NAME]"}
    });
    let written = sealed_bytes(&record);
    assert_eq!(Oracle::new(released::SEALED_EVENT.text).json(&written), expected);
    assert_eq!(SealedRecord::decode(&written).unwrap(), record);
}

#[test]
fn each_field_of_a_dead_letter_stands_under_its_own_name() {
    let letter = DeadLetter {
        stage: "decode",
        reason: "truncated",
        source_partition: 1,
        source_offset: 2,
        payload_bytes: 3,
        payload_sha256: [0; 32],
        source_topic: Some("topic"),
        schema_id: Some(4),
        key_id: Some("key"),
        payload_sealed: Some(b"sealed"),
        received_at: Some(5),
    };
    let expected = json!({
        "stage": "decode", "reason": "truncated", "source_partition": 1, "source_offset": 2, "payload_bytes": 3,
        "payload_sha256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "source_topic": "topic", "schema_id": 4,
        "key_id": "key", "payload_sealed": "c2VhbGVk", "received_at": 5
    });
    let written = dead_bytes(&letter);
    assert_eq!(Oracle::new(released::DEAD_LETTER.text).json(&written), expected);
    assert_eq!(DeadLetter::decode(&written).unwrap(), letter);
}

#[test]
fn a_sealed_record_holds_more_values_than_an_event_s_list_and_no_more_than_its_bound() {
    let record = |count: usize| SealedRecord {
        disclosures: vec![Disclosure::default(); count].into(),
        ..SealedRecord::default()
    };
    let most = sealed_bytes(&record(DISCLOSURES_MAX));
    assert_eq!(SealedRecord::decode(&most).unwrap().disclosures.len(), DISCLOSURES_MAX);
    let more = sealed_bytes(&record(DISCLOSURES_MAX + 1));
    assert_eq!(SealedRecord::decode(&more).unwrap_err().fault, DecodeFault::TooMany);
}
