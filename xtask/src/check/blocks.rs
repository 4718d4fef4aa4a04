//! Code blocks in the documentation name a language that is checked, and what claims to be TOML or JSON parses.
use crate::markdown::{self, Block};
use crate::tree::Tree;
use crate::violation::Violation;

/// Names that would let a block slip past its check, with the name that does not.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("bash", "sh"),
    ("json5", "json"),
    ("jsonc", "json"),
    ("rs", "rust"),
    ("shell", "sh"),
    ("shell-session", "console"),
    ("shellsession", "console"),
    ("zsh", "sh"),
];

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.with_extension("md") {
        for block in markdown::parse(file.text()).blocks {
            let fault = fault(&block);
            found.extend(fault.map(|(line, wrong, instead)| Violation::new(&file.path, line, wrong, instead)));
        }
    }
    found
}

fn fault(block: &Block) -> Option<(usize, String, String)> {
    let language = block.language();
    if let Some((_, name)) = OTHER_NAMES.iter().find(|(other, _)| *other == language) {
        return Some((block.line, format!("a block in `{language}` is not checked"), format!("call it `{name}`")));
    }
    let instead = || "correct it: readers paste it".to_owned();
    match language {
        "toml" => {
            let error = block.text.parse::<toml::Table>().err()?;
            let before = error.span().and_then(|span| block.text.get(..span.start)).unwrap_or_default();
            let line = block.line + before.matches('\n').count();
            Some((line, format!("not TOML: {}", error.message().replace('\n', " ")), instead()))
        }
        "json" => {
            let error = serde_json::from_str::<serde_json::Value>(&block.text).err()?;
            Some((block.line + error.line().saturating_sub(1), format!("not JSON: {error}"), instead()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(text: &str) -> Vec<(usize, String)> {
        check(&Tree::of(&[("a.md", text)])).into_iter().map(|found| (found.line, found.wrong)).collect()
    }

    #[test]
    fn data_that_parses_is_clean() {
        assert_eq!(wrongs("```toml\n[a]\nb = 1\n```\n```json\n{\"a\": [1]}\n```\n```text\n{\n```\n"), []);
    }

    #[test]
    fn data_that_does_not_parse_is_refused_on_its_line() {
        let found = wrongs("```toml\n[a]\nb = \n```\n\n```json\n{\n  \"a\": 1,\n}\n```\n");
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 9], "{found:?}");
    }

    #[test]
    fn other_names_for_checked_languages_are_refused() {
        assert_eq!(wrongs("```bash\nmake x\n```\n"), [(2, "a block in `bash` is not checked".to_owned())]);
    }
}
