//! `audit-cli keys api revoke`: ends a key for ever.

use access::KeyId;
use anyhow::Result;
use clap::Args;

use super::{KeyFile, told};

/// End a key for ever
#[derive(Args)]
pub struct Revoke {
    /// The key's id: the 12 characters after `stk_`
    id: KeyId,
}

impl Revoke {
    pub fn run(&self, file: &KeyFile, json: bool) -> Result<()> {
        let now = super::now()?;
        let key = file.change(false, |ring| Ok(ring.revoke(&self.id, now)?.clone()))?;
        if json {
            println!("{}", told::as_json(&key, now));
        }
        told::done("revoke", &key, now);
        Ok(())
    }
}
