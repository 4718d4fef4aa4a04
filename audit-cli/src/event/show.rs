//! `audit-cli event show`: what one event type means and must say.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use schemas::catalogue::{self, EventType};

use crate::table;

/// Show what an event type means and must say
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli event show break-glass.started
  audit-cli --json event show break-glass.started")]
pub struct Show {
    /// The event type, such as patient-record.viewed
    #[arg(value_name = "TYPE")]
    id: String,
}

impl Show {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        let found = super::find(&self.id)?;
        if json {
            println!("{}", serde_json::to_string(found)?);
        } else {
            println!("{}: {}\n{}\n", found.id, found.title, found.description);
            table::print(&["field", "what"], &rows(found));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn rows(found: &EventType) -> Vec<Vec<String>> {
    let row = |name: &str, what: String| vec![name.to_owned(), what];
    let mut rows = vec![row("/action", found.actions.join(", "))];
    for outcome in &found.outcomes {
        rows.push(row("/outcome", format!("{outcome} ({})", catalogue::outcome_codes(outcome).join(", "))));
    }
    rows.extend(found.mandatory.iter().map(|pointer| row(pointer, "mandatory".to_owned())));
    rows.extend(found.recommended.iter().map(|pointer| row(pointer, "recommended".to_owned())));
    for code in &found.codes {
        let display = code.display.as_deref().unwrap_or_default();
        rows.push(row("code", format!("{} {display} ({})", code.code, code.system)));
    }
    rows.push(row("since", found.since.clone()));
    rows
}
