//! How long a connection may take over what it does: the deadlines of its phases, kept while it is read and written.
//!
//! hyper's own timer starts for the next head as soon as an answer is out, so it cannot tell a slow sender from an idle
//! one. Everything here happens inside the connection's task: whoever polls the connection sees the new deadline after.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How long each phase may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A head from its first byte to its end; also the first byte of a new connection, and a TLS handshake.
    pub head: Duration,
    /// From an answer to the next head.
    pub idle: Duration,
    /// Without a byte of the answer going out.
    pub answer: Duration,
    /// For a connection without a request once the gateway stops, and for what a peer still sends after the last answer.
    pub parting: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [second, ten] = [1, 10].map(Duration::from_secs);
        Self { head: ten, idle: 6 * ten, answer: ten, parting: second }
    }
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    Head,
    Idle,
    Answer,
}

impl Late {
    pub fn label(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Answer => "answer",
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// No byte of the next head is here.
    Idle(Instant),
    /// A head has begun.
    Head(Instant),
    /// The stages have their own bounds.
    Busy,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Since when the peer takes nothing of the answer.
    stuck: Option<Instant>,
    /// The end for connections without a request.
    parting: Option<Instant>,
}

/// One connection's phase and deadline.
#[derive(Debug, Clone)]
pub struct Pace {
    patience: Patience,
    state: Arc<Mutex<State>>,
}

impl Pace {
    pub fn new(patience: Patience, now: Instant) -> Self {
        let state = State { phase: Phase::Head(now), stuck: None, parting: None };
        Self { patience, state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn received(&self, now: Instant) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Idle(_)) {
            state.phase = Phase::Head(now);
        }
    }

    fn stuck(&self, is_stuck: bool, now: Instant) {
        let mut state = self.state();
        state.stuck = if is_stuck { state.stuck.or(Some(now)) } else { None };
    }

    /// A whole head is here; dropping the guard says that its answer is.
    pub fn begin(&self) -> Answering {
        self.state().phase = Phase::Busy;
        Answering(self.clone())
    }

    /// The gateway stops: connections without a request get a last moment.
    pub fn part(&self, now: Instant) {
        self.state().parting = Some(now + self.patience.parting);
    }

    /// When the connection is late, and with what.
    pub fn deadline(&self) -> Option<(Instant, Late)> {
        let state = self.state();
        let stuck = state.stuck.map(|since| (since + self.patience.answer, Late::Answer));
        let parting = state.parting.map(|end| (end, Late::Idle));
        let between = match state.phase {
            Phase::Idle(since) => parting.into_iter().chain([(since + self.patience.idle, Late::Idle)]).min_by_key(at),
            Phase::Head(since) => parting.into_iter().chain([(since + self.patience.head, Late::Head)]).min_by_key(at),
            Phase::Busy => None,
        };
        stuck.into_iter().chain(between).min_by_key(at)
    }
}

fn at(deadline: &(Instant, Late)) -> Instant {
    deadline.0
}

/// A request is being answered.
#[derive(Debug)]
pub struct Answering(Pace);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.state().phase = Phase::Idle(Instant::now());
    }
}

/// A socket whose pace is kept.
#[derive(Debug)]
pub struct Paced<S> {
    pub socket: S,
    pub pace: Pace,
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.pace.received(Instant::now());
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.pace.stuck(polled.is_pending(), Instant::now());
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.socket).poll_flush(cx);
        self.pace.stuck(polled.is_pending(), Instant::now());
        polled
    }

    /// Only sends what is there: the connection ends the socket itself, see `part`.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_has_its_own_deadline() {
        let (patience, start) = (Patience::default(), Instant::now());
        let pace = Pace::new(patience, start);
        assert_eq!(pace.deadline(), Some((start + patience.head, Late::Head)), "a new connection must begin");
        let answering = pace.begin();
        assert_eq!(pace.deadline(), None, "the stages have their own bounds");
        drop(answering);
        let (idle_until, late) = pace.deadline().unwrap();
        assert_eq!(late, Late::Idle);
        assert!(idle_until >= start + patience.idle);
        let first_byte = start + Duration::from_secs(50);
        pace.received(first_byte);
        pace.received(first_byte + Duration::from_secs(9));
        assert_eq!(pace.deadline(), Some((first_byte + patience.head, Late::Head)), "more bytes buy no time");
    }

    #[test]
    fn a_peer_that_takes_no_answer_is_late_from_the_first_refusal() {
        let (patience, start) = (Patience::default(), Instant::now());
        let pace = Pace::new(patience, start);
        let _answering = pace.begin();
        pace.stuck(true, start);
        pace.stuck(true, start + Duration::from_secs(5));
        assert_eq!(pace.deadline(), Some((start + patience.answer, Late::Answer)));
        pace.stuck(false, start);
        assert_eq!(pace.deadline(), None);
    }

    #[test]
    fn a_stop_gives_a_request_its_time_and_an_idle_connection_a_moment() {
        let (patience, start) = (Patience::default(), Instant::now());
        let pace = Pace::new(patience, start);
        let answering = pace.begin();
        pace.part(start);
        assert_eq!(pace.deadline(), None);
        drop(answering);
        assert_eq!(pace.deadline(), Some((start + patience.parting, Late::Idle)));
    }
}
