//! The Rust client, the examples and the tutorial's files against the real gateway and the real Kafka: what a receipt says is what
//! Kafka holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use client::{Client, Error, Event};
use loadtest::drive::ROUTING_SECRET;
use loadtest::harness::{Role, Service};
use schemas::{AuditEvent, topic, wire};
use serde_json::Value;
use stream::tail::TailReader;
use systest::Ground;

const TENANT: &str = "general-hospital";

fn event(patient: &str) -> Event {
    let event = Event::new("patient-record.viewed", "read").actor("u-1204").actor_role("nurse").patient(patient);
    event.object("chart", "c-9").purpose("treatment").source("ehr")
}

/// The event id of each record, by its place.
fn log(ground: &Ground) -> HashMap<(i32, i64), String> {
    let reader = TailReader::new(&ground.kafka(), topic::EVENTS.name).unwrap();
    let mut found = HashMap::new();
    for partition in reader.partitions().unwrap() {
        let each = |offset: stream::Offset, payload: &[u8]| -> Result<(), stream::Error> {
            let event = AuditEvent::decode(wire::Frame::parse(payload).unwrap().body).unwrap();
            assert_eq!(event.tenant, TENANT);
            found.insert((partition.0, offset.0), event.event_id.to_string());
            Ok(())
        };
        reader.read_all(partition, each).unwrap();
    }
    found
}

/// A gateway that knows one key; the key and its signing secret.
fn gateway_with_a_key(ground: &Ground) -> (Service, String, String) {
    let file = |name: &str| ground.pipeline.key_file().with_file_name(name).display().to_string();
    let (keys, master) = (file("api-keys.toml"), file("master.key"));
    std::fs::write(&master, "a synthetic master secret of enough bytes").unwrap();
    Command::new("chmod").args(["600", &master]).status().unwrap();
    let create =
        ["keys", "api", "create", "--file", &keys, "--tenant", TENANT, "--service", "ehr", "--signed", "allowed"];
    let told = ground.pipeline.run("audit-cli", &[&create[..], &["--master-secret-file", &master]].concat()).unwrap();
    let word = |prefix: &str| told.split_whitespace().find(|word| word.starts_with(prefix)).unwrap().to_owned();
    let config = ground.pipeline.config_file();
    let open = format!("open_tenant = \"{TENANT}\"");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains(&open));
    let closed = format!("api_keys = {keys:?}\nsigning_secret = {{ file = {master:?} }}");
    std::fs::write(&config, text.replace(&open, &closed)).unwrap();
    (ground.pipeline.start(Role::Ingest).unwrap(), word("stk_"), word("sts_"))
}

/// What a command of the tutorial prints.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn example(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "client", "--example", name]);
    command
}

#[test]
fn every_way_to_the_first_event_ends_where_its_receipt_says() {
    let ground = Ground::fresh().unwrap();
    let (gateway, key, secret) = gateway_with_a_key(&ground);
    let url = gateway.url("").unwrap();
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/");
    let mut places = Vec::new();
    for (program, file) in [("sh", "first_event.sh"), ("python3", "first_event.py"), ("python3", "signed_event.py")] {
        let mut command = Command::new(program);
        command.arg(format!("{examples}{file}")).env("SEALTRAIL_GATEWAY_URL", &url);
        command.env("SEALTRAIL_API_KEY", &key).env("SEALTRAIL_SIGNING_SECRET", &secret);
        let receipt: Value = serde_json::from_str(&run(&mut command)).unwrap();
        let number = |name: &str| receipt[name].as_i64().unwrap();
        places.push((receipt["event_id"].as_str().unwrap().to_owned(), number("partition"), number("offset")));
    }
    for name in ["first_event", "first_event_kafka", "batch", "back_pressure"] {
        let mut command = example(name);
        command.env("SEALTRAIL_GATEWAY_URL", &url).env("SEALTRAIL_API_KEY", &key).env("EVENTS", "700");
        command.env("SEALTRAIL_KAFKA_BROKERS", &ground.stack().brokers);
        command.env("SEALTRAIL_REGISTRY_URL", &ground.stack().registry_url);
        command.env("SEALTRAIL_TENANT", TENANT);
        command.env("SEALTRAIL_ROUTING_SECRET", std::str::from_utf8(ROUTING_SECRET).unwrap());
        // event ID is held in TOPIC/PARTITION at offset OFFSET
        let said = run(&mut command);
        let receipts = said.lines().filter(|line| line.starts_with("event "));
        places.extend(receipts.map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let partition = words[5].rsplit('/').next().unwrap().parse().unwrap();
            (words[1].to_owned(), partition, words[8].parse().unwrap())
        }));
    }
    let log = log(&ground);
    assert_eq!((places.len(), log.len()), (3 + 2 + 700 + 1_000, 3 + 2 + 700 + 1_000));
    for (id, partition, offset) in places {
        assert_eq!(log.get(&(i32::try_from(partition).unwrap(), offset)), Some(&id));
    }
}

