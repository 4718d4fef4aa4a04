//! `sealtrail-sink`: batches of sealed events into Postgres or ClickHouse, or to security tools, exactly once.

mod accept;
mod clickhouse;
mod config;
mod decode;
mod error;
mod metric;
mod pipeline;
mod postgres;
mod siem;

use std::process::ExitCode;

use clap::Parser;

/// Stores sealed audit records: audit.sealed in, one store out. One deployment per store.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  sealtrail-sink --store postgres --config sealtrail.toml --migrate
  sealtrail-sink --store postgres --config sealtrail.toml
  sealtrail-sink --store clickhouse --config sealtrail.toml --check-config
  sealtrail-sink --store siem --config sealtrail.toml"
)]
struct Arguments {
    /// Where the records go
    #[arg(long, value_enum)]
    store: config::StoreKind,

    /// Create or update the store's tables, then exit
    #[arg(long)]
    migrate: bool,

    #[command(flatten)]
    service: runtime::service::ServiceArgs,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    runtime::service::run(&arguments.service, |config: config::SinkConfig, runtime| {
        if arguments.migrate {
            Ok(pipeline::migrate(arguments.store, &config)?)
        } else {
            Ok(pipeline::run(arguments.store, config, &runtime)?)
        }
    })
}
