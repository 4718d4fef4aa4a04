//! The conductor: applies one fault after the other, keeps the workers running, and measures how long each fault is felt.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use schemas::topic;
use stream::KafkaSettings;
use stream::admin::{Admin, reset_offsets};

use super::plan::{Dice, Fault};
use super::proxy::Point;
use super::watch::Watch;
use super::worker::{SESSION, Worker};
use crate::harness::Pipeline;

/// The group of the enrichment workers, as they name it themselves.
const GROUP: &str = "sealtrail-enrich";
const LOOK: Duration = Duration::from_millis(50);
/// Who needs longer is stalled; the limit that is promised is lower.
const PATIENCE: Duration = Duration::from_secs(90);
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

    fn broker(&mut self, killed: bool) -> Result<Duration> {
        if killed {
            self.pipeline.stack().dev("kill", &["kafka", "-9"])?;
            self.tally.kills += 1;
            std::thread::sleep(Duration::from_millis(self.dice.below(3_000) as u64));
        }
        self.pipeline.stack().dev("restart", &["kafka"])?;
        self.recovered(Instant::now())
    }

    fn registry_away(&mut self) -> Result<Duration> {
        self.pipeline.stack().dev("kill", &["registry", "-9"])?;
        self.tally.kills += 1;
        // Who runs knows what it needs; who starts waits for the registry.
        let unmoved = self.recovered(Instant::now());
        self.kill_one()?;
        std::thread::sleep(Duration::from_millis(self.dice.below(3_000) as u64));
        self.pipeline.stack().dev("restart", &["registry"])?;
        Ok(unmoved?.max(self.recovered(Instant::now())?))
    }

    /// The group is empty, and somebody changes what it keeps.
    fn administered(&mut self, delete: bool) -> Result<Duration> {
        for worker in &mut self.workers {
            worker.kill()?;
            self.tally.kills += 1;
        }
        let kafka = KafkaSettings { brokers: self.pipeline.stack().brokers.clone(), ..KafkaSettings::default() };
        let admin = Admin::connect(&kafka)?;
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let group = KafkaSettings { group: GROUP.to_owned(), ..kafka };
        // The killed are members until their sessions end.
        let deadline = Instant::now() + SESSION * 5;
        loop {
            let done = if delete {
                tokio.block_on(admin.delete_group(GROUP))
            } else {
                reset_offsets(&group, topic::EVENTS.name, topic::CHAINS_DEFAULT)
            };
            match done {
                Ok(()) => break,
                Err(error) if Instant::now() > deadline => return Err(error).context("changing the empty group"),
                Err(_) => std::thread::sleep(LOOK * 4),
            }
        }
        for worker in &mut self.workers {
            worker.start(self.pipeline)?;
        }
        self.recovered(Instant::now())
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
        let mut mark = None;
        loop {
            self.tend()?;
            if mark.is_none() && self.watch.rounds() >= rounds {
                mark = Some(self.watch.mark());
            }
            let behind = mark.as_ref().map(|mark| self.watch.behind(mark));
            if behind.as_ref().is_some_and(Vec::is_empty) {
                let took = since.elapsed();
                self.tally.recovery_max = self.tally.recovery_max.max(took);
                return Ok(took);
            }
            if since.elapsed() > PATIENCE {
                bail!("stalled: after {} s these partitions do not move: {behind:?}", PATIENCE.as_secs());
            }
            std::thread::sleep(LOOK);
        }
    }
}
