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

/// Where the corpus allows it, without keys, the right verdict at the place beside the expected one is as good.
fn blames_the_neighbour(attack: &Attack, keyed: usize, found: &(String, Option<u64>)) -> bool {
    let (verdict, place) = attack.keyless;
    let near = place.zip(found.1).is_some_and(|(place, found)| place.abs_diff(found) == 1);
    attack.neighbour.is_some() && keyed == 0 && found.0 == verdict && near
}

/// The checker is to be read in one sitting and to run wherever Python is.
#[test]
fn the_checker_stays_short_and_imports_only_standard_modules_and_its_neighbour() {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools");
    for (name, lines, neighbours) in [("verify.py", 250, "['signed_note']"), ("signed_note.py", 100, "[]")] {
        let path = tools.join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().count() <= lines, "{name}: {} lines", text.lines().count());
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 120).collect();
        assert!(long.is_empty(), "longer than 120 columns: {long:#?}");
        let imports = "import ast, sys\ntree = ast.walk(ast.parse(open(sys.argv[1], encoding='utf-8').read()))\n\
            names = [name for node in tree for name in ([node.module] if isinstance(node, ast.ImportFrom) else \
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else [])]\n\
            print(len(names), [name for name in names if name not in sys.stdlib_module_names])";
        let output = Command::new("python3").args(["-c", imports]).arg(path).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.ends_with(&format!(" {neighbours}\n")) && !said.starts_with("0 "), "{said}");
    }
}

