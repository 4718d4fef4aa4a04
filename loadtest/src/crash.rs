//! The crash suite: real workers on a real broker, faults from a seeded plan, and an oracle that knows every acknowledged id.
//!
//! ```text
//! feed ──▶ audit.events ──▶ proxy ◀─▶ worker 0..n ──▶ proxy ──▶ audit.sealed ──▶ watch, oracle
//!   └─ what was acknowledged, where ───────────────────────────────────────────────────▲
//! conductor: plan ──▶ kill, freeze, cut, restart ──▶ wait until every partition moves again
//! ```

mod conduct;
mod feed;
pub mod oracle;
mod outcome;
mod plan;
mod proxy;
mod watch;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::harness::{Pipeline, wait_until};
use crate::judge;
use crate::stack::Stack;
use conduct::{Conductor, Tally};
use feed::Book;
pub use outcome::Outcome;
use plan::Dice;
pub use plan::{Fault, Plan};
pub use proxy::Point;
use watch::{Eye, Watch};
use worker::Worker;

const LAST_WAIT: Duration = Duration::from_secs(90);

/// How long a run goes on, and with what.
#[derive(Debug, Clone)]
pub struct Options {
    /// The time after which no further fault begins.
    pub minutes: Option<u64>,
    /// The number of kills after which no further fault begins.
    pub kills: Option<u64>,
    pub seed: u64,
    pub workers: usize,
    /// Events per second.
    pub rate: u32,
}

/// The command: a run of its own on the stack of the environment.
pub fn run_and_tell(stack: Stack, options: &Options, place: &Path) -> Result<()> {
    let pipeline = Pipeline::prepare(stack, place)?;
    pipeline.run("audit-cli", &["topics", "apply", "--replication", "1"]).context("making the topics")?;
    let outcome = run(&pipeline, options, Plan::seeded(options.seed))?;
    ensure!(outcome.verdict() == "intact", "the trail did not come through");
    Ok(())
}

/// Runs the faults of `plan`, then judges.
pub fn run(pipeline: &Pipeline, options: &Options, plan: Plan) -> Result<Outcome> {
    let (book, watch) = (Arc::new(Book::default()), Watch::default());
    let eye = Eye::new(&pipeline.stack().brokers, &pipeline.key_file())?;
    let partitions = eye.partitions()?;
    let workers = (0..options.workers).map(|number| Worker::new(pipeline, number)).collect::<Result<Vec<_>>>()?;
    let dice = Dice(options.seed);
    let mut conductor = Conductor { pipeline, workers, watch: &watch, dice, tally: Tally::default() };
    println!("crash-enrich: seed {}, {} workers, {} events a second", options.seed, options.workers, options.rate);
    let seen = std::thread::scope(|scope| {
        let feed = scope.spawn(|| feed::run(pipeline.stack(), options.seed, options.rate, &book));
        let tail = scope.spawn(|| watch.run(&eye));
        let conducted = conduct_all(&mut conductor, options, plan, &book);
        book.end();
        let fed = feed.join();
        let drained = conducted.and_then(|()| drain(&mut conductor));
        watch.end();
        let seen = tail.join();
        drained?;
        let (Ok(fed), Ok(seen)) = (fed, seen) else { bail!("a thread of the suite panicked") };
        fed.map(|()| seen)
    })?;
    let own_ends = conductor.workers.iter().map(|worker| worker.own_ends).sum();
    let mut broken: Vec<_> = conductor.workers.iter().flat_map(|worker| worker.refusals.clone()).collect();
    let (chains, ends) = eye.read_all()?;
    if chains.iter().any(|(partition, chain)| seen.get(partition).is_some_and(|seen| !chain.continues(seen))) {
        broken.push("what counted while the run went on does not count at its end".to_owned());
    }
    if eye.partitions()? != partitions {
        broken.push("the number of partitions changed".to_owned());
    }
    let verified = judge::verify(pipeline, "kafka")?;
    if verified.verdict != "intact" {
        broken.push(format!("audit-cli verify kafka: {} {:?}", verified.verdict, verified.findings));
    }
    let found = oracle::judge(&chains, &book.take(), &ends);
    let outcome = Outcome { tally: conductor.tally, found, broken, own_ends };
    outcome.tell();
    Ok(outcome)
}

fn conduct_all(conductor: &mut Conductor<'_>, options: &Options, mut plan: Plan, book: &Book) -> Result<()> {
    for one in &mut conductor.workers {
        one.start(conductor.pipeline)?;
    }
    let started = Instant::now();
    conductor.recovered(started)?;
    // The first start is none of the faults.
    conductor.tally = Tally::default();
    let limit = options.minutes.map(|minutes| Duration::from_secs(60 * minutes));
    while limit.is_none_or(|limit| started.elapsed() < limit)
        && options.kills.is_none_or(|kills| conductor.tally.kills < kills)
        && let Some(fault) = plan.next_fault()
    {
        let took = conductor.apply(fault).with_context(|| format!("after {fault:?}"))?;
        let (number, kills) = (conductor.tally.faults, conductor.tally.kills);
        let (at, took) = (started.elapsed().as_secs(), took.as_secs_f64());
        println!(
            "{at:>5} s  fault {number:>3}  kills {kills:>3}  events {:>6}  felt {took:>4.1} s  {fault:?}",
            book.sent()
        );
    }
    Ok(())
}

/// Waits until everything that came in is sealed, then stops the workers.
fn drain(conductor: &mut Conductor<'_>) -> Result<()> {
    let watch = conductor.watch;
    let rounds = watch.rounds() + 2;
    wait_until("the log being looked at once more", LAST_WAIT, || Ok(watch.rounds() >= rounds))?;
    let mark = watch.ends();
    wait_until("everything that was accepted being sealed", LAST_WAIT, || {
        conductor.tend()?;
        Ok(watch.behind(&mark).is_empty())
    })?;
    conductor.workers.iter_mut().for_each(Worker::stop);
    Ok(())
}
