//! Every package takes its lints and its versions from the workspace: one that opts out is bound by nothing.
use toml::{Table, Value};

use crate::tree::{File, Tree};
use crate::violation::Violation;

const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let manifests = tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    manifests.flat_map(|file| examine(tree, file)).collect()
}

fn examine(tree: &Tree, file: &File) -> Vec<Violation> {
    let Ok(manifest) = file.text().parse::<Table>() else {
        return vec![Violation::new(&file.path, 1, "this is not TOML", "correct it: cargo cannot read it either")];
    };
    let mut found = Vec::new();
    if !manifest.get("lints").is_some_and(from_workspace) {
        let instead = "add `[lints]` with `workspace = true`";
        found.push(Violation::new(&file.path, 1, "the package opts out of the workspace's lints", instead));
    }
    let tables = DEPENDENCY_TABLES.iter().filter_map(|name| manifest.get(*name)?.as_table());
    for (name, _) in tables.flatten().filter(|(_, dependency)| !from_workspace(dependency)) {
        let wrong = format!("`{name}` has a version of its own");
        let instead = "put it into [workspace.dependencies] of the root and write `workspace = true` here";
        found.push(Violation::new(&file.path, tree.line_of_key(&file.path, name), wrong, instead));
    }
    found
}

fn from_workspace(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(text: &str) -> Vec<String> {
        let tree = Tree::of(&[("Cargo.toml", "[workspace]\n"), ("a/Cargo.toml", text)]);
        check(&tree).iter().map(|found| format!("{} {}", found.line, found.wrong)).collect()
    }

    #[test]
    fn a_package_that_follows_the_workspace_is_clean() {
        let text = "[lints]\nworkspace = true\n[dependencies]\na.workspace = true\nb = { workspace = true, features = [\"x\"] }\n";
        assert_eq!(wrongs(text), Vec::<String>::new());
    }

    #[test]
    fn a_package_that_opts_out_is_refused() {
        assert_eq!(wrongs("[package]\nname = \"a\"\n"), ["1 the package opts out of the workspace's lints"]);
        let text = "[lints]\nworkspace = true\n[dev-dependencies]\nb = \"1\"\n";
        assert_eq!(wrongs(text), ["4 `b` has a version of its own"]);
        assert_eq!(wrongs("= nothing"), ["1 this is not TOML"]);
    }
}
