//! `sealtrail-enrich`: decode, classify, protect and seal each event, append it to the sealed log.

mod config;
mod decode;
mod error;
mod metric;
mod pipeline;
mod protect;
mod reject;
mod seal;

use std::process::ExitCode;

use clap::Parser;

/// Decodes, classifies, protects and seals audit events: audit.events in, audit.sealed out.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  sealtrail-enrich --config sealtrail.toml --migrate
  sealtrail-enrich --config sealtrail.toml
  sealtrail-enrich --config sealtrail.toml --check-config
  SEALTRAIL_ENRICH_KAFKA__BROKERS=kafka:9092 sealtrail-enrich --config sealtrail.toml"
)]
struct Arguments {
    /// Create or update the table of subjects' keys, then exit
    #[arg(long)]
    migrate: bool,

    #[command(flatten)]
    service: runtime::service::ServiceArgs,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    runtime::service::run(&arguments.service, |config: config::EnrichConfig, runtime| {
        if arguments.migrate { Ok(protect::migrate(&config.subjects)?) } else { Ok(pipeline::run(config, &runtime)?) }
    })
}
