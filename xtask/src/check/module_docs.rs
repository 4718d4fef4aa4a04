//! Every source starts by saying what it is: three words or more, and not a phrase that fits any file.
use crate::tree::{File, Tree};
use crate::violation::Violation;

const WORDS_MIN: usize = 3;

/// Openings that say nothing about this file in particular.
const BOILERPLATE: [&str; 7] = ["todo", "fixme", "tbd", "this file", "this module", "this crate", "module for"];

/// How a kind of file writes the doc that it must start with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Rust,
    Python,
    Manifest,
    Line(&'static str),
    Block,
}

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    tree.files.iter().filter(|file| !file.is_fixture()).filter_map(examine).collect()
}

fn examine(file: &File) -> Option<Violation> {
    let style = style(file)?;
    let Some((line, doc)) = opening(file.text(), style) else {
        return Some(Violation::new(&file.path, 1, "the file does not say what it is", how(style)));
    };
    let lower = doc.to_lowercase();
    let boilerplate = BOILERPLATE.iter().any(|phrase| lower.starts_with(phrase));
    let too_short = doc.split_whitespace().count() < WORDS_MIN;
    let instead = "say in a sentence what this one does and, where it isn't plain, why it exists";
    (boilerplate || too_short)
        .then(|| Violation::new(&file.path, line, format!("the opening `{doc}` says too little"), instead))
}

fn style(file: &File) -> Option<Style> {
    match (file.name(), file.extension()) {
        ("Cargo.toml", _) => Some(Style::Manifest),
        ("Cargo.lock", _) => None,
        ("Makefile" | "Dockerfile", _) | (_, "toml" | "sh" | "yml" | "yaml" | "mk") => Some(Style::Line("#")),
        (_, "rs") => Some(Style::Rust),
        (_, "py") => Some(Style::Python),
        (_, "sql") => Some(Style::Line("--")),
        (_, "js" | "mjs" | "css") => Some(Style::Block),
        _ if file.has_shebang() && file.text().lines().next().is_some_and(|line| line.contains("python")) => {
            Some(Style::Python)
        }
        _ if file.has_shebang() => Some(Style::Line("#")),
        _ => None,
    }
}

/// The first line of the doc and its number; `None` where something else comes first.
fn opening(text: &str, style: Style) -> Option<(usize, String)> {
    let skipped = |line: &str| {
        line.trim().is_empty()
            || line.starts_with("#!")
            || line == "---"
            || line.starts_with("# -*-")
            || line.starts_with("# syntax=")
            || line.starts_with("# shellcheck")
    };
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| skipped(line));
    let (at, first) = lines.next()?;
    // Where a docstring or a block opens on a line of its own, the sentence is on the next.
    let mut sentence = |rest: &str| {
        if rest.is_empty() { lines.next().map(|(_, line)| line.to_owned()) } else { Some(rest.to_owned()) }
    };
    let doc = match style {
        Style::Rust => first.strip_prefix("//!").map(str::to_owned),
        Style::Line(mark) => first.strip_prefix(mark).map(str::to_owned),
        Style::Python => match first.trim_start_matches(['r', 'u']).strip_prefix("\"\"\"") {
            Some(rest) => sentence(rest),
            None => first.strip_prefix('#').map(str::to_owned),
        },
        Style::Block => match first.strip_prefix("/*") {
            Some(rest) => sentence(rest.trim_matches(['*', ' '])),
            None => first.strip_prefix("//").map(str::to_owned),
        },
        Style::Manifest => return manifest_opening(text),
    };
    doc.map(|doc| (at + 1, doc.trim_matches(['#', '*', '/', '"', '!', ' ', '-']).to_owned()))
}

/// A package's manifest documents itself by its description, the workspace's by a comment.
fn manifest_opening(text: &str) -> Option<(usize, String)> {
    let described =
        text.lines().enumerate().find_map(|(at, line)| Some((at + 1, line.strip_prefix("description = ")?)));
    match described {
        Some((line, description)) => Some((line, description.trim_matches('"').to_owned())),
        None => opening(text, Style::Line("#")),
    }
}

fn how(style: Style) -> &'static str {
    match style {
        Style::Rust => "start it with a `//!` doc of one to three lines",
        Style::Python => "start it with a docstring of one to three lines",
        Style::Manifest => "give the package a `description`",
        Style::Line("--") => "start it with a `--` comment of one to three lines",
        Style::Line(_) => "start it with a `#` comment of one to three lines",
        Style::Block => "start it with a comment of one to three lines",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|found| found.wrong).collect()
    }

    #[test]
    fn documented_files_of_every_kind_are_clean() {
        for (path, text) in [
            ("a/src/lib.rs", "//! Seals one event at a time.\n"),
            ("a/src/main.rs", "#![no_std]\n\n//! Runs the worker until told to stop.\n"),
            ("dev/up", "#!/usr/bin/env python3\n\"\"\"Starts the local stack.\n\"\"\"\n"),
            ("dev/a.py", "\"\"\"\nStarts the local stack.\n\"\"\"\n"),
            ("dev/down", "#!/bin/sh\n# Stops what dev/up started.\n"),
            ("Makefile", "# The front door: plain make lists it.\n"),
            ("a/Cargo.toml", "[package]\nname = \"a\"\ndescription = \"Seals events for good.\"\n"),
            ("x.toml", "# Limits of the linter.\n"),
            ("m/0001.sql", "-- The sealed events and their offsets.\n"),
            ("q/app.js", "// Lists the newest events.\n"),
            ("README.md", "anything"),
            ("a/golden/x.py", "x = 1\n"),
        ] {
            assert_eq!(wrongs(path, text), Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn silent_files_of_every_kind_are_refused() {
        for (path, text) in [
            ("a/src/lib.rs", "use a::b;\n//! Too late to say so.\n"),
            ("a/src/lib.rs", "// An ordinary comment is no doc.\n"),
            ("a/src/lib.rs", ""),
            ("dev/up", "#!/usr/bin/env python3\nimport os\n"),
            ("dev/down", "#!/bin/sh\nset -e\n"),
            ("Makefile", "all:\n"),
            ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
            ("m/0001.sql", "create table x;\n"),
        ] {
            assert_eq!(wrongs(path, text), ["the file does not say what it is"], "{path}");
        }
    }

    #[test]
    fn openings_that_say_nothing_are_refused() {
        for text in ["//! Sealing.\n", "//! TODO write this doc\n", "//! This module contains the sealing code.\n"] {
            assert_eq!(wrongs("a/src/seal.rs", text).len(), 1, "{text}");
        }
        assert_eq!(wrongs("a/x.py", "\"\"\"\"\"\"\n").len(), 1);
    }
}
