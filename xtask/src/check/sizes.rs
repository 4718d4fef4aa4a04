//! Files and functions stay small enough to be read in one sitting.
use crate::tokens;
use crate::tree::{File, Tree};
use crate::violation::Violation;

const FILE_LINES_MAX: usize = 500;
const FILE_LINES_NOTED: usize = 300;
const FUNCTION_LINES_MAX: usize = 70;
const MAIN_LINES_MAX: usize = 80;
const ARCHITECTURE_LINES_MAX: usize = 200;

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    tree.files.iter().flat_map(|file| [long_file(file), long_functions(file)].concat()).collect()
}

/// Files that are still allowed but worth a second look.
pub(crate) fn notes(tree: &Tree) -> Vec<String> {
    let sized = tree.files.iter().filter(|file| is_source(file)).map(|file| (file, lines_that_count(file)));
    sized
        .filter(|(_, lines)| *lines > FILE_LINES_NOTED && *lines <= FILE_LINES_MAX)
        .map(|(file, lines)| format!("{}: {lines} lines, the aim is 100 to 200", file.path))
        .collect()
}

fn long_file(file: &File) -> Vec<Violation> {
    let (limit, instead) = match file.path.as_str() {
        "ARCHITECTURE.md" => (ARCHITECTURE_LINES_MAX, "move detail to docs/ and link to it"),
        path if path.ends_with("src/main.rs") => (MAIN_LINES_MAX, "move the work to modules: main only wires"),
        _ if is_source(file) => (FILE_LINES_MAX, "split it by purpose into modules with names of their own"),
        _ => return Vec::new(),
    };
    let lines = lines_that_count(file);
    if lines <= limit {
        return Vec::new();
    }
    vec![Violation::new(&file.path, limit + 1, format!("{lines} lines, at most {limit} are allowed"), instead)]
}

/// Text that people write and read as code.
fn is_source(file: &File) -> bool {
    let by_extension = ["rs", "py", "sh", "sql", "js", "mjs", "css", "toml", "yml", "yaml"].contains(&file.extension());
    !file.is_fixture() && (by_extension || file.name() == "Makefile" || file.has_shebang())
}

/// In Rust the lines above the inline test module, elsewhere all.
fn lines_that_count(file: &File) -> usize {
    let tests = (file.extension() == "rs").then(|| tokens::lex(file.text()).ok()).flatten();
    match tests.and_then(tokens::test_module_line) {
        Some(line) => line - 1,
        None => file.text().lines().count(),
    }
}

fn long_functions(file: &File) -> Vec<Violation> {
    let python = file.extension() == "py"
        || (file.has_shebang() && file.text().lines().next().is_some_and(|line| line.contains("python")));
    let functions = match file.extension() {
        "rs" => tokens::lex(file.text()).map(tokens::functions).unwrap_or_default(),
        _ if python => python_functions(file.text()),
        _ => Vec::new(),
    };
    let long = functions.into_iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
    long.map(|function| {
        let wrong =
            format!("`{}` has {} lines, at most {FUNCTION_LINES_MAX} are allowed", function.name, function.lines);
        Violation::new(&file.path, function.line, wrong, "move its steps to functions with names of their own")
    })
    .collect()
}

/// Each `def`, up to the last line that is indented deeper than it.
fn python_functions(text: &str) -> Vec<tokens::Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let Some(rest) = body.strip_prefix("async def ").or_else(|| body.strip_prefix("def ")) else { continue };
        let indent = line.len() - body.len();
        let mut last = at;
        for (below, other) in lines.iter().enumerate().skip(at + 1) {
            let depth = other.len() - other.trim_start().len();
            // A signature over several lines closes at the depth of its `def`.
            let closes_signature = other.trim_start().starts_with(')') && depth == indent;
            if !other.trim().is_empty() {
                if depth <= indent && !closes_signature {
                    break;
                }
                last = below;
            }
        }
        let name = rest.split('(').next().unwrap_or(rest).to_owned();
        found.push(tokens::Function { line: at + 1, name, lines: last + 1 - at });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|found| found.wrong).collect()
    }

    #[test]
    fn files_at_their_limit_are_clean() {
        let with_tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "//\n".repeat(500), "//\n".repeat(400));
        for (path, text) in [
            ("a/src/x.rs", with_tests.as_str()),
            ("a/src/main.rs", &"//\n".repeat(80)),
            ("ARCHITECTURE.md", &"x\n".repeat(200)),
            ("deploy/board.json", &"1\n".repeat(900)),
        ] {
            assert_eq!(wrongs(path, text), Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn files_above_their_limit_are_refused() {
        for (path, lines) in [
            ("a/src/x.rs", 501),
            ("a/src/main.rs", 81),
            ("ARCHITECTURE.md", 201),
            ("dev/x.py", 501),
            ("a/tests/b.rs", 501),
        ] {
            assert_eq!(
                wrongs(path, &"#\n".repeat(lines)),
                [format!("{lines} lines, at most {} are allowed", lines - 1)]
            );
        }
    }

    #[test]
    fn long_functions_are_refused_in_rust_and_python() {
        let rust = |body: usize| format!("fn f() {{\n{}}}\n", "    g();\n".repeat(body));
        assert_eq!(wrongs("a.rs", &rust(68)), Vec::<String>::new());
        assert_eq!(wrongs("a.rs", &rust(69)), ["`f` has 71 lines, at most 70 are allowed"]);
        let python = |body: usize| {
            format!("class A:\n    def f(\n        self,\n    ):\n{}\nx = 1\n", "        g()\n".repeat(body))
        };
        assert_eq!(wrongs("a.py", &python(67)), Vec::<String>::new());
        assert_eq!(wrongs("a.py", &python(68)), ["`f` has 71 lines, at most 70 are allowed"]);
    }

    #[test]
    fn files_worth_a_second_look_are_noted_and_not_refused() {
        let tree = Tree::of(&[("a.rs", &"//\n".repeat(301)), ("b.rs", &"//\n".repeat(300))]);
        assert_eq!(notes(&tree), ["a.rs: 301 lines, the aim is 100 to 200"]);
        assert!(check(&tree).is_empty());
    }
}
