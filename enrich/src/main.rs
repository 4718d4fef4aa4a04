//! `sealtrail-enrich`: decode, classify and seal each event, append it to the sealed log.

mod config;
mod decode;
mod error;
mod metric;
mod pipeline;
mod reject;
mod seal;

use std::process::ExitCode;

use clap::Parser;

/// Decodes, classifies and seals audit events: audit.events in, audit.sealed out.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  sealtrail-enrich --config sealtrail.toml
  sealtrail-enrich --config sealtrail.toml --check-config
  SEALTRAIL_ENRICH_KAFKA__BROKERS=kafka:9092 sealtrail-enrich --config sealtrail.toml"
)]
struct Arguments {
    #[command(flatten)]
    service: runtime::service::ServiceArgs,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    runtime::service::run(&arguments.service, |config: config::EnrichConfig, runtime| {
        Ok(pipeline::run(config, &runtime)?)
    })
}
