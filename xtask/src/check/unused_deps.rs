//! A dependency that no source mentions only costs build time; an entry of the version table that no package uses, trust.
use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use crate::tokens;
use crate::tree::Tree;
use crate::violation::Violation;
use crate::workspace::{Member, Workspace};

pub(crate) fn check(tree: &Tree, workspace: &Workspace) -> Vec<Violation> {
    let mut found: Vec<Violation> = workspace.members.iter().flat_map(|member| unmentioned(tree, member)).collect();
    found.extend(unclaimed(tree, workspace));
    found
}

fn unmentioned(tree: &Tree, member: &Member) -> Vec<Violation> {
    let folder = format!("{}/", member.folder);
    let sources = tree.with_extension("rs").filter(|file| file.path.starts_with(&folder));
    let words: BTreeSet<String> = sources.filter_map(|file| tokens::lex(file.text()).ok()).flat_map(words).collect();
    let unused = member.dependencies.iter().filter(|dependency| !words.contains(&dependency.alias));
    unused
        .map(|dependency| {
            let line = tree.line_of_key(&member.manifest(), &dependency.package);
            let wrong = format!("`{}` never mentions `{}`", member.name, dependency.alias);
            Violation::new(&member.manifest(), line, wrong, "remove the dependency")
        })
        .collect()
}

/// The names in a source. Attributes count with their strings too, for `#[serde(with = "serde_bytes")]`.
fn words(source: TokenStream) -> Vec<String> {
    let attributes = tokens::attributes(source.clone()).into_iter().map(|(_, attribute)| attribute.to_string());
    let mentions = tokens::mentions(source).into_iter().map(|mention| mention.path);
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    let texts: Vec<String> = mentions.chain(attributes).collect();
    texts.iter().flat_map(|text| text.split(|c| !is_part(c))).map(str::to_owned).collect()
}

/// Entries of `[workspace.dependencies]` that no member takes.
fn unclaimed(tree: &Tree, workspace: &Workspace) -> Vec<Violation> {
    let Some(manifest) = tree.get("Cargo.toml") else { return Vec::new() };
    let table: toml::Table = manifest.text().parse().unwrap_or_default();
    let entries = table.get("workspace").and_then(|workspace| workspace.get("dependencies")?.as_table());
    let taken: BTreeSet<&str> =
        workspace.members.iter().flat_map(|member| &member.dependencies).map(|found| found.alias.as_str()).collect();
    let unused = entries.into_iter().flatten().filter(|(name, _)| !taken.contains(name.replace('-', "_").as_str()));
    unused
        .map(|(name, _)| {
            let wrong = format!("no package depends on `{name}`");
            let instead = "remove it from [workspace.dependencies] until one does";
            Violation::new("Cargo.toml", tree.line_of_key("Cargo.toml", name), wrong, instead)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use cargo_metadata::DependencyKind::{Development, Normal};

    use super::*;

    #[test]
    fn a_dependency_that_nobody_mentions_is_refused_with_its_line() {
        let workspace = Workspace::of(&[(
            "seal",
            &[("serde-json", Normal), ("hex", Development), ("sha2", Normal), ("serde_bytes", Normal)],
        )]);
        let tree = Tree::of(&[
            ("seal/Cargo.toml", "[dependencies]\nserde-json = \"1\"\nsha2.workspace = true\n"),
            ("seal/src/lib.rs", "use serde_json::Value;\n// sha2 in a comment is no use of it"),
            ("seal/tests/a.rs", "fn a() { hex::encode(b) }"),
            ("seal/src/b.rs", "struct B { #[serde(with = \"serde_bytes\")] b: Vec<u8> }"),
        ]);
        let found: Vec<_> = check(&tree, &workspace).into_iter().map(|found| (found.line, found.wrong)).collect();
        assert_eq!(found, [(3, "`seal` never mentions `sha2`".to_owned())]);
    }

    #[test]
    fn a_version_that_nobody_takes_is_refused() {
        let workspace = Workspace::of(&[("seal", &[("sha2", Normal)])]);
        let tree = Tree::of(&[
            ("Cargo.toml", "[workspace.dependencies]\nsha2 = \"0.11\"\nhex = \"0.4\"\n"),
            ("seal/src/lib.rs", "use sha2::Digest;"),
        ]);
        let found: Vec<_> = check(&tree, &workspace).into_iter().map(|found| (found.line, found.wrong)).collect();
        assert_eq!(found, [(3, "no package depends on `hex`".to_owned())]);
    }
}
