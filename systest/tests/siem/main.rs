//! What security tools read: each sealed event once, valid by the official schema, and nothing of anybody in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use client::{Client, Event};
use loadtest::drive::ROUTING_SECRET;
use loadtest::harness::{Role, wait_until};
use loadtest::hospital::TENANT;
use loadtest::judge;
use schemas::{SealedRecord, topic, wire};
use serde_json::Value;
use stream::Partition;
use stream::admin::Admin;
use stream::tail::TailReader;
use systest::Ground;

/// The records of a topic that a reader of committed records sees, by partition.
fn records(ground: &Ground, topic: &'static str) -> BTreeMap<Partition, Vec<Vec<u8>>> {
    let reader = TailReader::committed(&ground.kafka(), topic).unwrap();
    let mut found: BTreeMap<Partition, Vec<Vec<u8>>> = BTreeMap::new();
    for partition in reader.partitions().unwrap() {
        let records = found.entry(partition).or_default();
        reader
            .read_all::<stream::Error>(partition, |_, record| {
                records.push(record.to_owned());
                Ok(())
            })
            .unwrap();
    }
    found
}

/// Chain and sequence of each event that the sealed log holds, in its order.
fn sealed(ground: &Ground) -> Vec<(String, u64)> {
    let mut places = Vec::new();
    for record in records(ground, topic::SEALED.name).into_values().flatten() {
        let (_, body) = wire::split(&record).unwrap();
        let record = SealedRecord::decode(body).unwrap();
        if record.fence.is_none() {
            let leaf: Value = serde_json::from_slice(record.leaf).unwrap();
            if leaf["type"] == "event" {
                places.push((leaf["chain"].as_str().unwrap().to_owned(), leaf["seq"].as_u64().unwrap()));
            }
        }
    }
    places
}

/// The same of what was relayed.
fn relayed(ground: &Ground) -> Vec<(String, u64)> {
    let place = |record: Vec<u8>| {
        let event: Value = serde_json::from_slice(&record).unwrap();
        let place = &event["unmapped"];
        (place["chain"].as_str().unwrap().to_owned(), place["sequence"].as_u64().unwrap())
    };
    records(ground, topic::SIEM.name).into_values().flatten().map(place).collect()
}

fn wait_relayed(ground: &Ground, events: usize) {
    wait_until("every event being relayed", Duration::from_secs(90), || {
        let count: usize = records(ground, topic::SIEM.name).values().map(Vec::len).sum();
        Ok(count >= events)
    })
    .unwrap();
}

fn wait_sealed(ground: &Ground, records: u64) {
    wait_until("every record being sealed", Duration::from_secs(90), || {
        Ok(judge::count(&ground.pipeline)?.sealed.total >= records)
    })
    .unwrap();
}

