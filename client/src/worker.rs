//! The client's own thread: sends what the ledger holds and gives back what takes too long, whatever the caller's runtime does.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until};

use crate::http::Gateway;
use crate::kafka::Brokers;
use crate::ledger::{Ledger, Next, Number};

/// Where events go.
pub(crate) enum Way {
    Http(Box<Gateway>),
    Kafka(Box<Brokers>),
}

/// The running thread; it ends when this is dropped.
pub(crate) struct Worker {
    process: u32,
    runtime: Handle,
    _stop: oneshot::Sender<()>,
}

impl Worker {
    pub fn start(ledger: Arc<Ledger>, way: Arc<Way>) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("audit-client".to_owned());
        thread.spawn(move || {
            let ledger = Ending(ledger);
            runtime.block_on(async {
                tokio::select! {
                    () = expire(&ledger.0) => {}
                    () = send(&ledger.0, &way) => {}
                    // The sender never sends: it is dropped.
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { process: std::process::id(), runtime: handle, _stop: stop })
    }

    /// False in a process that was forked off: threads do not go along.
    pub fn is_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// A timer that works under any runtime of the caller's.
    pub async fn after(&self, wait: Duration) {
        let timer = Stopping(self.runtime.spawn(sleep(wait)));
        let mut timer = timer;
        // It cannot panic, and when the thread has ended, the time is over.
        drop((&mut timer.0).await);
    }
}

/// Ends the timer of somebody who stopped waiting for it.
struct Stopping(tokio::task::JoinHandle<()>);

impl Drop for Stopping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// However the thread ends, nobody is left waiting.
struct Ending(Arc<Ledger>);

impl Drop for Ending {
    fn drop(&mut self) {
        let events = self.0.abandon();
        if events > 0 {
            tracing::error!(events, "the client's thread ended before all events were decided");
        }
    }
}

async fn send(ledger: &Arc<Ledger>, way: &Way) {
    match way {
        Way::Http(gateway) => gateway.run(ledger).await,
        Way::Kafka(brokers) => brokers.run(ledger).await,
    }
}

/// Gives back what is too old. An event that comes in while this sleeps is over only after it wakes.
pub(crate) async fn expire(ledger: &Ledger) {
    loop {
        let now = Instant::now();
        match ledger.expire(now) {
            Some(next) => sleep_until(next).await,
            None => sleep(ledger.deadline).await,
        }
    }
}

/// Waits for the next batch.
pub(crate) async fn next_batch(ledger: &Ledger) -> Vec<Number> {
    loop {
        let stirred = ledger.stirred.notified();
        match ledger.next(Instant::now()) {
            Next::Send(batch) => return batch,
            Next::WaitUntil(due) => tokio::select! {
                () = sleep_until(due) => {}
                () = stirred => {}
            },
            Next::Wait => stirred.await,
        }
    }
}
