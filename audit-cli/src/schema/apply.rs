//! `schema apply`: the registry made as we need it, and what that changed.

use std::process::ExitCode;

use anyhow::{Context, Result};
use schemas::released::{self, Released};
use serde::Serialize;
use stream::registry::{CompatibilityLevel, Registry};

use crate::table;

const WANTED: CompatibilityLevel = CompatibilityLevel::FullTransitive;

#[derive(Serialize)]
struct Step {
    subject: &'static str,
    version: u32,
    id: u32,
    registered: bool,
    level_set: bool,
}

pub fn run(registry: &Registry, json: bool) -> Result<ExitCode> {
    let mut steps = Vec::new();
    for current in released::CURRENT {
        steps.push(apply(registry, current).with_context(|| format!("subject {}", current.subject))?);
    }
    let changed = steps.iter().filter(|step| step.registered || step.level_set).count();
    if json {
        println!("{}", serde_json::json!({"action": "apply", "changed": changed, "subjects": steps}));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = steps.iter().map(Step::row).collect();
    table::print(&["subject", "version", "id", "changed"], &rows);
    println!("schema: action=apply subjects={} changed={changed}", steps.len());
    Ok(ExitCode::SUCCESS)
}

fn apply(registry: &Registry, current: Released) -> Result<Step> {
    let before = registry.versions(current.subject)?;
    // A subject that exists is held to the level first, so that the registry judges what comes. A new one has no level to set.
    let held = if before.is_some() { hold(registry, current.subject)? } else { false };
    let id = registry.register(current.subject, current.text)?;
    let level_set = hold(registry, current.subject)? || held;
    let after = registry.versions(current.subject)?.unwrap_or_default();
    let registered = after.len() > before.map_or(0, |versions| versions.len());
    Ok(Step { subject: current.subject, version: current.version, id, registered, level_set })
}

/// Whether the level had to be set.
fn hold(registry: &Registry, subject: &str) -> Result<bool> {
    if registry.compatibility(subject)? == Some(WANTED) {
        return Ok(false);
    }
    registry.set_compatibility(subject, WANTED)?;
    Ok(true)
}

impl Step {
    fn row(&self) -> Vec<String> {
        let changed = match (self.registered, self.level_set) {
            (true, true) => "registered, held to FULL_TRANSITIVE",
            (true, false) => "registered",
            (false, true) => "held to FULL_TRANSITIVE",
            (false, false) => "nothing",
        };
        vec![self.subject.to_owned(), self.version.to_string(), self.id.to_string(), changed.to_owned()]
    }
}
