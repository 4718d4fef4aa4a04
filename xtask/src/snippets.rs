//! Compiles the Rust blocks of the documentation: one generated crate, one file per block, the same lines as in the page.
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;

use crate::markdown::{self, Block};
use crate::tokens;
use crate::tree::Tree;
use crate::violation::Violation;
use crate::workspace::Workspace;

/// Checks every block with `cargo check`, offline, in the workspace's own build folder.
pub(crate) fn check(tree: &Tree, workspace: &Workspace) -> Result<Vec<Violation>> {
    let blocks = rust_blocks(tree);
    let mut found: Vec<Violation> = blocks.iter().filter_map(|(path, block)| unchecked(path, block)).collect();
    let checked: Vec<_> = blocks.into_iter().filter(|(path, block)| unchecked(path, block).is_none()).collect();
    if !checked.is_empty() {
        let folder = workspace.target.join("snippets");
        write_crate(tree, workspace, &folder, &checked)?;
        found.extend(compile(workspace, &folder, &checked)?);
    }
    Ok(found)
}

fn rust_blocks(tree: &Tree) -> Vec<(String, Block)> {
    let blocks = tree.with_extension("md").flat_map(|file| {
        let blocks = markdown::parse(file.text()).blocks.into_iter();
        blocks.map(|block| (file.path.clone(), block))
    });
    blocks.filter(|(_, block)| block.language() == "rust").collect()
}

/// A block that asks not to be compiled.
fn unchecked(path: &str, block: &Block) -> Option<Violation> {
    let mut marks = block.info.split([',', ' ']).skip(1);
    let mark = marks.find(|mark| !matches!(*mark, "" | "no_run"))?;
    let wrong = format!("a Rust block marked `{mark}` is not compiled");
    Some(Violation::new(path, block.line, wrong, "remove the mark, or call the block `text` if it is no Rust"))
}

/// The block as a module whose line numbers are those of the page: the wrapper takes the lines of the two fences.
fn module(block: &Block) -> String {
    let padding = "\n".repeat(block.line.saturating_sub(2));
    let lines = block.text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let code = lines.collect::<Vec<_>>().join("\n");
    if code.contains("fn main(") {
        return format!("{padding}\n{code}\n");
    }
    let asynchronous = if code.contains(".await") { "async " } else { "" };
    let ends_in_ok =
        code.lines().next_back().is_some_and(|line| line.trim_start().starts_with("Ok") && !line.ends_with(';'));
    let end = if ends_in_ok { "}" } else { "Ok(()) }" };
    let result = "std::result::Result<(), Box<dyn std::error::Error>>";
    format!("{padding}{asynchronous}fn snippet() -> {result} {{\n{code}\n{end}\n")
}

fn write_crate(tree: &Tree, workspace: &Workspace, folder: &Path, blocks: &[(String, Block)]) -> Result<()> {
    let modules: Vec<String> = blocks.iter().map(|(_, block)| module(block)).collect();
    let mut lib = "//! Generated from the documentation.\n#![allow(dead_code, unused)]\n".to_owned();
    for (at, text) in modules.iter().enumerate() {
        lib.push_str(&format!("mod block_{at};\n"));
        write_if_new(&folder.join(format!("src/block_{at}.rs")), text)?;
    }
    write_if_new(&folder.join("src/lib.rs"), &lib)?;
    write_if_new(&folder.join("Cargo.toml"), &manifest(tree, workspace, &modules)?)?;
    let lock = tree.get("Cargo.lock").context("Cargo.lock is missing")?;
    write_if_new(&folder.join("Cargo.lock"), lock.text())
}

/// Takes from the workspace's version table what the blocks mention, and its profiles, so that nothing is built twice.
fn manifest(tree: &Tree, workspace: &Workspace, modules: &[String]) -> Result<String> {
    let root: toml::Table = tree.get("Cargo.toml").context("Cargo.toml is missing")?.text().parse()?;
    let lexed = modules.iter().filter_map(|text| tokens::lex(text).ok()).flat_map(tokens::mentions);
    let mentioned: BTreeSet<String> =
        lexed.filter_map(|found| found.path.split("::").next().map(|name| name.replace('_', "-"))).collect();
    let mut dependencies = toml::Table::new();
    for member in workspace.members.iter().filter(|member| member.has_library && mentioned.contains(&member.name)) {
        let path = workspace.root.join(&member.folder).to_string_lossy().into_owned();
        dependencies.insert(member.name.clone(), toml::Table::from_iter([("path".to_owned(), path.into())]).into());
    }
    let versions = root.get("workspace").and_then(|table| table.get("dependencies")?.as_table());
    for (name, spec) in versions.into_iter().flatten() {
        if workspace.member(name).is_none() && mentioned.contains(&name.replace('_', "-")) {
            dependencies.insert(name.clone(), spec.clone());
        }
    }
    let package = toml::Table::from_iter([
        ("name".to_owned(), "snippets".into()),
        ("version".to_owned(), "0.0.0".into()),
        ("edition".to_owned(), "2024".into()),
        ("publish".to_owned(), false.into()),
    ]);
    let mut manifest = toml::Table::from_iter([
        ("package".to_owned(), toml::Value::from(package)),
        ("workspace".to_owned(), toml::Table::new().into()),
        ("dependencies".to_owned(), dependencies.into()),
    ]);
    manifest.extend(root.get("profile").map(|profile| ("profile".to_owned(), profile.clone())));
    Ok(toml::to_string(&manifest)?)
}

/// Leaves an unchanged file alone, so that cargo sees nothing to do.
fn write_if_new(path: &Path, text: &str) -> Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let parent = path.parent().context("a file without a folder")?;
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn compile(workspace: &Workspace, folder: &Path, blocks: &[(String, Block)]) -> Result<Vec<Violation>> {
    let mut command = Command::new("cargo");
    command.args(["check", "--offline", "--quiet", "--message-format=json", "--target-dir"]).arg(&workspace.target);
    command.arg("--manifest-path").arg(folder.join("Cargo.toml")).stdin(Stdio::null());
    let output = command.output().context("cannot run cargo")?;
    let mut found = Vec::new();
    for message in Message::parse_stream(output.stdout.as_slice()) {
        let Message::CompilerMessage(message) = message? else { continue };
        for span in message.message.spans.iter().filter(|span| span.is_primary) {
            let block =
                span.file_name.rsplit("block_").next().and_then(|rest| rest.strip_suffix(".rs")?.parse::<usize>().ok());
            if let (DiagnosticLevel::Error, Some((path, _))) =
                (message.message.level, block.and_then(|at| blocks.get(at)))
            {
                let wrong = format!("the Rust block does not compile: {}", message.message.message.replace('\n', " "));
                found.push(Violation::new(path, span.line_start, wrong, "correct it: readers paste it"));
            }
        }
    }
    if found.is_empty() && !output.status.success() {
        anyhow::bail!("cargo could not check the Rust blocks:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
