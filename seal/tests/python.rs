//! The independent checker against the corpus: each attack's verdict, first sequence and exit code.
#![allow(clippy::unwrap_used)]

#[path = "corpus/all.rs"]
mod corpus;

use corpus::attacks::{Attack, Expected, attacks};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A verdict's exit code, as the checker's help and the book have it.
fn code(verdict: &str) -> i32 {
    let codes = [("intact", 0), ("tampered", 10), ("missing", 11), ("forked", 12), ("unverifiable", 13)];
    let codes = codes.iter().chain(&[("gap-declared", 15), ("pending", 16)]);
    codes.clone().find(|(name, _)| *name == verdict).unwrap().1
}

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        let keys: serde_json::Map<String, Value> =
            corpus::keys().iter().map(|(id, key)| ((*id).to_owned(), json!(hex::encode(key)))).collect();
        files.write("keys.json", &Value::from(keys).to_string());
        files
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
}

/// Runs the checker once for each list of arguments, all in one process, and prints code and output of each.
const MANY: &str = "
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import verify
for arguments in json.load(open(sys.argv[2])):
    sys.argv, said = ['verify.py', *arguments, '--json'], io.StringIO()
    with contextlib.redirect_stdout(said):
        code = verify.main()
    print(json.dumps({'code': code, 'said': json.loads(said.getvalue())}))
";

/// The verdicts and first sequences for lists of arguments; every exit code must be its verdict's.
fn verdicts(files: &Files, runs: &[Vec<String>]) -> Vec<(String, Option<u64>)> {
    let list = files.write("runs.json", &json!(runs).to_string());
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools");
    let output = Command::new("python3").args(["-c", MANY]).arg(tools).arg(list).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = text.lines().map(|line| {
        let run: Value = serde_json::from_str(line).unwrap();
        let verdict = run["said"]["verdict"].as_str().unwrap().to_owned();
        assert_eq!(run["code"], code(&verdict), "{line}");
        (verdict, run["said"]["sequence"].as_u64())
    });
    found.collect()
}

fn owned(expected: Expected) -> (String, Option<u64>) {
    (expected.0.to_owned(), expected.1)
}

/// The arguments that check an attack without and with keys.
fn arguments(files: &Files, number: usize, attack: &Attack) -> [Vec<String>; 2] {
    let export = files.write(&format!("{number}.ndjson"), &corpus::ndjson(&attack.lines));
    let note = files.write(&format!("{number}.note"), &attack.checkpoint);
    let vkey = corpus::signer().verifier().vkey();
    let keyless = ["chain", &export, "--checkpoint", &note, "--vkey", &vkey].map(str::to_owned).to_vec();
    let keyed = [keyless.clone(), vec!["--key-file".to_owned(), files.path("keys.json")]].concat();
    [keyless, keyed]
}

#[test]
fn the_checker_names_every_attack_of_the_corpus_and_its_first_sequence() {
    let files = Files::new();
    let attacks = attacks();
    let numbered = attacks.iter().enumerate();
    let runs: Vec<_> = numbered.flat_map(|(number, attack)| arguments(&files, number, attack)).collect();
    let expected = attacks.iter().flat_map(|attack| [owned(attack.keyless), owned(attack.keyed)]);
    let compared = verdicts(&files, &runs).into_iter().zip(expected).enumerate();
    let wrong: Vec<String> = compared
        .filter(|(_, (found, expected))| found != expected)
        .map(|(run, (found, expected))| format!("{} {}: {found:?}, not {expected:?}", attacks[run / 2].name, run % 2))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(runs.len(), 2 * attacks.len());
}
