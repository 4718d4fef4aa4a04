//! Stage 3, publish: encodes a valid event, and comes back once all in-sync replicas hold it.

use runtime::Disposition;
use schemas::routing::Router;
use schemas::topic;
use schemas::wire::{self, SchemaId};
use serde::Serialize;
use stream::publish::{Outgoing, Publisher};

use crate::problem::{Kind, Problem};
use crate::validate::{self, Valid};

/// Where the event lies. Whoever holds it need not send the event again.
#[derive(Debug, Serialize)]
pub struct Receipt {
    event_id: String,
    topic: &'static str,
    partition: i32,
    offset: i64,
}

/// Publishes events under their routing key.
pub struct Publish {
    pub publisher: Publisher,
    pub router: Router,
    pub schema: SchemaId,
}

impl Publish {
    pub async fn publish(&self, valid: &Valid<'_>) -> Result<Receipt, Problem> {
        let event = valid.event();
        let mut record = Vec::new();
        wire::encode_event(&mut record, self.schema, event)
            .map_err(|fault| Problem::fields(vec![validate::explain("", fault)]))?;
        let topic = topic::EVENTS.name;
        let key = self.router.key(event);
        match self.publisher.publish(Outgoing::new(topic, &key, &record)).await {
            Ok(receipt) => Ok(Receipt {
                event_id: event.event_id.to_string(),
                topic,
                partition: receipt.partition.0,
                offset: receipt.offset.0,
            }),
            Err(error) => {
                // A broker that is away is told by readiness and by the metric; one line per event would bury the rest.
                if error.disposition() == Disposition::Fatal {
                    tracing::error!(%error, "an event was refused");
                }
                let detail = "the event may or may not be stored; send it again with the same event_id";
                Err(Problem::new(Kind::Unacknowledged, detail))
            }
        }
    }
}
