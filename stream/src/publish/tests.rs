//! The publisher's promises about tickets. Brokers that are away need no broker; the others are librdkafka's own mock.

use std::sync::Mutex;
use std::thread::ThreadId;

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use runtime::Disposition;

use super::*;
use crate::{Offset, Patience};

#[derive(Default)]
struct Notes(Mutex<Vec<(ThreadId, Outcome)>>);

type Outcome = Result<Receipt, Disposition>;

impl Ticket for Notes {
    fn settle(&self, outcome: Result<Receipt, Error>) {
        let outcome = outcome.map_err(|error| error.disposition());
        self.0.lock().unwrap().push((std::thread::current().id(), outcome));
    }
}

impl Notes {
    fn outcomes(&self) -> Vec<Outcome> {
        self.0.lock().unwrap().iter().map(|(_, outcome)| *outcome).collect()
    }
}

fn nobody() -> KafkaSettings {
    // Port 1 of this machine: connections are refused at once.
    KafkaSettings { brokers: "127.0.0.1:1".to_owned(), ..KafkaSettings::default() }
}

fn forever() -> ProducerSettings {
    ProducerSettings { patience: Patience::Forever, ..ProducerSettings::default() }
}

fn mock(partitions: i32) -> (MockCluster<'static, DefaultProducerContext>, KafkaSettings) {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", partitions, 1).unwrap();
    let kafka = KafkaSettings { brokers: cluster.bootstrap_servers(), ..KafkaSettings::default() };
    (cluster, kafka)
}

const RECORD: Outgoing<'static> =
    Outgoing { topic: "t", key: b"key", payload: b"payload", headers: &[], partition: None };

#[test]
fn a_record_stays_on_its_way_while_the_brokers_are_away_and_is_settled_as_unknown_at_the_end() {
    let publisher = Publisher::new(&nobody(), &forever()).unwrap();
    let notes = Arc::new(Notes::default());
    for _ in 0..3 {
        publisher.hand_over(RECORD, Arc::clone(&notes)).unwrap();
    }
    assert_eq!(publisher.flush(Duration::from_millis(300)).unwrap_err().disposition(), Disposition::Retry);
    assert_eq!(publisher.in_flight(), InFlight { records: 3, bytes: 30 });
    assert_eq!(notes.outcomes(), []);
    drop(publisher);
    assert_eq!(notes.outcomes(), [Err(Disposition::Unknown); 3]);
    assert_eq!(Arc::strong_count(&notes), 1);
    let threads: Vec<_> = notes.0.lock().unwrap().iter().map(|(thread, _)| *thread).collect();
    assert!(threads.iter().all(|thread| *thread == threads[0] && *thread != std::thread::current().id()));
}

#[test]
fn a_closed_publisher_has_settled_everything_and_takes_nothing_more() {
    let publisher = Publisher::new(&nobody(), &forever()).unwrap();
    let (kept, notes) = (publisher.clone(), Arc::new(Notes::default()));
    publisher.hand_over(RECORD, Arc::clone(&notes)).unwrap();
    assert_eq!(publisher.close(Duration::from_millis(50)), 1);
    assert_eq!(notes.outcomes(), [Err(Disposition::Unknown)]);
    assert!(matches!(kept.hand_over(RECORD, Arc::clone(&notes)), Err(Error::Closed)));
    assert_eq!((kept.in_flight().records, Arc::strong_count(&notes)), (0, 1));
}

#[test]
fn closing_races_with_hand_overs_and_no_ticket_is_forgotten() {
    let publisher = Publisher::new(&nobody(), &forever()).unwrap();
    let notes = Arc::new(Notes::default());
    let taken: usize = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..4)
            .map(|_| {
                let (publisher, notes) = (publisher.clone(), Arc::clone(&notes));
                scope.spawn(move || {
                    let mut taken = 0;
                    while publisher.hand_over(RECORD, Arc::clone(&notes)).is_ok() {
                        taken += 1;
                    }
                    taken
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(20));
        publisher.close(Duration::ZERO);
        senders.into_iter().map(|sender| sender.join().unwrap()).sum()
    });
    assert!(taken > 0);
    assert_eq!((notes.outcomes().len(), publisher.in_flight().records), (taken, 0));
}

#[test]
fn a_full_queue_refuses_at_once_and_never_settles_what_it_did_not_take() {
    let settings = ProducerSettings { queue_records: 2, ..forever() };
    let publisher = Publisher::new(&nobody(), &settings).unwrap();
    let (taken, refused) = (Arc::new(Notes::default()), Arc::new(Notes::default()));
    publisher.hand_over(RECORD, Arc::clone(&taken)).unwrap();
    publisher.hand_over(RECORD, Arc::clone(&taken)).unwrap();
    let error = publisher.hand_over(RECORD, Arc::clone(&refused)).unwrap_err();
    assert!(matches!(error, Error::QueueFull) && error.disposition() == Disposition::Retry);
    assert_eq!(publisher.in_flight().records, 2);
    drop(publisher);
    assert_eq!((taken.outcomes().len(), refused.outcomes().len(), Arc::strong_count(&refused)), (2, 0, 1));
}

#[test]
fn bytes_bound_the_queue_too() {
    let settings = ProducerSettings { queue_kib: 64, ..forever() };
    let publisher = Publisher::new(&nobody(), &settings).unwrap();
    let payload = vec![0; 30 * 1024];
    let results: Vec<_> =
        (0..4).map(|_| publisher.hand_over(Outgoing::new("t", b"k", &payload), Arc::new(Notes::default()))).collect();
    assert!(results[0].is_ok() && results[1].is_ok(), "{results:?}");
    assert!(matches!(results[3], Err(Error::QueueFull)), "{results:?}");
}

