//! The publisher on real brokers: whatever happens to them, a record that was handed over gets its receipt and stands there once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stream::admin::Admin;
use stream::publish::{Outgoing, Publisher, Receipt, Ticket};
use stream::tail::TailReader;
use stream::{Error, Partition, ProducerSettings};
use systest::Ground;

const TOPIC: &str = "systest.publish";
const PARTITIONS: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(60);

/// Every receipt beside what it is for.
#[derive(Default)]
struct Receipts(Mutex<Vec<(u32, Result<Receipt, Error>)>>);

struct Numbered(u32, Arc<Receipts>);

impl Ticket for Numbered {
    fn settle(&self, outcome: Result<Receipt, Error>) {
        self.1.0.lock().unwrap().push((self.0, outcome));
    }
}

fn hand_over(publisher: &Publisher<Numbered>, receipts: &Arc<Receipts>, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let bytes = number.to_be_bytes();
        let ticket = Arc::new(Numbered(number, Arc::clone(receipts)));
        publisher.hand_over(Outgoing::new(TOPIC, &bytes, &bytes), ticket).unwrap();
    }
}

fn fresh_topic(ground: &Ground) {
    let admin = Admin::connect(&ground.kafka()).unwrap();
    ground.tokio.block_on(async {
        admin.delete(TOPIC).await.unwrap();
        admin.create(TOPIC, PARTITIONS, 1, &[]).await.unwrap();
    });
}

/// What the log holds: place and number of each record.
fn log(ground: &Ground) -> BTreeMap<(i32, i64), u32> {
    let reader = TailReader::new(&ground.kafka(), TOPIC).unwrap();
    let mut found = BTreeMap::new();
    for partition in 0..PARTITIONS.cast_signed() {
        let each = |offset: stream::Offset, payload: &[u8]| -> Result<(), Error> {
            found.insert((partition, offset.0), u32::from_be_bytes(payload.try_into().unwrap()));
            Ok(())
        };
        reader.read_all(Partition(partition), each).unwrap();
    }
    found
}

#[test]
fn records_wait_out_the_brokers_absence_and_each_receipt_names_its_place() {
    let ground = Ground::bare().unwrap();
    fresh_topic(&ground);
    let receipts = Arc::new(Receipts::default());
    let early = Publisher::new(&ground.kafka(), &ProducerSettings::default()).unwrap();
    hand_over(&early, &receipts, 0..1_000);
    ground.dev("kill", &["kafka", "-9"]).unwrap();
    hand_over(&early, &receipts, 1_000..2_000);
    // This one has never met a broker.
    let late = Publisher::new(&ground.kafka(), &ProducerSettings::default()).unwrap();
    hand_over(&late, &receipts, 2_000..3_000);
    assert!(late.flush(Duration::from_secs(12)).is_err());
    assert_eq!((late.in_flight().records, late.fatal().is_none()), (1_000, true));
    ground.dev("restart", &["kafka"]).unwrap();
    early.flush(PATIENCE).unwrap();
    late.flush(PATIENCE).unwrap();

    let receipts = std::mem::take(&mut *receipts.0.lock().unwrap());
    let places: BTreeMap<(i32, i64), u32> = receipts
        .into_iter()
        .map(|(number, outcome)| outcome.map(|receipt| ((receipt.partition.0, receipt.offset.0), number)).unwrap())
        .collect();
    assert_eq!(places.len(), 3_000);
    assert_eq!(places, log(&ground));
}

#[test]
fn a_receipt_carries_the_record_s_time_in_the_log() {
    let ground = Ground::bare().unwrap();
    fresh_topic(&ground);
    let publisher: Publisher = Publisher::new(&ground.kafka(), &ProducerSettings::default()).unwrap();
    let now = || i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let before = now();
    let seven = 7_u32.to_be_bytes();
    let record = Outgoing { partition: Some(Partition(2)), ..Outgoing::new(TOPIC, b"key", &seven) };
    let receipt = ground.tokio.block_on(publisher.publish(record)).unwrap();
    assert_eq!((receipt.partition, receipt.offset.0), (Partition(2), 0));
    assert!((before..=now()).contains(&receipt.timestamp_ms), "{before} {receipt:?}");
    assert_eq!(log(&ground), BTreeMap::from([((2, 0), 7)]));
}

#[test]
fn a_missing_topic_is_told_by_its_name() {
    let ground = Ground::bare().unwrap();
    let publisher: Publisher = Publisher::new(&ground.kafka(), &ProducerSettings::default()).unwrap();
    let record = Outgoing::new("systest.nowhere", b"key", b"");
    let error = ground.tokio.block_on(publisher.publish(record)).unwrap_err();
    assert!(matches!(&error, Error::NoTopic { topic } if topic == "systest.nowhere"), "{error}");
    assert!(publisher.reaches("systest.nowhere", PATIENCE).is_err());
}
