//! `sealtrail-query`: read-only HTTP API over the compliance store.
//!
//! There is no authentication yet, and reads are not audited yet: whoever reaches the address may read records. So the
//! service listens on this machine only, and refuses any other address unless `allow_unauthenticated = true` says that
//! something else guards the way.

mod api;
mod config;
mod error;
mod metric;
mod problem;
mod serve;
mod store;

use std::process::ExitCode;

use clap::Parser;

/// Answers questions about sealed records from Postgres: GET /v1/records, read-only.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  sealtrail-query --config sealtrail.toml
  sealtrail-query --config sealtrail.toml --check-config
  SEALTRAIL_QUERY_LISTEN=127.0.0.1:18081 sealtrail-query --config sealtrail.toml
  curl http://127.0.0.1:8081/v1/records/0/17
  curl 'http://127.0.0.1:8081/v1/records?patient_id=patient-42&limit=10'"
)]
struct Arguments {
    #[command(flatten)]
    service: runtime::service::ServiceArgs,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    runtime::service::run(&arguments.service, |config: config::QueryConfig, runtime| Ok(serve::run(&config, &runtime)?))
}
