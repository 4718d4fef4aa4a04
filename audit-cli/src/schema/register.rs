//! `schema register`: a schema under a subject of the registry, once nothing speaks against it.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::source::Source;
use super::{Target, check};

#[derive(Args)]
pub struct Register {
    /// A file, current or released:N
    schema: Source,
}

impl Register {
    pub fn run(&self, target: &Target, json: bool) -> Result<ExitCode> {
        let (registry, text) = (target.registry()?, self.schema.text(target)?);
        let findings = check::all(&text, target.record, Some(&registry))?;
        if !findings.is_empty() {
            check::report(&findings, json);
            return Ok(ExitCode::FAILURE);
        }
        let subject = target.record.current().subject;
        let id = registry.register(subject, &text)?;
        if json {
            println!("{}", serde_json::json!({"action": "register", "subject": subject, "id": id}));
        } else {
            println!("schema: action=register subject={subject} id={id}");
        }
        Ok(ExitCode::SUCCESS)
    }
}
