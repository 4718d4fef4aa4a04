//! Tests of the snippet check; the compiler is the real one, on a crate without dependencies.
use super::*;

/// A workspace of one package in a folder that goes away, with a page beside it.
fn checked(page: &str) -> Vec<(String, usize, String)> {
    let root = tempfile::tempdir().unwrap();
    let tree =
        Tree::of(&[("docs/a.md", page), ("Cargo.toml", "[workspace.dependencies]\n"), ("Cargo.lock", "version = 4\n")]);
    let workspace =
        Workspace { root: root.path().to_owned(), target: root.path().join("target"), ..Workspace::default() };
    let found = check(&tree, &workspace).unwrap();
    found.into_iter().map(|found| (found.path, found.line, found.wrong)).collect()
}

#[test]
fn blocks_that_compile_are_clean() {
    let page = "# A\n```rust\nlet a: u8 = \"1\".parse()?;\n```\n```rust,no_run\nfn main() { loop {} }\n```\n```rust\n# struct Hidden;\nlet a = async { Hidden }.await;\nOk(())\n```\n";
    assert_eq!(checked(page), []);
}

#[test]
fn a_block_that_does_not_compile_is_refused_on_its_own_line() {
    let found = checked("# A\n\n```rust\nlet a = 1;\nlet b: String = a;\n```\n");
    assert_eq!(found, [("docs/a.md".to_owned(), 5, "the Rust block does not compile: mismatched types".to_owned())]);
}

#[test]
fn a_block_that_hides_from_the_compiler_is_refused() {
    let found = checked("```rust,ignore\nnonsense\n```\n");
    assert_eq!(found, [("docs/a.md".to_owned(), 2, "a Rust block marked `ignore` is not compiled".to_owned())]);
}

#[test]
fn only_what_a_block_mentions_is_built() {
    let tree = Tree::of(&[(
        "Cargo.toml",
        "[workspace.dependencies]\nserde_json = \"1\"\nhex = \"0.4\"\n[profile.dev]\ndebug = 1\n",
    )]);
    let workspace = Workspace::of(&[("client", &[]), ("audit-cli", &[])]);
    let text = manifest(&tree, &workspace, &["use serde_json::Value; audit_cli::run()".to_owned()]).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let names: Vec<_> = table["dependencies"].as_table().unwrap().keys().cloned().collect();
    assert_eq!(names, ["audit-cli", "serde_json"]);
    assert!(table.contains_key("profile"));
}
