//! Straight to Kafka: the gateway's encoding, the gateway's keys, one acknowledgement per event.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use schemas::event::EVENT_BYTES_MAX;
use schemas::routing::Router;
use schemas::wire::{self, Framing, SchemaId};
use schemas::{AuditEvent, DecodeFault, Mistake, released, topic};
use stream::Disposition;
use stream::publish::{Outgoing, Publisher, Receipt, Ticket};
use stream::registry::Registry;
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::fault::Faults;
use crate::ledger::{Encoded, Ledger, Number};
use crate::problem::Problem;
use crate::retry::Backoff;
use crate::worker;

/// While librdkafka's own queue is full.
const FULL_PAUSE: Duration = Duration::from_millis(10);
/// Before an event that nobody waits for goes again.
const AGAIN_PAUSE: Duration = Duration::from_secs(1);

/// A deployment's brokers, its registry and its routing secret.
pub(crate) struct Brokers {
    pub publisher: Publisher<Slip>,
    pub registry: Registry,
    pub router: Router,
    pub schema: OnceLock<SchemaId>,
}

/// Decides one event when the brokers have.
pub(crate) struct Slip {
    ledger: Arc<Ledger>,
    number: Number,
    runtime: Handle,
}

impl Brokers {
    /// The event as Avro and its key, or why no reader would take it.
    pub fn encode(&self, event: &AuditEvent<'_>, mistakes: Vec<Mistake>) -> Result<Encoded, Faults> {
        if !mistakes.is_empty() {
            return Err(Faults(mistakes));
        }
        let mut body = Vec::new();
        event.encode(&mut body);
        if body.len() > EVENT_BYTES_MAX {
            return Err(Faults::whole(DecodeFault::Oversized));
        }
        // Whatever bounds the readers have, they are asked here.
        AuditEvent::decode(&body).map_err(|error| Faults::whole(error.fault))?;
        Ok(Encoded { body: body.into(), key: self.router.key(event) })
    }

    /// Hands events over for as long as it is polled.
    pub async fn run(&self, ledger: &Arc<Ledger>) {
        // Nobody needs to be asked before there is something to send.
        let first = worker::next_batch(ledger).await;
        let mut backoff = Backoff::default();
        let is_known = self.ask().await;
        self.hand_all_over(ledger, first).await;
        let asking = async {
            let mut known = is_known;
            while !known {
                sleep(backoff.pause(None)).await;
                known = self.ask().await;
            }
            std::future::pending::<()>().await;
        };
        let sending = async {
            loop {
                let batch = worker::next_batch(ledger).await;
                self.hand_all_over(ledger, batch).await;
            }
        };
        tokio::select! {
            () = asking => {}
            () = sending => {}
        }
    }

    /// Asks the registry for the schema's id. Until it answers, records name their schema by its fingerprint.
    async fn ask(&self) -> bool {
        let (registry, released) = (self.registry.clone(), released::AUDIT_EVENT);
        match tokio::task::spawn_blocking(move || registry.register(released.subject, released.text)).await {
            Ok(Ok(id)) => {
                self.schema.get_or_init(|| SchemaId(id));
                return true;
            }
            Ok(Err(error)) => tracing::warn!(%error, "records go without the registry's id"),
            Err(error) => tracing::error!(%error, "the registry was not asked"),
        }
        false
    }

    async fn hand_all_over(&self, ledger: &Arc<Ledger>, mut batch: Vec<Number>) {
        let of_fingerprint = || Framing::from(released::AUDIT_EVENT.fingerprint());
        let framing = self.schema.get().map_or_else(of_fingerprint, |id| Framing::from(*id));
        let events = ledger.fly(&mut batch);
        for (number, event) in batch.into_iter().zip(events) {
            self.hand_over(ledger, number, framing, &event).await;
        }
    }

    async fn hand_over(&self, ledger: &Arc<Ledger>, number: Number, framing: Framing, event: &Encoded) {
        let mut record = Vec::with_capacity(event.body.len() + 10);
        wire::write_header(&mut record, framing);
        record.extend_from_slice(&event.body);
        let record = Bytes::from(record);
        let slip = Arc::new(Slip { ledger: Arc::clone(ledger), number, runtime: Handle::current() });
        loop {
            let outgoing = Outgoing::new(topic::EVENTS.name, &event.key, &record);
            match self.publisher.hand_over(outgoing, Arc::clone(&slip)) {
                Ok(()) => return,
                Err(stream::Error::QueueFull) if ledger.holds(number) => sleep(FULL_PAUSE).await,
                Err(error) => return slip.settle(Err(error)),
            }
        }
    }
}

impl Ticket for Slip {
    fn settle(&self, outcome: Result<Receipt, stream::Error>) {
        let Self { ledger, number, runtime } = self;
        let error = match outcome {
            Ok(receipt) => return ledger.accepted(*number, receipt.partition.0, receipt.offset.0),
            Err(error) => error,
        };
        if error.disposition() == Disposition::Reject {
            return ledger.refused(*number, Problem { title: error.to_string(), ..Problem::bare(422) });
        }
        ledger.failed(*number, &error.to_string(), error.disposition() == Disposition::Unknown);
        if !ledger.give_up(*number) {
            let (ledger, number) = (Arc::clone(ledger), *number);
            runtime.spawn(async move {
                sleep(AGAIN_PAUSE).await;
                ledger.requeue(number);
            });
        }
    }
}
