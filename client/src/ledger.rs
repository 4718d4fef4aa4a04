//! The undecided events. Taking an event out of the ledger is the decision on it, so it can be decided only once.
//!
//! Bounds: `queue_events_max` events of together at most `queue_bytes_max`, as they go over the wire; an event takes its room when
//! it comes in and gives it back when it is decided.

pub(crate) mod room;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::Instant;

use crate::batch::Limits;
use crate::error::Error;
use crate::event::Event;
use crate::problem::Problem;
use crate::receipt::Receipt;

pub(crate) use room::{Room, Share};

/// An event's number in this client, in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number(u64);

/// How an event ends.
pub(crate) type Outcome = Result<Receipt, Error>;

/// An event as it goes over the wire; the key is for Kafka.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub body: Bytes,
    pub key: [u8; 16],
}

/// How many events are undecided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undecided {
    pub events: usize,
    /// As they go over the wire.
    pub bytes: usize,
}

struct Entry {
    event: Event,
    encoded: Encoded,
    arrived: Instant,
    reply: oneshot::Sender<Outcome>,
    /// Why it is not decided yet.
    last: String,
    /// Being sent right now.
    is_flying: bool,
    /// An attempt ended without saying whether the event is stored.
    in_doubt: bool,
    share: Share,
}

#[derive(Default)]
struct State {
    next: u64,
    entries: BTreeMap<Number, Entry>,
    /// Not sent yet, or to be sent again.
    queue: VecDeque<(Number, usize)>,
    queue_bytes: usize,
    /// Events before this one do not linger: somebody waits for all of them.
    hurry: u64,
    is_closed: bool,
}

/// All undecided events of a client.
pub(crate) struct Ledger {
    state: Mutex<State>,
    pub room: Room,
    limits: Limits,
    pub deadline: Duration,
    /// There may be something to send.
    pub stirred: Notify,
    /// Everything before this number is decided.
    decided: watch::Sender<u64>,
}

/// What the sender of batches should do.
pub(crate) enum Next {
    Send(Vec<Number>),
    WaitUntil(Instant),
    Wait,
}

impl Ledger {
    pub fn new(room: Room, limits: Limits, deadline: Duration) -> Self {
        let decided = watch::Sender::new(0);
        Self { state: Mutex::default(), room, limits, deadline, stirred: Notify::new(), decided }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an event in; it comes back when the ledger is closed.
    pub fn add(
        &self,
        event: Event,
        encoded: Encoded,
        arrived: Instant,
        share: Share,
    ) -> Result<oneshot::Receiver<Outcome>, Error> {
        let (reply, outcome) = oneshot::channel();
        let mut state = self.state();
        if state.is_closed {
            return Err(Error::Closed { event: Box::new(event) });
        }
        let number = Number(state.next);
        state.next += 1;
        state.enqueue(number, encoded.body.len());
        let last = "it was not sent yet".to_owned();
        let entry = Entry { event, encoded, arrived, reply, last, is_flying: false, in_doubt: false, share };
        state.entries.insert(number, entry);
        // Between its first event and its last one a batch need not be looked at.
        let is_worth_it = state.queue.len() == 1 || self.limits.are_reached(state.queue.len(), state.queue_bytes);
        drop(state);
        if is_worth_it {
            self.stirred.notify_one();
        }
        Ok(outcome)
    }

    /// The next batch, if it is time for one: full, or its first event has lingered long enough.
    pub fn next(&self, now: Instant) -> Next {
        let mut state = self.state();
        while let Some((first, _)) = state.queue.front().copied() {
            let Some(entry) = state.entries.get(&first) else {
                // Given back while it waited.
                state.dequeue();
                continue;
            };
            let due = entry.arrived + self.limits.linger;
            let is_full = self.limits.are_reached(state.queue.len(), state.queue_bytes);
            if !is_full && due > now && first.0 >= state.hurry {
                return Next::WaitUntil(due);
            }
            return Next::Send(state.take(&self.limits));
        }
        Next::Wait
    }

    /// What is still undecided of a batch, as it goes over the wire. It counts as being sent until [`Ledger::failed`].
    pub fn fly(&self, numbers: &mut Vec<Number>) -> Vec<Encoded> {
        let mut state = self.state();
        let mut encoded = Vec::with_capacity(numbers.len());
        numbers.retain(|number| {
            let Some(entry) = state.entries.get_mut(number) else { return false };
            entry.is_flying = true;
            encoded.push(entry.encoded.clone());
            true
        });
        encoded
    }

    /// An attempt failed; `in_doubt` when it may have stored the event all the same.
    pub fn failed(&self, number: Number, why: &str, in_doubt: bool) {
        if let Some(entry) = self.state().entries.get_mut(&number) {
            entry.is_flying = false;
            entry.in_doubt |= in_doubt;
            why.clone_into(&mut entry.last);
        }
    }

    pub fn holds(&self, number: Number) -> bool {
        self.state().entries.contains_key(&number)
    }

    /// Gives an event that failed back to whoever waits for it. False when nobody does: then it is worth another try.
    pub fn give_up(&self, number: Number) -> bool {
        let mut state = self.state();
        if state.entries.get(&number).is_some_and(|entry| entry.reply.is_closed()) {
            return false;
        }
        let entry = state.entries.remove(&number);
        self.settled(state);
        if let Some(entry) = entry {
            entry.give_back(Instant::now());
        }
        true
    }

    /// Puts an event back into the queue.
    pub fn requeue(&self, number: Number) {
        let mut state = self.state();
        if let Some(bytes) = state.entries.get(&number).map(|entry| entry.encoded.body.len()) {
            state.enqueue(number, bytes);
            drop(state);
            self.stirred.notify_one();
        }
    }

    /// The brokers hold the event.
    pub fn accepted(&self, number: Number, partition: i32, offset: i64) {
        if let Some(entry) = self.remove(number) {
            let event_id = entry.event.id().to_owned();
            entry.tell(Ok(Receipt { event_id, partition, offset }));
        }
    }

    pub fn refused(&self, number: Number, problem: Problem) {
        if let Some(entry) = self.remove(number) {
            let (reply, event) = (entry.reply, Box::new(entry.event));
            tell(reply, Err(Error::Refused { event, problem: Box::new(problem) }));
        }
    }

    fn remove(&self, number: Number) -> Option<Entry> {
        let mut state = self.state();
        let entry = state.entries.remove(&number)?;
        self.settled(state);
        Some(entry)
    }

    /// Gives back the events whose time is over and whose sender waits; the next moment at which this is worth asking again.
    pub fn expire(&self, now: Instant) -> Option<Instant> {
        let mut state = self.state();
        let is_over = |entry: &Entry| entry.arrived + self.deadline <= now;
        // Numbers rise with time, so the first one that is not over ends the search.
        let over = state.entries.iter().take_while(|(_, entry)| is_over(entry));
        let over: Vec<Number> = over.filter(|(_, entry)| !entry.reply.is_closed()).map(|(number, _)| *number).collect();
        let expired: Vec<Entry> = over.iter().filter_map(|number| state.entries.remove(number)).collect();
        let next = state.entries.values().map(|entry| entry.arrived + self.deadline).find(|deadline| *deadline > now);
        self.settled(state);
        for entry in expired {
            entry.give_back(now);
        }
        next
    }

    /// Says how far everything is decided.
    fn settled(&self, state: MutexGuard<'_, State>) {
        let first = state.entries.keys().next().map_or(state.next, |number| number.0);
        drop(state);
        self.decided.send_if_modified(|decided| {
            first > *decided && {
                *decided = first;
                true
            }
        });
    }

    /// Resolves once all events that are here now are decided, without lingering.
    pub async fn flushed(&self) {
        let until = {
            let mut state = self.state();
            state.hurry = state.next;
            state.next
        };
        self.stirred.notify_one();
        let mut decided = self.decided.subscribe();
        // The sender lives as long as the ledger.
        drop(decided.wait_for(|decided| *decided >= until).await);
    }

    /// Takes nothing more in.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.room.close();
    }

