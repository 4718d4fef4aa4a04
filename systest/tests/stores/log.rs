//! A sealed log of the test's own making, so that what stands beside each leaf is known; only the sinks and the stores are real.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use loadtest::harness::KEY_ID;
use schemas::wire::{self, SchemaId};
use schemas::{Extras, Owner, topic};
use seal::keys::{EpochKey, KeyError, KeyId, Secret};
use seal::leaf::Genesis;
use seal::protect::{Handle, Nonces, SubjectClass, SubjectKey, SubjectKeys, TenantKeys};
use seal::{ChainState, Consumed, Protected, Sealer, Vault, fence};
use serde_json::{Value, json};
use stream::publish::{Outgoing, Publisher, Receipt, Ticket};
use stream::{Error, Partition, ProducerSettings};
use systest::Ground;

pub const TENANT: &str = "general-hospital";
const OWNER: Owner<'_> = Owner { term: 1, generation: 1, attempt: 0, id: "enrich-of-the-test" };

/// One key for whomever.
pub fn subject_key() -> SubjectKey {
    SubjectKey::from_bytes(Handle::from_bytes([0xab; 16]), [7; 32])
}

pub fn token(field: &str, value: &str) -> String {
    TenantKeys::of(&Secret::new([9; 32]), TENANT).token(field, value).to_string()
}

struct OneKey(SubjectKey);

impl SubjectKeys for OneKey {
    fn key(&mut self, _: &str, _: SubjectClass, _: &str) -> Result<&SubjectKey, KeyError> {
        Ok(&self.0)
    }
}

struct Counter(u64);

impl Nonces for Counter {
    fn next(&mut self) -> Result<[u8; 12], KeyError> {
        self.0 += 1;
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&self.0.to_be_bytes());
        Ok(nonce)
    }
}

/// Waits in `Publisher::flush`; a record that is not taken fails the test.
struct Taken;

impl Ticket for Taken {
    fn settle(&self, outcome: Result<Receipt, Error>) {
        outcome.unwrap();
    }
}

/// One chain that grows by the test's hand.
pub struct Chain {
    partition: i32,
    sealer: Sealer,
    vault: (OneKey, Counter),
    offset: i64,
    /// Every record so far as it stands in the log, without its header: a fence, a genesis, then events.
    pub records: Vec<Vec<u8>>,
    published: usize,
}

impl Chain {
    /// A chain sealed with the key of the ground's pipeline, so that its verifier can check it.
    pub fn begin(ground: &Ground, partition: i32) -> Self {
        let text = std::fs::read_to_string(ground.pipeline.key_file()).unwrap();
        let key = EpochKey::new(KeyId::new(KEY_ID).unwrap(), &keystore::key_from_hex(&text).unwrap());
        let name = format!("{}/{partition}", topic::EVENTS.name);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        fence::write(&name, OWNER, &key, &mut first).unwrap();
        let mut sealer = Sealer::new(&name, ChainState::new(), key, OWNER).unwrap();
        let genesis = Genesis {
            config: [0; 32],
            key: KEY_ID.into(),
            previous: None,
            topic: topic::EVENTS.name.into(),
            trail: "t".into(),
        };
        sealer.genesis(partition, 0, genesis, &mut second).unwrap();
        let vault = (OneKey(subject_key()), Counter(0));
        Self { partition, sealer, vault, offset: 0, records: vec![first, second], published: 0 }
    }

    /// Seals an event as the pipeline would: hidden as the built-in policy says, with tokens, and with a redacted note.
    pub fn event(&mut self, event: &Value) {
        let text = event.to_string();
        let classified = phi::classify(serde_json::from_str(&text).unwrap());
        let mut tokens: BTreeMap<String, String> = BTreeMap::new();
        for found in classified.tokens() {
            let token = token(found.field, &found.value);
            let all = tokens.entry(found.field.to_owned()).or_default();
            if !all.contains(&token) {
                *all = format!("{all} {token}").trim_start().to_owned();
            }
        }
        let (mut by_field, mut redacted) = (Extras::default(), Extras::default());
        for (field, all) in &tokens {
            by_field.insert(field.as_str(), all.as_str());
        }
        if classified.event().note.is_some() {
            redacted.insert("note", "Spoke with [NAME:7f3a], \"alone\" – ünd\tthen left");
        }
        let protected = Protected {
            event: classified.event(),
            level: classified.level(),
            policy: classified.policy(),
            hidden: classified.hidden(),
            tokens: by_field,
            redacted,
        };
        self.seal(protected);
    }

    /// Seals an event as it was done before anything was hidden.
    pub fn bare_event(&mut self, id: &str) {
        let mut event = event(0);
        event["event_id"] = json!(id);
        let text = event.to_string();
        let classified = phi::classify(serde_json::from_str(&text).unwrap());
        let (level, policy) = (classified.level(), classified.policy());
        let (tokens, redacted) = Default::default();
        self.seal(Protected { event: classified.event(), level, policy, hidden: &[], tokens, redacted });
    }

    fn seal(&mut self, protected: Protected<'_>) {
        let (keys, nonces) = &mut self.vault;
        let mut record = Vec::new();
        let consumed = Consumed { offset: self.offset, time: 1_760_000_000_000 + self.offset };
        self.sealer.event(consumed, protected, Vault { keys, nonces }, &mut record).unwrap();
        self.offset += 1;
        self.records.push(record);
    }

    /// Appends what is not in the log yet.
    pub fn publish(&mut self, ground: &Ground) {
        let publisher: Publisher<Taken> = Publisher::new(&ground.kafka(), &ProducerSettings::default()).unwrap();
        for body in &self.records[self.published..] {
            let mut payload = Vec::new();
            wire::write_header(&mut payload, SchemaId(1));
            payload.extend_from_slice(body);
            let partition = Some(Partition(self.partition));
            let record = Outgoing { partition, ..Outgoing::new(topic::SEALED.name, b"", &payload) };
            publisher.hand_over(record, Arc::new(Taken)).unwrap();
        }
        publisher.flush(Duration::from_secs(30)).unwrap();
        self.published = self.records.len();
    }

    /// How many of its records have a leaf.
    pub fn leaves(&self) -> u64 {
        self.records.len() as u64 - 1
    }
}

/// The `number`-th of many different events: with no patient, with one, with two, with a long note.
pub fn event(number: u64) -> Value {
    let mut event = json!({
        "event_id": format!("event-{number}"), "tenant": TENANT, "event_type": "patient-record.viewed", "action": "read",
        "outcome": "success", "occurred_at": format!("2026-03-{:02}T09:30:01Z", 1 + number % 28),
        "agents": [{"id": format!("clinician-{}", number % 5), "requestor": true, "role": "nurse"}],
        "objects": [{"kind": "chart", "id": format!("chart-{number}")}], "source": {"system": "ehr"},
    });
    if !number.is_multiple_of(4) {
        let patients = number % 4;
        let patient = |which: u64| json!({"id": format!("MRN-{}", 100 * which + number % 10), "name": "Ana Brown"});
        event["patients"] = (1..=patients.min(2)).map(patient).collect();
    }
    if number % 4 == 3 {
        event["note"] = json!("Spoke with Ana Brown. ".repeat(40));
    }
    event
}
