//! Room for undecided events, in events and in bytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

/// What is left of the bounds.
pub(crate) struct Room {
    events: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

/// An event's share of the room, given back when dropped.
pub(crate) struct Share {
    _event: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

/// Why there is no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoom {
    Full,
    Closed,
}

impl Room {
    pub fn new(events: usize, bytes: u32) -> Self {
        Self { events: Arc::new(Semaphore::new(events)), bytes: Arc::new(Semaphore::new(bytes as usize)) }
    }

    pub fn try_take(&self, bytes: u32) -> Result<Share, NoRoom> {
        let why = |error| match error {
            TryAcquireError::Closed => NoRoom::Closed,
            TryAcquireError::NoPermits => NoRoom::Full,
        };
        let event = Arc::clone(&self.events).try_acquire_owned().map_err(why)?;
        let bytes = Arc::clone(&self.bytes).try_acquire_many_owned(bytes).map_err(why)?;
        Ok(Share { _event: event, _bytes: bytes })
    }

    /// Waits for room, first come, first served.
    pub async fn take(&self, bytes: u32) -> Result<Share, NoRoom> {
        let event = Arc::clone(&self.events).acquire_owned().await.map_err(|_| NoRoom::Closed)?;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(bytes).await.map_err(|_| NoRoom::Closed)?;
        Ok(Share { _event: event, _bytes: bytes })
    }

    pub fn close(&self) {
        self.events.close();
        self.bytes.close();
    }
}
