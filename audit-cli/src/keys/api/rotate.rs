//! `audit-cli keys api rotate`: gives a key a new secret; the old one stays good through an overlap.

use std::path::PathBuf;

use access::{KeyId, Signed};
use anyhow::{Context, Result, bail};
use clap::Args;

use super::{KeyFile, told};

/// Give a key a new secret; the old one stays good through an overlap
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli keys api rotate abcdefghij23 --overlap 24h
  audit-cli keys api rotate abcdefghij23 --overlap 0s     the old secret has leaked
  audit-cli keys api rotate abcdefghij23 --master-secret-file master.key     a key for signed requests")]
pub struct Rotate {
    /// The key's id: the 12 characters after `stk_`
    id: KeyId,

    /// How long the old secret stays good
    #[arg(long, value_parser = super::duration, default_value = "24h", value_name = "DURATION")]
    overlap: u64,

    /// The gateway's master secret; needed for a key whose requests are signed
    #[arg(long, value_name = "FILE")]
    master_secret_file: Option<PathBuf>,
}

impl Rotate {
    pub fn run(&self, file: &KeyFile, json: bool) -> Result<()> {
        let now = super::now()?;
        let master = self.master_secret_file.as_deref().map(super::master).transpose()?;
        let random = super::random()?;
        let (issued, key) = file.change(false, |ring| {
            let issued = ring.rotate(&self.id, self.overlap, now, &random)?;
            let key = ring.get(&self.id).context("the key that was just rotated is gone")?.clone();
            // Before anything is written: nobody could sign with a secret that was never shown.
            match (key.signed, &master) {
                (Signed::Never, Some(_)) => {
                    bail!("key {} is not for signed requests; leave --master-secret-file out", self.id)
                }
                (Signed::Allowed | Signed::Required, None) => {
                    bail!("key {} is for signed requests; give --master-secret-file", self.id)
                }
                _ => Ok((issued, key)),
            }
        })?;
        let signing = master.map(|master| master.secret_of(&key.id, issued.number));
        told::secret(&issued, &key, signing.as_ref(), json)?;
        for old in key.secrets.iter().filter(|secret| secret.number != issued.number) {
            let end = old.expires_at.map_or_else(String::new, |end| end.to_string());
            eprintln!("secret {} stays good until {end}", old.number);
        }
        told::done("rotate", &key, now);
        Ok(())
    }
}
