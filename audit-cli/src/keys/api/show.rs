//! `audit-cli keys api show`: everything that the file holds of one key.

use access::{Error, KeyId};
use anyhow::Result;
use clap::Args;
use serde_json::Value;

use super::{KeyFile, told};

/// Show everything that the file holds of one key
#[derive(Args)]
pub struct Show {
    /// The key's id: the 12 characters after `stk_`
    id: KeyId,
}

impl Show {
    pub fn run(&self, file: &KeyFile, json: bool) -> Result<()> {
        let now = super::now()?;
        let ring = file.read()?;
        let key = ring.get(&self.id).ok_or_else(|| Error::NoSuchKey(self.id.to_string()))?;
        let shown = told::as_json(key, now);
        if json {
            println!("{shown}");
            return Ok(());
        }
        let names = ["id", "tenant", "service", "state", "signed", "created_at", "expires_at", "revoked_at"];
        let limits = ["events_per_second", "bytes_per_second", "burst_seconds", "certificate_sha256"];
        for name in names.into_iter().chain(limits) {
            print(name, &text(shown.get(name)));
        }
        print("scopes", &told::scopes(key));
        for secret in &key.secrets {
            let end = secret.expires_at.map_or_else(|| "the key's end".to_owned(), |end| end.to_string());
            let good = if secret.is_live(now) { "good" } else { "over" };
            print(&format!("secret {}", secret.number), &format!("{good}, from {} to {end}", secret.created_at));
        }
        Ok(())
    }
}

fn print(name: &str, value: &str) {
    println!("{name:<18}  {value}");
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    }
}
