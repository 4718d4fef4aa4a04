//! `audit-cli keys file token`: what a value is searched for by, in the stores and in a SIEM.

use std::io::Read;

use anyhow::{Context, Result, bail};
use clap::Args;
use seal::keys::Purpose;
use serde_json::json;

use super::opened::Place;

/// Longer ones are no identifiers.
const VALUE_BYTES_MAX: u64 = 4_096;

/// Turn an identifier into the token that it is found by
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli keys file token trail.keys patient MRN-0004711 --tenant north-clinic --unlock-file passphrase
  audit-cli keys file token trail.keys actor --tenant north-clinic --unlock-file passphrase <id.txt

Without a value it is read from standard input, so that it stands in no shell history. A SIEM's token has `tok_` before it.")]
pub struct Token {
    #[command(flatten)]
    place: Place,

    /// What the value is of: patient, actor or object, or another field that the policy names
    field: String,

    /// The identifier, as the event gave it
    value: Option<String>,

    /// Whose event it is: the same identifier has another token at another tenant
    #[arg(long)]
    tenant: String,
}

impl Token {
    pub fn run(&self, json: bool) -> Result<()> {
        let opened = self.place.open()?;
        let of_tenant =
            |purpose: &Purpose| matches!(purpose, Purpose::Wrapping { tenant, .. } if *tenant == self.tenant);
        if !opened.list()?.iter().any(|info| of_tenant(&info.purpose)) {
            bail!("the key file has no key of tenant {:?}; `audit-cli keys file list` shows the tenants", self.tenant);
        }
        let value = match &self.value {
            Some(value) => value.clone(),
            None => read()?,
        };
        let value = phi::normalise(value.trim());
        if value.is_empty() {
            bail!("there is no value; give it after the field, or on standard input");
        }
        let token = opened.tenant(&self.tenant)?.token(&self.field, &value).to_string();
        if json {
            println!("{}", json!({"field": self.field, "tenant": self.tenant, "token": token}));
        } else {
            println!("{token}");
        }
        Ok(())
    }
}

fn read() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().take(VALUE_BYTES_MAX).read_to_string(&mut text).context("reading the value")?;
    Ok(text)
}
