//! `audit-cli keys api list`: the keys and their states.

use access::{Key, State, UnixSeconds};
use anyhow::Result;

use super::{KeyFile, told};
use crate::table;

const HEADER: [&str; 9] = ["id", "tenant", "service", "scopes", "state", "signed", "expires", "events/s", "bytes/s"];

pub fn run(file: &KeyFile, json: bool) -> Result<()> {
    let now = super::now()?;
    let ring = file.read()?;
    if json {
        let keys: Vec<_> = ring.iter().map(|key| told::as_json(key, now)).collect();
        println!("{}", serde_json::json!({"keys": keys}));
        return Ok(());
    }
    let rows: Vec<_> = ring.iter().map(|key| row(key, now)).collect();
    table::print(&HEADER, &rows);
    let count = |state: State| ring.iter().filter(|key| key.state(now) == state).count();
    println!(
        "keys-api: action=list keys={} active={} rotating={} expiring={} expired={} revoked={}",
        ring.len(),
        count(State::Active),
        count(State::Rotating),
        count(State::Expiring),
        count(State::Expired),
        count(State::Revoked)
    );
    Ok(())
}

fn row(key: &Key, now: UnixSeconds) -> Vec<String> {
    let state = key.state(now);
    let is_good = matches!(state, State::Active | State::Rotating);
    let number = |limit: Option<u64>| limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string());
    vec![
        key.id.to_string(),
        key.tenant.to_string(),
        key.service.to_string(),
        told::scopes(key),
        if is_good { state.as_str().to_owned() } else { table::verdict(state.as_str(), false) },
        key.signed.as_str().to_owned(),
        key.expires_at.map_or_else(|| "-".to_owned(), |end| end.to_string()),
        number(key.limits.events_per_second),
        number(key.limits.bytes_per_second),
    ]
}
