//! What the sender gets: where the event lies. Whoever holds a receipt need not send the event again.

use schemas::{Time, topic};
use serde::{Serialize, Serializer};
use stream::publish::Receipt as Place;
use utoipa::ToSchema;

/// All in-sync replicas hold the event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt<'a> {
    pub event_id: &'a str,
    pub topic: &'static str,
    pub partition: i32,
    pub offset: i64,
    /// The record's time in the log: when the gateway handed it to Kafka.
    #[serde(rename = "time", serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub time_ms: i64,
}

impl<'a> Receipt<'a> {
    pub fn new(event_id: &'a str, place: Place) -> Self {
        let Place { partition, offset, timestamp_ms } = place;
        Self { event_id, topic: topic::EVENTS.name, partition: partition.0, offset: offset.0, time_ms: timestamp_ms }
    }
}

fn moment<S: Serializer>(time_ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    Time::from_micros(time_ms.saturating_mul(1_000)).serialize(serializer)
}
