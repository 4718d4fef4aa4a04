//! Proofs of single records: what is proven, and attacks 40 to 49 on the file, each under its number.
#![allow(clippy::unwrap_used)]

#[path = "corpus/all.rs"]
mod corpus;

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use corpus::chain::Line;
use seal::checkpoint::{Checkpoint, CheckpointSigner, CheckpointVerifier, NoteError};
use seal::merkle::{Head, Leaves, Tile, Tiles, TreeError};
use seal::proof::{PROOF_BYTES_MAX, ProofError, RecordProof};
use seal::{LeafHash, Sequence};
use serde_json::json;

fn verifier() -> CheckpointVerifier {
    corpus::signer().verifier()
}

fn hashes(lines: &[Line]) -> Vec<LeafHash> {
    lines.iter().map(|line| LeafHash::of(line.leaf.as_bytes())).collect()
}

fn made(lines: &[Line], index: usize) -> Result<RecordProof, ProofError> {
    let note = corpus::checkpoint(lines, lines.len());
    let hashes = hashes(lines);
    RecordProof::make(lines[index].leaf.as_bytes(), &note, &verifier(), &mut Leaves(&hashes))
}

/// The file of leaf 7 of the sample chain.
fn file() -> String {
    made(&corpus::sample(), 7).unwrap().text()
}

fn verify(text: &str) -> Result<Sequence, ProofError> {
    verify_with(&verifier(), text)
}

fn verify_with(verifier: &CheckpointVerifier, text: &str) -> Result<Sequence, ProofError> {
    let proof = RecordProof::parse(text.as_bytes())?;
    proof.verify(verifier).map(|proven| proven.sequence)
}

/// The file with another line in place of the one that begins so.
fn with_line(text: &str, start: &str, line: &str) -> String {
    let (head, note) = text.split_once("\n\n").unwrap();
    let changed = head.split('\n').map(|old| if old.starts_with(start) { line } else { old });
    format!("{}\n\n{note}", changed.collect::<Vec<_>>().join("\n"))
}

fn with_leaf(text: &str, leaf: &str) -> String {
    with_line(text, "extra ", &format!("extra {}", BASE64_STANDARD.encode(leaf)))
}

fn path_of(text: &str) -> Vec<&str> {
    text.split_once("\n\n").unwrap().0.split('\n').skip(3).collect()
}

fn with_path(text: &str, path: &[&str]) -> String {
    let (head, note) = text.split_once("\n\n").unwrap();
    let head: Vec<&str> = head.split('\n').take(3).chain(path.iter().copied()).collect();
    format!("{}\n\n{note}", head.join("\n"))
}

/// A chain in which this leaf stands at 7 and everything else is as it must be, and the proof that its owner could sign.
fn forged(leaf: &str) -> String {
    let mut lines = corpus::sample();
    leaf.clone_into(&mut lines[7].leaf);
    let hashes = hashes(&lines);
    let path = seal::merkle::prove_inclusion(7, 19, &mut Leaves(&hashes)).unwrap();
    let path: String = path.iter().map(|hash| format!("{}\n", BASE64_STANDARD.encode(hash.0))).collect();
    let extra = BASE64_STANDARD.encode(leaf);
    format!("c2sp.org/tlog-proof@v1\nextra {extra}\nindex 7\n{path}\n{}", corpus::checkpoint(&lines, 19))
}

#[test]
fn every_record_of_a_chain_is_proven_by_every_checkpoint_that_covers_it() {
    let lines = corpus::sample();
    for size in 1..=lines.len() {
        let (note, hashes) = (corpus::checkpoint(&lines, size), hashes(&lines[..size]));
        for (index, line) in lines.iter().enumerate() {
            let made = RecordProof::make(line.leaf.as_bytes(), &note, &verifier(), &mut Leaves(&hashes));
            if index >= size {
                assert_eq!(made, Err(ProofError::Tree(TreeError::OutOfRange)));
                continue;
            }
            let text = made.unwrap().text();
            let proof = RecordProof::parse(text.as_bytes()).unwrap();
            assert_eq!(proof.text(), text);
            let proven = proof.verify(&verifier()).unwrap();
            assert_eq!((proven.leaf, proven.sequence), (line.leaf.as_bytes(), Sequence(index as u64)));
            assert_eq!((proven.chain.as_str(), proven.checkpoint.head().size), (corpus::CHAIN, size as u64));
        }
    }
}

#[test]
fn a_proof_from_tiles_is_the_one_from_the_leaves() {
    let lines = corpus::sample();
    let hashes = hashes(&lines);
    let files: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    let mut tiles = Tiles::new(19, |tile: Tile| (tile.path() == "tile/0/000.p/19").then(|| files.clone()));
    let note = corpus::checkpoint(&lines, 19);
    let made = RecordProof::make(lines[7].leaf.as_bytes(), &note, &verifier(), &mut tiles).unwrap();
    assert_eq!(made.text(), file());
}

