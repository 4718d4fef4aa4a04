//! Repository checks and reports: `cargo xtask check`, `cargo xtask bench-table`.
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench_table;
mod check;
mod markdown;
mod probe;
mod shell;
mod snippets;
mod tokens;
mod tree;
mod violation;
mod workspace;

/// Rules of the house, written as a program so that they stay true.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks the tree; names every broken rule, its place, and what to do instead
    #[command(after_help = "Examples:
  cargo xtask check                     everything
  cargo xtask check sizes module-docs   only these two
  cargo xtask check --json              for programs

Exit codes: 0 clean, 1 violations, 2 the check could not run.
Build the binaries first (`make check` does): the documentation's commands are tried on them.")]
    Check {
        /// The checks to run; all without
        #[arg(value_enum)]
        checks: Vec<check::Check>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Prints the figures of the last benchmark run as a table
    #[command(after_help = "Examples:
  cargo xtask bench-table
  cargo xtask bench-table --file other/latest.json")]
    BenchTable {
        /// The report that `make bench` wrote; by default that of this clone
        #[arg(long)]
        file: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Nothing is left to do when even the error cannot be written.
            writeln!(std::io::stderr(), "xtask: {error:#}").ok();
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> anyhow::Result<bool> {
    match command {
        Command::Check { checks, json } => check::run(&checks, json),
        Command::BenchTable { file } => {
            let file = match file {
                Some(file) => file,
                None => workspace::Workspace::load()?.root.join("bench/latest.json"),
            };
            bench_table::run(&file).map(|()| true)
        }
    }
}
