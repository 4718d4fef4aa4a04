//! `audit-cli event`: the event's types, templates, checks and schema, for those who write a sender. Needs no stack.

mod schema;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Types, templates, checks and schema of events
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli event schema --http > event.schema.json   for an editor or a validator")]
pub struct Event {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Print the JSON Schema of an event
    Schema(schema::Schema),
}

impl Event {
    pub fn run(&self, _json: bool) -> Result<ExitCode> {
        match &self.action {
            Action::Schema(schema) => schema.run(),
        }
    }
}
