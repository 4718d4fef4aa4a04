//! Whatever the gateway does, every event ends exactly once: with a receipt that is true, refused for its own fault, or given back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod gateway;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use client::{Client, ClientBuilder, Disposition, Error, Event};
use gateway::{Book, Fate, is_unacceptable};
use proptest::prelude::*;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

struct Ground {
    runtime: Runtime,
    book: Arc<Mutex<Book>>,
    url: String,
}

impl Ground {
    fn new(script: &[Fate]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let book = Book { script: script.iter().copied().collect(), events_max: usize::MAX, ..Book::default() };
        let book = Arc::new(Mutex::new(book));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        runtime.spawn(gateway::serve(listener, Arc::clone(&book)));
        Self { runtime, book, url }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    /// Requests, stored events, compressed requests.
    fn counts(&self) -> (usize, usize, usize) {
        let book = self.book();
        (book.requests, book.stored.len(), book.compressed)
    }

    fn client(&self, builder: ClientBuilder) -> Client {
        builder.http(&self.url, "stk_test").unwrap()
    }
}

fn builder() -> ClientBuilder {
    Client::builder().system("ehr").request_timeout(Duration::from_millis(300))
}

/// The patient's id is the event's number, which decides what a gateway may say of it.
fn event(number: u64) -> Event {
    Event::new("test.done", "read").actor("u-1").patient(number.to_string())
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Good),
        1 => Just(Fate::ResetBeforeReading),
        1 => any::<bool>().prop_map(|stores| Fate::ResetAfterReading { stores }),
        1 => any::<bool>().prop_map(|retry_after| Fate::Busy { retry_after }),
        1 => any::<(bool, bool)>().prop_map(|(retry_after, stores)| Fate::Unavailable { retry_after, stores }),
        3 => (0..4_u64).prop_map(|by| Fate::Mixed { by }),
        1 => Just(Fate::Garbage),
        1 => Just(Fate::Holes),
        1 => any::<bool>().prop_map(|stores| Fate::Slow { stores }),
        1 => Just(Fate::TooLarge),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn every_event_ends_exactly_once_whatever_the_gateway_does(
        script in proptest::collection::vec(fate(), 1..16),
        events in 1..60_u64,
        together in 1..20_usize,
        requests in 1..4_usize,
        deadline_ms in prop_oneof![Just(400_u64), Just(20_000)],
    ) {
        let ground = Ground::new(&script);
        let builder = builder().deadline(Duration::from_millis(deadline_ms)).linger(Duration::from_millis(2));
        let client = ground.client(builder.batch_events_max(together).requests_in_flight_max(requests));
        let outcomes = ground.runtime.block_on(async {
            let mut pending = Vec::new();
            for number in 0..events {
                let event = event(number);
                let id = event.id().to_owned();
                pending.push((number, id, client.enqueue(event).await.unwrap()));
            }
            let mut outcomes = Vec::new();
            for (number, id, pending) in pending {
                outcomes.push((number, id, pending.await));
            }
            outcomes
        });
        let book = ground.book();
        for (number, id, outcome) in &outcomes {
            match outcome {
                Ok(receipt) => {
                    prop_assert_eq!(&receipt.event_id, id);
                    prop_assert_eq!(book.stored.get(id), Some(&receipt.offset), "a receipt that is not true");
                }
                Err(Error::Refused { event, problem }) => {
                    prop_assert!(is_unacceptable(*number) && !book.stored.contains_key(id));
                    prop_assert_eq!((event.id(), problem.status), (id.as_str(), 422));
                    prop_assert_eq!(problem.errors[0].pointer.as_str(), "/action");
                }
                Err(Error::Undelivered { event, maybe_stored, .. }) => {
                    prop_assert_eq!(event.id(), id.as_str());
                    prop_assert!(*maybe_stored || !book.stored.contains_key(id), "stored without a doubt being told");
                    prop_assert!(deadline_ms < 20_000, "given back long before its time");
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
        prop_assert_eq!(client.undecided().events, 0);
        // What was told was heard, unless its sender's time was over in that moment.
        if deadline_ms >= 20_000 {
            prop_assert_eq!(&book.again, &Vec::<String>::new(), "sent again after it was decided");
        }
    }
}

#[test]
fn a_single_event_goes_alone_and_many_go_together_and_compressed() {
    let ground = Ground::new(&[]);
    let client = ground.client(builder());
    ground.runtime.block_on(async {
        client.send(event(1)).await.unwrap();
        assert_eq!(ground.counts(), (1, 1, 0));
        let mut pending = Vec::new();
        for number in 0..500 {
            pending.push(client.enqueue(event(number * 7)).await.unwrap());
        }
        for receipt in pending {
            receipt.await.unwrap();
        }
    });
    let book = ground.book();
    assert!(book.requests <= 20 && book.compressed >= 1, "{} requests, {} compressed", book.requests, book.compressed);
}

#[test]
fn a_gateway_that_takes_no_compressed_batch_gets_plain_ones() {
    let ground = Ground::new(&[]);
    ground.book().refuses_compression = true;
    let client = ground.client(builder());
    let sent: Vec<Event> = (0..200).map(|number| event(number * 7)).collect();
    ground.runtime.block_on(async {
        let mut pending = Vec::new();
        for event in sent {
            pending.push(client.enqueue(event).await.unwrap());
        }
        for receipt in pending {
            receipt.await.unwrap();
        }
    });
    let (_, stored, compressed) = ground.counts();
    assert_eq!((stored, compressed), (200, 0));
}

#[test]
fn a_batch_that_is_too_large_is_halved_until_it_fits() {
    let ground = Ground::new(&[]);
    ground.book().events_max = 3;
    let client = ground.client(builder());
    ground.runtime.block_on(async {
        let mut pending = Vec::new();
        for number in 0..50 {
            pending.push(client.enqueue(event(number * 7)).await.unwrap());
        }
        for receipt in pending {
            receipt.await.unwrap();
        }
    });
    assert_eq!(ground.book().stored.len(), 50);
}

#[test]
fn a_full_queue_gives_back_at_once_or_waits_for_room() {
    let ground = Ground::new(&[Fate::Slow { stores: false }]);
    let client = ground.client(builder().queue_events_max(2));
    ground.runtime.block_on(async {
        let first = client.try_send(event(0)).unwrap();
        let second = client.enqueue(event(1)).await.unwrap();
        let third = event(2);
        let id = third.id().to_owned();
        let full = client.try_send(third).err().unwrap();
        assert_eq!(full.disposition(), Disposition::Retry);
        let third = full.into_event().unwrap();
        assert_eq!(third.id(), id);
        assert_eq!(client.send(third).await.unwrap().event_id, id);
        (first.await.unwrap(), second.await.unwrap());
    });
}

#[test]
fn waiting_for_room_ends_with_the_deadline_too() {
    let ground = Ground::new(&[Fate::Busy { retry_after: false }; 99]);
    let client = ground.client(builder().queue_events_max(1).deadline(Duration::from_millis(300)));
    ground.runtime.block_on(async {
        // Nobody waits for the first, so it keeps its place beyond its time.
        drop(client.enqueue(event(0)).await.unwrap());
        let started = Instant::now();
        let error = client.send(event(1)).await.unwrap_err();
        assert!(matches!(error, Error::Undelivered { maybe_stored: false, .. }), "{error}");
        assert!((280..2_000).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
    });
}

#[test]
fn an_event_that_nobody_waits_for_is_sent_all_the_same_after_its_deadline() {
    let ground = Ground::new(&[Fate::Unavailable { retry_after: false, stores: false }; 4]);
    let client = ground.client(builder().deadline(Duration::from_millis(20)));
    let event = event(0);
    let id = event.id().to_owned();
    ground.runtime.block_on(async {
        drop(client.enqueue(event).await.unwrap());
        client.flush().await;
    });
    assert!(ground.book().stored.contains_key(&id));
}

#[test]
fn shutdown_gives_back_what_is_undecided_and_nothing_else() {
    let ground = Ground::new(&[Fate::Good, Fate::Busy { retry_after: false }, Fate::Busy { retry_after: false }]);
    ground.book().script.extend([Fate::Busy { retry_after: false }; 99]);
    let client = ground.client(builder());
    ground.runtime.block_on(async {
        client.send(event(0)).await.unwrap();
        let mut sent = HashMap::new();
        for number in 1..3 {
            let event = event(number);
            sent.insert(event.id().to_owned(), client.enqueue(event).await.unwrap());
        }
        let undelivered = client.shutdown(Duration::from_millis(200)).await.unwrap_err();
        assert_eq!(undelivered.0.len(), 2);
        for event in undelivered.0 {
            let told = sent.remove(event.id()).unwrap().await.unwrap_err();
            assert!(matches!(told, Error::GivenBack), "{told}");
        }
        let late = client.send(event(9)).await.unwrap_err();
        assert!(matches!(late, Error::Closed { .. }) && late.into_event().is_some());
        client.shutdown(Duration::ZERO).await.unwrap();
    });
}

#[test]
fn a_client_that_is_dropped_tells_whoever_waits_and_gives_the_event_back() {
    let ground = Ground::new(&[Fate::Busy { retry_after: false }; 99]);
    let client = ground.client(builder());
    let pending = ground.runtime.block_on(client.enqueue(event(0))).unwrap();
    drop(client);
    let error = ground.runtime.block_on(pending).unwrap_err();
    assert!(matches!(error, Error::Undelivered { .. }), "{error}");
}

#[test]
fn nobody_at_the_address_is_no_doubt_and_names_the_cause() {
    let client = builder().deadline(Duration::from_millis(200)).http("http://127.0.0.1:1", "stk_test").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = runtime.block_on(client.send(event(0))).unwrap_err();
    assert_eq!(error.disposition(), Disposition::Retry);
    assert!(error.to_string().contains("refused") && error.to_string().contains("it is not stored"), "{error}");
}
