//! The background thread: serves health and metrics, turns signals into the shutdown request, and watches the drain.

use std::io;
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::Error;
use crate::drain::{Drain, DrainMetric, leave, millis};
use crate::http::{self, Routes};
use crate::shutdown::Shutdown;

const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What the thread works with.
pub(crate) struct Background {
    pub(crate) listener: TcpListener,
    pub(crate) routes: Routes,
    pub(crate) shutdown: Shutdown,
    pub(crate) drain: Drain,
    pub(crate) deadline: Duration,
}

/// The running thread. Finish it when the body has returned.
pub(crate) struct Running {
    finished: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Background {
    /// Starts the thread; when this returns, signals are caught and the routes answer.
    pub(crate) fn start(self) -> Result<Running, Error> {
        let (finished, on_finished) = oneshot::channel();
        let (started, on_started) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("background".to_owned())
            .spawn(move || self.run(&started, on_finished))
            .map_err(Error::Background)?;
        match on_started.recv() {
            Ok(Ok(())) => Ok(Running { finished, thread }),
            Ok(Err(error)) => Err(Error::Background(error)),
            Err(mpsc::RecvError) => Err(Error::Background(io::Error::other("the thread ended before it was ready"))),
        }
    }

    fn run(self, started: &mpsc::SyncSender<io::Result<()>>, finished: oneshot::Receiver<()>) {
        let _guard = DrainOnPanic(self.shutdown.clone());
        let report = |outcome| {
            if started.send(outcome).is_err() {
                tracing::error!("nobody waits for the background thread");
            }
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return report(Err(error)),
        };
        runtime.block_on(async move {
            let prepared = Signals::catch().and_then(|signals| {
                self.listener.set_nonblocking(true)?;
                Ok((signals, tokio::net::TcpListener::from_std(self.listener)?))
            });
            let (signals, listener) = match prepared {
                Ok(prepared) => prepared,
                Err(error) => return report(Err(error)),
            };
            report(Ok(()));
            tokio::select! {
                _ = finished => {}
                never = http::serve(listener, self.routes.clone()) => match never {},
                never = upkeep(self.routes) => match never {},
                never = watch_signals(signals, &self.shutdown) => match never {},
                never = watch_drain(&self.shutdown, &self.drain, self.deadline) => match never {},
            }
        });
    }
}

impl Running {
    /// Stops the thread, and with it the watch over the drain.
    pub(crate) fn finish(self) {
        if self.finished.send(()).is_err() || self.thread.join().is_err() {
            tracing::error!("the background thread ended before the body did");
        }
    }
}

/// Without this thread nobody hears signals any more, so its death asks for shutdown instead of going unnoticed.
struct DrainOnPanic(Shutdown);

impl Drop for DrainOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.request();
        }
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn catch() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The next signal's name and number. The streams end only with the process.
    async fn next(&mut self) -> (&'static str, u8) {
        tokio::select! {
            _ = self.terminate.recv() => ("SIGTERM", 15),
            _ = self.interrupt.recv() => ("SIGINT", 2),
        }
    }
}

/// The first signal asks for shutdown; the second one means it.
async fn watch_signals(mut signals: Signals, shutdown: &Shutdown) -> std::convert::Infallible {
    let (signal, _) = signals.next().await;
    tracing::info!(signal, "shutdown requested");
    shutdown.request();
    let (signal, number) = signals.next().await;
    tracing::warn!(signal, "second signal: leaving at once, the drain is not finished");
    leave(128 + number)
}

/// Sleeps until the drain's deadline, which nothing but the end of the body can stop.
async fn watch_drain(shutdown: &Shutdown, drain: &Drain, deadline: Duration) -> std::convert::Infallible {
    shutdown.requested().await;
    DrainMetric::DrainsStarted.increment(1);
    tracing::info!(deadline_ms = millis(deadline), "draining");
    let since = shutdown.since().unwrap_or_else(Instant::now);
    tokio::time::sleep_until((since + deadline).into()).await;
    drain.overrun(deadline)
}

/// Keeps the recorder's histograms from growing between scrapes.
async fn upkeep(routes: Routes) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(UPKEEP_INTERVAL).await;
        routes.metrics.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_thread_asks_for_shutdown_and_its_end_does_not() {
        for (panics, requested) in [(true, true), (false, false)] {
            let shutdown = Shutdown::new();
            let guard = DrainOnPanic(shutdown.clone());
            let thread = std::thread::spawn(move || {
                let _guard = guard;
                assert!(!panics, "on purpose");
            });
            assert_eq!(thread.join().is_err(), panics);
            assert_eq!(shutdown.is_requested(), requested);
        }
    }
}
