//! `audit-cli event validate`: everything wrong with the events of a file, with line and place, never with their content.

mod document;

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use schemas::{Defaults, Mistake, Refusal, catalogue, decode_json};
use serde::Serialize;

use crate::table;
use document::Part;

/// Check events: one, an array, or one per line
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli event validate event.json
  audit-cli event new user.login | audit-cli event validate -
  audit-cli event validate --tenant general-hospital events.ndjson

Nothing that the events say is printed, so the table may be passed on.")]
pub struct Validate {
    /// A file with JSON, or - for standard input
    #[arg(value_name = "FILE")]
    file: String,

    /// Check as the gateway does for a key of this tenant: tenant and id may be left out
    #[arg(long)]
    tenant: Option<String>,

    /// Refuse types that the catalogue does not have
    #[arg(long)]
    known_types: bool,
}

/// A mistake and where it is.
#[derive(Debug, Serialize)]
struct Finding {
    /// Counted from 1.
    event: usize,
    line: usize,
    #[serde(flatten)]
    mistake: Mistake,
}

impl Validate {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        let bytes = self.read().with_context(|| format!("cannot read {}", self.file))?;
        let parts = document::parts(&bytes);
        let mut findings = Vec::new();
        let mut sound = 0;
        for (index, part) in parts.iter().enumerate() {
            let before = findings.len();
            findings.extend(self.findings(index + 1, part));
            sound += usize::from(findings.len() == before);
        }
        report(parts.len(), sound, &findings, json);
        Ok(ExitCode::from(u8::from(!findings.is_empty() || parts.is_empty())))
    }

    fn read(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if self.file == "-" {
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            return Ok(bytes);
        }
        std::fs::read(&self.file)
    }

    fn findings(&self, event: usize, part: &Part<'_>) -> Vec<Finding> {
        let tenant = self.tenant.as_deref();
        let defaults = Defaults { tenant, event_id: tenant.map(|_| "given-by-the-gateway") };
        let found = |line: usize, mistake: Mistake| Finding { event, line, mistake };
        match decode_json(part.bytes, &defaults) {
            Ok(decoded) => {
                let mut mistakes = catalogue::check(&decoded);
                if self.known_types && catalogue::find(&decoded.event_type).is_none() {
                    mistakes.push(unknown_type(&decoded.event_type));
                }
                mistakes.into_iter().map(|mistake| found(part.line_of(&mistake.pointer), mistake)).collect()
            }
            Err(Refusal::Mistakes(mistakes)) => {
                mistakes.into_iter().map(|mistake| found(part.line_of(&mistake.pointer), mistake)).collect()
            }
            Err(Refusal::Malformed(malformed)) => {
                let fix = format!("{}, column {}", malformed.what.sentence(), malformed.column);
                vec![found(part.line + malformed.line - 1, Mistake::new("", malformed.what.reason(), fix))]
            }
        }
    }
}

/// Only our own ids are told.
fn unknown_type(id: &str) -> Mistake {
    let near = catalogue::nearest(id).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    Mistake::new("/event_type", "unknown-type", format!("{near}`audit-cli event types` lists those that are known"))
}

fn report(events: usize, sound: usize, findings: &[Finding], json: bool) {
    if json {
        println!("{}", serde_json::json!({"events": events, "sound": sound, "mistakes": findings}));
        return;
    }
    if !findings.is_empty() {
        let row = |finding: &Finding| {
            let Finding { event, line, mistake } = finding;
            let place = if mistake.pointer.is_empty() { "(the whole)" } else { &mistake.pointer };
            vec![line.to_string(), event.to_string(), place.to_owned(), mistake.reason.to_owned(), mistake.fix.clone()]
        };
        table::print(&["line", "event", "place", "mistake", "fix"], &findings.iter().map(row).collect::<Vec<_>>());
    }
    println!("event: validated={events} sound={sound} mistakes={}", findings.len());
}

#[cfg(test)]
mod tests;