/// Whoever has only the one file checks all but checkpoints, and is told what is missing for those.
#[test]
fn the_checker_alone_still_checks_a_chain_and_names_the_file_that_checkpoints_need() {
    let files = Files::new();
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/verify.py");
    let alone = files.write("verify.py", &std::fs::read_to_string(tool).unwrap());
    let export = files.write("chain.ndjson", &corpus::ndjson(&corpus::sample()));
    let note = files.write("checkpoint.note", &corpus::checkpoint(&corpus::sample(), 19));
    let vkey = corpus::signer().verifier().vkey();
    let run = |arguments: &[&str]| {
        let output = Command::new("python3").args(["-B", &alone, "chain", &export]).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(run(&["--key-file", &files.path("keys.json")]), (Some(0), String::new()));
    let (code, said) = run(&["--checkpoint", &note, "--vkey", &vkey]);
    assert!(code == Some(1) && said.contains("signed_note"), "{code:?} {said}");
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
        .filter(|(run, (found, expected))| {
            found != expected && !blames_the_neighbour(&attacks[run / 2], run % 2, found)
        })
        .map(|(run, (found, expected))| format!("{} {}: {found:?}, not {expected:?}", attacks[run / 2].name, run % 2))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(runs.len(), 2 * attacks.len());
}

/// Runs the checker as its users do.
fn checker(arguments: &[&str]) -> (Option<i32>, String) {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/verify.py");
    let output = Command::new("python3").arg("-B").arg(tool).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

fn golden(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/1").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The golden chain of the sealer, which declares two gaps and is otherwise whole.
struct Golden {
    lines: Vec<Value>,
    vkey: String,
}

impl Golden {
    fn new() -> Self {
        let lines = golden("chain.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Self { lines, vkey: golden("trail.vkey").trim_end().to_owned() }
    }

    fn keys() -> Value {
        let chain: Value = serde_json::from_str(&golden("chain.json")).unwrap();
        let keys = chain["epoch_keys"].as_array().unwrap().iter();
        keys.map(|key| (key["id"].as_str().unwrap().to_owned(), key["key"].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// The verdict on these lines with both checkpoints and these keys.
    fn run(&self, files: &Files, lines: &[Value], keys: &Value) -> Vec<String> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let (export, keys) = (files.write("golden.ndjson", &text), files.write("golden.keys", &keys.to_string()));
        let new = files.write("new.note", &golden("checkpoint-38.note"));
        let old = files.write("old.note", &golden("checkpoint-30.note"));
        let list = ["chain", &export, "--checkpoint", &new, "--previous-checkpoint", &old, "--vkey", &self.vkey];
        let mut arguments: Vec<String> = list.map(str::to_owned).to_vec();
        arguments.extend(["--key-file".to_owned(), keys]);
        arguments
    }

    fn verdict(&self, lines: &[Value], keys: &Value) -> (String, Option<u64>) {
        let files = Files::new();
        let arguments = self.run(&files, lines, keys);
        verdicts(&files, &[arguments]).remove(0)
    }
}

#[test]
fn the_sealers_golden_chain_holds_with_macs_disclosures_and_both_checkpoints() {
    let golden = Golden::new();
    assert_eq!(golden.verdict(&golden.lines, &Golden::keys()), owned(("gap-declared", Some(10))));
    let changed = |at: usize, change: &dyn Fn(&mut Value)| {
        let mut lines = golden.lines.clone();
        change(&mut lines[at]);
        golden.verdict(&lines, &Golden::keys())
    };
    for at in 0..38 {
        let flip = |line: &mut Value| {
            let mac = line["mac"].as_str().unwrap();
            let digit = if mac.ends_with('0') { "1" } else { "0" };
            line["mac"] = json!(format!("{}{digit}", &mac[..63]));
        };
        assert_eq!(changed(at, &flip), owned(("tampered", Some(at as u64))));
    }
    let foreign = golden.lines[4]["disclosures"][0].clone();
    assert_eq!(changed(3, &|line| line["disclosures"][0] = foreign.clone()), owned(("tampered", Some(3))));
    assert_eq!(changed(3, &|line| line["disclosures"] = json!([])), owned(("gap-declared", Some(10))));
}

#[test]
fn a_key_that_is_not_given_makes_its_leaves_unverifiable_and_not_tampered() {
    let golden = Golden::new();
    let mut keys = Golden::keys();
    keys.as_object_mut().unwrap().remove("k-2");
    assert_eq!(golden.verdict(&golden.lines, &keys), owned(("unverifiable", Some(18))));
    keys["k-1"] = json!("ab".repeat(32));
    assert_eq!(golden.verdict(&golden.lines, &keys), owned(("tampered", Some(0))));
}

#[test]
fn leaves_before_a_retention_cut_may_be_gone_and_no_others() {
    let golden = Golden::new();
    let cut: Value = serde_json::from_str(golden.lines[24]["leaf"].as_str().unwrap()).unwrap();
    let next = usize::try_from(cut["what"]["next"].as_u64().unwrap()).unwrap();
    assert_eq!(golden.verdict(&golden.lines[next..], &Golden::keys()), owned(("gap-declared", Some(0))));
    assert_eq!(golden.verdict(&golden.lines[next + 1..], &Golden::keys()), owned(("missing", Some(0))));
}

#[test]
fn a_line_that_is_no_record_is_named_and_the_rest_is_still_checked() {
    let golden = Golden::new();
    for junk in [json!(null), json!({}), json!({"key_id": "k-1", "leaf": 7, "mac": ""}), json!([1])] {
        let mut lines = golden.lines.clone();
        lines[5] = junk;
        assert_eq!(golden.verdict(&lines, &Golden::keys()), owned(("tampered", Some(5))));
    }
}

#[test]
fn the_checkpoint_must_be_signed_by_the_given_key_and_be_of_the_same_history() {
    let (files, lines) = (Files::new(), corpus::sample());
    let export = files.write("chain.ndjson", &corpus::ndjson(&lines));
    let vkey = corpus::signer().verifier().vkey();
    let (new, old) = (corpus::checkpoint(&lines, 19), corpus::checkpoint(&lines, 11));
    let mut other = lines.clone();
    other[2].edit(|leaf| leaf["what"] = corpus::event("e-forged", "read"));
    corpus::chain::heal(&mut other, 2, true);
    let forger = seal::checkpoint::CheckpointSigner::from_seed(corpus::TRAIL, &[8; 32]).unwrap();
    let head = corpus::head(&lines, 19);
    let foreign = seal::checkpoint::Checkpoint::new(corpus::TRAIL, "audit.events/4", head).unwrap();
    let forged = seal::checkpoint::Checkpoint::new(corpus::TRAIL, corpus::CHAIN, head).unwrap();
    let cases = [
        ("intact", None, new.clone(), old.clone(), vkey.clone()),
        ("forked", Some(10), new.clone(), corpus::checkpoint(&other, 11), vkey.clone()),
        ("forked", Some(18), corpus::checkpoint(&other, 19), old.clone(), vkey.clone()),
        ("pending", Some(16), corpus::checkpoint(&lines, 16), old.clone(), vkey.clone()),
        ("tampered", None, new.clone(), old.clone(), forger.verifier().vkey()),
        ("tampered", None, forger.sign(&forged).unwrap(), old.clone(), vkey.clone()),
        ("tampered", None, corpus::signer().sign(&foreign).unwrap(), old.clone(), vkey.clone()),
        ("tampered", None, new.replace("\n19\n", "\n18\n"), old.clone(), vkey.clone()),
        ("tampered", None, new.replace('\n', "\r\n"), old.clone(), vkey.clone()),
        ("tampered", None, new.clone(), format!("{old}\n"), vkey),
    ];
    let mut runs = vec![];
    for (number, (_, _, new, old, vkey)) in cases.iter().enumerate() {
        let new = files.write(&format!("{number}.new"), new);
        let old = files.write(&format!("{number}.old"), old);
        let list = ["chain", &export, "--checkpoint", &new, "--previous-checkpoint", &old, "--vkey", vkey];
        runs.push(list.map(str::to_owned).to_vec());
    }
    let expected: Vec<_> = cases.iter().map(|case| owned((case.0, case.1))).collect();
    assert_eq!(verdicts(&files, &runs), expected);
}

#[test]
fn a_records_proof_is_checked_as_strictly_as_the_other_verifier_does() {
    let files = Files::new();
    let (text, vkey) = (golden("record-8.tlog-proof"), Golden::new().vkey);
    let verifier = seal::checkpoint::CheckpointVerifier::from_vkey(&vkey).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut cases = vec![text.clone(), text.replace("index 8", "index 7"), text.replace("@v1", "@v2")];
    cases.push(text.replace('\n', "\r\n"));
    cases.push(text.replacen("\n\n", "\n\n\n", 1));
    cases.push(text.replace(lines[1], "extra "));
    cases.push(format!("{text}\n"));
    cases.push(text.replace(&format!("{}\n", lines[3]), ""));
    cases.push(text.replace(lines[3], lines[4]));
    cases.push(text.replace(&format!("{}\n", lines[3]), &format!("{0}\n{0}\n", lines[3])));
    for index in (0..text.len()).step_by(7) {
        let mut bytes = text.clone().into_bytes();
        bytes[index] ^= 1;
        cases.extend(String::from_utf8(bytes));
    }
    let run = |(number, case): (usize, &String)| {
        let file = files.write(&format!("{number}.tlog-proof"), case);
        ["proof", &file, "--vkey", &vkey].map(str::to_owned).to_vec()
    };
    let runs: Vec<Vec<String>> = cases.iter().enumerate().map(run).collect();
    assert!(cases.len() > 100);
    for ((verdict, _), case) in verdicts(&files, &runs).iter().zip(&cases) {
        let ours = seal::proof::RecordProof::parse(case.as_bytes()).is_ok_and(|proof| proof.verify(&verifier).is_ok());
        assert_eq!(verdict == "intact", ours, "{verdict}: {case}");
        assert_eq!(ours, *case == text);
    }
}

#[test]
fn wrong_command_lines_absent_files_and_empty_exports_have_their_own_codes() {
    let files = Files::new();
    let empty = files.write("empty.ndjson", "");
    assert_eq!(checker(&["chain", &empty]).0, Some(13));
    assert_eq!(checker(&["chain", &files.path("absent.ndjson")]).0, Some(1));
    assert_eq!(checker(&["chain"]).0, Some(2));
    assert_eq!(checker(&["chain", &empty, "--checkpoint", &empty]).0, Some(2));
    let (code, help) = checker(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(help.contains("examples:") && help.contains("exit codes:"));
    let lines = corpus::sample();
    let (code, said) = checker(&["chain", &files.write("chain.ndjson", &corpus::ndjson(&lines[..18]))]);
    let closing = "verify: place=export chains=1 records=18 findings=0 macs=unchecked verdict=intact\n";
    assert_eq!((code, said.as_str()), (Some(0), closing));
}

/// A chain's beginning and, after a long absence, one leaf, which somebody changed or not.
fn after_an_absence(absent: usize, forged: bool) -> Vec<corpus::chain::Line> {
    let mut chain = corpus::chain::Chain::new(corpus::TRAIL, corpus::CHAIN, 40);
    let change = |version: &str| json!({"digest": "1d".repeat(32), "part": "phi-policy", "version": version});
    (0..=absent).for_each(|_| chain.control("config-change", &change("8")));
    let mut lines = chain.lines();
    lines.drain(1..=absent);
    if forged {
        lines[1].edit(|leaf| leaf["what"] = change("9"));
    }
    lines
}

#[test]
fn a_mac_after_missing_leaves_is_checked_or_said_not_to_have_been() {
    let files = Files::new();
    let run = |lines: &[corpus::chain::Line]| {
        let export = files.write("absent.ndjson", &corpus::ndjson(lines));
        checker(&["chain", &export, "--key-file", &files.path("keys.json")])
    };
    let (code, said) = run(&after_an_absence(100, true));
    assert_eq!(code, Some(10));
    assert!(said.contains("tampered: chain audit.events/3 sequence 101: its MAC does not match its leaf"), "{said}");
    assert!(said.ends_with("records=2 findings=2 macs=checked verdict=tampered\n"), "{said}");
    let (code, said) = run(&after_an_absence(100, false));
    assert_eq!(code, Some(11));
    assert!(said.ends_with("records=2 findings=1 macs=checked verdict=missing\n"), "{said}");
    // Half of the missing leaves may be segment-closes: 4,501 segments are too many to try each.
    let (code, said) = run(&after_an_absence(9_000, true));
    assert_eq!(code, Some(11));
    let unchecked =
        "unverifiable: chain audit.events/3 sequence 9001: its MAC was not checked: its segment is not known";
    assert!(said.contains(unchecked), "{said}");
    assert!(said.ends_with("records=2 findings=2 macs=partly verdict=missing\n"), "{said}");
}

#[test]
fn records_are_counted_and_macs_are_called_checked_only_where_they_were() {
    let files = Files::new();
    let lines = corpus::sample();
    let closing = |lines: &[corpus::chain::Line], keys: &str| {
        let export = files.write("counted.ndjson", &corpus::ndjson(lines));
        let (_, said) = checker(&["chain", &export, "--key-file", &files.write("counted.keys", keys)]);
        said.lines().last().unwrap().to_owned()
    };
    let without = [&lines[..7], &lines[8..]].concat();
    let twice = [&lines[..8], &lines[7..]].concat();
    for (lines, count) in [(&lines, 19), (&without, 18), (&twice, 20)] {
        assert!(closing(lines, "{}").contains(&format!(" records={count} ")));
    }
    let keys = corpus::keys().map(|(id, key)| format!("\"{id}\":\"{}\"", hex::encode(key)));
    assert!(closing(&lines, "{}").ends_with("macs=unchecked verdict=intact"));
    let other = format!("{{\"epoch-9\":\"{}\"}}", "ab".repeat(32));
    assert!(closing(&lines, &other).ends_with("macs=unchecked verdict=unverifiable"));
    assert!(closing(&lines, &format!("{{{}}}", keys[0])).ends_with("macs=partly verdict=unverifiable"));
    assert!(closing(&lines, &format!("{{{}}}", keys.join(","))).ends_with("macs=checked verdict=intact"));
}