    pub fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// Takes all undecided events out, to be given back by another way than their senders' own.
    pub fn give_all_back(&self) -> Vec<Event> {
        let entries = self.drain();
        let back = entries.into_iter().map(|entry| {
            if entry.reply.send(Err(Error::GivenBack)).is_err() {
                tracing::debug!("an event that nobody waited for is given back");
            }
            entry.event
        });
        back.collect()
    }

    /// Ends all undecided events: each is given back to its sender, where one waits. Returns how many there were.
    pub fn abandon(&self) -> usize {
        self.close();
        let entries = self.drain();
        let (count, now) = (entries.len(), Instant::now());
        for entry in entries {
            entry.give_back(now);
        }
        count
    }

    fn drain(&self) -> Vec<Entry> {
        let mut state = self.state();
        let entries = std::mem::take(&mut state.entries);
        self.settled(state);
        entries.into_values().collect()
    }

    pub fn undecided(&self) -> Undecided {
        let state = self.state();
        let bytes = state.entries.values().map(|entry| entry.encoded.body.len()).sum();
        Undecided { events: state.entries.len(), bytes }
    }
}

impl State {
    fn enqueue(&mut self, number: Number, bytes: usize) {
        self.queue.push_back((number, bytes));
        self.queue_bytes += bytes;
    }

    fn dequeue(&mut self) -> Option<Number> {
        let (number, bytes) = self.queue.pop_front()?;
        self.queue_bytes -= bytes;
        Some(number)
    }

    /// Takes a batch off the queue: at least one event, and no more than the limits allow.
    fn take(&mut self, limits: &Limits) -> Vec<Number> {
        let (mut batch, mut sum) = (Vec::new(), 0);
        while let Some((_, bytes)) = self.queue.front() {
            sum += bytes;
            if !batch.is_empty() && (batch.len() >= limits.events_max || sum > limits.bytes_max) {
                break;
            }
            batch.extend(self.dequeue().filter(|number| self.entries.contains_key(number)));
        }
        batch
    }
}

impl Entry {
    fn tell(self, outcome: Outcome) {
        // The room is free before the sender hears of it, so that it can go on at once.
        drop(self.share);
        tell(self.reply, outcome);
    }

    fn give_back(self, now: Instant) {
        let maybe_stored = self.in_doubt || self.is_flying;
        let (after, last) = (now.duration_since(self.arrived), self.last);
        drop(self.share);
        tell(self.reply, Err(Error::Undelivered { event: Box::new(self.event), after, last, maybe_stored }));
    }
}

/// Nobody may be listening any more; then what was not stored is at least told to the log.
fn tell(reply: oneshot::Sender<Outcome>, outcome: Outcome) {
    if let Err(Err(error)) = reply.send(outcome) {
        tracing::error!(%error, "an audit event that nobody waited for is not stored");
    }
}
