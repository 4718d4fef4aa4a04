//! The window against a naive one: whatever happens in whatever order, no event is handed over twice.

use std::collections::HashMap;

use proptest::prelude::*;
use runtime::Disposition;
use runtime::shutdown::Shutdown;
use stream::publish::{Receipt, Ticket as _};
use stream::{Offset, Partition};

use super::*;

fn receipt(offset: i64) -> Receipt {
    Receipt { partition: Partition(0), offset: Offset(offset), timestamp_ms: 1 }
}

fn remember(events: usize) -> Remember {
    Remember::new(Bounds { events, age: Duration::from_mins(10) })
}

fn error(disposition: Disposition) -> stream::Error {
    stream::Error::stage(std::io::Error::other("synthetic"), disposition)
}

impl Remember {
    /// Event number `event` with content number `content`.
    fn look(&self, event: u8, content: u8) -> Known {
        self.begin(self.event("north", &event.to_string()), self.digest(&[content]), &Gathering::new())
    }
}

/// What a naive map knows of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naive {
    Flying(u8),
    Landed(u8, Landing),
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Begin { event: u8, content: u8 },
    Land { event: u8, outcome: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let begin = (0..6u8, 0..2u8).prop_map(|(event, content)| Step::Begin { event, content });
    let land = (0..6u8, 0..4u8).prop_map(|(event, outcome)| Step::Land { event, outcome });
    proptest::collection::vec(prop_oneof![begin, land], 0..200)
}

