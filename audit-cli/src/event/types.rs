//! `audit-cli event types`: the catalogue at a glance.

use std::process::ExitCode;

use anyhow::Result;
use schemas::catalogue;

use crate::table;

pub fn run(json: bool) -> Result<ExitCode> {
    if json {
        println!("{}", serde_json::json!({"types": catalogue::all().collect::<Vec<_>>()}));
        return Ok(ExitCode::SUCCESS);
    }
    let rows = catalogue::all().map(|found| vec![found.id.clone(), found.actions.join(", "), found.title.clone()]);
    let rows: Vec<_> = rows.collect();
    table::print(&["type", "actions", "what"], &rows);
    println!("event: types={}", rows.len());
    Ok(ExitCode::SUCCESS)
}
