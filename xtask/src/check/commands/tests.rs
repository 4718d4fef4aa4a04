//! Tests of the command check with a pretended binary; the real one is asked in `probe`'s own tests.
use super::*;
use crate::tree::File;

fn tree(page: &str) -> Tree {
    let file = |path: &str, text: &str, executable| File { path: path.into(), text: Some(text.into()), executable };
    Tree::new(vec![
        file("README.md", page, false),
        file("Makefile", "# doc\nX := 1\nURL = http://x\n.PHONY: ghost\nall up: x\n\tcmd: no\ndown:\n", false),
        file("dev/up", "#!/bin/sh\n", true),
        file("dev/off", "#!/bin/sh\n", false),
    ])
}

fn workspace() -> Workspace {
    let mut workspace = Workspace::of(&[("audit-cli", &[]), ("sink", &[]), ("xtask", &[]), ("query", &[])]);
    for (member, binary) in workspace.members.iter_mut().zip(["audit-cli", "sealtrail-sink", "xtask"]) {
        member.binaries.push(binary.to_owned());
    }
    workspace
}

/// Understands `verify` and `--json`; `sealtrail-sink` is not there.
fn probe(binary: &str, arguments: &[String]) -> Result<(), Refusal> {
    let unknown = arguments.iter().find(|word| !matches!(word.as_str(), "verify" | "--json" | "check"));
    match unknown {
        _ if binary == "sealtrail-sink" => Err(Refusal::NotBuilt),
        Some(word) => Err(Refusal::Refused(format!("unexpected `{word}`"))),
        None => Ok(()),
    }
}

fn wrongs(fence: &str, commands: &str) -> Vec<String> {
    let page = format!("# T\n\n```{fence}\n{commands}\n```\n");
    let found = check(&tree(&page), &workspace(), &probe);
    found.iter().map(|found| format!("{} {}", found.line, found.wrong)).collect()
}

#[test]
fn commands_that_exist_are_clean() {
    for line in [
        "make up down -j2 X=2",
        "dev/up --name a && ./dev/up",
        "sh dev/up",
        "audit-cli verify --json | jq .",
        "target/release/audit-cli verify",
        "cargo run -q -p audit-cli -- verify",
        "cargo run --bin=audit-cli",
        "cargo xtask check --json",
        "cargo test -p sink",
        "curl -s http://localhost:1/x && cd x && docker compose up",
        "/usr/bin/env true",
    ] {
        assert_eq!(wrongs("sh", line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn commands_that_do_not_exist_are_refused() {
    for (line, wrong) in [
        ("make ghost", "`make ghost`: the Makefile has no such target"),
        ("make up && make cmd", "`make cmd`: the Makefile has no such target"),
        ("make URL", "`make URL`: the Makefile has no such target"),
        ("dev/sideways", "there is no `dev/sideways`"),
        ("./run", "there is no `run`"),
        ("dev/off", "`dev/off` is not executable"),
        ("bash dev/x", "there is no `dev/x`"),
        ("audit-cli verify --jsn", "`audit-cli verify --jsn` is not understood: unexpected `--jsn`"),
        ("target/debug/audit-cli x", "`audit-cli x` is not understood: unexpected `x`"),
        ("sealtrail-sink", "`sealtrail-sink` has not been built"),
        ("query --help", "there is no binary `query`"),
        ("sealtrail-other", "there is no binary `sealtrail-other`"),
        ("cargo run -p nobody", "there is no package `nobody`"),
        ("cargo run --bin nobody", "there is no binary `nobody`"),
        ("cargo run -p audit-cli -- verfy", "`audit-cli verfy` is not understood: unexpected `verfy`"),
        ("cargo xtask chek", "`cargo xtask chek` is not understood: unexpected `chek`"),
        ("cargo run", "`cargo run` does not say which binary"),
        ("cargo run --example first", "`--example first` does not say of which package"),
        ("cargo run -p audit-cli --example ghost", "there is no example `audit-cli/examples/ghost.rs`"),
    ] {
        assert_eq!(wrongs("sh", line), [format!("4 {wrong}")], "{line}");
    }
}

#[test]
fn only_typed_lines_of_a_console_count_and_no_other_block() {
    assert_eq!(
        wrongs("console", "$ make up\nmake ghost\n$ make ghost"),
        ["6 `make ghost`: the Makefile has no such target"]
    );
    assert_eq!(wrongs("text", "make ghost"), Vec::<String>::new());
}
