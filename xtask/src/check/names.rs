//! Names that say nothing are refused: a file, folder or module is called after what it does.
use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

use crate::tokens;
use crate::tree::{File, Tree};
use crate::violation::Violation;

const EMPTY_WORDS: [&str; 8] = ["common", "helper", "helpers", "manager", "misc", "util", "utilities", "utils"];
const INSTEAD: &str = "name it after what it does or holds";

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found: BTreeSet<Violation> = tree.files.iter().flat_map(path_names).collect();
    found.extend(tree.with_extension("rs").flat_map(module_names));
    found.into_iter().collect()
}

fn path_names(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    for segment in file.path.split('/') {
        if segment == "mod.rs" && !is_shared_by_tests(&file.path) {
            let instead = "use `name.rs` beside the folder `name/`, so that every tab in an editor has a name";
            found.push(Violation::new(&file.path, 1, "`mod.rs` hides the module's name", instead));
        }
        let stem = segment.trim_start_matches('.').split('.').next().unwrap_or(segment);
        // Released schema versions and golden data carry their version by design.
        let versioned_data = file.is_fixture() || matches!(file.extension(), "avsc" | "bin");
        found.extend(word_fault(stem, !versioned_data).map(|wrong| Violation::new(&file.path, 1, wrong, INSTEAD)));
    }
    found
}

/// Of `tests/name.rs` cargo would make a test program of its own, so what several of those share must be a folder.
fn is_shared_by_tests(path: &str) -> bool {
    matches!(path.rsplit('/').collect::<Vec<_>>().as_slice(), ["mod.rs", _, "tests" | "benches", ..])
}

fn module_names(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    if let Ok(tokens) = tokens::lex(file.text()) {
        inline_modules(tokens, &mut |line, name| {
            found.extend(word_fault(name, true).map(|wrong| Violation::new(&file.path, line, wrong, INSTEAD)));
        });
    }
    found
}

fn inline_modules(tokens: TokenStream, report: &mut impl FnMut(usize, &str)) {
    let mut after_mod = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(name) if after_mod => report(name.span().start().line, &name.to_string()),
            TokenTree::Group(group) => inline_modules(group.stream(), report),
            _ => {}
        }
        after_mod = matches!(&token, TokenTree::Ident(word) if word == "mod");
    }
}

fn word_fault(name: &str, refuse_version: bool) -> Option<String> {
    let mut words = name.split(['_', '-']);
    if let Some(word) = words.clone().find(|word| EMPTY_WORDS.contains(&word.to_lowercase().as_str())) {
        return Some(format!("`{word}` in `{name}` says nothing"));
    }
    let last = words.next_back().filter(|last| *last != name)?;
    let digits = last.strip_prefix('v')?;
    let versioned = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (refuse_version && versioned).then(|| format!("`{name}` carries a version, git does that"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|found| found.wrong).collect()
    }

    #[test]
    fn empty_words_and_versions_are_refused_in_paths() {
        for path in [
            "a/src/utils.rs",
            "a/tests/common/x.rs",
            "a/src/http_helpers.rs",
            "a/src/x_manager.rs",
            "dev/misc",
            "a/writer-v2/x.rs",
            "a/src/writer_v2.rs",
            "a/src/x/mod.rs",
        ] {
            assert_eq!(wrongs(path, "").len(), 1, "{path}");
        }
    }

    #[test]
    fn empty_words_are_refused_for_modules_at_any_depth() {
        assert_eq!(
            wrongs("a.rs", "mod a {\n  mod util { }\n}\nmod row_v2;\n"),
            ["`util` in `util` says nothing", "`row_v2` carries a version, git does that"]
        );
    }

    #[test]
    fn names_that_only_contain_such_letters_are_clean() {
        for path in [
            "a/src/commons.rs",
            "a/src/utility_room.rs",
            "a/src/managers_id.rs",
            "schemas/golden/event_v1.bin",
            "schemas/avsc/event-v2.avsc",
            "a/src/v2.rs",
            "a/src/recv.rs",
            ".github/x_v.md",
            "runtime/tests/mill/mod.rs",
        ] {
            assert_eq!(wrongs(path, ""), Vec::<String>::new(), "{path}");
        }
        assert_eq!(wrongs("a.rs", "// mod utils\nfn common_prefix() { let modular = utils; }"), Vec::<String>::new());
    }
}
