//! The gateway's promises on a real Kafka: every 2xx is there, once, whatever happens to the broker or to the gateway.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crash;
mod forms;
mod registry;

use std::collections::BTreeMap;
use std::time::Duration;

use loadtest::harness::{Role, Service};
use schemas::{AuditEvent, topic, wire};
use serde_json::{Value, json};
use stream::tail::TailReader;
use systest::Ground;
use ureq::Agent;

pub const TENANT: &str = "general-hospital";
pub const NDJSON: &str = "application/x-ndjson";

/// Partition and offset.
pub type Place = (i64, i64);

pub fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(90)));
    config.build().new_agent()
}

/// A status, the replay header, and the JSON of an answer; `None` where there was no answer.
pub fn send(agent: &Agent, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<(u16, bool, Value)> {
    let mut request = agent.post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send(body).ok()?;
    let is_replay = answer.headers().contains_key("idempotency-replayed");
    let status = answer.status().as_u16();
    Some((status, is_replay, answer.body_mut().with_config().limit(64 << 20).read_json().ok()?))
}

pub fn event(id: &str) -> Value {
    json!({
        "event_id": id, "event_type": "our-own.type", "action": "read", "outcome": "success",
        "occurred_at": "2025-10-09T08:53:20Z", "agents": [{"id": "clinician-7"}],
        "patients": [{"id": format!("patient-{}", id.len() % 7)}], "source": {"system": "ehr"},
    })
}

pub fn lines(ids: impl Iterator<Item = String>) -> Vec<u8> {
    ids.flat_map(|id| format!("{}\n", event(&id)).into_bytes()).collect()
}

/// Every event of Kafka by its id, with all the places that it lies at.
pub fn held(ground: &Ground) -> BTreeMap<String, Vec<Place>> {
    let reader = TailReader::new(&ground.kafka(), topic::EVENTS.name).unwrap();
    let mut held: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for partition in reader.partitions().unwrap() {
        reader
            .read_all(partition, |offset, payload| {
                let wire::Frame { body, .. } = wire::Frame::parse(payload).unwrap();
                let event = AuditEvent::decode(body).unwrap();
                held.entry(event.event_id.to_string()).or_default().push((i64::from(partition.0), offset.0));
                Ok::<_, stream::Error>(())
            })
            .unwrap();
    }
    held
}

pub fn place(receipt: &Value) -> Place {
    (receipt["partition"].as_i64().unwrap(), receipt["offset"].as_i64().unwrap())
}

/// The accepted lines of a batch's answer.
pub fn accepted(answer: &Value) -> Vec<(String, Place)> {
    let results = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    let accepted = results.iter().filter(|result| matches!(result["status"].as_u64(), Some(200 | 201)));
    accepted.map(|result| (result["event_id"].as_str().unwrap().to_owned(), place(result))).collect()
}

pub fn start() -> (Ground, Service) {
    let ground = Ground::fresh().unwrap();
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    (ground, ingest)
}