#[test]
fn a_signing_client_is_known_and_a_wrong_key_is_refused_with_the_fix() {
    let ground = Ground::fresh().unwrap();
    let (gateway, key, secret) = gateway_with_a_key(&ground);
    let url = gateway.url("").unwrap();
    let signing = Client::builder().requests_in_flight_max(2).http(&url, secret).unwrap();
    let receipts = ground.tokio.block_on(async {
        let mut pending = Vec::new();
        for number in 0..200 {
            pending.push(signing.enqueue(event(&format!("p-{number}"))).await.unwrap());
        }
        let mut receipts = Vec::new();
        for receipt in pending {
            receipts.push(receipt.await.unwrap());
        }
        receipts
    });
    let log = log(&ground);
    assert!(receipts.iter().all(|receipt| log.get(&(receipt.partition, receipt.offset)) == Some(&receipt.event_id)));
    let wrong = format!("{}x", &key[..key.len() - 1]);
    let error = ground.tokio.block_on(Client::http(&url, wrong).unwrap().send(event("p-1"))).unwrap_err();
    assert!(matches!(&error, Error::Refused { problem, .. } if problem.status == 401), "{error}");
    assert_eq!(error.disposition(), client::Disposition::Fatal);
}

#[test]
fn the_same_patient_meets_in_one_partition_by_http_and_by_kafka_also_without_the_registry() {
    let ground = Ground::fresh().unwrap();
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    let stack = ground.stack();
    let by_http = Client::http(&ingest.url("").unwrap(), "").unwrap();
    let by_kafka = Client::kafka(&stack.brokers, &stack.registry_url, TENANT, ROUTING_SECRET).unwrap();
    let alone = Client::kafka(&stack.brokers, "http://127.0.0.1:1", TENANT, ROUTING_SECRET).unwrap();
    let mut receipts = Vec::new();
    for client in [by_http, by_kafka, alone] {
        receipts.push(ground.tokio.block_on(client.send(event("p-1"))).unwrap());
    }
    let log = log(&ground);
    for (offset, receipt) in (0..).zip(&receipts) {
        assert_eq!((receipt.partition, receipt.offset), (receipts[0].partition, offset), "{receipt}");
        assert_eq!(log.get(&(receipt.partition, offset)), Some(&receipt.event_id));
    }
}

/// A gateway at an address of its own, so that it comes back where it was.
struct Gateway(Child);

impl Gateway {
    fn start(ground: &Ground, address: SocketAddr) -> Self {
        let mut command = ground.pipeline.command("sealtrail-ingest");
        command.arg("--config").arg(ground.pipeline.config_file());
        command.env("SEALTRAIL_INGEST_LISTEN", address.to_string());
        command.env("SEALTRAIL_INGEST_PROCESS__LISTEN", "127.0.0.1:0");
        Self(command.spawn().unwrap())
    }
}

impl Drop for Gateway {
    /// kill -9.
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_gateway_killed_and_restarted_leaves_no_event_undecided_and_no_receipt_untrue() {
    let ground = Ground::fresh().unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut gateway = Some(Gateway::start(&ground, address));
    let client = Client::builder().deadline(Duration::from_secs(60)).request_timeout(Duration::from_secs(5));
    let client = client.batch_events_max(50).http(&format!("http://{address}"), "").unwrap();
    let sender = client.clone();
    let stream = std::thread::spawn(move || {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio.block_on(async {
            let mut pending = Vec::new();
            let until = Instant::now() + Duration::from_secs(8);
            while Instant::now() < until {
                let event = event(&format!("p-{}", pending.len() % 100));
                pending.push((event.id().to_owned(), sender.enqueue(event).await.unwrap()));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let mut outcomes = Vec::new();
            for (id, pending) in pending {
                outcomes.push((id, pending.await));
            }
            outcomes
        })
    });
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(1_200));
        drop(gateway.take());
        std::thread::sleep(Duration::from_millis(300));
        gateway = Some(Gateway::start(&ground, address));
    }
    let outcomes = stream.join().unwrap();
    let log = log(&ground);
    let mut copies: HashMap<&str, usize> = HashMap::new();
    for id in log.values() {
        *copies.entry(id).or_default() += 1;
    }
    for (id, outcome) in &outcomes {
        let receipt = outcome.as_ref().unwrap();
        assert_eq!(&receipt.event_id, id);
        assert_eq!(log.get(&(receipt.partition, receipt.offset)), Some(id), "{receipt}");
    }
    assert!(outcomes.len() > 1_000 && copies.len() == outcomes.len(), "{} of {}", copies.len(), outcomes.len());
    // A kill between Kafka's acknowledgement and the answer makes the next gateway publish the batch again under the same ids,
    // which the workers recognise. More copies than the batches under way at four kills would be the client's doing.
    let more = log.len() - copies.len();
    assert!(more <= 4 * 50, "{more} records too many");
    assert_eq!(client.undecided().events, 0);
}
