//! `audit-cli schema`: our schemas and the registry's, checked, compared, registered.

mod apply;
mod check;
mod diff;
mod list;
mod register;
mod show;
mod source;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use schemas::released::{self, Released};
use stream::registry::Registry;

/// Check, compare and register the schemas of events, sealed records and dead letters
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli schema apply                        register our schemas, and hold their subjects to FULL_TRANSITIVE
  audit-cli schema check my-next-version.avsc   exit 1 when it breaks a reader of any year
  audit-cli schema diff released:1 my-next-version.avsc
  audit-cli schema show current --record dead-letter")]
pub struct Schema {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    target: Target,
}

/// Which registry, and which of our records.
#[derive(Args)]
pub struct Target {
    /// The registry's Confluent interface, such as http://host:port/apis/ccompat/v7
    #[arg(long, global = true, env = "SEALTRAIL_REGISTRY_URL")]
    registry_url: Option<String>,

    /// Which of our records `current`, `released:N` and a file mean
    #[arg(long, global = true, value_enum, default_value_t = Record::AuditEvent)]
    record: Record,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Record {
    AuditEvent,
    SealedEvent,
    DeadLetter,
}

#[derive(Subcommand)]
enum Action {
    /// Register the current schemas and set FULL_TRANSITIVE on their subjects
    Apply,
    /// Exit 1 when a schema does not go with every version ever released
    Check(check::Check),
    /// Show what differs between two schemas
    Diff(diff::Diff),
    /// Register a schema after checking it
    Register(register::Register),
    /// List subjects, versions, ids and compatibility levels of the registry
    List,
    /// Print a schema
    Show(show::Show),
}

impl Schema {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        match &self.action {
            Action::Apply => apply::run(&self.target.registry()?, json),
            Action::Check(check) => check.run(&self.target, json),
            Action::Diff(diff) => diff.run(&self.target, json),
            Action::Register(register) => register.run(&self.target, json),
            Action::List => list::run(&self.target.registry()?, json),
            Action::Show(show) => show.run(&self.target, json),
        }
    }
}

impl Target {
    fn registry(&self) -> Result<Registry> {
        let url = self.registry_url.as_deref();
        url.map(Registry::new)
            .context("no registry; give --registry-url or set SEALTRAIL_REGISTRY_URL (see `dev/status`)")
    }

    fn registry_if_given(&self) -> Option<Registry> {
        self.registry_url.as_deref().map(Registry::new)
    }

    /// All released versions of the record, the newest last.
    fn versions(&self) -> &'static [Released] {
        self.record.versions()
    }
}

impl Record {
    const ALL: [Self; 3] = [Self::AuditEvent, Self::SealedEvent, Self::DeadLetter];

    fn versions(self) -> &'static [Released] {
        match self {
            Self::AuditEvent => &released::AUDIT_EVENTS,
            Self::SealedEvent => &released::SEALED_EVENTS,
            Self::DeadLetter => &released::DEAD_LETTERS,
        }
    }

    fn current(self) -> Released {
        match self {
            Self::AuditEvent => released::AUDIT_EVENT,
            Self::SealedEvent => released::SEALED_EVENT,
            Self::DeadLetter => released::DEAD_LETTER,
        }
    }
}
