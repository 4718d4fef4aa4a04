//! Decides at each frame: pass, hold back, drop, or kill the worker. One gate for all connections of one worker.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::frame::Frame;

const PRODUCE: i16 = 0;
const METADATA: i16 = 3;
const OFFSET_COMMIT: i16 = 8;
const FIND_COORDINATOR: i16 = 10;
const INIT_PRODUCER_ID: i16 = 22;

/// How many appends are on their way when a kill in their middle comes.
const IN_FLIGHT: usize = 3;
const LOOK: Duration = Duration::from_millis(5);
/// Acknowledgements are held so long at most until enough appends are on their way.
const HOLD_MAX: Duration = Duration::from_secs(2);

/// Where a worker is killed, or loses a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// Its fence never reaches the broker. A new producer's first record is always a fence.
    BeforeFence,
    /// The fence stands in the log, and nobody heard of it.
    AfterFence,
    /// Several appends are on their way.
    InFlight,
    /// The worker has just been told that a batch is in the log.
    AfterAcknowledgement,
    /// Its commit, which carries the hint, never reaches the group.
    BeforeHint,
    /// Not a kill: the broker has appended, and the connection ends before it can say so.
    LoseAcknowledgement,
}

/// What to do with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Pass,
    PassAndKill,
    /// With the whole connection.
    Drop,
}

/// What one connection has asked and got no answer to yet.
#[derive(Default)]
pub(super) struct Asked {
    kinds: BTreeMap<i32, i16>,
    /// The request that carries the fence.
    fence: Option<i32>,
}

impl Asked {
    fn appends(&self) -> usize {
        self.kinds.values().filter(|kind| **kind == PRODUCE).count()
    }

    /// True for the answers that say where brokers are. The request is forgotten with it.
    pub(super) fn answer_names_brokers(&mut self, correlation: i32) -> bool {
        matches!(self.kinds.remove(&correlation), Some(METADATA | FIND_COORDINATOR))
    }
}

#[derive(Default)]
struct State {
    worker: Option<Pid>,
    armed: Option<Point>,
    /// Frames of either direction wait.
    cut: bool,
    closed: bool,
    /// A new producer has got its id and appended nothing.
    fresh: bool,
}

/// The gate of one worker.
#[derive(Default)]
pub struct Gate(Mutex<State>);

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom to kill. `None` before the process is reaped, so that no stranger with its number is hit.
    pub fn watch(&self, worker: Option<u32>) {
        let mut state = self.state();
        state.worker = worker.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        state.fresh = false;
    }

    pub fn arm(&self, point: Point) {
        self.state().armed = Some(point);
    }

    /// True when the point was never reached.
    pub fn disarm(&self) -> bool {
        self.state().armed.take().is_some()
    }

    pub fn is_armed(&self) -> bool {
        self.state().armed.is_some()
    }

    /// Holds back everything, without ending a connection.
    pub fn cut(&self, cut: bool) {
        self.state().cut = cut;
    }

    pub(super) fn close(&self) {
        self.state().closed = true;
    }

    pub(super) fn wait_open(&self) {
        loop {
            let state = self.state();
            if !state.cut || state.closed {
                return;
            }
            drop(state);
            std::thread::sleep(LOOK);
        }
    }

    pub(super) fn kill(&self) {
        let mut state = self.state();
        state.armed = None;
        if let Some(worker) = state.worker.take() {
            // It may have ended by itself; it is not reaped before we are told.
            rustix::process::kill_process(worker, Signal::KILL).unwrap_or_default();
        }
    }

    fn is_at(&self, point: Point) -> bool {
        self.state().armed == Some(point)
    }

    fn kill_and_drop(&self) -> Step {
        self.kill();
        Step::Drop
    }

    pub(super) fn asking(&self, frame: &Frame, asked: &mut Asked) -> Step {
        let kind = frame.api();
        match kind {
            INIT_PRODUCER_ID => self.state().fresh = true,
            OFFSET_COMMIT if self.is_at(Point::BeforeHint) => return self.kill_and_drop(),
            PRODUCE => {
                if std::mem::take(&mut self.state().fresh) {
                    if self.is_at(Point::BeforeFence) {
                        return self.kill_and_drop();
                    }
                    asked.fence = Some(frame.correlation_of_request());
                }
                if self.is_at(Point::InFlight) && asked.appends() + 1 >= IN_FLIGHT {
                    return Step::PassAndKill;
                }
            }
            _ => {}
        }
        asked.kinds.insert(frame.correlation_of_request(), kind);
        Step::Pass
    }

    pub(super) fn answered(&self, correlation: i32, asked: &Mutex<Asked>) -> Step {
        let held_since = Instant::now();
        loop {
            let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            if asked.kinds.get(&correlation) != Some(&PRODUCE) {
                return Step::Pass;
            }
            let is_fence = asked.fence == Some(correlation);
            drop(asked);
            let armed = self.state().armed;
            match armed {
                Some(Point::AfterFence) if is_fence => {}
                Some(Point::AfterAcknowledgement) if !is_fence => return Step::PassAndKill,
                Some(Point::LoseAcknowledgement) if !is_fence => {
                    self.disarm();
                    return Step::Drop;
                }
                // So that more of them gather behind.
                Some(Point::InFlight) if held_since.elapsed() < HOLD_MAX => {
                    std::thread::sleep(LOOK);
                    continue;
                }
                _ => return Step::Pass,
            }
            return self.kill_and_drop();
        }
    }
}
