//! The client: takes events in, with room for only so many, and hands out their receipts.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::builder::ClientBuilder;
use crate::error::{Error, Undelivered};
use crate::event::Event;
use crate::fault::Faults;
use crate::http;
use crate::ledger::room::NoRoom;
use crate::ledger::{Encoded, Ledger, Outcome, Undecided};
use crate::receipt::Receipt;
use crate::worker::{Way, Worker};

/// A connection to one deployment. Make one and keep it: clones are cheap and share it.
///
/// It has a thread of its own, which starts with the first event, so it works under every runtime. Make it after a fork, or at
/// least send nothing before: threads do not come along.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    ledger: Arc<Ledger>,
    way: Arc<Way>,
    worker: Mutex<Option<Arc<Worker>>>,
    system: String,
    tenant: String,
}

/// An event's outcome, to be awaited. Dropping it does not take the event back: it is sent all the same, without a deadline.
#[must_use = "an event that nobody waits for is refused in silence; await the receipt, or call `flush`"]
pub struct Pending {
    outcome: oneshot::Receiver<Outcome>,
}

impl Client {
    /// A client of a gateway, such as `https://gateway.example:8443`, with default settings; see [`ClientBuilder::http`].
    pub fn http(url: &str, key: impl AsRef<str>) -> Result<Self, Error> {
        Self::builder().http(url, key)
    }

    /// A client of the brokers themselves with default settings; see [`ClientBuilder::kafka`].
    pub fn kafka(
        brokers: &str,
        registry_url: &str,
        tenant: impl Into<String>,
        routing_secret: &[u8],
    ) -> Result<Self, Error> {
        Self::builder().kafka(brokers, registry_url, tenant, routing_secret)
    }

    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(ledger: Ledger, way: Way, system: String, tenant: String) -> Self {
        let (ledger, way) = (Arc::new(ledger), Arc::new(way));
        Self { inner: Arc::new(Inner { ledger, way, worker: Mutex::default(), system, tenant }) }
    }

    /// Resolves once all in-sync replicas hold the event, or once it is refused or given back. Waits for room when there is none.
    pub async fn send(&self, event: impl Into<Event>) -> Result<Receipt, Error> {
        self.enqueue(event).await?.await
    }

    /// Hands an event over and comes back as soon as there is room for it; the outcome comes later.
    pub async fn enqueue(&self, event: impl Into<Event>) -> Result<Pending, Error> {
        let arrived = Instant::now();
        let (event, encoded, worker) = self.prepare(event.into())?;
        let (room, bytes) = (&self.inner.ledger.room, size(&encoded));
        let share = match room.try_take(bytes) {
            Err(NoRoom::Full) => tokio::select! {
                biased;
                share = room.take(bytes) => share,
                () = worker.after(self.inner.ledger.deadline) => Err(NoRoom::Full),
            },
            at_once => at_once,
        };
        match share {
            Ok(share) => self.inner.ledger.add(event, encoded, arrived, share).map(|outcome| Pending { outcome }),
            Err(NoRoom::Closed) => Err(Error::Closed { event: Box::new(event) }),
            Err(NoRoom::Full) => {
                let last = "the client's queue was full all the time".to_owned();
                let after = arrived.elapsed();
                Err(Error::Undelivered { event: Box::new(event), after, last, maybe_stored: false })
            }
        }
    }

    /// Hands an event over, or gives it back at once when there is no room.
    pub fn try_send(&self, event: impl Into<Event>) -> Result<Pending, Error> {
        let (event, encoded, _) = self.prepare(event.into())?;
        match self.inner.ledger.room.try_take(size(&encoded)) {
            Ok(share) => {
                self.inner.ledger.add(event, encoded, Instant::now(), share).map(|outcome| Pending { outcome })
            }
            Err(NoRoom::Full) => Err(Error::Full { event: Box::new(event) }),
            Err(NoRoom::Closed) => Err(Error::Closed { event: Box::new(event) }),
        }
    }

    /// Resolves when all events that were handed over until now are decided. Their outcomes stand in their [`Pending`]s.
    pub async fn flush(&self) {
        self.inner.ledger.flushed().await;
    }

    /// How much is undecided right now.
    #[must_use]
    pub fn undecided(&self) -> Undecided {
        self.inner.ledger.undecided()
    }

    /// Takes nothing more, waits for the outcomes for up to `wait`, and gives back what is undecided then.
    pub async fn shutdown(&self, wait: Duration) -> Result<(), Undelivered> {
        let ledger = &self.inner.ledger;
        ledger.close();
        let worker = self.inner.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker.filter(|worker| worker.is_here()) {
            tokio::select! {
                () = ledger.flushed() => {}
                () = worker.after(wait) => {}
            }
        }
        let events = ledger.give_all_back();
        if events.is_empty() { Ok(()) } else { Err(Undelivered(events)) }
    }

    /// The event as it goes over the wire, or everything that is wrong with it; and the thread that will send it.
    fn prepare(&self, event: Event) -> Result<(Event, Encoded, Arc<Worker>), Error> {
        let event = event.or_default(&self.inner.system, &self.inner.tenant);
        let encoded = match self.inner.encode(&event) {
            Ok(encoded) => encoded,
            Err(faults) => return Err(Error::Invalid { event: Box::new(event), faults }),
        };
        if self.inner.ledger.is_closed() {
            return Err(Error::Closed { event: Box::new(event) });
        }
        let worker = self.inner.worker()?;
        if !worker.is_here() {
            return Err(Error::Forked { event: Box::new(event) });
        }
        Ok((event, encoded, worker))
    }
}

fn size(encoded: &Encoded) -> u32 {
    u32::try_from(encoded.body.len()).unwrap_or(u32::MAX)
}

impl Inner {
    fn encode(&self, event: &Event) -> Result<Encoded, Faults> {
        match &*self.way {
            Way::Http(_) => http::encode(event.as_audit_event(), event.faults()),
            Way::Kafka(brokers) => brokers.encode(event.as_audit_event(), event.faults()),
        }
    }

    /// The thread, started if it is the first time.
    fn worker(&self) -> Result<Arc<Worker>, Error> {
        let mut running = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = &*running {
            return Ok(Arc::clone(worker));
        }
        let started = Worker::start(Arc::clone(&self.ledger), Arc::clone(&self.way)).map_err(Error::Thread)?;
        Ok(Arc::clone(running.insert(Arc::new(started))))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        // After a fork the events are the parent's.
        if worker.is_some_and(|worker| !worker.is_here()) {
            return;
        }
        let events = self.ledger.abandon();
        if events > 0 {
            tracing::error!(events, "the client was dropped before all events were decided; call `shutdown` first");
        }
    }
}

impl Future for Pending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        // An entry always tells before it goes, so the error has no way to happen.
        Pin::new(&mut self.outcome).poll(context).map(|told| told.unwrap_or(Err(Error::GivenBack)))
    }
}
