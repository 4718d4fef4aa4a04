//! The bytes of text files: white space, line ends, tabs, and the executable bit.
use crate::tree::{File, Tree};
use crate::violation::Violation;

/// Formats in which a tab is part of the syntax.
const TABS: [&str; 4] = ["go", "mk", "tsv", "diff"];

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let texts = tree.files.iter().filter(|file| file.text.is_some() && !file.is_fixture());
    texts.flat_map(|file| [lines(file), whole(file)].concat()).collect()
}

fn lines(file: &File) -> Vec<Violation> {
    let tabs_allowed = file.name() == "Makefile" || TABS.contains(&file.extension());
    let mut found = Vec::new();
    for (at, line) in file.text().split('\n').enumerate() {
        if line.ends_with([' ', '\t', '\r']) {
            found.push(Violation::new(&file.path, at + 1, "white space at the end of the line", "remove it"));
        }
        if line.trim_end().contains('\t') && !tabs_allowed {
            found.push(Violation::new(&file.path, at + 1, "a tab", "indent with spaces, or write it as an escape"));
        }
    }
    found
}

fn whole(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    let text = file.text();
    let last = text.lines().count().max(1);
    if !text.is_empty() && !text.ends_with('\n') {
        found.push(Violation::new(&file.path, last, "no newline at the end of the file", "add one"));
    }
    if text.ends_with("\n\n") {
        found.push(Violation::new(&file.path, last, "an empty line at the end of the file", "remove it"));
    }
    if file.has_shebang() && !file.executable {
        found.push(Violation::new(
            &file.path,
            1,
            "a script that is not executable",
            "run chmod +x on it, or drop the #! line",
        ));
    }
    if file.executable && !file.has_shebang() {
        found.push(Violation::new(
            &file.path,
            1,
            "executable, but no script",
            "run chmod -x on it, or start it with a #! line",
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(path: &str, text: &str, executable: bool) -> Vec<String> {
        let file = File { path: path.into(), text: Some(text.into()), executable };
        check(&Tree::new(vec![file])).iter().map(|found| format!("{} {}", found.line, found.wrong)).collect()
    }

    #[test]
    fn tidy_files_are_clean() {
        for (path, text, executable) in [
            ("a.rs", "fn a() {}\n", false),
            ("Makefile", "a:\n\techo\n", false),
            ("dev/up", "#!/bin/sh\necho\n", true),
            ("empty", "", false),
            ("a/golden/x.txt", "tab\t \n\n", false),
        ] {
            assert_eq!(wrongs(path, text, executable), Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn stray_bytes_are_refused_with_their_line() {
        assert_eq!(wrongs("a.md", "x\ny \n", false), ["2 white space at the end of the line"]);
        assert_eq!(wrongs("a.md", "x\r\n", false), ["1 white space at the end of the line"]);
        assert_eq!(wrongs("a.rs", "x\n\ty\n", false), ["2 a tab"]);
        assert_eq!(wrongs("a.rs", "x", false), ["1 no newline at the end of the file"]);
        assert_eq!(wrongs("a.rs", "x\n\n", false), ["2 an empty line at the end of the file"]);
    }

    #[test]
    fn the_executable_bit_and_the_shebang_go_together() {
        assert_eq!(wrongs("dev/up", "#!/bin/sh\n", false), ["1 a script that is not executable"]);
        assert_eq!(wrongs("a.md", "x\n", true), ["1 executable, but no script"]);
    }
}
