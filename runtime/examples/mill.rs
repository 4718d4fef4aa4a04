//! A small service on the frame: it grinds until asked to stop, then empties the hopper. The process tests run it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use runtime::config::{Problem, ProcessSettings, Secret, Section};
use runtime::service::{Runtime, ServiceArgs};
use serde::{Deserialize, Serialize};

runtime::metric_names! {
    /// What the mill counts.
    pub enum MillMetric {
        TurnsMade: counter = "audit_mill_turns_made_total", "turns of the wheel";
        TurnSeconds: histogram = "audit_mill_turn_seconds", "time of one turn";
    }
}

/// Grinds until asked to stop, then empties the hopper.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    service: ServiceArgs,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Mill {
    process: ProcessSettings,
    /// The mill turns while this file exists.
    river: PathBuf,
    gate_password: Option<Secret>,
    /// How long emptying the hopper takes.
    empty_ms: u64,
    /// Break down after the first turn instead of going on.
    breaks: bool,
    panics: bool,
}

impl Default for Mill {
    fn default() -> Self {
        Self {
            process: ProcessSettings::default(),
            river: PathBuf::from("river"),
            gate_password: None,
            empty_ms: 10,
            breaks: false,
            panics: false,
        }
    }
}

impl Section for Mill {
    const NAME: &'static str = "mill";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        if self.breaks && self.panics {
            vec![Problem::new("panics", "a mill breaks or panics, not both: unset one")]
        } else {
            Vec::new()
        }
    }
}

fn main() -> ExitCode {
    runtime::service::run(&Arguments::parse().service, grind)
}

fn grind(mill: Mill, runtime: Runtime) -> anyhow::Result<()> {
    MillMetric::describe();
    let river = runtime.health.dependency("river");
    while !runtime.shutdown.wait_timeout(Duration::from_millis(10)) {
        if mill.river.exists() {
            river.up()
        } else {
            river.down("the river is dry")
        }
        MillMetric::TurnsMade.increment(1);
        MillMetric::TurnSeconds.record(0.01);
        anyhow::ensure!(!mill.breaks, "the wheel broke");
        if mill.panics {
            panic_quoting_grain();
        }
    }
    runtime.drain.stage("stop the wheel", || ());
    runtime.drain.stage("empty the hopper", || std::thread::sleep(Duration::from_millis(mill.empty_ms)));
    Ok(())
}

/// Panics with a message that quotes its input, as slicing does.
fn panic_quoting_grain() {
    let grain = std::hint::black_box("grünkern");
    std::hint::black_box(&grain[..3]);
}