/// Lines through a program of ours; its output.
fn through(mut command: Command, lines: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().unwrap();
    let text = lines.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

#[test]
fn each_sealed_event_is_relayed_once_and_in_order_whatever_dies() {
    let ground = Ground::fresh().unwrap();
    let _enrich = ground.pipeline.start(Role::Enrich).unwrap();
    std::thread::scope(|scope| {
        let load = scope.spawn(|| ground.publish_paced(15_000, 11, Some(1_500)).unwrap());
        // Each death is somewhere in a transaction; the name is new each time, so what was open has to time out.
        for life in 0..3 {
            let sink = ground.pipeline.start_as(Role::SinkSiem, &format!("siem-{life}")).unwrap();
            wait_until("something being relayed", Duration::from_secs(60), || {
                Ok(sink.metric("audit_stream_records_stored_total")? > 200.0)
            })
            .unwrap();
            sink.kill().unwrap();
        }
        let published = load.join().unwrap();
        wait_sealed(&ground, published.records());
    });
    // Frozen for longer than its session: whoever came after it has its partitions, and what it commits must be refused.
    let zombie = ground.pipeline.start_as(Role::SinkSiem, "siem-zombie").unwrap();
    wait_until("it holding chains", Duration::from_secs(60), || {
        Ok(zombie.metric("audit_stream_partitions_held")? > 0.0)
    })
    .unwrap();
    zombie.freeze().unwrap();
    let _sink = ground.pipeline.start_as(Role::SinkSiem, "siem-last").unwrap();
    let sealed = sealed(&ground);
    wait_relayed(&ground, sealed.len());
    zombie.thaw().unwrap();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(relayed(&ground), sealed);
}

#[test]
fn a_group_that_lost_its_place_repeats_nothing_unless_that_is_wanted() {
    let ground = Ground::fresh().unwrap();
    let _enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let published = ground.publish(300, 13).unwrap();
    wait_sealed(&ground, published.records());
    let sink = ground.pipeline.start(Role::SinkSiem).unwrap();
    let once = sealed(&ground);
    wait_relayed(&ground, once.len());
    sink.stop().unwrap();
    let admin = Admin::connect(&ground.kafka()).unwrap();
    ground.tokio.block_on(admin.delete_group("sealtrail-sink-siem")).unwrap();
    let mut sink = ground.pipeline.start_as(Role::SinkSiem, "siem-forgetful").unwrap();
    let ended = sink.wait(Duration::from_secs(60)).unwrap();
    assert!(!ended.success(), "{ended}");
    assert!(sink.last_log_lines().contains("replay = true"), "{}", sink.last_log_lines());
    assert_eq!(relayed(&ground), once);
}

#[test]
fn what_is_relayed_is_valid_ocsf_and_holds_nothing_of_anybody() {
    let ground = Ground::fresh().unwrap();
    let _enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let _sink = ground.pipeline.start(Role::SinkSiem).unwrap();
    let published = ground.publish(2_000, 12).unwrap();
    // Events that a careless sender made: people in every place that takes text.
    let stack = ground.stack();
    let client = Client::kafka(&stack.brokers, &stack.registry_url, TENANT, ROUTING_SECRET).unwrap();
    ground.tokio.block_on(async {
        for number in 0..20 {
            let careless = Event::new("patient-record.viewed", "read")
                .source("Dr. Perpetua Wobbleton's desk")
                .actor("VRK-8812345")
                .actor_name("Perpetua Wobbleton")
                .actor_role("physician of Harald Quimby")
                .patient(format!("ZQX-44170{number}"))
                .object("chart of Harald Quimby", "chart-ZZ-1")
                .purpose("call 612-555-0148")
                .note("Mr Quimby, born 1970-02-03, called from 612-555-0148.");
            client.send(careless).await.unwrap();
        }
    });
    wait_sealed(&ground, published.records() + 20);
    let events = sealed(&ground).len();
    wait_relayed(&ground, events);
    let lines: Vec<String> = records(&ground, topic::SIEM.name)
        .into_values()
        .flatten()
        .map(|record| String::from_utf8(record).unwrap())
        .collect();
    assert_eq!(lines.len(), events);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let validated = through(Command::new(root.join("dev/ocsf/run")), &lines.join("\n"));
    let said = String::from_utf8_lossy(&validated.stdout).into_owned();
    assert!(validated.status.success() && said.contains(&format!("ocsf: events={events} ")), "{said}");

    let whole = lines.concat().to_ascii_lowercase();
    for planted in ["wobbleton", "quimby", "vrk-88", "zqx-44", "chart-zz", "612-555", "1970-02-03"] {
        assert!(!whole.contains(planted), "{planted}");
    }
    let documents: String =
        lines.iter().enumerate().map(|(id, line)| format!("{{\"id\":{id},\"json\":{line}}}\n")).collect();
    let mut scan = ground.pipeline.command("audit-cli");
    scan.args(["phi", "scan", "-"]);
    let scanned = through(scan, &documents);
    assert!(scanned.status.success(), "{}", String::from_utf8_lossy(&scanned.stderr));
    let found = String::from_utf8(scanned.stdout).unwrap();
    assert_eq!(found.lines().count(), events);
    let with_spans: Vec<&str> = found.lines().filter(|line| !line.contains("\"spans\":[]")).collect();
    assert!(with_spans.is_empty(), "{} of {events}, such as {:?}", with_spans.len(), with_spans.first());
}
