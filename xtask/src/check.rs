//! The checks by name, run all at once: one sorted list of violations, one closing line.
use std::io::{IsTerminal, Write};

use anyhow::Result;
use clap::ValueEnum;

use crate::tree::Tree;
use crate::violation::Violation;
use crate::workspace::Workspace;
use crate::{probe, snippets};

mod blocks;
pub(crate) mod commands;
mod layering;
mod links;
mod manifests;
mod module_docs;
mod names;
mod places;
mod purity;
mod safety;
mod sizes;
mod text;
mod unused_deps;

/// One rule of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Check {
    /// Which package may depend on which
    Layering,
    /// Every package takes its lints and versions from the workspace
    Manifests,
    /// Pure packages name no file, socket, clock or process
    Purity,
    /// Every source starts by saying what it is
    ModuleDocs,
    /// Limits on the lines of files and functions
    Sizes,
    /// No names that say nothing, no version suffixes
    Names,
    /// Unsafe code, skipped tests, raw metrics and consumer commits stay in their place
    Safety,
    /// Dependencies that nobody mentions
    UnusedDeps,
    /// White space, line ends, tabs, executable bits
    Text,
    /// No paths of one machine, no registry hosts
    Places,
    /// Relative links and anchors in Markdown
    Links,
    /// TOML and JSON blocks in Markdown parse
    Blocks,
    /// Commands in Markdown exist and are understood by the built binaries
    Commands,
    /// Rust blocks in Markdown compile
    Snippets,
}

impl Check {
    fn run(self, tree: &Tree, workspace: &Workspace) -> Result<Vec<Violation>> {
        Ok(match self {
            Self::Layering => layering::check(tree, workspace),
            Self::Manifests => manifests::check(tree),
            Self::Purity => purity::check(tree),
            Self::ModuleDocs => module_docs::check(tree),
            Self::Sizes => sizes::check(tree),
            Self::Names => names::check(tree),
            Self::Safety => safety::check(tree),
            Self::UnusedDeps => unused_deps::check(tree, workspace),
            Self::Text => text::check(tree),
            Self::Places => places::check(tree),
            Self::Links => links::check(tree),
            Self::Blocks => blocks::check(tree),
            Self::Commands => {
                commands::check(tree, workspace, &|binary, arguments| probe::ask(&workspace.target, binary, arguments))
            }
            Self::Snippets => snippets::check(tree, workspace)?,
        })
    }
}

/// What one run found.
struct Report {
    files: usize,
    violations: Vec<Violation>,
    notes: Vec<String>,
}

/// Runs the named checks, or all; says whether the tree is clean.
pub(crate) fn run(named: &[Check], json: bool) -> Result<bool> {
    let workspace = Workspace::load()?;
    let tree = Tree::load(&workspace.root)?;
    let checks = if named.is_empty() { Check::value_variants() } else { named };
    let mut violations = Vec::new();
    for check in checks {
        violations.extend(check.run(&tree, &workspace)?);
    }
    violations.sort();
    violations.dedup();
    let notes = if checks.contains(&Check::Sizes) { sizes::notes(&tree) } else { Vec::new() };
    let report = Report { files: tree.files.len(), violations, notes };
    let mut out = std::io::stdout().lock();
    if json {
        write_json(&mut out, &report)?
    } else {
        write_text(&mut out, &report, std::io::stdout().is_terminal())?
    }
    Ok(report.violations.is_empty())
}

fn write_text(out: &mut impl Write, report: &Report, terminal: bool) -> Result<()> {
    let (red, plain) = if terminal { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
    for note in &report.notes {
        writeln!(out, "note: {note}")?;
    }
    for violation in &report.violations {
        let Violation { path, line, wrong, instead } = violation;
        writeln!(out, "{path}:{line}: {red}{wrong}{plain}; {instead}")?;
    }
    writeln!(out, "check: files={} violations={}", report.files, report.violations.len())?;
    Ok(())
}

fn write_json(out: &mut impl Write, report: &Report) -> Result<()> {
    let one = |found: &Violation| serde_json::json!({"path": found.path, "line": found.line, "wrong": found.wrong, "instead": found.instead});
    let violations: Vec<_> = report.violations.iter().map(one).collect();
    let whole = serde_json::json!({"files": report.files, "violations": violations, "notes": report.notes});
    writeln!(out, "{whole:#}")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let violation = Violation::new("a.rs", 3, "a tab", "indent with spaces");
        Report { files: 7, violations: vec![violation], notes: vec!["b.rs: 301 lines".into()] }
    }

    #[test]
    fn the_text_ends_in_one_line_that_programs_can_read() {
        let mut out = Vec::new();
        write_text(&mut out, &report(), false).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "note: b.rs: 301 lines\na.rs:3: a tab; indent with spaces\ncheck: files=7 violations=1\n");
    }

    #[test]
    fn the_json_holds_the_same() {
        let mut out = Vec::new();
        write_json(&mut out, &report()).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((&value["files"], &value["violations"][0]["line"]), (&7.into(), &3.into()));
    }
}
