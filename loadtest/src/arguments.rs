//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::crash::Options;
use crate::drive::Load;

/// Drives a running stack with a synthetic hospital. Nobody in it exists.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  . .dev/default/env && sealtrail-loadtest publish --events 10000 --rate 2000
  sealtrail-loadtest demo --events 100000
  sealtrail-loadtest bench --events 400000
  sealtrail-loadtest bench --only gateway
  sealtrail-loadtest crash-enrich --minutes 3 --seed 7"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Publish events and wait until Kafka has acknowledged each
    Publish(LoadArguments),
    /// Run the whole pipeline once, count and verify from outside
    Demo(LoadArguments),
    /// Kill, freeze and cut off enrichment workers under load, and let an oracle say whether the trail came through
    CrashEnrich(CrashArguments),
    /// Measure gateway and enrich beside their floors and put the figures into bench/latest.json
    Bench {
        /// Only this part
        #[arg(long, value_enum)]
        only: Option<Part>,
        /// Records to measure with
        #[arg(long, default_value_t = 400_000)]
        events: u64,
        /// Where the figures go
        #[arg(long, default_value = "bench/latest.json")]
        output: PathBuf,
        /// Where Criterion left its estimates, taken along when there are any
        #[arg(long, default_value = "target")]
        target: PathBuf,
    },
    /// The benchmark's own worker: copies records without sealing them
    #[command(hide = true)]
    Floor(runtime::service::ServiceArgs),
    /// The gateway's floor: publishes records that were made beforehand
    #[command(hide = true)]
    ReadyMade {
        #[arg(long)]
        events: u64,
        #[arg(long, env = "SEALTRAIL_KAFKA_BROKERS")]
        brokers: String,
    },
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Gateway,
    Enrich,
}

#[derive(Args)]
pub struct LoadArguments {
    /// Records to publish
    #[arg(long, default_value_t = 20_000)]
    events: u64,
    /// The same seed gives the same events
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Records per second; as fast as it goes when left out
    #[arg(long)]
    rate: Option<u32>,
    /// Break every n-th record on purpose; 0 for none
    #[arg(long, default_value_t = 1_000)]
    poison_every: u64,
}

impl LoadArguments {
    #[must_use]
    pub fn load(&self) -> Load {
        Load { events: self.events, seed: self.seed, rate: self.rate, poison_every: self.poison_every }
    }
}

#[derive(Args)]
pub struct CrashArguments {
    /// Begin no further fault after so many minutes; 3 when --kills is left out as well
    #[arg(long)]
    minutes: Option<u64>,
    /// Begin no further fault after so many kills
    #[arg(long)]
    kills: Option<u64>,
    /// The same seed gives the same faults in the same order; their moments depend on the machine
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Workers that share the partitions
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=12))]
    workers: u8,
    /// Events per second
    #[arg(long, default_value_t = 300)]
    rate: u32,
}

impl CrashArguments {
    #[must_use]
    pub fn options(&self) -> Options {
        let minutes = self.minutes.or_else(|| self.kills.is_none().then_some(3));
        let (kills, seed, rate) = (self.kills, self.seed, self.rate);
        Options { minutes, kills, seed, workers: usize::from(self.workers), rate }
    }
}
