//! `audit-cli keys`: the keys of those who publish and read.

mod api;
mod key_file;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Make, list and end the keys of those who publish and read
#[derive(Args)]
pub struct Keys {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// API keys: the file that the gateway and the query API check requests against
    Api(api::Api),
}

impl Keys {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        match &self.kind {
            Kind::Api(api) => api.run(json),
        }
    }
}
