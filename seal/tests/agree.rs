//! Two verifiers that share no line must agree: this one and `tools/verify.py`, on named attacks and on random ones.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "corpus/all.rs"]
mod corpus;

use std::path::Path;
use std::process::Command;

use corpus::attacks::attacks;
use corpus::chain::Line;
use corpus::judge::{Said, keys, rust};
use serde_json::{Map, Value, json};

/// Runs the checker once for each list of arguments, in one process.
const MANY: &str = "
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import verify
for arguments in json.load(open(sys.argv[2])):
    sys.argv, said = ['verify.py', *arguments, '--json'], io.StringIO()
    with contextlib.redirect_stdout(said):
        verify.main()
    print(said.getvalue().strip())
";

/// What the checker says of each case, without and with keys.
fn python(cases: &[(Vec<Line>, String)]) -> Vec<[Said; 2]> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let keys: Map<String, Value> =
        corpus::keys().map(|(id, key)| (id.to_owned(), json!(hex::encode(key)))).into_iter().collect();
    let key_file = write("keys.json", &Value::from(keys).to_string());
    let vkey = corpus::signer().verifier().vkey();
    let mut runs = Vec::new();
    for (number, (lines, note)) in cases.iter().enumerate() {
        let export = write(&format!("{number}.ndjson"), &corpus::ndjson(lines));
        let note = write(&format!("{number}.note"), note);
        let keyless =
            vec!["chain".to_owned(), export, "--checkpoint".to_owned(), note, "--vkey".to_owned(), vkey.clone()];
        let keyed = [keyless.clone(), vec!["--key-file".to_owned(), key_file.clone()]].concat();
        runs.extend([keyless, keyed]);
    }
    let list = write("runs.json", &json!(runs).to_string());
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools");
    let output = Command::new("python3").args(["-c", MANY]).arg(tools).arg(list).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let said: Vec<Said> = text
        .lines()
        .map(|line| {
            let said: Value = serde_json::from_str(line).unwrap();
            (said["verdict"].as_str().unwrap().to_owned(), said["sequence"].as_u64())
        })
        .collect();
    assert_eq!(said.len(), 2 * cases.len());
    said.chunks_exact(2).map(|pair| [pair[0].clone(), pair[1].clone()]).collect()
}

/// What a case is called, and whether keyless verifiers may blame two neighbours differently in it.
type Name = (String, bool);

/// Whether both said the same; of two neighbours either may be named where `neighbours` says so. What was done to the last
/// record, which nothing follows, both see, but may call differently: the checker knows no limits of a control leaf's
/// members, and judges no root after a leaf that it cannot read.
fn same(ours: &Said, theirs: &Said, neighbours: bool) -> bool {
    if neighbours && ours.1 == theirs.1 && ours.0 != "intact" && theirs.0 != "intact" {
        return true;
    }
    let near = ours.1.zip(theirs.1).is_some_and(|(ours, theirs)| ours.abs_diff(theirs) <= 1);
    ours == theirs || (neighbours && ours.0 == theirs.0 && near)
}

/// Where the two differ, and what ours found.
fn disagreements(names: &[Name], cases: &[(Vec<Line>, String)]) -> Vec<String> {
    let keys = keys();
    let mut wrong = Vec::new();
    for (((name, neighbours), (lines, note)), theirs) in names.iter().zip(cases).zip(python(cases)) {
        for (keys, theirs) in [(&[][..], &theirs[0]), (&keys[..], &theirs[1])] {
            let (ours, texts) = rust(lines, note, keys);
            if !same(&ours, theirs, *neighbours && keys.is_empty()) {
                wrong.push(format!("{name}, {} keys: {ours:?}, the checker {theirs:?}: {texts:?}", keys.len()));
            }
        }
    }
    wrong
}

#[test]
fn both_verifiers_agree_on_every_named_attack() {
    let attacks = attacks();
    assert!(attacks.len() >= 60);
    let names: Vec<Name> = attacks.iter().map(|attack| (attack.name.clone(), attack.neighbour.is_some())).collect();
    assert_eq!(names.iter().filter(|name| name.1).count(), 1, "every relaxed comparison is a decision");
    let cases: Vec<_> = attacks.into_iter().map(|attack| (attack.lines, attack.checkpoint)).collect();
    let wrong = disagreements(&names, &cases);
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// A small generator, so that a seed is all that is needed to see a case again (Knuth's MMIX constants).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// One random change: a character of a leaf, a MAC's bit, a key id, or the order and presence of lines. A change of a
/// leaf's link is one that keyless verifiers may lay on its neighbour.
fn change(lines: &mut Vec<Line>, random: &mut Random) -> Name {
    let at = random.below(lines.len());
    match random.below(8) {
        0 => {
            let mut mac = hex::decode(&lines[at].mac).unwrap();
            mac[random.below(32)] ^= 1 << random.below(8);
            lines[at].mac = hex::encode(mac);
            (format!("mac of {at}"), false)
        }
        1 => {
            lines.remove(at);
            (format!("removal of {at}"), false)
        }
        2 => {
            let to = random.below(lines.len());
            lines.swap(at, to);
            (format!("swap of {at} and {to}"), false)
        }
        3 => {
            let to = random.below(lines.len());
            lines.insert(to, lines[at].clone());
            (format!("copy of {at} to {to}"), false)
        }
        _ => loop {
            let byte = random.below(lines[at].leaf.len());
            let link = lines[at].leaf.find("\"prev\":\"").unwrap() + 8;
            let mut bytes = lines[at].leaf.clone().into_bytes();
            bytes[byte] ^= 1 << random.below(7);
            if let Ok(leaf) = String::from_utf8(bytes) {
                lines[at].leaf = leaf;
                let relaxed = (link..link + 64).contains(&byte) || at + 1 == lines.len();
                return (format!("byte {byte} of {at}"), relaxed);
            }
        },
    }
}

#[test]
fn both_verifiers_agree_on_random_changes() {
    let seed = std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos();
    println!("seed {seed}");
    let mut random = Random(u64::from(seed));
    let intact = corpus::sample();
    let note = corpus::checkpoint(&intact, intact.len());
    let (names, cases): (Vec<_>, Vec<_>) = (0..150)
        .map(|_| {
            let mut lines = intact.clone();
            (change(&mut lines, &mut random), (lines, note.clone()))
        })
        .unzip();
    let wrong = disagreements(&names, &cases);
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
