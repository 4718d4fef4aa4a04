//! The Rust client against the real gateway and the real Kafka: what its receipts say is what Kafka holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::{Client, Event};
use loadtest::drive::ROUTING_SECRET;
use loadtest::harness::Role;
use systest::Ground;

fn event(patient: &str) -> Event {
    Event::new("patient-record.viewed", "read").actor("u-1204").patient(patient).object("chart", "c-9").source("ehr")
}

#[test]
fn the_same_patient_meets_in_one_partition_by_http_and_by_kafka() {
    let ground = Ground::fresh().unwrap();
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    let stack = ground.stack();
    let by_http = Client::builder().tenant("north-clinic").http(&ingest.url("").unwrap(), "").unwrap();
    let by_kafka = Client::kafka(&stack.brokers, &stack.registry_url, "north-clinic", ROUTING_SECRET).unwrap();
    let first = ground.tokio.block_on(by_http.send(event("p-1"))).unwrap();
    let second = ground.tokio.block_on(by_kafka.send(event("p-1"))).unwrap();
    assert_eq!((first.partition, first.offset + 1), (second.partition, second.offset), "{first} {second}");
}
