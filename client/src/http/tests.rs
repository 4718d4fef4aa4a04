//! When the gateway is asked again, in a time that only passes when everybody sleeps.

use std::sync::Mutex;

use tokio::sync::oneshot::Receiver;
use tokio::time::{Instant, timeout};

use super::*;
use crate::Error;
use crate::batch::Limits;
use crate::event::Event;
use crate::ledger::{Outcome, Room};

/// Answers from a list, the last one for ever, and notes when it was asked and for how many lines.
struct Scripted {
    answers: Vec<Result<Answer, Failure>>,
    asked: Arc<Mutex<Vec<(Instant, usize)>>>,
}

impl Post for Scripted {
    async fn post(&self, content: Content) -> Result<Answer, Failure> {
        let lines = content.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
        let mut asked = self.asked.lock().unwrap();
        let answer = self.answers.get(asked.len()).or(self.answers.last()).unwrap().clone();
        asked.push((Instant::now(), lines));
        answer
    }
}

fn says(status: u16, seconds: Option<u64>) -> Result<Answer, Failure> {
    let body = Bytes::from_static(b"{\"partition\":3,\"offset\":7}");
    Ok(Answer { status, retry_after: seconds.map(Duration::from_secs), body })
}

struct Bench {
    ledger: Arc<Ledger>,
    asked: Arc<Mutex<Vec<(Instant, usize)>>>,
}

impl Bench {
    /// A gateway with these answers, and a client's tasks around it.
    fn new(answers: Vec<Result<Answer, Failure>>, linger_ms: u64) -> Self {
        let limits = Limits { linger: Duration::from_millis(linger_ms), events_max: 10, bytes_max: 10_000 };
        let ledger = Arc::new(Ledger::new(Room::new(100, 1 << 20), limits, Duration::from_secs(30)));
        let asked = Arc::default();
        let gateway = Gateway::new(Scripted { answers, asked: Arc::clone(&asked) }, 1, false);
        let (sending, expiring) = (Arc::clone(&ledger), Arc::clone(&ledger));
        tokio::spawn(async move { gateway.run(&sending).await });
        tokio::spawn(async move { worker::expire(&expiring).await });
        Self { ledger, asked }
    }

    fn add(&self) -> Receiver<Outcome> {
        let event = Event::new("test.done", "read").actor("a-1").source("ehr");
        let encoded = encode(event.as_audit_event(), event.faults()).unwrap();
        let share = self.ledger.room.try_take(1).ok().unwrap();
        self.ledger.add(event, encoded, Instant::now(), share).unwrap()
    }

    fn attempts(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[tokio::test(start_paused = true)]
async fn no_attempt_comes_before_the_gateway_asked_for_it() {
    let bench = Bench::new(vec![says(429, Some(3)), says(503, Some(5)), says(201, None)], 0);
    let receipt = bench.add().await.unwrap().unwrap();
    assert_eq!((receipt.partition, receipt.offset), (3, 7));
    let asked = bench.asked.lock().unwrap();
    let pauses: Vec<u128> = asked.windows(2).map(|pair| pair[1].0.duration_since(pair[0].0).as_millis()).collect();
    assert!((3_000..=3_101).contains(&pauses[0]) && (5_000..=5_101).contains(&pauses[1]), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_never_tried_again() {
    for status in [400, 401, 403, 404, 409, 413, 415, 422] {
        let bench = Bench::new(vec![says(status, Some(1))], 0);
        let error = bench.add().await.unwrap().unwrap_err();
        assert!(matches!(&error, Error::Refused { problem, .. } if problem.status == status), "{error}");
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(bench.attempts(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_is_given_back_at_its_deadline_with_the_last_reason_and_the_doubt() {
    let refused = || Failure { why: "connection refused".to_owned(), in_doubt: false };
    for (answers, in_doubt) in [(vec![Err(refused())], false), (vec![says(503, None), Err(refused())], true)] {
        let bench = Bench::new(answers, 0);
        let started = Instant::now();
        let error = bench.add().await.unwrap().unwrap_err();
        let Error::Undelivered { after, last, maybe_stored, .. } = error else { panic!("{error}") };
        assert_eq!((after.as_secs(), started.elapsed().as_secs()), (30, 30));
        assert_eq!((last.as_str(), maybe_stored), ("connection refused", in_doubt));
        assert!(bench.attempts() > 5, "{}", bench.attempts());
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_leaves_when_it_is_full_or_its_first_event_has_lingered() {
    let garbage = vec![says(201, None)];
    let bench = Bench::new(garbage, 5);
    let started = Instant::now();
    let alone = bench.add();
    alone.await.unwrap().unwrap();
    assert_eq!(started.elapsed().as_millis(), 5);
    // Its answer cannot be read as a batch's, which does not matter here: only the first attempt counts.
    let _full: Vec<_> = (0..10).map(|_| bench.add()).collect();
    let full_at = Instant::now();
    tokio::task::yield_now().await;
    assert!(timeout(Duration::from_millis(1), std::future::pending::<()>()).await.is_err());
    assert_eq!(bench.asked.lock().unwrap().get(1).copied(), Some((full_at, 10)));
}
