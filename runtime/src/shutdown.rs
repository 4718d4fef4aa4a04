//! The request to stop: one flag that hot loops poll, threads wait on and futures await.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// A handle on the process's stop request. Clones share one request; once made, it stays.
#[derive(Debug, Clone)]
pub struct Shutdown {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// For hot loops: one relaxed-cost load, no lock.
    requested: AtomicBool,
    /// For threads. Holds when the request was made.
    since: Mutex<Option<Instant>>,
    changed: Condvar,
    /// For futures on any tokio runtime.
    watch: watch::Sender<bool>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// A request not yet made.
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                requested: AtomicBool::new(false),
                since: Mutex::new(None),
                changed: Condvar::new(),
                watch: watch::Sender::new(false),
            }),
        }
    }

    /// Whether the process should stop. Cheap enough for every turn of a hot loop.
    pub fn is_requested(&self) -> bool {
        self.shared.requested.load(Ordering::Acquire)
    }

    /// Asks the process to stop. Later calls change nothing.
    pub fn request(&self) {
        {
            let mut since = self.shared.since.lock().unwrap_or_else(PoisonError::into_inner);
            if since.is_some() {
                return;
            }
            *since = Some(Instant::now());
            self.shared.requested.store(true, Ordering::Release);
        }
        self.shared.changed.notify_all();
        self.shared.watch.send_replace(true);
    }

    /// Resolves when the process should stop; at once if that is already so.
    pub async fn requested(&self) {
        let mut watch = self.shared.watch.subscribe();
        // The sender lives in `self.shared`, so the only outcome is that the value became true.
        if watch.wait_for(|requested| *requested).await.is_err() {
            tracing::error!("the shutdown watch closed while a handle exists");
        }
    }

    /// Sleeps for `timeout` or until the process should stop; says whether it should.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let since = self.shared.since.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, _) = self
            .shared
            .changed
            .wait_timeout_while(since, timeout, |since| since.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        since.is_some()
    }

    /// When the request was made.
    pub fn since(&self) -> Option<Instant> {
        *self.shared.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_seen_by_polls_threads_and_futures() {
        let shutdown = Shutdown::new();
        assert!(!shutdown.is_requested());
        assert_eq!(shutdown.since(), None);
        let waiting = [(); 2].map(|()| shutdown.clone());
        let [by_thread, by_future] = waiting;
        let thread = std::thread::spawn(move || by_thread.wait_timeout(Duration::from_secs(10)));
        let future = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let waited = async { tokio::time::timeout(Duration::from_secs(10), by_future.requested()).await };
            assert!(runtime.block_on(waited).is_ok());
        });
        std::thread::sleep(Duration::from_millis(20));
        let asked = Instant::now();
        shutdown.request();
        assert!(thread.join().unwrap());
        future.join().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(5));
        assert!(shutdown.is_requested());
    }

    #[test]
    fn waiting_without_a_request_takes_the_whole_time() {
        let asked = Instant::now();
        assert!(!Shutdown::new().wait_timeout(Duration::from_millis(30)));
        assert!(asked.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn a_second_request_does_not_move_the_deadline() {
        let shutdown = Shutdown::new();
        shutdown.request();
        let since = shutdown.since();
        std::thread::sleep(Duration::from_millis(2));
        shutdown.request();
        assert_eq!(shutdown.since(), since);
        assert!(shutdown.wait_timeout(Duration::from_secs(60)));
    }
}
