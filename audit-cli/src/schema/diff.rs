//! `schema diff`: two schemas field by field.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use schemas::compat::{self, FieldChange};

use super::Target;
use super::source::Source;
use crate::table;

#[derive(Args)]
pub struct Diff {
    /// A file, current, released:N or id:N
    old: Source,

    /// A file, current, released:N or id:N
    new: Source,
}

impl Diff {
    pub fn run(&self, target: &Target, json: bool) -> Result<ExitCode> {
        let (old, new) = (self.old.text(target)?, self.new.text(target)?);
        let changes = compat::changes(&old, &new)?;
        let breaks = compat::breaks(&old, &new)?;
        let rule = |path: &str| breaks.iter().find(|found| found.path == path).map(|found| found.rule.label());
        if json {
            let changes: Vec<_> = changes
                .iter()
                .map(|FieldChange { path, old, new }| {
                    serde_json::json!({"field": path, "old": old, "new": new, "breaks": rule(path)})
                })
                .collect();
            println!("{}", serde_json::json!({"changes": changes, "compatible": breaks.is_empty()}));
            return Ok(ExitCode::SUCCESS);
        }
        let row = |FieldChange { path, old, new }: &FieldChange| {
            let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
            vec![path.clone(), shown(old), shown(new), rule(path).unwrap_or("-").to_owned()]
        };
        if !changes.is_empty() {
            table::print(&["field", "old", "new", "breaks"], &changes.iter().map(row).collect::<Vec<_>>());
        }
        println!("schema: action=diff changes={} breaking={}", changes.len(), breaks.len());
        Ok(ExitCode::SUCCESS)
    }
}
