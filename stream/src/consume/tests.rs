//! Reading a record's headers, through librdkafka's own mock broker.

use rdkafka::mocking::MockCluster;

use super::*;
use crate::ProducerSettings;
use crate::publish::{Outgoing, Publisher};

const HEADERS: [(&str, &[u8]); 4] = [("other", b"x"), ("id", b"first"), ("id", b"last"), ("empty", b"")];

/// Publishes a record with these headers and hands it to `check` as a reader sees it.
async fn read_back(headers: &[(&str, &[u8])], check: impl FnOnce(&Record<'_>)) {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    let kafka = KafkaSettings { brokers: cluster.bootstrap_servers(), ..KafkaSettings::default() };
    let publisher: Publisher = Publisher::new(&kafka, &ProducerSettings::default()).unwrap();
    publisher.publish(Outgoing { headers, ..Outgoing::new("t", b"key", b"payload") }).await.unwrap();

    let consumer: BaseConsumer = kafka.reader().create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset("t", 0, KafkaOffset::Offset(0)).unwrap();
    consumer.assign(&list).unwrap();
    let message = consumer.poll(Duration::from_secs(20)).unwrap().unwrap();
    check(&Record(message));
}

#[tokio::test]
async fn a_header_is_found_by_its_name() {
    read_back(&HEADERS, |record| {
        assert_eq!(record.header("id"), Some(b"first".as_slice()));
        assert_eq!(record.last_header("id"), Some(b"last".as_slice()));
        assert_eq!((record.header("empty"), record.header("missing")), (Some(b"".as_slice()), None));
        assert_eq!((record.key(), record.payload()), (Some(b"key".as_slice()), b"payload".as_slice()));
    })
    .await;
}

#[tokio::test]
async fn a_record_without_headers_has_none() {
    read_back(&[], |record| assert_eq!((record.header("id"), record.last_header("id")), (None, None))).await;
}
