//! `audit-cli keys file`: one file per action on the file of the trail's own keys.

mod add;
mod change;
mod init;
mod list;
mod opened;
mod token;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// The trail's own keys: the encrypted file that sealing takes them from
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli keys file init trail.keys --unlock-file passphrase --tenant north-clinic
  audit-cli keys file list trail.keys --unlock-file passphrase
  audit-cli keys file tenant trail.keys south-clinic --unlock-file passphrase
  audit-cli keys file epoch trail.keys --unlock-file passphrase
  audit-cli keys file change trail.keys epoch-4 active --unlock-file passphrase
  audit-cli keys file token trail.keys patient MRN-0004711 --tenant north-clinic --unlock-file passphrase

The secret that opens the file is a passphrase of at least 16 characters, or a key of 64 hexadecimal digits. No key is ever
shown. Exit codes: 0 done, 1 not done, 2 wrong command line.")]
pub struct File {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a key file with what sealing needs: an epoch key, a tenant root, a wrapping key for each tenant
    Init(init::Init),
    /// List the keys and their states
    List(list::List),
    /// Add a wrapping key for a new tenant, or for a tenant's new period
    Tenant(add::Tenant),
    /// Add an epoch key, still pending: the first step of a rotation
    Epoch(add::Epoch),
    /// Move a key along its life
    Change(change::Change),
    /// Turn an identifier into the token that it is found by
    Token(token::Token),
}

impl File {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        match &self.action {
            Action::Init(init) => init.run(json)?,
            Action::List(list) => list.run(json)?,
            Action::Tenant(tenant) => tenant.run(json)?,
            Action::Epoch(epoch) => epoch.run(json)?,
            Action::Change(change) => change.run(json)?,
            Action::Token(token) => token.run(json)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