proptest! {
    #[test]
    fn the_window_answers_like_a_naive_map(steps in steps()) {
        let remember = remember(200_000);
        let (mut naive, mut flights) = (HashMap::<u8, Naive>::new(), HashMap::<u8, Arc<Flight>>::new());
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Begin { event, content } => {
                    let known = remember.look(event, content);
                    match (naive.get(&event).copied(), known) {
                        (None, Known::New(flight)) => {
                            naive.insert(event, Naive::Flying(content));
                            flights.insert(event, flight);
                        }
                        (Some(Naive::Flying(first)), Known::Flying(flight)) => {
                            prop_assert_eq!(first, content);
                            prop_assert!(Arc::ptr_eq(&flight, &flights[&event]));
                        }
                        (Some(Naive::Landed(first, landing)), Known::Landed(found)) => {
                            prop_assert_eq!((first, landing), (content, found));
                        }
                        (Some(Naive::Flying(first) | Naive::Landed(first, _)), Known::Other) => prop_assert_ne!(first, content),
                        (naive, known) => prop_assert!(false, "{naive:?} and {known:?}"),
                    }
                }
                Step::Land { event, outcome } => {
                    let Some(flight) = flights.remove(&event) else { continue };
                    let Some(Naive::Flying(content)) = naive.remove(&event) else { unreachable!() };
                    match outcome {
                        0 => flight.settle(Err(error(Disposition::Reject))),
                        1 => remember.abandon(&flight, NotTaken::Refused),
                        2 => {
                            flight.settle(Err(error(Disposition::Unknown)));
                            naive.insert(event, Naive::Landed(content, Landing::Unknown));
                        }
                        _ => {
                            flight.settle(Ok(receipt(number as i64)));
                            naive.insert(event, Naive::Landed(content, Landing::Stored(receipt(number as i64))));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn beyond_its_bound_the_oldest_landed_event_is_forgotten_and_none_in_flight() {
    let remember = remember(SHARDS * 4);
    let flights: Vec<_> = (0..=255).map(|event| remember.look(event, 0)).collect();
    assert_eq!(remember.len(), 256, "what flies is never forgotten");
    for (offset, known) in flights.iter().enumerate().skip(1) {
        let Known::New(flight) = known else { panic!("{known:?}") };
        flight.settle(Ok(receipt(offset as i64)));
    }
    // Every shard is looked at once more, and forgets.
    for event in 0..=255 {
        drop(remember.begin(remember.event("south", &event.to_string()), remember.digest(b""), &Gathering::new()));
    }
    assert!(remember.len() <= 256 + 1 + SHARDS * 4, "{}", remember.len());
    assert!(matches!(remember.look(0, 0), Known::Flying(_)), "the one in flight");
    assert!(matches!(remember.look(255, 0), Known::Landed(_)), "the youngest");
    assert!(matches!(remember.look(1, 0), Known::New(_)), "the oldest");
}

#[test]
fn old_age_forgets_too() {
    let remember = Remember::new(Bounds { events: 1_000, age: Duration::from_millis(20) });
    let (Known::New(landed), Known::New(_flying)) = (remember.look(1, 0), remember.look(2, 0)) else { panic!() };
    landed.settle(Ok(receipt(1)));
    assert!(matches!(remember.look(1, 0), Known::Landed(_)));
    std::thread::sleep(Duration::from_millis(30));
    assert!(matches!(remember.look(1, 0), Known::New(_)));
    assert!(matches!(remember.look(2, 0), Known::Flying(_)));
}

#[test]
fn tenants_share_neither_events_nor_keys() {
    let remember = remember(1_000);
    assert_ne!(remember.event("ab", "c"), remember.event("a", "bc"));
    let (one, two) = (remember.event("north", "1"), remember.event("north", "2"));
    assert!(remember.tie("north", "k", one) && remember.tie("north", "k", one));
    assert!(!remember.tie("north", "k", two));
    assert!(remember.tie("south", "k", two));
}

#[test]
fn events_begun_and_landed_on_many_threads_fly_once() {
    let remember = Arc::new(remember(200_000));
    let begun: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let remember = Arc::clone(&remember);
                scope.spawn(move || {
                    let mut begun = 0;
                    for event in 0..5_000 {
                        let id = remember.event("north", &event.to_string());
                        if let Known::New(flight) = remember.begin(id, remember.digest(b"x"), &Gathering::new()) {
                            begun += 1;
                            flight.settle(Ok(receipt(event)));
                        }
                    }
                    begun
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(begun, 5_000);
}

#[tokio::test]
async fn a_gathering_ends_with_its_last_flight_or_with_its_patience() {
    let remember = remember(1_000);
    let gathering = Gathering::new();
    let begin = |event: &str| remember.begin(remember.event("north", event), remember.digest(b""), &gathering);
    let (Known::New(one), Known::New(two)) = (begin("1"), begin("2")) else { panic!() };
    let joined = Gathering::new();
    assert!(matches!(remember.begin(remember.event("north", "2"), remember.digest(b""), &joined), Known::Flying(_)));
    one.settle(Ok(receipt(1)));
    let start = std::time::Instant::now();
    joined.wait(Duration::from_millis(20), &Shutdown::new()).await;
    assert!(start.elapsed() >= Duration::from_millis(20), "the second still flies");
    assert_eq!((one.landing(), two.landing()), (Ok(Some(Landing::Stored(receipt(1)))), Ok(None)));
    let settle = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        two.settle(Ok(receipt(2)));
    });
    gathering.wait(Duration::from_secs(60), &Shutdown::new()).await;
    assert!(start.elapsed() < Duration::from_secs(30));
    settle.join().unwrap();
}

#[test]
fn a_flight_forgets_those_who_have_given_up() {
    let remember = remember(1_000);
    let Known::New(flight) = remember.look(1, 0) else { panic!() };
    for _ in 0..10_000 {
        assert!(matches!(remember.look(1, 0), Known::Flying(_)));
    }
    assert!(flight.waiting() < 100, "{} are remembered", flight.waiting());
    let (id, digest) = (remember.event("north", "1"), remember.digest(&[0]));
    let waits = Gathering::new();
    for _ in 0..10_000 {
        drop(remember.begin(id, digest, &waits));
    }
    assert!(flight.waiting() < 100, "one batch that brings it again and again counts once");
}

#[test]
fn whoever_joined_an_event_that_found_no_room_hears_that() {
    let remember = remember(200_000);
    let Known::New(flight) = remember.look(1, 1) else { unreachable!() };
    let Known::Flying(joined) = remember.look(1, 1) else { unreachable!() };
    remember.abandon(&flight, NotTaken::NoRoom);
    assert_eq!(joined.landing(), Err(NotTaken::NoRoom));
    assert!(matches!(remember.look(1, 1), Known::New(_)), "and it can be sent again");
}
