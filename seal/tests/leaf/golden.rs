//! Golden vectors of version 1: made once, kept for ever. Today's sealer must make every byte of them again.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use schemas::SealedRecord;
use seal::ChainState;
use seal::leaf::Kind;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::fixture::{CHAIN, Desk, ROOT, epoch_bytes, output};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/1")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// The steps of the golden chain.
pub fn steps() -> Vec<Value> {
    serde_json::from_str(&read("steps.json")).unwrap()
}

/// Runs the whole chain; gives the text that each golden file ought to have.
fn today() -> Vec<(String, String)> {
    let mut desk = Desk::new(ChainState::new(), "k-1");
    let (mut files, mut export): (Vec<(String, String)>, String) = Default::default();
    for step in steps() {
        let before = desk.sealer.state().to_text(CHAIN);
        let nonce = desk.nonces.0;
        let key = desk.sealer.state().key().map_or("k-1", |key| key.as_str()).to_owned();
        let mut out = Vec::new();
        let sealed = desk.step(&step, &mut out).unwrap();
        let output = output(&desk, &out, sealed);
        export += &line(&desk, &out);
        let name = format!("{}.json", step["name"].as_str().unwrap_or_default());
        if name != ".json" {
            let case = json!({
                "chain": CHAIN, "epoch_key": {"id": key, "key": hex::encode(epoch_bytes(&key))},
                "input": step, "last_nonce": nonce, "output": output, "state": before, "tenant_root": hex::encode(ROOT),
            });
            files.push((name, serde_json::to_string_pretty(&case).unwrap() + "\n"));
        }
    }
    let keys = ["k-1", "k-2"].map(|id| json!({"id": id, "key": hex::encode(epoch_bytes(id))}));
    let about = json!({
        "chain": CHAIN, "epoch_keys": keys, "root": desk.sealer.state().edge().root().to_string(),
        "size": desk.sealer.state().size(), "state": desk.sealer.state().to_text(CHAIN), "trail": "example",
    });
    files.push(("chain.json".to_owned(), serde_json::to_string_pretty(&about).unwrap() + "\n"));
    files.push(("chain.ndjson".to_owned(), export));
    files
}

/// One line of an export for outsiders.
fn line(desk: &Desk, record: &[u8]) -> String {
    let record = SealedRecord::decode(record).unwrap();
    let text = |text: &str| serde_json::to_string(text).unwrap();
    let leaf = text(std::str::from_utf8(record.leaf).unwrap());
    let (key, mac) = (text(record.key_id), hex::encode(record.mac));
    let disclosures = desk.disclosures(&record);
    let disclosures = if disclosures.is_empty() {
        String::new()
    } else {
        format!(",\"disclosures\":{}", serde_json::to_string(&disclosures).unwrap())
    };
    format!("{{\"key_id\":{key},\"leaf\":{leaf},\"mac\":\"{mac}\"{disclosures}}}\n")
}

#[test]
fn today_s_sealer_makes_every_golden_byte_again() {
    let mut missing = Vec::new();
    for (name, today) in today() {
        if !folder().join(&name).exists() {
            let draft = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
            std::fs::write(&draft, today).unwrap();
            missing.push(draft);
        } else {
            assert!(today == read(&name), "{name}: today's sealer makes other bytes");
        }
    }
    assert!(missing.is_empty(), "no golden files yet: look at {missing:?}, then copy them to {}", folder().display());
}

