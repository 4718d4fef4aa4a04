//! `sealtrail-ingest`: the HTTP gateway. One audit event in, one receipt that Kafka holds it out.
//!
//! Senders show an API key or a signature; the key names their tenant. A gateway without a key file asks nobody and listens on
//! this machine only, unless `allow_unauthenticated = true` says that something else guards the way.

mod admit;
mod authenticate;
mod batch;
mod cloudevents;
mod config;
mod decode;
mod error;
mod metric;
mod openapi;
mod own_schema;
mod pipeline;
mod problem;
mod publish;
mod receipt;
mod receive;
mod reload;
mod remember;
mod serve;
mod start;
mod store;
mod trace;
mod validate;

use std::process::ExitCode;

use clap::Parser;

/// Takes audit events over HTTP and answers once Kafka holds them: POST /v1/events in, audit.events out.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  sealtrail-ingest --config sealtrail.toml
  sealtrail-ingest --config sealtrail.toml --check-config
  SEALTRAIL_INGEST_LISTEN=127.0.0.1:18080 sealtrail-ingest --config sealtrail.toml
  curl --json @event.json http://127.0.0.1:8080/v1/events"
)]
struct Arguments {
    #[command(flatten)]
    service: runtime::service::ServiceArgs,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    runtime::service::run(&arguments.service, |config: config::IngestConfig, runtime| {
        Ok(start::run(&config, &runtime)?)
    })
}
