//! The ordered drain: named stages, timed, and watched by a deadline that starts with the shutdown request.
//!
//! A body drains on its own thread and wraps each step in [`Drain::stage`]. The background thread watches the clock: when
//! the body hasn't returned by the deadline, it names the stage still running and ends the process with code 3, because a
//! supervisor's SIGKILL would come next and tell nobody why.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The exit code of a drain that missed its deadline.
pub const EXIT_OVERRUN: u8 = 3;

/// How long exit handlers may take before the process aborts instead.
const EXIT_PATIENCE: Duration = Duration::from_secs(2);

crate::metric_names! {
    /// What the drain counts. Started minus completed shows what a process never finished.
    pub enum DrainMetric {
        DrainsStarted: counter = "audit_runtime_drains_started_total", "shutdown requests";
        DrainsCompleted: counter = "audit_runtime_drains_completed_total", "drains that finished inside the deadline";
        DrainOverruns: counter = "audit_runtime_drain_overruns_total", "drains that missed the deadline; the process exits with code 3";
        StagesStarted: counter { stage } = "audit_runtime_drain_stages_started_total", "drain stages begun";
        StagesCompleted: counter { stage } = "audit_runtime_drain_stages_completed_total", "drain stages finished";
        StageSeconds: histogram { stage } = "audit_runtime_drain_stage_seconds", "time a drain stage took";
    }
}

/// Runs the stages of the drain. Clones share one record of what is running.
#[derive(Debug, Clone, Default)]
pub struct Drain {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    next: AtomicU64,
    running: Mutex<Vec<Running>>,
}

#[derive(Debug, Clone, Copy)]
struct Running {
    id: u64,
    stage: &'static str,
    started: Instant,
}

/// Takes the stage off the list even when its work panics.
struct Entered<'a> {
    drain: &'a Drain,
    running: Running,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.drain.running().retain(|running| running.id != self.running.id);
    }
}

impl Entered<'_> {
    fn complete(self) {
        let (stage, took) = (self.running.stage, self.running.started.elapsed());
        let labels = [("stage", stage)];
        DrainMetric::StagesCompleted.with(&labels).increment(1);
        DrainMetric::StageSeconds.with(&labels).record(took.as_secs_f64());
        tracing::info!(stage, took_ms = millis(took), "drain stage finished");
    }
}

impl Drain {
    /// Nothing running.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs one stage of the drain and returns what it returns. Workers may run theirs at the same time.
    pub fn stage<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let entered = self.enter(name);
        let result = work();
        entered.complete();
        result
    }

    /// The same for asynchronous work.
    pub async fn stage_async<T>(&self, name: &'static str, work: impl Future<Output = T>) -> T {
        let entered = self.enter(name);
        let result = work.await;
        entered.complete();
        result
    }

    fn enter(&self, stage: &'static str) -> Entered<'_> {
        let id = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let running = Running { id, stage, started: Instant::now() };
        self.running().push(running);
        DrainMetric::StagesStarted.with(&[("stage", stage)]).increment(1);
        tracing::debug!(stage, "drain stage started");
        Entered { drain: self, running }
    }

    fn running(&self) -> MutexGuard<'_, Vec<Running>> {
        self.shared.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is still running, for the overrun's log line.
    pub(crate) fn unfinished(&self) -> String {
        let running = self.running();
        if running.is_empty() {
            return "no stage: the body has not returned".to_owned();
        }
        let names: Vec<String> = running
            .iter()
            .map(|running| format!("{} (for {} ms)", running.stage, millis(running.started.elapsed())))
            .collect();
        names.join(", ")
    }

    /// Counts and names the overrun, then ends the process.
    pub(crate) fn overrun(&self, deadline: Duration) -> ! {
        DrainMetric::DrainOverruns.increment(1);
        tracing::error!(
            unfinished = %self.unfinished(),
            deadline_ms = millis(deadline),
            audit_runtime_drain_overruns_total = 1,
            "the drain missed its deadline: exiting with code 3; raise process.drain_deadline_ms or find out why this stage hangs"
        );
        leave(EXIT_OVERRUN)
    }
}

/// Ends the process at once, whatever the other threads are doing.
#[allow(clippy::disallowed_methods, reason = "the drain has failed or was called off: there is no main to return to")]
pub(crate) fn leave(code: u8) -> ! {
    // Exit handlers of C libraries may wait for threads that hang; nothing may keep the process from ending.
    let patience = std::thread::Builder::new().name("exit".to_owned()).spawn(|| {
        std::thread::sleep(EXIT_PATIENCE);
        std::process::abort();
    });
    if let Err(error) = patience {
        tracing::warn!(%error, "exit handlers run without a time limit");
    }
    std::process::exit(code.into())
}

/// Whole milliseconds for log fields.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::metrics::recorder;

    #[test]
    fn a_running_stage_is_named_until_it_ends() {
        let drain = Drain::new();
        let outer = drain.clone();
        let value = drain.stage("flush", || {
            assert!(outer.unfinished().starts_with("flush (for "));
            outer.stage("commit", || assert!(outer.unfinished().contains(", commit (for ")));
            7
        });
        assert_eq!(value, 7);
        assert_eq!(drain.unfinished(), "no stage: the body has not returned");
    }

    #[test]
    fn a_stage_that_panics_is_started_and_not_completed() {
        let recorder = recorder().unwrap();
        let drain = Drain::new();
        ::metrics::with_local_recorder(&recorder, || {
            drain.stage("flush", || ());
            let panicked = catch_unwind(AssertUnwindSafe(|| drain.stage("flush", || panic!("on purpose"))));
            assert!(panicked.is_err());
        });
        assert_eq!(drain.unfinished(), "no stage: the body has not returned");
        let text = recorder.handle().render();
        assert!(text.contains("audit_runtime_drain_stages_started_total{stage=\"flush\"} 2"), "{text}");
        assert!(text.contains("audit_runtime_drain_stages_completed_total{stage=\"flush\"} 1"), "{text}");
    }

    #[test]
    fn an_asynchronous_stage_is_tracked_alike() {
        let drain = Drain::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let named = runtime.block_on(drain.stage_async("requests", async { drain.unfinished() }));
        assert!(named.starts_with("requests (for "), "{named}");
        assert_eq!(drain.unfinished(), "no stage: the body has not returned");
    }
}
