//! The edges: an event goes in by HTTP or by the Rust client, and comes out of the query API as it was sealed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use client::{Client, Event};
use loadtest::drive::ROUTING_SECRET;
use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use seal::LeafHash;
use serde_json::{Value, json};
use systest::Ground;

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

fn post(url: &str, body: &Value) -> (u16, Value) {
    let mut answer = agent().post(url).send_json(body).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
}

fn get(url: &str) -> (u16, Value) {
    let mut answer = agent().get(url).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
}

fn event(id: &str) -> Value {
    json!({
        "event_id": id, "tenant": "general-hospital", "event_type": "patient-record.viewed", "action": "read",
        "outcome": "success", "occurred_at": "2025-10-09T08:53:20Z", "agents": [{"id": "clinician-7", "role": "nurse"}],
        "objects": [{"kind": "chart", "id": "chart-42"}], "purpose": "treatment",
        "patients": [{"id": "patient-42"}], "source": {"system": "ehr"}, "extras": {"ward": "3B"},
    })
}

#[test]
fn an_event_by_http_and_one_by_the_client_are_sealed_and_found_again() {
    let ground = Ground::fresh().unwrap();
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    let _enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let _postgres = ground.pipeline.start(Role::SinkPostgres).unwrap();
    let query = ground.pipeline.start(Role::Query).unwrap();

    let (status, receipt) = post(&ingest.url("/v1/events").unwrap(), &event("by-http"));
    assert_eq!(status, 201, "{receipt}");
    let stack = ground.stack();
    let client = Client::kafka(&stack.brokers, &stack.registry_url, "general-hospital", ROUTING_SECRET).unwrap();
    let sent = Event::new("patient-record.viewed", "read").actor("clinician-8").actor_role("nurse").source("ehr");
    let sent = sent.patient("patient-42").object("chart", "chart-42").purpose("treatment");
    let by_client = ground.tokio.block_on(client.send(sent)).unwrap();
    // The same patient goes to the same chain, whoever publishes.
    assert_eq!(receipt["partition"], by_client.partition);

    wait_until(
        "both being stored",
        Duration::from_secs(30),
        || Ok(judge::count(&ground.pipeline)?.postgres.total == 2),
    )
    .unwrap();
    // Who the patient is stands nowhere in clear.
    let (status, found) = get(&query.url("/v1/records?patient_id=patient-42").unwrap());
    assert_eq!((status, found["records"].as_array().unwrap().len()), (200, 0));
    let (status, found) = get(&query.url("/v1/records?event_type=patient-record.viewed").unwrap());
    assert_eq!(status, 200);
    let records = found["records"].as_array().unwrap();
    assert_eq!(records.len(), 2, "{found}");
    for record in records {
        let leaf = record["leaf"].as_str().unwrap();
        assert_eq!(record["leaf_hash"], LeafHash::of(leaf.as_bytes()).to_string());
        assert_eq!(serde_json::from_str::<Value>(leaf).unwrap()["what"]["outcome"], "success");
    }
    let (status, problem) = get(&query.url("/v1/records/0/999").unwrap());
    assert_eq!((status, problem["status"].as_u64()), (404, Some(404)));
}

#[test]
fn an_event_that_grows_six_times_by_sealing_holds_nobody_up() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let _postgres = ground.pipeline.start(Role::SinkPostgres).unwrap();
    let stack = ground.stack();
    let client = Client::kafka(&stack.brokers, &stack.registry_url, "general-hospital", ROUTING_SECRET).unwrap();
    // Each of these characters takes one byte in Avro and six in JSON.
    for note in ["\u{1}".repeat(900_000), "and one more".to_owned()] {
        let sent = Event::new("patient-record.viewed", "read").actor("clinician-8").actor_role("nurse").source("ehr");
        let sent = sent.patient("patient-42").object("chart", "chart-42").purpose("treatment").note(note);
        ground.tokio.block_on(client.send(sent)).unwrap();
    }
    wait_until(
        "both being stored",
        Duration::from_secs(30),
        || Ok(judge::count(&ground.pipeline)?.postgres.total == 2),
    )
    .unwrap();
    assert_eq!(enrich.metric("audit_stream_doubts_total").unwrap(), 0.0);
    assert_eq!(judge::verify(&ground.pipeline, "kafka").unwrap().verdict, "intact");
}

#[test]
fn a_refused_event_names_every_field_and_never_reaches_kafka() {
    let ground = Ground::fresh().unwrap();
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    let mut wrong = event("");
    wrong["pateint"] = json!({"id": "secret-name"});
    wrong["occurred_at"] = json!("yesterday");
    let (status, problem) = post(&ingest.url("/v1/events").unwrap(), &wrong);
    assert_eq!(status, 422, "{problem}");
    let errors = problem["errors"].as_array().unwrap();
    // An unknown name is the sender's content, so it is not repeated; the fix lists the names that exist.
    for (pointer, reason) in [("/event_id", "empty-field"), ("/occurred_at", "not-a-time"), ("", "unknown-field")] {
        assert!(
            errors.iter().any(|error| error["pointer"] == pointer && error["reason"] == reason),
            "{pointer:?} {reason} is not named: {problem}"
        );
    }
    assert!(!problem.to_string().contains("secret-name") && !problem.to_string().contains("pateint"), "{problem}");
    ingest.stop().unwrap();
    assert_eq!(judge::count(&ground.pipeline).unwrap().events.total, 0);
}

#[test]
fn a_gateway_without_a_broker_says_so_and_recovers() {
    let ground = Ground::fresh().unwrap();
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    ground.dev("kill", &["kafka", "-9"]).unwrap();
    let (status, problem) = post(&ingest.url("/v1/events").unwrap(), &event("into-the-void"));
    assert_eq!(status, 503, "{problem}");
    wait_until("readiness turning red", Duration::from_secs(30), || Ok(ingest.get("/readyz")?.0 == 503)).unwrap();
    ground.dev("restart", &["kafka"]).unwrap();
    wait_until("readiness turning green", Duration::from_secs(60), || Ok(ingest.get("/readyz")?.0 == 200)).unwrap();
    let (status, receipt) = post(&ingest.url("/v1/events").unwrap(), &event("after"));
    assert_eq!(status, 201, "{receipt}");
}
