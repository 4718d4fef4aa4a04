//! The commands of `phi-corpus`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::failures::{self, Wanted};
use crate::found::Finder;
use crate::report::Report;
use crate::sample::{self, Sample};
use crate::{book, generate, score, thresholds};

/// Makes labelled texts and measures what the scanner finds in them.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  phi-corpus report                                   both splits; exit 1 when a figure misses its bound
  phi-corpus failures --label NAME --kind missed      what is missed, in its context
  phi-corpus generate --split dev > gold.jsonl        the texts with their labels
  phi-corpus predict gold.jsonl > found.jsonl         what the scanner finds in them
  phi-corpus score gold.jsonl found.jsonl             any scanner's findings against the labels"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print labelled texts as JSON Lines
    Generate {
        #[arg(long, value_enum, default_value = "dev")]
        split: Split,
        #[command(flatten)]
        size: Size,
    },
    /// Print what the scanner finds in the texts of a file
    Predict { gold: PathBuf },
    /// Score a file of findings against a file of labelled texts
    Score {
        gold: PathBuf,
        found: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Score the scanner on both splits
    Report {
        /// One split instead of both
        #[arg(long, value_enum)]
        split: Option<Split>,
        #[command(flatten)]
        size: Size,
        #[arg(long)]
        json: bool,
        /// Print the tables as they stand in the book
        #[arg(long, conflicts_with_all = ["json", "split"])]
        markdown: bool,
    },
    /// Show misses and false alarms of the dev split in their context; held-back texts are scored, never shown
    Failures {
        /// A label such as NAME
        #[arg(long)]
        label: Option<String>,
        /// A source such as query
        #[arg(long)]
        source: Option<String>,
        #[arg(long, value_parser = ["missed", "false"])]
        kind: Option<String>,
        /// Characters around the value
        #[arg(long, default_value_t = 40)]
        context: usize,
        #[arg(long, default_value_t = 60)]
        limit: usize,
        #[command(flatten)]
        size: Size,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Split {
    Dev,
    Held,
}

impl Split {
    const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Held => "held",
        }
    }
}

#[derive(Args)]
struct Size {
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Texts made from each template
    #[arg(long, default_value_t = 6)]
    per_template: u64,
}

impl Arguments {
    pub fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Generate { split, size } => {
                print_lines(&generate::corpus(split.name(), size.seed, size.per_template)?)?;
            }
            Command::Predict { gold } => print_lines(&Finder::new()?.predict(&load(&gold)?))?,
            Command::Score { gold, found, json } => {
                let report = Report::new(score::corpus(&load(&gold)?, &load(&found)?));
                print_report(&report, "score", json);
            }
            Command::Report { size, markdown: true, .. } => {
                let mut finder = Finder::new()?;
                let (dev, held) = (measure(&mut finder, Split::Dev, &size)?, measure(&mut finder, Split::Held, &size)?);
                println!("{}", book::markdown(&dev, &held));
            }
            Command::Report { split, size, json, .. } => return report(split, &size, json),
            Command::Failures { label, source, kind, context, limit, size } => {
                let gold = generate::corpus("dev", size.seed, size.per_template)?;
                let found = Finder::new()?.predict(&gold);
                let wanted =
                    Wanted { label: label.as_deref(), source: source.as_deref(), kind: kind.as_deref(), context };
                let lines = failures::lines(&gold, &found, &wanted);
                lines.iter().take(limit).for_each(|line| println!("{line}"));
                println!("failures: shown={} all={}", lines.len().min(limit), lines.len());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn measure(finder: &mut Finder, split: Split, size: &Size) -> Result<Report> {
    let gold = generate::corpus(split.name(), size.seed, size.per_template)?;
    Ok(Report::new(score::corpus(&gold, &finder.predict(&gold))))
}

fn report(split: Option<Split>, size: &Size, json: bool) -> Result<ExitCode> {
    let mut finder = Finder::new()?;
    let mut missed = Vec::new();
    for split in split.map_or(vec![Split::Dev, Split::Held], |split| vec![split]) {
        let report = measure(&mut finder, split, size)?;
        print_report(&report, split.name(), json);
        missed.extend(thresholds::missed(&report).into_iter().map(|wrong| format!("{}: {wrong}", split.name())));
    }
    missed.iter().for_each(|wrong| eprintln!("{wrong}"));
    Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_report(report: &Report, title: &str, json: bool) {
    if json { println!("{}", report.json(title)) } else { println!("{}\n", report.table(title)) }
}

fn print_lines(samples: &[Sample]) -> Result<()> {
    for sample in samples {
        println!("{}", serde_json::to_string(sample)?);
    }
    Ok(())
}

fn load(path: &Path) -> Result<Vec<Sample>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    sample::read(&path.display().to_string(), &text)
}
