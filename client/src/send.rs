//! Sending: straight to Kafka, in the gateway's encoding and under the gateway's keys.

use std::time::Duration;

use schemas::routing::Router;
use schemas::wire::{self, SchemaId};
use schemas::{AuditEvent, released, topic};
use stream::publish::{Outgoing, Publisher, Receipt};
use stream::registry::Registry;
use stream::{KafkaSettings, Patience, ProducerSettings};

use crate::error::{Error, Faults};
use crate::event;

/// A connection to one deployment. Make one and keep it: clones share it.
#[derive(Clone)]
pub struct Client {
    publisher: Publisher,
    router: Router,
    schema: SchemaId,
}

impl Client {
    /// Asks the registry for the schema's id, which blocks for up to 5 s; brokers are met with the first event.
    ///
    /// `brokers` are host:port, comma separated; `registry_url` is the root of the registry's Confluent interface; the
    /// secret is the deployment's, so that a patient's events meet in one partition whoever sent them.
    pub fn connect(brokers: &str, registry_url: &str, routing_secret: &[u8]) -> Result<Self, Error> {
        let router = Router::new(routing_secret).ok_or(Error::NoRoutingSecret)?;
        let kafka = KafkaSettings { brokers: brokers.to_owned(), ..KafkaSettings::default() };
        // The caller is waiting: give up within a request's patience.
        let producer = ProducerSettings { patience: Patience::Seconds(10), ..ProducerSettings::default() };
        let publisher = Publisher::new(&kafka, &producer)?;
        let released = released::AUDIT_EVENT;
        let id = Registry::new(registry_url).register(released.subject, released.text).map_err(Error::Schema)?;
        Ok(Self { publisher, router, schema: SchemaId(id) })
    }

    /// Resolves once all in-sync replicas hold the event. Needs a tokio runtime.
    pub async fn send(&self, event: &AuditEvent<'_>) -> Result<Receipt, Error> {
        event::check(event)?;
        let mut record = Vec::new();
        wire::encode_event(&mut record, self.schema, event).map_err(|fault| Error::Event(Faults::one("", fault)))?;
        let key = self.router.key(event);
        let published = self.publisher.publish(Outgoing::new(topic::EVENTS.name, &key, &record)).await;
        published.map_err(|error| match error {
            stream::Error::Undelivered(_) => Error::Unacknowledged(error),
            other => Error::Stream(other),
        })
    }

    /// Waits for events whose `send` was given up. Blocks for up to `wait`.
    pub fn flush(&self, wait: Duration) -> Result<(), Error> {
        self.publisher.flush(wait).map_err(Error::Unacknowledged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Disposition;

    #[test]
    fn a_short_secret_is_refused_before_anybody_is_asked() {
        let error = Client::connect("127.0.0.1:1", "http://127.0.0.1:1", b"too short").err().unwrap();
        assert_eq!(error.disposition(), Disposition::Fatal);
    }

    #[test]
    fn a_registry_that_is_away_is_worth_another_try() {
        let error = Client::connect("127.0.0.1:1", "http://127.0.0.1:1", b"a secret of enough bytes").err().unwrap();
        assert_eq!(error.disposition(), Disposition::Retry);
        assert!(error.to_string().contains("http://127.0.0.1:1"), "{error}");
    }
}
