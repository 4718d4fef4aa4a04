//! `schema list`: what the registry holds, and which of it is ours.

use std::process::ExitCode;

use anyhow::Result;
use schemas::released;
use serde::Serialize;
use stream::registry::{CompatibilityLevel, Registry, Version};

use crate::table;

#[derive(Serialize)]
struct Row {
    subject: String,
    version: u32,
    id: u32,
    level: Option<CompatibilityLevel>,
    /// Our name for it, such as `audit_event 1`.
    ours: Option<String>,
}

pub fn run(registry: &Registry, json: bool) -> Result<ExitCode> {
    let mut rows = Vec::new();
    let mut subjects = registry.subjects()?;
    subjects.sort();
    for subject in subjects {
        let level = registry.compatibility(&subject)?;
        for version in registry.versions(&subject)?.unwrap_or_default() {
            // Somebody may delete a version between the two questions.
            let Some(found) = registry.version(&subject, Version::Number(version))? else { continue };
            let ours = released::by_text(&found.schema.text);
            rows.push(Row {
                subject: subject.clone(),
                version,
                id: found.id,
                level,
                ours: ours.map(|released| format!("{} {}", released.record, released.version)),
            });
        }
    }
    if json {
        println!("{}", serde_json::json!({"versions": rows}));
        return Ok(ExitCode::SUCCESS);
    }
    let cells: Vec<_> = rows.iter().map(Row::cells).collect();
    table::print(&["subject", "version", "id", "level", "ours"], &cells);
    println!("schema: action=list versions={}", rows.len());
    Ok(ExitCode::SUCCESS)
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let level = self.level.and_then(|level| serde_json::to_value(level).ok());
        let level = level.as_ref().and_then(serde_json::Value::as_str).unwrap_or("-");
        vec![
            self.subject.clone(),
            self.version.to_string(),
            self.id.to_string(),
            level.to_owned(),
            self.ours.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    }
}
