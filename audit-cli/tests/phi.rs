//! `audit-cli phi` as its users meet it: as a process, with the book's own examples.
#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

const PAGE: &str = include_str!("../../docs/src/how-to/scan-for-phi.md");
const EXAMPLES: [&str; 3] = ["phi-login", "phi-chart-view", "phi-break-glass"];

fn phi(arguments: &[&str], input: &str) -> Output {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut child = Command::new(env!("CARGO_BIN_EXE_audit-cli"))
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The version of the rules changes with every rule; the page does not follow that.
fn without_version(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once("; rules ").map_or(line, |(before, _)| before));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_book_shows_what_the_program_prints() {
    for example in EXAMPLES {
        let command = format!("phi explain docs/examples/{example}.json");
        let output = phi(&command.split(' ').collect::<Vec<_>>(), "");
        assert!(output.status.success());
        let (_, rest) = PAGE.split_once(&format!("$ audit-cli {command}\n")).unwrap();
        let (shown, _) = rest.split_once("```").unwrap();
        let (printed, shown) = (without_version(&told(&output)), without_version(shown));
        assert!(printed == shown, "of {example} the program prints now:\n{printed}");
    }
}

#[test]
fn no_output_of_explain_holds_a_value_when_it_is_no_terminal() {
    for arguments in [&["phi", "explain", "-"][..], &["--json", "phi", "explain", "-"][..]] {
        let event = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/phi-break-glass.json"));
        let output = phi(arguments, &event.unwrap());
        let all = format!("{}{}", told(&output), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && all.contains("restricted"), "{all}");
        for value in ["Jane", "Roe", "448291", "212-555-0147", "3/4/2025", "Okafor"] {
            assert!(!all.contains(value), "{value} in {all}");
        }
    }
    let revealed = phi(&["phi", "explain", "-", "--reveal"], "{}");
    assert!(!revealed.status.success() && revealed.stdout.is_empty());
    assert!(String::from_utf8_lossy(&revealed.stderr).contains("on a terminal only"));
}

#[test]
fn scan_answers_every_line_it_can_and_names_the_others() {
    let input = "{\"id\":1,\"text\":\"SSN 078-05-1120\"}\nSECRET\n\n{\"id\":\"b\",\"text\":\"nothing here\"}\n";
    let output = phi(&["phi", "scan"], input);
    let lines: Vec<serde_json::Value> = told(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["id"], &lines[0]["spans"][0]["label"]), (&1.into(), &"SSN".into()));
    assert_eq!((&lines[1]["id"], &lines[1]["spans"]), (&"b".into(), &serde_json::json!([])));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("line 2") && errors.ends_with("phi: action=scan lines=4 refused=1\n"), "{errors}");
    assert!(!errors.contains("SECRET") && output.status.code() == Some(1), "{errors}");
}

#[test]
fn rules_are_listed_and_a_file_whose_example_fails_is_refused() {
    let listed = phi(&["phi", "rules", "list"], "");
    assert!(listed.status.success() && told(&listed).lines().count() > 100);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.toml");
    let rule = |positive: &str| {
        format!(
            "version = \"1\"\n[[key]]\nname = \"ward-clerk\"\nmeans = \"NAME\"\nphrases = [\"ward clerk\"]\n\
             examples.positive = ['{positive}']\nexamples.negative = ['{{}}']\n"
        )
    };
    for (positive, code, told_part) in [
        (r#"{"wardClerk":"Jane Secret"}"#, 0, "verdict=accepted"),
        (r#"{"ward":"Jane Secret"}"#, 1, "example 1 of `positive`"),
    ] {
        std::fs::write(&file, rule(positive)).unwrap();
        let tested = phi(&["phi", "rules", "test", file.to_str().unwrap()], "");
        let all = told(&tested);
        assert_eq!(tested.status.code(), Some(code), "{all}");
        assert!(all.contains(told_part) && !all.contains("Secret"), "{all}");
    }
}