#[test]
fn a_proof_that_would_not_hold_is_not_made() {
    let mut lines = corpus::sample();
    let note = corpus::checkpoint(&lines, 19);
    lines[7].leaf = lines[7].leaf.replace("truncated", "oversized");
    let hashes = hashes(&lines);
    let made = RecordProof::make(lines[7].leaf.as_bytes(), &note, &verifier(), &mut Leaves(&hashes));
    assert_eq!(made, Err(ProofError::Tree(TreeError::OtherRoot)));
}

#[test]
fn one_changed_bit_anywhere_in_the_file_is_refused() {
    let text = file();
    assert_eq!(verify(&text), Ok(Sequence(7)));
    for index in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[index] ^= 1 << (index % 8);
        let found =
            RecordProof::parse(&bytes).and_then(|proof| proof.verify(&verifier()).map(|proven| proven.sequence));
        assert!(found.is_err(), "byte {index}");
    }
}

#[test]
fn attack_40_the_empty_path_of_a_tree_of_one_leaf_is_refused_for_a_larger_chain() {
    let lines = corpus::sample();
    let single = made(&lines[..1], 0).unwrap().text();
    assert_eq!(path_of(&single).len(), 0);
    let (head, _) = single.split_once("\n\n").unwrap();
    let moved = format!("{head}\n\n{}", corpus::checkpoint(&lines, 19));
    assert_eq!(verify(&moved), Err(ProofError::Tree(TreeError::PathLength)));
}

#[test]
fn attack_41_no_index_path_or_size_out_of_range_is_taken() {
    let (text, lines) = (file(), corpus::sample());
    let path = path_of(&text);
    assert_eq!(path.len(), 5);
    assert_eq!(verify(&with_path(&text, &path[..4])), Err(ProofError::Tree(TreeError::PathLength)));
    let longer = [path.as_slice(), &path[..1]].concat();
    assert_eq!(verify(&with_path(&text, &longer)), Err(ProofError::Tree(TreeError::PathLength)));
    assert!(verify(&with_path(&text, &vec![path[0]; 64])).is_err());
    for index in ["19", "9223372036854775808", "9223372036854775809", "18446744073709551616", "-1", "07", "+7", ""] {
        assert!(verify(&with_line(&text, "index ", &format!("index {index}"))).is_err(), "{index}");
    }
    assert!(verify(&format!("{text}\n")).is_err());
    assert!(verify(&format!("{text}trailing")).is_err());
    let signer = corpus::signer();
    for size in [0, 7, 1 << 63] {
        let checkpoint =
            Checkpoint::new(corpus::TRAIL, corpus::CHAIN, Head { size, ..corpus::head(&lines, 19) }).unwrap();
        let (head, _) = text.split_once("\n\n").unwrap();
        let found = verify(&format!("{head}\n\n{}", signer.sign(&checkpoint).unwrap()));
        assert!(matches!(found, Err(ProofError::Tree(_))), "{size}: {found:?}");
    }
}

#[test]
fn attack_42_a_nodes_content_does_not_pass_for_a_leaf() {
    let lines = corpus::sample();
    let hashes = hashes(&lines);
    // The 65 bytes below the root's left child, offered as the leaf one level higher.
    let content = [&[1], hashes[6].0.as_slice(), &hashes[7].0].concat();
    let text = with_line(&file(), "extra ", &format!("extra {}", BASE64_STANDARD.encode(content)));
    let path = path_of(&text);
    assert!(matches!(verify(&with_path(&text, &path[1..])), Err(ProofError::BadLeaf(_))));
}

#[test]
fn attack_43_a_proof_file_has_one_spelling() {
    let text = file();
    let (head, note) = text.split_once("\n\n").unwrap();
    let path = path_of(&text);
    let unpadded = path[0].trim_end_matches('=');
    for (what, wrong) in [
        ("CRLF", text.replace('\n', "\r\n")),
        ("a blank line more", format!("{head}\n\n\n{note}")),
        ("a blank line fewer", format!("{head}\n{note}")),
        ("a blank line at its begin", format!("\n{text}")),
        ("another version", text.replace("proof@v1", "proof@v2")),
        ("no padding", text.replace(path[0], unpadded)),
        ("a space after the index", with_line(&text, "index ", "index 7 ")),
        ("two spaces before the index", with_line(&text, "index ", "index  7")),
        ("no leaf", text.lines().filter(|line| !line.starts_with("extra ")).map(|line| format!("{line}\n")).collect()),
        ("17 signatures", format!("{text}{}", "\u{2014} w AAAAAAAAAAA=\n".repeat(16))),
        ("a byte order mark", format!("\u{feff}{text}")),
        ("a megabyte", format!("{text}{}", "x".repeat(1 << 20))),
    ] {
        assert_ne!(wrong, text, "{what}");
        assert!(verify(&wrong).is_err(), "{what}");
    }
    let long = RecordProof::parse(&vec![b'x'; PROOF_BYTES_MAX + 1]);
    assert_eq!(long, Err(ProofError::Malformed("it is longer than any can be")));
}

