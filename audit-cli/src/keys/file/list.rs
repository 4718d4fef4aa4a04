//! `audit-cli keys file list`: the keys and their states.

use anyhow::Result;
use clap::Args;
use seal::keys::{KeyInfo, KeyState, Purpose};
use serde_json::{Value, json};

use super::opened::{Opened, Place, as_json};
use crate::table;

const HEADER: [&str; 6] = ["serial", "id", "purpose", "tenant", "period", "state"];

/// List the keys and their states
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    place: Place,
}

impl List {
    pub fn run(&self, json: bool) -> Result<()> {
        told("list", &self.place.open()?, json)
    }
}

pub fn told(action: &str, opened: &Opened, json: bool) -> Result<()> {
    let (keys, revision) = (opened.list()?, opened.revision()?);
    if json {
        let keys: Vec<Value> = keys.iter().map(as_json).collect();
        println!("{}", json!({"keys": keys, "revision": revision}));
        return Ok(());
    }
    let rows: Vec<_> = keys.iter().map(row).collect();
    table::print(&HEADER, &rows);
    let active = keys.iter().filter(|key| key.state == KeyState::Active).count();
    println!("keys-file: action={action} keys={} active={active} revision={revision}", keys.len());
    Ok(())
}

fn row(key: &KeyInfo) -> Vec<String> {
    let (tenant, period) = match &key.purpose {
        Purpose::Wrapping { tenant, period } => (tenant.clone(), period.to_string()),
        Purpose::Epoch | Purpose::TenantRoot => ("-".to_owned(), "-".to_owned()),
    };
    let is_bad = matches!(key.state, KeyState::Compromised | KeyState::Destroyed);
    let state = if is_bad { table::verdict(key.state.name(), false) } else { key.state.to_string() };
    vec![key.serial.to_string(), key.id.to_string(), key.purpose.name().to_owned(), tenant, period, state]
}
