//! `bench/latest.json`: the figures of the last benchmarks, with machine and commit, for people and programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One measured figure beside its floor and its goal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: String,
    /// The same work without ours, measured in the same run.
    pub floor: Option<f64>,
    pub ratio: Option<f64>,
    pub goal: Option<String>,
}

/// The whole report.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    pub machine: Machine,
    pub commit: String,
    pub at: String,
    pub figures: Vec<Figure>,
}

/// Where it was measured.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub memory_gib: u64,
    pub system: String,
}

impl Figure {
    #[must_use]
    pub fn new(name: &str, value: f64, unit: &str) -> Self {
        Self { name: name.to_owned(), value, unit: unit.to_owned(), floor: None, ratio: None, goal: None }
    }

    #[must_use]
    pub fn beside(mut self, floor: f64) -> Self {
        self.floor = Some(floor);
        self.ratio = (floor > 0.0).then_some(self.value / floor);
        self
    }

    #[must_use]
    pub fn goal(mut self, goal: &str) -> Self {
        self.goal = Some(goal.to_owned());
        self
    }
}

/// Puts figures into the report; figures of the same name are replaced, others stay only if the commit is the same.
pub fn record(path: &Path, figures: Vec<Figure>) -> Result<()> {
    let commit = commit();
    let mut report: Report = std::fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .filter(|report: &Report| report.commit == commit)
        .unwrap_or_default();
    report.machine = machine();
    report.commit = commit;
    report.at = printed_by("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]);
    for figure in figures {
        report.figures.retain(|known| known.name != figure.name);
        report.figures.push(figure);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).context("making the report's folder")?;
    }
    let text = serde_json::to_string_pretty(&report).context("writing the report")?;
    std::fs::write(path, text + "\n").with_context(|| format!("writing {}", path.display()))
}

/// Criterion's estimates, where its benchmarks have run: the folder that it makes of a benchmark's name, our name, floor's function, goal.
pub fn from_criterion(target: &Path) -> Vec<Figure> {
    const KNOWN: [(&str, &str, Option<&str>, &str); 4] = [
        ("event/decode", "schemas.decode", Some("event/decode-apache-avro"), "<= 300 ns"),
        ("event/encode", "schemas.encode", None, "<= 500 ns"),
        ("seal_event", "seal.event", None, "<= 8333 ns"),
        ("verify_leaf-keyless", "seal.verify-leaf", None, "<= 1000 ns"),
    ];
    let mean = |bench: &str| -> Option<f64> {
        let path: PathBuf = target.join("criterion").join(bench).join("new/estimates.json");
        let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        estimates.pointer("/median/point_estimate")?.as_f64()
    };
    let mut figures = Vec::new();
    for (bench, name, floor, goal) in KNOWN {
        let Some(value) = mean(bench) else { continue };
        let figure = Figure::new(name, value, "ns").goal(goal);
        figures.push(match floor.and_then(mean) {
            Some(floor) => figure.beside(floor),
            None => figure,
        });
    }
    figures
}

fn machine() -> Machine {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let kib = field("/proc/meminfo", "MemTotal").split(' ').next().and_then(|text| text.parse::<u64>().ok());
    Machine {
        cpu: field("/proc/cpuinfo", "model name"),
        cores: std::thread::available_parallelism().map_or(0, Into::into),
        memory_gib: kib.unwrap_or_default() >> 20,
        system: printed_by("uname", &["-sr"]),
    }
}

fn commit() -> String {
    let commit = printed_by("git", &["rev-parse", "--short", "HEAD"]);
    let dirty = if printed_by("git", &["status", "--porcelain"]).is_empty() { "" } else { "+changes" };
    format!("{commit}{dirty}")
}

fn printed_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
