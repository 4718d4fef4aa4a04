//! `schema check`: whether a schema goes with every version ever released, and with what the registry holds.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use schemas::compat::{self, Break};
use schemas::released::Released;
use stream::registry::{Registry, Version};

use super::source::Source;
use super::{Record, Target};
use crate::table;

#[derive(Args)]
pub struct Check {
    /// A file, current, released:N or id:N
    #[arg(required_unless_present = "all")]
    schema: Option<Source>,

    /// Check the current schema of every record
    #[arg(long, conflicts_with = "schema")]
    all: bool,
}

/// What is wrong, and held against which version.
pub struct Finding {
    against: String,
    path: String,
    rule: String,
    detail: String,
    fix: String,
}

impl Check {
    pub fn run(&self, target: &Target, json: bool) -> Result<ExitCode> {
        let registry = target.registry_if_given();
        let mut findings = Vec::new();
        match &self.schema {
            Some(source) => findings = all(&source.text(target)?, target.record, registry.as_ref())?,
            None => {
                for record in Record::ALL {
                    findings.extend(all(record.current().text, record, registry.as_ref())?);
                }
            }
        }
        report(&findings, json);
        Ok(ExitCode::from(u8::from(!findings.is_empty())))
    }
}

/// Everything that keeps `text` from being the record's next version.
pub fn all(text: &str, record: Record, registry: Option<&Registry>) -> Result<Vec<Finding>> {
    let mut findings = released(text, record.versions())?;
    if let Some(registry) = registry {
        findings.extend(registered(text, record.current().subject, registry)?);
    }
    Ok(findings)
}

fn released(text: &str, versions: &[Released]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for version in versions {
        let breaks = compat::breaks(version.text, text)?;
        findings.extend(breaks.into_iter().map(|found| of(format!("released:{}", version.version), found)));
    }
    Ok(findings)
}

fn registered(text: &str, subject: &str, registry: &Registry) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for version in registry.versions(subject)?.unwrap_or_default() {
        let Some(found) = registry.version(subject, Version::Number(version))? else { continue };
        let breaks = compat::breaks(&found.schema.text, text)
            .with_context(|| format!("version {version} of {subject} in the registry"))?;
        findings.extend(breaks.into_iter().map(|found| of(format!("{subject} {version}"), found)));
    }
    let answer = registry.check(subject, text)?;
    if !answer.compatible {
        findings.push(Finding {
            against: format!("{subject} in the registry"),
            path: "(the record)".to_owned(),
            rule: "refused-by-registry".to_owned(),
            detail: answer.reasons.first().cloned().unwrap_or_else(|| "it does not say why".to_owned()),
            fix: "see the other findings, or `audit-cli schema list` for the subject's level".to_owned(),
        });
    }
    Ok(findings)
}

fn of(against: String, found: Break) -> Finding {
    Finding {
        against,
        rule: found.rule.label().to_owned(),
        fix: found.rule.fix().to_owned(),
        path: found.path,
        detail: found.detail,
    }
}

pub fn report(findings: &[Finding], json: bool) {
    if json {
        let findings: Vec<_> = findings.iter().map(Finding::json).collect();
        println!("{}", serde_json::json!({"compatible": findings.is_empty(), "findings": findings}));
        return;
    }
    if !findings.is_empty() {
        let rows: Vec<_> = findings.iter().map(Finding::row).collect();
        table::print(&["against", "field", "rule", "what", "fix"], &rows);
    }
    let verdict = if findings.is_empty() { "compatible" } else { "breaking" };
    println!(
        "schema: action=check findings={} verdict={}",
        findings.len(),
        table::verdict(verdict, findings.is_empty())
    );
}

impl Finding {
    fn row(&self) -> Vec<String> {
        vec![self.against.clone(), self.path.clone(), self.rule.clone(), self.detail.clone(), self.fix.clone()]
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "against": self.against, "field": self.path, "rule": self.rule, "detail": self.detail, "fix": self.fix
        })
    }
}
