//! `audit-cli keys api`: one file per action on a key file.

mod create;
mod list;
mod revoke;
mod rotate;
mod show;
mod told;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use access::{Random, SigningMaster, UnixSeconds};
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use runtime::config::Secret;

use super::key_file::KeyFile;

/// API keys: the file that the gateway and the query API check requests against
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli keys api create --tenant north-clinic --service ehr --expires 90d
  audit-cli keys api list
  audit-cli keys api rotate abcdefghij23 --overlap 24h
  audit-cli keys api revoke abcdefghij23

A key is shown once, alone on standard output; the file keeps its SHA-256 only. Exit codes: 0 done, 1 not done, 2 wrong command line.")]
pub struct Api {
    /// The key file
    #[arg(long, global = true, default_value = "api-keys.toml", value_name = "FILE")]
    file: PathBuf,

    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a key and show it once
    Create(create::Create),
    /// List the keys and their states
    List,
    /// Show everything that the file holds of one key
    Show(show::Show),
    /// Give a key a new secret; the old one stays good through an overlap
    Rotate(rotate::Rotate),
    /// End a key for ever
    Revoke(revoke::Revoke),
}

impl Api {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        let file = KeyFile::at(&self.file);
        match &self.action {
            Action::Create(create) => create.run(&file, json)?,
            Action::List => list::run(&file, json)?,
            Action::Show(show) => show.run(&file, json)?,
            Action::Rotate(rotate) => rotate.run(&file, json)?,
            Action::Revoke(revoke) => revoke.run(&file, json)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn now() -> Result<UnixSeconds> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Ok(UnixSeconds(since.context("the system's clock is before 1970; set it")?.as_secs()))
}

fn random() -> Result<Random> {
    let mut bytes = [0; 44];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(Random::of(bytes))
}

/// `90d`, `24h`, `15m`, in seconds.
fn duration(text: &str) -> Result<u64, String> {
    let parsed: Result<Duration, _> = humantime::parse_duration(text);
    parsed.map(|duration| duration.as_secs()).map_err(|error| format!("{error}; write it like 90d, 24h or 15m"))
}

/// Read as the gateway reads it.
fn master(path: &Path) -> Result<SigningMaster> {
    let secret = Secret::from_file(path).map_err(anyhow::Error::msg)?;
    SigningMaster::new(secret.expose()).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_people_do() {
        assert_eq!(["90d", "24h", "15m", "0s"].map(duration), [Ok(7_776_000), Ok(86_400), Ok(900), Ok(0)]);
        for text in ["", "90", "d", "-1d", "soon"] {
            assert!(duration(text).unwrap_err().ends_with("write it like 90d, 24h or 15m"), "{text}");
        }
    }
}
