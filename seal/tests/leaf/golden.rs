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
    ("chain.json", "1c25628f7e4c04d441d0379a374c3025a9ad729772696a17e6598b9bee340b3c"),
    ("chain.ndjson", "d91b1893e77d417c1d3678a2d92e83904d6eba78484898604d9309e5c3a2902d"),
    ("checkpoint-30.note", "4ebb611f92dad5a5761ef6c1936543fe2b6dab149e4e5cfe890b79795642d779"),
    ("checkpoint-38.note", "1997cfff8f7da34dde8cee936095c3970d4522725d63725d0f40ff795e0460c6"),
    ("config-change.json", "eaa95e4b5cb6c62a4d02661f1d0a01608b427cc4f72cadae623e86a05194272c"),
    ("duplicate.json", "689c747fa249659d1f0c4cee46f21a5aa0e76a5136832de8ef86c7adcbb737f3"),
    ("erasure.json", "63413dfaa45a4b1abc80684db876d43bf5e88fa5bb4bbbe885a095f7b9824c4a"),
    ("event-escapes.json", "4059dbb686094831f09f821b4d9eaa7dba7d889b8309477f57cdb2f8f54d9fbe"),
    ("event-four-hidden.json", "edac70b02a4196f9933d0c46aec8f54b3b95d5391c0d466c1ca220444a1aef79"),
    ("event-hostile-extras.json", "538ad47840af0d26d8570746a8b6aa5a94389b4db6f40f5854cf5d5da46da874"),
    ("event-plain.json", "0ea8af9c303d179a8d6a1399be13f1b83e88023832291ed5e567214eb0651f65"),
    ("event-recursive.json", "105baca756fd6a4b84ab35870d84c136709af4a28546c928ddb68d5a78d10661"),
    ("event-workforce.json", "56c58c23db91633628ae15b910004ff7f488cd575d7363f61bfa269e827d8d56"),
    ("genesis.json", "3eaef3756d148f926cdbe0ecb4dab27b057c44cb3c27f8c7affafe314be068e8"),
    ("key-epoch.json", "53c1de208deeb370013f1d801229813331b834644ae4878db560444c19821c4d"),
    ("owner-change.json", "93ae5cb8491d9faac25fe39b3e14d69f581c09e71a1917d50d09ccc81b50d8b7"),
    ("record-8.tlog-proof", "10e1b3d61074d06407e4ae3f801f9ba842c8772ac0947084da6c0a7b3108dd99"),
    ("reject.json", "1033f91bfc57fbd72a1fe643249ff4252b382b6a8b4de6798eb48f52f831c352"),
    ("retention-cut.json", "7f369e319a27b3d3ed1a8ce871df8eaeae7cff2e4e5a7b8eda0ae0425329f02e"),
    ("segment-close.json", "5641915d64145198d5006413209e3351b461ff766f9d47de8fda6c832a0a07c8"),
    ("source-gap.json", "7f0eaeea46c4a917d0a10e6de8a9e250eeb411f40d05eb955f47f6ee88fc003c"),
    ("steps.json", "d6debd7366f17e90fdde592c6443989faa5f29499f39eacb88a614d352efaa28"),
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