#[test]
fn attack_45_the_trail_and_the_chain_are_the_callers_and_never_the_files() {
    let text = file();
    let other = CheckpointSigner::from_seed("example.org", &[7; 32]).unwrap();
    assert_eq!(verify_with(&other.verifier(), &text), Err(ProofError::Checkpoint(NoteError::NotSigned)));
    // The same key, asked for another chain's checkpoint with the same tree.
    let checkpoint = Checkpoint::new(corpus::TRAIL, "audit.events/4", corpus::head(&corpus::sample(), 19)).unwrap();
    let (head, _) = text.split_once("\n\n").unwrap();
    let moved = format!("{head}\n\n{}", corpus::signer().sign(&checkpoint).unwrap());
    assert_eq!(verify(&moved), Err(ProofError::OtherChain));
}

#[test]
fn attack_46_the_link_is_part_of_what_is_proven() {
    // Leaf and tree carry the linear chain themselves: another previous hash is another leaf.
    let text = file();
    let leaf = corpus::sample()[7].leaf.clone();
    let mut value: serde_json::Value = serde_json::from_str(&leaf).unwrap();
    value["prev"] = json!("ab".repeat(32));
    let changed = corpus::chain::canonical(&value);
    assert_eq!(verify(&with_leaf(&text, &changed)), Err(ProofError::Tree(TreeError::OtherRoot)));
    value["prev"] = json!("00".repeat(32));
    assert!(matches!(verify(&forged(&corpus::chain::canonical(&value))), Err(ProofError::BadLeaf(_))));
}

#[test]
fn attack_47_what_extra_says_of_itself_is_not_believed() {
    let (text, lines) = (file(), corpus::sample());
    assert_eq!(verify(&with_leaf(&text, &lines[6].leaf)), Err(ProofError::OtherPlace));
    assert_eq!(
        verify(&with_leaf(&text, &lines[7].leaf.replace("truncated", "oversized"))),
        Err(ProofError::Tree(TreeError::OtherRoot))
    );
    let elsewhere = lines[7].leaf.replace("events/3", "events/4");
    assert_eq!(verify(&with_leaf(&text, &elsewhere)), Err(ProofError::OtherChain));
    assert_eq!(verify(&with_line(&text, "index ", "index 6")), Err(ProofError::OtherPlace));
    // Index and leaf moved together.
    let moved = with_line(&with_leaf(&text, &lines[7].leaf.replace("\"seq\":7", "\"seq\":6")), "index ", "index 6");
    assert_eq!(verify(&moved), Err(ProofError::Tree(TreeError::OtherRoot)));
}

#[test]
fn attack_48_a_malleated_ed25519_signature_voids_the_proof() {
    // The attack's ML-DSA half does not apply: version 1 knows no such signatures and passes them over as unknown.
    let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let text = file();
    let line = text.trim_end().rsplit(' ').next().unwrap();
    let mut bytes = BASE64_STANDARD.decode(line).unwrap();
    let mut carry = 0;
    for (digit, add) in bytes[36..].iter_mut().zip(order) {
        carry += u16::from(*digit) + u16::from(add);
        *digit = (carry & 0xff) as u8;
        carry >>= 8;
    }
    let malleated = text.replace(line, &BASE64_STANDARD.encode(&bytes));
    assert_eq!(verify(&malleated), Err(ProofError::Checkpoint(NoteError::BadSignature)));
}

