//! What a sender gets back: a ticket that is settled once, with a receipt or with why there is none.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::{Error, Offset, Partition};

/// Kafka holds the record here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    pub partition: Partition,
    pub offset: Offset,
    /// The record's time in the log, in milliseconds since 1970.
    pub timestamp_ms: i64,
}

/// Somebody's interest in a record. One ticket may be handed over with many records; it is settled once for each.
pub trait Ticket: Send + Sync + 'static {
    /// Called from the publisher's own thread, which serves all others meanwhile not: be quick, never block.
    fn settle(&self, outcome: Result<Receipt, Error>);
}

/// The ticket of one caller who waits for one record.
pub struct Waiter(Mutex<Option<oneshot::Sender<Result<Receipt, Error>>>>);

impl Waiter {
    pub(super) fn new() -> (Arc<Self>, oneshot::Receiver<Result<Receipt, Error>>) {
        let (sender, receiver) = oneshot::channel();
        (Arc::new(Self(Mutex::new(Some(sender)))), receiver)
    }
}

impl Ticket for Waiter {
    fn settle(&self, outcome: Result<Receipt, Error>) {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender
            && sender.send(outcome).is_err()
        {
            tracing::debug!("a record was settled after its sender had stopped waiting");
        }
    }
}
