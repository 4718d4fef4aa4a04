//! `audit-cli phi rules`: the rules that find things, and a trial of your own.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use phi::Engine;
use serde_json::json;

use crate::table;

/// List the rules, or try files of rules on their own examples
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli phi rules list
  audit-cli phi rules test site.toml")]
pub struct Rules {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List every rule with its file and the number of its examples
    List,
    /// Load files of rules with those of the product, and run every example; exit 1 when one does not hold
    Test {
        /// Files of rules; one with the name of a product's file takes its place
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Rules {
    pub fn run(&self, json: bool) -> Result<ExitCode> {
        match &self.action {
            Action::List => list(json),
            Action::Test { files } => test(files, json),
        }
    }
}

fn list(json: bool) -> Result<ExitCode> {
    let engine = Engine::builtin().context("the rules that ship with this program are refused")?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for rule in engine.rules() {
        if json {
            values.push(json!({"file": rule.file, "rule": rule.name, "examples": rule.examples}));
        } else {
            rows.push(vec![rule.file.to_owned(), rule.name.to_owned(), rule.examples.to_string()]);
        }
    }
    if json {
        println!("{}", json!({"version": engine.version(), "rules": values}));
    } else {
        table::print(&["file", "rule", "examples"], &rows);
        println!("rules: action=list rules={} version={}", rows.len(), engine.version());
    }
    Ok(ExitCode::SUCCESS)
}

fn test(files: &[PathBuf], json: bool) -> Result<ExitCode> {
    let mut texts = Vec::new();
    for path in files {
        let name = path.file_name().context("give files of rules")?.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        texts.push((name, text));
    }
    let named: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    // A refusal names file, rule and example by number, and shows no example.
    let (accepted, told) = match Engine::from_toml(&named) {
        Ok(engine) => (true, engine.version().to_owned()),
        Err(error) => (false, error.to_string()),
    };
    let verdict = if accepted { "accepted" } else { "refused" };
    if json {
        let key = if accepted { "version" } else { "error" };
        println!("{}", json!({"verdict": verdict, key: told}));
    } else if accepted {
        println!("rules: action=test files={} verdict={verdict} version={told}", files.len());
    } else {
        println!("{told}");
        println!("rules: action=test files={} verdict={verdict}", files.len());
    }
    Ok(ExitCode::from(u8::from(!accepted)))
}
