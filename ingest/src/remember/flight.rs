//! One event on its way to Kafka, and those who wait for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use runtime::Disposition;
use runtime::shutdown::Shutdown;
use stream::publish::{Receipt, Ticket};
use tokio::sync::Notify;

use super::{Digest, Id, Window};

/// How long a request waits once the gateway stops: with the body's last moment it stays below the drain's deadline.
const STOPPING_PATIENCE: Duration = Duration::from_secs(10);

/// What became of an event that was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// All in-sync replicas hold it.
    Stored(Receipt),
    /// It may be on Kafka or not, and this process will not find out.
    Unknown,
}

/// The end of a flight.
#[derive(Debug, Clone, Copy)]
pub(super) enum Landed {
    At(Landing),
    /// It is not on Kafka: sent again, it is a new event.
    NotTaken(NotTaken),
}

/// Kafka did not take the event: nothing of it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// Its queue had no room, and may have some in a moment.
    NoRoom,
    Refused,
}

/// An event on its way: the ticket of its record.
#[derive(Debug)]
pub struct Flight {
    id: Id,
    digest: Digest,
    window: Weak<Window>,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Flying { first: Arc<Gathering>, joined: Vec<Weak<Gathering>> },
    Ended(Landed),
}

impl Flight {
    pub(super) fn new(id: Id, digest: Digest, window: &Arc<Window>, gathering: &Arc<Gathering>) -> Arc<Self> {
        gathering.expect_one();
        let state = State::Flying { first: Arc::clone(gathering), joined: Vec::new() };
        Arc::new(Self { id, digest, window: Arc::downgrade(window), state: Mutex::new(state) })
    }

    pub(super) fn digest(&self) -> Digest {
        self.digest
    }

    pub(super) fn join(&self, gathering: &Arc<Gathering>) {
        if let State::Flying { first, joined } = &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            let is_known = joined.last().is_some_and(|last| std::ptr::eq(last.as_ptr(), Arc::as_ptr(gathering)));
            if is_known || Arc::ptr_eq(first, gathering) {
                return;
            }
            // A record may fly for hours, and whoever has given up must not be remembered for as long.
            if joined.len() == joined.capacity() {
                joined.retain(|gathering| gathering.strong_count() > 0);
            }
            gathering.expect_one();
            joined.push(Arc::downgrade(gathering));
        }
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Flying { joined, .. } => joined.len(),
            State::Ended(_) => 0,
        }
    }

    /// Where it landed; `None` while it flies.
    pub fn landing(&self) -> Result<Option<Landing>, NotTaken> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Ended(Landed::At(landing)) => Ok(Some(*landing)),
            State::Ended(Landed::NotTaken(why)) => Err(*why),
            State::Flying { .. } => Ok(None),
        }
    }

    pub(super) fn land(&self, landed: Landed) {
        // First the window: whoever looks the event up now no longer joins this flight.
        if let Some(window) = self.window.upgrade() {
            window.landed(self.id, self.digest, landed);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *state, State::Ended(landed));
        drop(state);
        if let State::Flying { first, joined } = before {
            first.one_landed();
            joined.iter().filter_map(Weak::upgrade).for_each(|gathering| gathering.one_landed());
        }
    }
}

impl Ticket for Flight {
    fn settle(&self, outcome: Result<Receipt, stream::Error>) {
        self.land(match outcome {
            Ok(receipt) => Landed::At(Landing::Stored(receipt)),
            Err(error) => {
                // What is unknown at the end of the process is told by the drain; one line per event would bury the rest.
                if error.disposition() == Disposition::Unknown {
                    return self.land(Landed::At(Landing::Unknown));
                }
                tracing::error!(%error, "kafka refused an event");
                Landed::NotTaken(NotTaken::Refused)
            }
        });
    }
}

/// One request's wait for all of its flights.
#[derive(Debug)]
pub struct Gathering {
    /// And one more until the request has begun its last flight.
    expected: AtomicUsize,
    all_landed: Notify,
}

impl Gathering {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { expected: AtomicUsize::new(1), all_landed: Notify::new() })
    }

    fn expect_one(&self) {
        self.expected.fetch_add(1, Ordering::Relaxed);
    }

    fn one_landed(&self) {
        if self.expected.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.all_landed.notify_one();
        }
    }

    /// Waits for all flights that were begun or joined, or until patience ends. Call it once, after the last of them.
    pub async fn wait(&self, patience: Duration, shutdown: &Shutdown) {
        self.one_landed();
        let landed = async {
            while self.expected.load(Ordering::Acquire) > 0 {
                self.all_landed.notified().await;
            }
        };
        let stopping = async {
            shutdown.requested().await;
            tokio::time::sleep(STOPPING_PATIENCE).await;
        };
        tokio::select! {
            () = landed => {}
            () = tokio::time::sleep(patience) => {}
            () = stopping => {}
        }
    }
}
