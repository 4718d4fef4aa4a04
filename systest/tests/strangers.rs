//! What strangers and administrators put into the sealed log or take from the workers' group, and what stops nobody.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use loadtest::crash::{self, Fault, Options, Plan};
use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use schemas::{Owner, SealedRecord, topic, wire};
use stream::admin::append_in_transaction;
use stream::append::Destination;
use stream::publish::{Outgoing, Publisher, Waiter};
use stream::tail::TailReader;
use stream::{Partition, ProducerSettings};
use systest::Ground;

/// Confluent's: a zero byte and the schema's id.
const HEADER: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);

fn wait_sealed(ground: &Ground, records: u64) {
    let sealed = || Ok(judge::count(&ground.pipeline)?.sealed.total == records);
    wait_until("everything that was accepted being sealed", PATIENCE, sealed).unwrap();
}

fn partitions() -> impl Iterator<Item = Partition> {
    (0..topic::CHAINS_DEFAULT.cast_signed()).map(Partition)
}

#[test]
fn a_transactions_marker_at_the_end_of_every_log_keeps_no_reader_waiting_and_no_worker_from_taking_over() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let first = ground.publish(400, 21).unwrap();
    wait_sealed(&ground, first.records());
    enrich.stop().unwrap();
    for partition in partitions() {
        let to = Destination { topic: topic::SEALED.name, partition: Some(partition) };
        append_in_transaction(&ground.kafka(), to, b"a stranger's").unwrap();
    }
    let log = TailReader::new(&ground.kafka(), topic::SEALED.name).unwrap();
    let since = Instant::now();
    let mut last = Vec::new();
    let bounds = log.read_all::<stream::Error>(Partition(0), |offset, record| {
        last = record.to_vec();
        assert!(offset.0 >= 0);
        Ok(())
    });
    let (took, end) = (since.elapsed(), bounds.unwrap().end);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(last, b"a stranger's", "the marker stands behind it, at {end}");

    let _enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let second = ground.publish(400, 22).unwrap();
    wait_sealed(&ground, first.records() + second.records());
}

#[test]
fn a_strangers_leaf_that_claims_a_far_source_offset_is_not_counted_and_stops_no_owner() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let first = ground.publish(400, 23).unwrap();
    wait_sealed(&ground, first.records());

    let log = TailReader::new(&ground.kafka(), topic::SEALED.name).unwrap();
    let publisher: Publisher<Waiter> = Publisher::new(&ground.kafka(), &ProducerSettings::default()).unwrap();
    for partition in partitions() {
        let mut last = None;
        log.read_all::<stream::Error>(partition, |_, record| {
            let (_, body) = wire::split(record).unwrap();
            let is_leaf = SealedRecord::decode(body).unwrap().fence.is_none();
            last = is_leaf.then(|| record.to_vec()).or(last.take());
            Ok(())
        })
        .unwrap();
        // Of the owner, in the place that comes next, and under no key of ours.
        let last = last.unwrap();
        let record = SealedRecord::decode(wire::split(&last).unwrap().1).unwrap();
        let text = std::str::from_utf8(record.leaf).unwrap();
        let said: serde_json::Value = serde_json::from_str(text).unwrap();
        let (next, sequence) = (said["source"]["next"].as_i64().unwrap(), said["seq"].as_u64().unwrap());
        let forged = text.replacen(&format!("\"next\":{next},"), "\"next\":99999999,", 1).replacen(
            &format!("\"seq\":{sequence},"),
            &format!("\"seq\":{},", sequence + 1),
            1,
        );
        let owner = Owner { id: "a-stranger", ..record.owner.unwrap() };
        for owner in [owner, record.owner.unwrap()] {
            let mut bytes = last[..HEADER].to_vec();
            SealedRecord { leaf: forged.as_bytes(), owner: Some(owner), ..record.clone() }.encode(&mut bytes);
            let to = Outgoing { partition: Some(partition), ..Outgoing::new(topic::SEALED.name, b"", &bytes) };
            ground.tokio.block_on(publisher.publish(to)).unwrap();
        }
    }
    assert_eq!(judge::count(&ground.pipeline).unwrap().sealed.total, first.records());
    let second = ground.publish(400, 24).unwrap();
    wait_sealed(&ground, first.records() + second.records());
    enrich.stop().unwrap();
}

#[test]
fn a_group_that_an_administrator_resets_or_deletes_is_back_within_30_s_and_no_log_is_read_again() {
    let faults = vec![Fault::OffsetsReset, Fault::GroupDeleted, Fault::BrokerRestart];
    let ground = Ground::fresh().unwrap();
    let options = Options { minutes: None, kills: None, seed: 12, workers: 3, rate: 200 };
    let outcome = crash::run(&ground.pipeline, &options, Plan::listed(faults)).unwrap();
    assert_eq!(outcome.verdict(), "intact", "{outcome}\n{:?}\n{:?}", outcome.found.told, outcome.broken);
    assert_eq!(outcome.tally.faults, 3);
}
