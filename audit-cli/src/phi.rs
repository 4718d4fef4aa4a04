//! `audit-cli phi`: what counts as health information in a text or an event, and why. Needs no stack.

mod explain;
mod rules;
mod scan;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Find health information and explain what was found
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli phi scan notes.ndjson > found.ndjson       one JSON object a line, in and out
  audit-cli phi explain event.json                     why an event has its level
  audit-cli phi rules test site.toml                   try rules of your own before they are used")]
pub struct Phi {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Find health information in texts, one JSON object a line
    Scan(scan::Scan),
    /// Explain an event: what was found, by which rule, and the level that follows
    Explain(explain::Explain),
    /// List the rules, or try files of rules on their own examples
    Rules(rules::Rules),
}

impl Phi {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        match &self.action {
            Action::Scan(scan) => scan.run(),
            Action::Explain(explain) => explain.run(json),
            Action::Rules(rules) => rules.run(json),
        }
    }
}

/// Opens a file, or standard input for `-`.
fn open(path: &str) -> Result<Box<dyn std::io::BufRead>> {
    use anyhow::Context as _;
    if path == "-" {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let file = std::fs::File::open(path).with_context(|| format!("{path} cannot be read"))?;
    Ok(Box::new(std::io::BufReader::new(file)))
}