#[test]
fn a_record_larger_than_any_broker_takes_is_refused_for_good() {
    let publisher = Publisher::new(&nobody(), &forever()).unwrap();
    let payload = vec![0; 9 * 1024 * 1024];
    let error = publisher.hand_over(Outgoing::new("t", b"k", &payload), Arc::new(Notes::default())).unwrap_err();
    assert_eq!(error.disposition(), Disposition::Reject, "{error}");
    assert_eq!(publisher.in_flight(), InFlight { records: 0, bytes: 0 });
}

#[test]
fn limited_patience_ends_as_unknown() {
    let settings = ProducerSettings { patience: Patience::Seconds(1), ..ProducerSettings::default() };
    let publisher = Publisher::new(&nobody(), &settings).unwrap();
    let notes = Arc::new(Notes::default());
    publisher.hand_over(RECORD, Arc::clone(&notes)).unwrap();
    publisher.flush(Duration::from_secs(10)).unwrap();
    assert_eq!(notes.outcomes(), [Err(Disposition::Unknown)]);
}

#[test]
fn every_record_of_a_batch_is_settled_once_with_its_place() {
    let (_cluster, kafka) = mock(1);
    let publisher = Publisher::new(&kafka, &forever()).unwrap();
    let notes = Arc::new(Notes::default());
    for _ in 0..1_000 {
        publisher.hand_over(Outgoing { partition: Some(Partition(0)), ..RECORD }, Arc::clone(&notes)).unwrap();
    }
    publisher.flush(Duration::from_secs(20)).unwrap();
    let mut offsets: Vec<i64> = notes.outcomes().iter().map(|outcome| outcome.unwrap().offset.0).collect();
    offsets.sort_unstable();
    assert_eq!(offsets, (0..1_000).collect::<Vec<_>>());
    // The mock gives every batch this time of append.
    assert!(notes.outcomes().iter().all(|outcome| outcome.unwrap().timestamp_ms == 1_234));
    assert_eq!(publisher.in_flight(), InFlight { records: 0, bytes: 0 });
}

struct Panics(AtomicBool);

impl Ticket for Panics {
    fn settle(&self, _: Result<Receipt, Error>) {
        assert!(self.0.swap(true, Ordering::SeqCst), "the first settlement panics");
    }
}

#[test]
fn a_ticket_that_panics_does_not_take_the_others_with_it() {
    let (_cluster, kafka) = mock(1);
    let publisher = Publisher::new(&kafka, &forever()).unwrap();
    let ticket = Arc::new(Panics(AtomicBool::new(false)));
    for _ in 0..10 {
        publisher.hand_over(RECORD, Arc::clone(&ticket)).unwrap();
    }
    publisher.flush(Duration::from_secs(20)).unwrap();
    assert_eq!(Arc::strong_count(&ticket), 1);
}

/// A ticket that holds the publisher: its last clone is dropped on the poll thread.
struct Holds(Mutex<Option<Publisher<Holds>>>);

impl Ticket for Holds {
    fn settle(&self, _: Result<Receipt, Error>) {
        drop(self.0.lock().unwrap().take());
    }
}

#[test]
fn the_last_clone_may_be_dropped_by_a_ticket() {
    let (_cluster, kafka) = mock(1);
    let publisher = Publisher::new(&kafka, &forever()).unwrap();
    let ticket = Arc::new(Holds(Mutex::new(Some(publisher.clone()))));
    publisher.hand_over(RECORD, Arc::clone(&ticket)).unwrap();
    drop(publisher);
    let deadline = Instant::now() + Duration::from_secs(20);
    while Arc::strong_count(&ticket) > 1 && Instant::now() < deadline {
        std::thread::sleep(SETTLE_PAUSE);
    }
    assert_eq!(Arc::strong_count(&ticket), 1);
    assert!(ticket.0.lock().unwrap().is_none());
}

#[test]
fn a_producer_that_failed_for_good_says_so_and_settles_what_it_had() {
    let (cluster, kafka) = mock(1);
    let refusal = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED; 100];
    cluster.request_errors(RDKafkaApiKey::InitProducerId, &refusal);
    let publisher = Publisher::new(&kafka, &forever()).unwrap();
    assert!(publisher.fatal().is_none());
    let notes = Arc::new(Notes::default());
    publisher.hand_over(RECORD, Arc::clone(&notes)).unwrap();
    publisher.flush(Duration::from_secs(20)).unwrap();
    assert_eq!(notes.outcomes(), [Err(Disposition::Unknown)]);
    let fatal = publisher.fatal().unwrap();
    assert_eq!(fatal.disposition(), Disposition::Fatal);
    assert!(matches!(publisher.hand_over(RECORD, notes), Err(Error::ProducerFailed { .. })), "{fatal}");
}

#[tokio::test]
async fn one_caller_gets_one_receipt_and_may_stop_waiting() {
    let (cluster, kafka) = mock(1);
    let publisher: Publisher = Publisher::new(&kafka, &forever()).unwrap();
    assert_eq!(publisher.publish(RECORD).await.unwrap().offset, Offset(0));
    cluster.broker_down(1).unwrap();
    let given_up = tokio::time::timeout(Duration::from_millis(100), publisher.publish(RECORD)).await;
    assert!(given_up.is_err());
    assert_eq!(publisher.in_flight().records, 1);
    cluster.broker_up(1).unwrap();
    // The record that nobody waits for any more was not taken back: it stands before the next one.
    assert_eq!(publisher.publish(RECORD).await.unwrap().offset, Offset(2));
}
