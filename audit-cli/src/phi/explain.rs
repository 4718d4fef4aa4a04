//! `audit-cli phi explain`: what was found in an event, by which rule and why, the level that follows, and what a leaf hides.

mod evidence;
mod judge;

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use phi::Engine;

use crate::table;
use judge::{Found, Judgement};

/// How many marks stand for a masked value at most: its length is nobody's business either.
const MASK_MAX: usize = 12;

/// Explain an event: what was found, by which rule, and the level that follows
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli phi explain event.json
  audit-cli --json phi explain event.json                  for programs
  audit-cli event new break-glass.started | audit-cli phi explain -

Any JSON document or text can be explained. Only an event has a level and hidden members. Values are masked;
--reveal shows them, on a terminal only, so that they end in no file.")]
pub struct Explain {
    /// A file with one event, or - for standard input
    #[arg(value_name = "FILE")]
    file: String,

    /// Show the found values; refused when the output is not a terminal
    #[arg(long)]
    reveal: bool,
}

impl Explain {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        ensure!(
            !self.reveal || std::io::stdout().is_terminal(),
            "--reveal shows values on a terminal only; leave it out, or run the command on a terminal"
        );
        let mut text = String::new();
        super::open(&self.file)?
            .read_to_string(&mut text)
            .with_context(|| format!("{} is not readable as UTF-8", self.file))?;
        let engine = Engine::builtin().context("the rules that ship with this program are refused")?;
        let judgement = judge::judge(&engine, &text);
        if json {
            println!("{}", serde_json::to_string(&judgement.json(self.reveal))?);
        } else {
            self.print(&judgement);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn print(&self, judgement: &Judgement) {
        match &judgement.level {
            Some(level) => {
                let name = table::verdict(level.name, level.name == "public" || level.name == "internal");
                println!("level {name}, set by rule {}; rules {}\n", level.because, judgement.version);
            }
            None => println!("no event of Sealtrail, so it has no level; rules {}\n", judgement.version),
        }
        let rows: Vec<Vec<String>> = judgement.found.iter().map(|found| row(found, self.reveal)).collect();
        if !rows.is_empty() {
            table::print(&["path", "found", "rule", "sure", "value", "why"], &rows);
            println!();
        }
        if !judgement.hidden.is_empty() {
            let rows: Vec<Vec<String>> =
                judgement.hidden.iter().map(|hidden| vec![hidden.path.clone(), hidden.subject.clone()]).collect();
            table::print(&["hidden in the leaf", "whose key"], &rows);
            println!();
        }
        let level = judgement.level.as_ref().map_or("none", |level| level.name);
        println!(
            "phi: action=explain level={level} findings={} hidden={}",
            judgement.found.len(),
            judgement.hidden.len()
        );
    }
}

fn row(found: &Found, reveal: bool) -> Vec<String> {
    vec![
        if found.path.is_empty() { "(text)".to_owned() } else { found.path.clone() },
        found.label.to_owned(),
        found.rule.clone(),
        format!("{} %", found.score),
        if reveal { found.value.clone() } else { masked(&found.value) },
        found.evidence.join(", "),
    ]
}

fn masked(value: &str) -> String {
    "•".repeat(value.chars().count().min(MASK_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_value_shows_no_letter_and_no_long_length() {
        assert_eq!(masked("Żółty"), "•••••");
        assert_eq!(masked(&"x".repeat(400)).chars().count(), MASK_MAX);
    }
}
