//! `phi-corpus`: makes labelled texts and measures what `phi` finds in them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks to its user")]

mod book;
mod commands;
mod failures;
mod fill;
mod fillers;
mod found;
mod generate;
mod marks;
mod report;
mod rng;
mod sample;
mod score;
mod style;
mod template;
mod templates;
mod thresholds;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    commands::Arguments::parse().run().unwrap_or_else(|error| {
        eprintln!("phi-corpus: {error:#}");
        ExitCode::FAILURE
    })
}
