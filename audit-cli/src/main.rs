//! `audit-cli`: the operator's and auditor's tool, one file per subcommand.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks to its user")]

mod connections;
mod counts;
mod event;
mod keys;
mod schema;
mod table;
mod topics;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use connections::Connections;

/// Operates and verifies a Sealtrail audit trail.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  audit-cli verify postgres --key-id seal-dev --key-file seal.key
  audit-cli keys api create --tenant north-clinic --service ehr

Addresses come from flags or from the environment that `dev/up` writes: . .dev/default/env"
)]
struct Arguments {
    #[command(flatten)]
    connections: Connections,

    /// Print JSON for programs instead of tables
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plan, apply or check the topics that Sealtrail needs
    Topics(topics::Topics),
    /// Count the records in Kafka and in each store, per partition
    Counts(counts::Counts),
    /// Types, templates, checks and schema of events
    Event(event::Event),
    /// Verify every chain in one place; the exit code is the verdict
    Verify(verify::Verify),
    /// Check, compare and register schemas
    Schema(schema::Schema),
    /// Make, list and end the keys of those who publish and read
    Keys(keys::Keys),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Only what goes wrong below us; results go to standard output.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(LevelFilter::ERROR).init();
    run(arguments).await.unwrap_or_else(|error| {
        eprintln!("audit-cli: {}", runtime::error::told_once(&error));
        ExitCode::FAILURE
    })
}

async fn run(arguments: Arguments) -> Result<ExitCode> {
    let Arguments { connections, json, command } = arguments;
    match command {
        Command::Topics(topics) => topics.run(&connections, json).await,
        Command::Counts(counts) => counts.run(&connections, json).await,
        Command::Event(event) => event.run(json),
        Command::Verify(verify) => verify.run(&connections, json).await,
        Command::Schema(schema) => schema.run(json),
        Command::Keys(keys) => keys.run(json),
    }
}
