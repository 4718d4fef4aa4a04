//! The conductor: applies one fault after the other, keeps the workers running, and measures how long each fault is felt.

mod servers;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::plan::{Dice, Fault};
use super::proxy::Point;
use super::watch::Watch;
use super::worker::Worker;
use crate::harness::Pipeline;

const LOOK: Duration = Duration::from_millis(50);
/// Who needs longer is stalled; the limit that is promised is lower.
const PATIENCE: Duration = Duration::from_secs(90);
/// From here on it is worth a line.
const SLOW: Duration = Duration::from_secs(15);
/// A named point that is not reached by then belongs to a worker without work.
const POINT_WAIT: Duration = Duration::from_secs(15);
const STORM_TURNS: usize = 6;

/// What was done and what it cost.
#[derive(Debug, Default)]
pub struct Tally {
    pub kills: u64,
    pub faults: u64,
    pub points_missed: u64,
    pub recovery_max: Duration,
}

pub struct Conductor<'a> {
    pub pipeline: &'a Pipeline,
    pub workers: Vec<Worker>,
    pub watch: &'a Watch,
    pub dice: Dice,
    pub tally: Tally,
}

impl Conductor<'_> {
    /// Applies a fault and waits until every partition moves again; how long that took.
    pub fn apply(&mut self, fault: Fault) -> Result<Duration> {
        self.tally.faults += 1;
        match fault {
            Fault::Kill(workers) => {
                for _ in 0..workers {
                    self.kill_one()?;
                }
                self.recovered(Instant::now())
            }
            Fault::At(point) => self.at(point),
            Fault::Freeze(time) => {
                let one = self.pick();
                self.absent(one, time, |worker, frozen| if frozen { worker.freeze() } else { worker.thaw() })
            }
            Fault::CutOff(time) => {
                let one = self.pick();
                self.absent(one, time, |worker, cut| {
                    worker.proxy.gate.cut(cut);
                    Ok(())
                })
            }
            Fault::Storm => {
                for _ in 0..STORM_TURNS {
                    let one = self.pick();
                    self.workers[one].stop();
                    self.workers[one].start(self.pipeline)?;
                }
                self.recovered(Instant::now())
            }
            Fault::BrokerRestart => self.broker(false),
            Fault::BrokerKill => self.broker(true),
            Fault::RegistryAway => self.registry_away(),
            Fault::OffsetsReset => self.administered(false),
            Fault::GroupDeleted => self.administered(true),
        }
    }

    fn pick(&mut self) -> usize {
        self.dice.below(self.workers.len())
    }

    fn kill_one(&mut self) -> Result<()> {
        let one = self.pick();
        // At any moment of whatever it is doing.
        std::thread::sleep(Duration::from_millis(self.dice.below(200) as u64));
        self.workers[one].kill()?;
        self.tally.kills += 1;
        self.workers[one].start(self.pipeline)
    }

    fn at(&mut self, point: Point) -> Result<Duration> {
        let one = self.pick();
        self.workers[one].proxy.gate.arm(point);
        if matches!(point, Point::BeforeFence | Point::AfterFence) {
            // A new life fences what it gets.
            self.kill_one_of(one)?;
        }
        let deadline = Instant::now() + POINT_WAIT;
        while self.workers[one].proxy.gate.is_armed() && Instant::now() < deadline {
            self.tend()?;
            std::thread::sleep(LOOK);
        }
        let since = Instant::now();
        if self.workers[one].proxy.gate.disarm() {
            self.tally.points_missed += 1;
        } else if point != Point::LoseAcknowledgement {
            self.tally.kills += 1;
            while !self.workers[one].has_ended() {
                if Instant::now() > deadline + POINT_WAIT {
                    bail!("{} outlived its kill", self.workers[one].name());
                }
                std::thread::sleep(LOOK);
            }
            self.workers[one].revive(self.pipeline, true)?;
        }
        self.recovered(since)
    }

    fn kill_one_of(&mut self, one: usize) -> Result<()> {
        self.workers[one].kill()?;
        self.tally.kills += 1;
        self.workers[one].start(self.pipeline)
    }

    /// One worker is away and does not know it; the others take over. Then it comes back, with all that it had in its hands.
    fn absent(&mut self, one: usize, time: Duration, set: impl Fn(&Worker, bool) -> Result<()>) -> Result<Duration> {
        let since = Instant::now();
        set(&self.workers[one], true)?;
        let taken_over = self.recovered(since);
        while since.elapsed() < time {
            self.tend()?;
            std::thread::sleep(LOOK);
        }
        set(&self.workers[one], false)?;
        let taken_over = taken_over?;
        Ok(taken_over.max(self.recovered(Instant::now())?))
    }

    /// Starts again who has ended by itself, as a supervisor would.
    pub fn tend(&mut self) -> Result<()> {
        for worker in &mut self.workers {
            // Where a kill is waiting, the end is expected.
            let expected = worker.proxy.gate.is_armed();
            worker.revive(self.pipeline, expected)?;
        }
        Ok(())
    }

    /// Waits until in every partition a record that came in after the fault is sealed; the time since then.
    pub fn recovered(&mut self, since: Instant) -> Result<Duration> {
        // The second look from here on began after the fault.
        let rounds = self.watch.rounds() + 2;
        let (mut mark, mut told) = (None, false);
        loop {
            self.tend()?;
            let alarms = self.watch.alarms();
            if !alarms.is_empty() {
                bail!("the log holds what no worker of ours writes: {alarms:?}");
            }
            if mark.is_none() && self.watch.rounds() >= rounds {
                mark = Some(self.watch.mark());
            }
            let behind = mark.as_ref().map(|mark| self.watch.behind(mark));
            if behind.as_ref().is_some_and(Vec::is_empty) {
                let took = since.elapsed();
                self.tally.recovery_max = self.tally.recovery_max.max(took);
                return Ok(took);
            }
            if since.elapsed() > SLOW && !std::mem::replace(&mut told, true) {
                println!("after {} s these partitions do not move yet: {behind:?}", SLOW.as_secs());
            }
            if since.elapsed() > PATIENCE {
                bail!("stalled: after {} s these partitions do not move: {behind:?}", PATIENCE.as_secs());
            }
            std::thread::sleep(LOOK);
        }
    }
}
