//! `audit-cli event`: the event's types, templates, checks and schema, for those who write a sender. Needs no stack.

mod new;
mod schema;
mod show;
mod types;
mod validate;

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use schemas::catalogue::{self, EventType};

/// Types, templates, checks and schema of events
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli event types                                      what can be said
  audit-cli event show break-glass.started                   what it must say
  audit-cli event new patient-record.viewed --set agents/0/id=u-7 > event.json
  audit-cli event validate event.json                        exit 1 and a table when anything is wrong
  audit-cli event schema --http > event.schema.json          for an editor or a validator")]
pub struct Event {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the event types of the catalogue
    Types,
    /// Show what an event type means and must say
    Show(show::Show),
    /// Print a complete event of a type, with example values
    New(new::New),
    /// Check events: one, an array, or one per line
    Validate(validate::Validate),
    /// Print the JSON Schema of an event
    Schema(schema::Schema),
}

impl Event {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        match &self.action {
            Action::Types => types::run(json),
            Action::Show(show) => show.run(json),
            Action::New(new) => new.run(),
            Action::Validate(validate) => validate.run(json),
            Action::Schema(schema) => schema.run(),
        }
    }
}

fn find(id: &str) -> Result<&'static EventType> {
    catalogue::find(id).ok_or_else(|| {
        let hint = catalogue::nearest(id).map_or_else(
            || "`audit-cli event types` lists those it has".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        anyhow!("the catalogue has no type `{id}`; {hint}")
    })
}