/// SHA-256 of every golden file. An entry is added with a new file and never changed.
const FROZEN: [(&str, &str); 23] = [
    ("chain.json", "7f14080777c169d07a68b4bc8fd40cda681e798944dd0fe89efc61c12532c04a"),
    ("chain.ndjson", "ae322d310cf657c98dc1cebaa66cde346ec8070d18549b47fef0396fa041e563"),
    ("checkpoint-30.note", "e46df45425d1b421fe8ce4ecfc1869c8fa9144b91ab9248c7cf0d7be91e66e64"),
    ("checkpoint-38.note", "f25d90fd349e357cf070fafddf837549694e76921c6a92dfc8531c1f8094ef66"),
    ("config-change.json", "056c54fe55a49bea435d990b839ec8418e9e424c5a578946b036caf02ababc23"),
    ("duplicate.json", "08b602040203d1da1c063b08af1d51d721c6bf2423b249de9be348bd089ba8cf"),
    ("erasure.json", "047b340f2dbb8ce72956d7a5d0b32a231a1c8a167f81ffff721181d67f7c4250"),
    ("event-escapes.json", "aa7496e404c7f01a5ab26c7d9074a44eac6316bf0859142e1a0f5649a72571be"),
    ("event-four-hidden.json", "e25afe08af3561b9c29d4db7a585896c7a154f183444c29fa51268345ae46d16"),
    ("event-hostile-extras.json", "4999c63ea789a8ca7fad9dde80738a0c7d57f77859b5a8643aa1202539863a77"),
    ("event-plain.json", "19859432a504bc25062850b92ddcdae99ed42054c2ce62b99b1814b95854e9a6"),
    ("event-recursive.json", "5d0860598ac8b53ee6ba0b5762722a8458fac46fff5a200b302fdfbdf3dc75b8"),
    ("event-workforce.json", "94e28b556361879fd37b16d345c221e443e61a5c465d622d6012fd6d2fa449f8"),
    ("genesis.json", "6df5293ee89eca6a23e77ba7a1a3b255edc979e190d45f0b80d9692efa01d190"),
    ("key-epoch.json", "366d04b54cc7450db9c17b1b6d5da4750036b7fdf191c447004f231f1ad696a1"),
    ("owner-change.json", "5bd353287e07410be2e540abacc015fd259c5af166dd4c5dab94454e95d4de91"),
    ("record-8.tlog-proof", "269ce54abf8bca29a72cb65b23317d97c51c7ac151ce30dc9b2a2056602debdf"),
    ("reject.json", "0889ffd83f23b04091945417d830132c6e285cc86116495f5dda49c26f3a2238"),
    ("retention-cut.json", "6232d1d47a9c7a9c7f24a823f0fbdca7e34202d972dd17a8b2a14f45990f382a"),
    ("segment-close.json", "217747c8ae8d46a72728e15508ea05d6505968fab72cd65e0b4aa05b9f7d334a"),
    ("source-gap.json", "9c556dbc3076b9b37f6df8ebcbc80bf29cd79500367c5f14948f89293dc9b945"),
    ("steps.json", "a2358720727b4a2101ac910a1333d149630b03d942f1709c4b7c5e5f76a57055"),
    ("trail.vkey", "d74534c90dad1bf78a441ee930e4186d23b3259880bbf4c932c11e8a63ad08a5"),
];

#[test]
fn golden_files_are_never_edited() {
    let mut names: Vec<String> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, FROZEN.map(|(name, _)| name), "each file of golden/1 stands in FROZEN, and no other");
    for (name, digest) in FROZEN {
        assert_eq!(hex::encode(Sha256::digest(read(name))), digest, "{name} was changed");
    }
}

#[test]
fn there_is_a_golden_file_for_every_type_of_leaf() {
    let kinds = FROZEN.iter().filter_map(|(name, _)| {
        let case: Value = serde_json::from_str(&read(name)).ok()?;
        let leaf: Value = serde_json::from_str(case.get("output")?["leaf"].as_str()?).unwrap();
        Kind::from_name(leaf["type"].as_str()?)
    });
    let kinds: HashSet<Kind> = kinds.collect();
    assert_eq!(kinds, HashSet::from(Kind::ALL));
}

#[test]
fn each_golden_leaf_comes_out_of_its_own_file_alone() {
    for (name, _) in FROZEN {
        let case: Value = serde_json::from_str(&read(name)).unwrap_or_default();
        let Some(expected) = case.get("output") else { continue };
        let state = ChainState::parse(CHAIN, case["state"].as_str().unwrap()).unwrap();
        let mut desk = Desk::new(state, case["epoch_key"]["id"].as_str().unwrap());
        desk.nonces.0 = case["last_nonce"].as_u64().unwrap();
        let mut out = Vec::new();
        let sealed = desk.step(&case["input"], &mut out).unwrap();
        assert_eq!(output(&desk, &out, sealed), *expected, "{name}");
    }
}
