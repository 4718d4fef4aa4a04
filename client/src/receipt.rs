//! What a sender gets for an event that Kafka holds.

use std::fmt;

use schemas::topic;

/// All in-sync replicas hold the event at this place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub event_id: String,
    pub partition: i32,
    pub offset: i64,
}

impl fmt::Display for Receipt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event_id, partition, offset } = self;
        write!(out, "event {event_id} is held in {}/{partition} at offset {offset}", topic::EVENTS.name)
    }
}
