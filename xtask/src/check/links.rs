//! Every relative link in the documentation leads somewhere, its anchor too.
use std::collections::BTreeMap;

use crate::markdown::{self, Page};
use crate::tree::{File, Tree};
use crate::violation::Violation;

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let pages: BTreeMap<&str, Page> =
        tree.with_extension("md").map(|file| (file.path.as_str(), markdown::parse(file.text()))).collect();
    let mut found = Vec::new();
    for file in tree.with_extension("md") {
        let links = pages.get(file.path.as_str()).map(|page| page.links.as_slice()).unwrap_or_default();
        for (line, target) in links {
            let fault = fault(tree, &pages, file, target);
            found.extend(fault.map(|(wrong, instead)| Violation::new(&file.path, *line, wrong, instead)));
        }
    }
    found
}

fn fault(tree: &Tree, pages: &BTreeMap<&str, Page>, file: &File, target: &str) -> Option<(String, &'static str)> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    if target.starts_with('/') {
        return Some((
            format!("link to `{target}` from the root"),
            "make it relative to this page: hosts differ in what the root is",
        ));
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = if path.is_empty() { Some(file.path.clone()) } else { resolve(&file.path, &path.replace("%20", " ")) };
    let there = path.as_deref().filter(|path| tree.get(path).is_some() || path.is_empty() || tree.has_folder(path));
    let Some(there) = there else {
        return Some((format!("link to `{target}`, which does not exist"), "correct the path, or add the file"));
    };
    let anchor = anchor?;
    match pages.get(there) {
        Some(page) if page.anchors.contains(anchor) => None,
        Some(_) => Some((
            format!("`{there}` has no heading for `#{anchor}`"),
            "use the heading's text in lower case with hyphens",
        )),
        None => Some((format!("`#{anchor}` on something that is no page"), "link to the file: line numbers move")),
    }
}

/// A link's path seen from the root; `None` when it leaves the tree.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut segments: Vec<&str> = page.split('/').collect();
    segments.pop();
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(target: &str) -> Vec<String> {
        let text = format!("# Top\n\n[x]({target})\n");
        let tree = Tree::of(&[
            ("docs/a.md", &text),
            ("docs/adr/b.md", "## Why so?\n"),
            ("README.md", "# R\n"),
            ("dev/up", ""),
        ]);
        check(&tree).iter().map(|found| format!("{} {}", found.line, found.wrong)).collect()
    }

    #[test]
    fn links_that_lead_somewhere_are_clean() {
        for target in [
            "adr/b.md",
            "adr/b.md#why-so",
            "#top",
            "../README.md",
            "../dev/up",
            "adr/",
            "..",
            "https://example.org/x#y",
        ] {
            assert_eq!(wrongs(target), Vec::<String>::new(), "{target}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_refused() {
        for target in ["b.md", "adr/b.md#because", "#bottom", "../../README.md", "/README.md", "../dev/up#L3", "adr/c/"]
        {
            let found = wrongs(target);
            assert!(found.len() == 1 && found[0].starts_with("3 "), "{target}: {found:?}");
        }
    }
}
