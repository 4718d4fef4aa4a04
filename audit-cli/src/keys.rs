//! `audit-cli keys`: the keys of those who publish and read, and the keys that the trail is sealed with.

mod api;
mod file;
mod key_file;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Make, list and end keys: of those who publish and read, and of the trail itself
#[derive(Args)]
pub struct Keys {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// API keys: the file that the gateway and the query API check requests against
    Api(api::Api),
    /// The trail's own keys: the encrypted file that sealing takes them from
    File(file::File),
}

impl Keys {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        match &self.kind {
            Kind::Api(api) => api.run(json),
            Kind::File(file) => file.run(json),
        }
    }
}
