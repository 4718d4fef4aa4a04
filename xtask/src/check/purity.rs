//! Sources of the pure packages name no file, socket, clock, process or terminal; tests may.
use crate::check::layering::PURE;
use crate::tokens::{self, Kind, Mention};
use crate::tree::{File, Tree};
use crate::violation::Violation;

const IMPURE: [&str; 10] = [
    "std::env",
    "std::fs",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

const PRINTS: [&str; 5] = ["dbg", "eprint", "eprintln", "print", "println"];

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let pure = |file: &&File| PURE.iter().any(|name| file.path.starts_with(&format!("{name}/src/")));
    tree.with_extension("rs").filter(pure).filter(|file| !file.is_test_code()).flat_map(impure).collect()
}

fn impure(file: &File) -> Vec<Violation> {
    // A file that does not lex is reported by the safety check.
    let Ok(tokens) = tokens::lex(file.text()) else { return Vec::new() };
    let found = tokens::mentions(tokens::without_tests(tokens));
    found.iter().filter(|mention| is_impure(mention)).map(|mention| refuse(file, mention)).collect()
}

fn is_impure(mention: &Mention) -> bool {
    match mention.kind {
        Kind::Macro => PRINTS.contains(&mention.path.as_str()),
        // `use std::time;` would hide the clock behind a later `time::Instant`.
        _ => {
            matches!(mention.path.as_str(), "std::time" | "std::io" | "std::time::*" | "std::io::*")
                || names_impure(&mention.path)
        }
    }
}

fn names_impure(path: &str) -> bool {
    IMPURE.iter().any(|name| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
}

fn refuse(file: &File, mention: &Mention) -> Violation {
    let bang = if mention.kind == Kind::Macro { "!" } else { "" };
    let wrong = format!("`{}{bang}` in a package that does no I/O", mention.path);
    Violation::new(
        &file.path,
        mention.line,
        wrong,
        "take the value as an argument and let the calling service do the I/O",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).iter().map(|found| format!("{} {}", found.line, found.wrong)).collect()
    }

    #[test]
    fn files_clocks_and_prints_are_refused_wherever_they_hide() {
        let text =
            "use std::{fmt, fs};\nfn f() { println!(\"x\"); }\nuse std::time::{Duration, Instant};\nuse std::time;\n";
        assert_eq!(
            wrongs("seal/src/leaf.rs", text),
            [
                "1 `std::fs` in a package that does no I/O",
                "2 `println!` in a package that does no I/O",
                "3 `std::time::Instant` in a package that does no I/O",
                "4 `std::time` in a package that does no I/O",
            ]
        );
    }

    #[test]
    fn durations_comments_tests_and_other_packages_are_clean() {
        let text = "// std::fs\nuse std::time::Duration;\nfn print() {}\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert_eq!(wrongs("phi/src/scan.rs", text), Vec::<String>::new());
        assert_eq!(wrongs("phi/src/scan/tests.rs", "use std::fs;"), Vec::<String>::new());
        assert_eq!(wrongs("sink/src/write.rs", "use std::fs;"), Vec::<String>::new());
    }
}