#[test]
fn attack_49_only_the_canonical_spelling_of_a_leaf_is_proven_even_where_another_was_logged() {
    let leaf = corpus::sample()[7].leaf.clone();
    assert_eq!(verify(&forged(&leaf)), Ok(Sequence(7)));
    for (from, to) in [
        ("\"type\":\"reject\"", "\"type\":\"event\",\"type\":\"reject\""),
        ("\"bytes\":17", "\"bytes\":17.0"),
        ("\"bytes\":17", "\"bytes\":1.7e1"),
        ("\"bytes\":17", "\"bytes\":-0"),
        ("\"bytes\":17", "\"bytes\":9007199254740992"),
        ("\"bytes\":17", "\"bytes\":99999999999999999999"),
        ("truncated", "truncated\\ud800"),
        ("truncated", "trunc\\u0061ted"),
        ("truncated", "trunc\\/ated"),
        ("\"seq\":7", "\"seq\":7 "),
        ("\"v\":1,", ""),
        ("\"prev\":\"", "\"prev\":\"A"),
        ("\"source\"", "\"Source\""),
        ("}}", "}},"),
    ] {
        let wrong = leaf.replacen(from, to, 1);
        assert_ne!(wrong, leaf, "{to}");
        let found = verify(&forged(&wrong));
        assert!(matches!(found, Err(ProofError::BadLeaf(_) | ProofError::UnknownLeaf)), "{to}: {found:?}");
    }
    // Look-alikes are other texts, not other spellings: what is proven is exactly the bytes.
    let change = config_change();
    let (composed, decomposed) = (change.replace("v-1", "\u{e9}"), change.replace("v-1", "e\u{301}"));
    assert_eq!(verify(&forged(&composed)), Ok(Sequence(7)));
    assert!(verify(&with_leaf(&forged(&composed), &decomposed)).is_err());
    let deep = leaf.replace("\"bytes\":17", &format!("\"bytes\":{}{}", "[".repeat(10_000), "]".repeat(10_000)));
    assert!(matches!(verify(&forged(&deep)), Err(ProofError::BadLeaf(_))));
    let long = leaf.replace("truncated", &"x".repeat(65_535));
    assert!(verify(&forged(&long)).is_err());
}

/// A leaf with a free text, for place 7.
fn config_change() -> String {
    let mut value = corpus::sample()[7].value();
    value["source"]["next"] = value["source"]["from"].clone();
    value["type"] = json!("config-change");
    value["what"] = json!({"digest": "ab".repeat(32), "part": "phi", "version": "v-1"});
    corpus::chain::canonical(&value)
}

/// What the checker in Python says of a proof file: its exit code.
fn checker(folder: &Path, text: &str) -> i32 {
    let file = folder.join("record.tlog-proof");
    std::fs::write(&file, text).unwrap();
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/verify.py");
    let mut command = Command::new("python3");
    command.arg("-B").arg(tool).arg("proof").arg(file).args(["--vkey", &verifier().vkey()]);
    command.output().unwrap().status.code().unwrap()
}

#[test]
fn a_leaf_that_no_sealer_writes_is_refused_as_the_checker_in_python_refuses_it() {
    let folder = tempfile::TempDir::new().unwrap();
    let (reject, change) = (corpus::sample()[7].leaf.clone(), config_change());
    for leaf in [&reject, &change] {
        let text = forged(leaf);
        assert_eq!((verify(&text), checker(folder.path(), &text)), (Ok(Sequence(7)), 0), "{leaf}");
    }
    let long = "v".repeat(1_025);
    for (leaf, from, to) in [
        (&reject, "truncated", "Truncated"),
        (&reject, "truncated", "two words"),
        (&reject, "truncated", ""),
        (&reject, "\"bytes\":17", "\"bytes\":-17"),
        (&reject, "\"bytes\":17", "\"bytes\":\"17\""),
        (&reject, "\"bytes\":17,", ""),
        (&reject, "\"bytes\":17,", "\"bytes\":17,\"more\":1,"),
        (&reject, "\"what\":{", "\"what\":{\"a\":1,"),
        (&reject, "}}", "},\"x\":1}"),
        (&reject, ",\"prev\"", ",\"class\":{\"level\":\"public\",\"policy\":\"p\"},\"prev\""),
        (&reject, "\"type\":\"reject\"", "\"type\":\"event\""),
        (&reject, "\"type\":\"reject\"", "\"type\":\"genesis\""),
        (&reject, "\"partition\":", "\"partition\":-"),
        (&change, "\"v-1\"", "\"\""),
        (&change, "\"v-1\"", "1"),
        (&change, "v-1", "\\u0000"),
        (&change, "v-1", &long),
        (&change, "abab", "ABAB"),
        (&change, "abab", "ab"),
    ] {
        let wrong = leaf.replacen(from, to, 1);
        assert_ne!(wrong, *leaf, "{to}");
        let text = forged(&wrong);
        assert!(matches!(verify(&text), Err(ProofError::BadLeaf(_))), "{to}: {:?}", verify(&text));
        assert_eq!(checker(folder.path(), &text), 10, "{to}");
    }
}

#[test]
fn a_leaf_of_a_later_version_or_of_an_unknown_type_is_not_called_forged() {
    let leaf = corpus::sample()[7].leaf.clone();
    for (from, to) in [("\"v\":1", "\"v\":2"), ("\"reject\"", "\"heartbeat\"")] {
        assert_eq!(verify(&forged(&leaf.replacen(from, to, 1))), Err(ProofError::UnknownLeaf));
    }
}
