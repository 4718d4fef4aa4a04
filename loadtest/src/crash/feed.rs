//! The feed: publishes events with known ids, some broken on purpose, and remembers which ones Kafka acknowledged, and where.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use schemas::routing::Router;
use schemas::wire::{self, SchemaId};
use schemas::{released, topic};
use stream::publish::{Outgoing, Publisher, Receipt, Ticket};
use stream::registry::Registry;
use stream::{KafkaSettings, ProducerSettings};

use super::oracle::{Ledger, Sent};
use crate::drive::{ROUTING_SECRET, now_micros};
use crate::hospital::Hospital;
use crate::stack::Stack;

/// One in so many is broken: 5 %.
const POISON_EVERY: u64 = 20;
const SETTLE_WAIT: Duration = Duration::from_secs(60);

/// What is shared with the publisher's thread.
#[derive(Default)]
pub struct Book {
    ledger: Mutex<Ledger>,
    sent: AtomicU64,
    ended: AtomicBool,
}

impl Book {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// No more events.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// What was acknowledged, once the feed has ended.
    pub fn take(&self) -> Ledger {
        std::mem::take(&mut *self.ledger())
    }
}

struct Noted {
    sent: Sent,
    book: Arc<Book>,
}

impl Ticket for Noted {
    fn settle(&self, outcome: Result<Receipt, stream::Error>) {
        let mut ledger = self.book.ledger();
        match outcome {
            Ok(Receipt { partition, offset, .. }) if offset.0 >= 0 => {
                ledger.acknowledged.insert((partition.0, offset.0), self.sent.clone());
            }
            Ok(_) => ledger.placeless.push(self.sent.clone()),
            Err(_) => ledger.unknown += 1,
        }
    }
}

/// Publishes until the book is ended; returns once every record is settled.
pub fn run(stack: &Stack, seed: u64, rate: u32, book: &Arc<Book>) -> Result<()> {
    let registry = Registry::new(&stack.registry_url);
    let schema = released::AUDIT_EVENT;
    let id = SchemaId(registry.register(schema.subject, schema.text).context("registering the event's schema")?);
    let kafka = KafkaSettings { brokers: stack.brokers.clone(), ..KafkaSettings::default() };
    let publisher = Publisher::<Noted>::new(&kafka, &ProducerSettings { linger_ms: 5, ..ProducerSettings::default() })?;
    let router = Router::new(ROUTING_SECRET).context("the routing secret is too short")?;
    let mut hospital = Hospital::new(seed);
    let started = Instant::now();
    let mut number = 0;
    while !book.ended.load(Ordering::Relaxed) {
        let due = Duration::from_secs_f64(number as f64 / f64::from(rate.max(1)));
        std::thread::sleep(due.saturating_sub(started.elapsed()));
        let event = hospital.next_event(now_micros());
        let key = router.key(&event);
        let mut record = Vec::new();
        wire::write_header(&mut record, id);
        event.encode(&mut record);
        let mut sent = Sent::Event(event.event_id.to_string());
        if number % POISON_EVERY == POISON_EVERY - 1 {
            record.truncate(record.len() / 2);
            sent = Sent::Poison;
        }
        let ticket = Arc::new(Noted { sent, book: Arc::clone(book) });
        publisher.hand_over(Outgoing::new(topic::EVENTS.name, &key, &record), ticket)?;
        number += 1;
        book.sent.store(number, Ordering::Relaxed);
    }
    Ok(publisher.flush(SETTLE_WAIT)?)
}
