//! `audit-cli`: the operator's and auditor's tool, one file per subcommand.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks to its user")]

mod commands;
mod connections;
mod counts;
mod event;
mod keys;
mod phi;
mod schema;
mod table;
mod topics;
mod verify;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::filter::LevelFilter;

use commands::Command;
use connections::Connections;

/// Operates and verifies a Sealtrail audit trail.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  audit-cli verify postgres --key-id seal-dev --key-file seal.key
  audit-cli phi explain event.json
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

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Only what goes wrong below us; results go to standard output.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(LevelFilter::ERROR).init();
    let Arguments { connections, json, command } = arguments;
    command.run(&connections, json).await.unwrap_or_else(|error| {
        eprintln!("audit-cli: {}", runtime::error::told_once(&error));
        ExitCode::FAILURE
    })
}
