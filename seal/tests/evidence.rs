//! The evidence beside the golden chain, and every command and text that the book shows of it.
#![allow(clippy::unwrap_used)]

use seal::LeafHash;
use seal::checkpoint::{Checkpoint, CheckpointSigner, CheckpointVerifier};
use seal::merkle::{Edge, Head, Leaves, prove_consistency, verify_consistency};
use seal::proof::RecordProof;
use std::path::PathBuf;
use std::process::Command;

const TRAIL: &str = "example";
const CHAIN: &str = "audit.events/3";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn golden(name: &str) -> String {
    std::fs::read_to_string(root().join("seal/golden/1").join(name)).unwrap()
}

fn leaves() -> Vec<String> {
    let leaf = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["leaf"].as_str().unwrap().to_owned()
    };
    golden("chain.ndjson").lines().map(leaf).collect()
}

fn hashes() -> Vec<LeafHash> {
    leaves().iter().map(|leaf| LeafHash::of(leaf.as_bytes())).collect()
}

fn head(size: usize) -> Head {
    let mut edge = Edge::EMPTY;
    hashes()[..size].iter().for_each(|leaf| edge.push(*leaf));
    Head { size: edge.size(), root: edge.root() }
}

fn signer() -> CheckpointSigner {
    CheckpointSigner::from_seed(TRAIL, &[7; 32]).unwrap()
}

fn note(size: usize) -> String {
    signer().sign(&Checkpoint::new(TRAIL, CHAIN, head(size)).unwrap()).unwrap()
}

#[test]
fn the_golden_evidence_is_what_is_made_of_the_golden_chain() {
    assert_eq!(golden("trail.vkey"), format!("{}\n", signer().verifier().vkey()));
    assert_eq!(golden("checkpoint-30.note"), note(30));
    assert_eq!(golden("checkpoint-38.note"), note(38));
    let verifier = CheckpointVerifier::from_vkey(golden("trail.vkey").trim_end()).unwrap();
    let proof = RecordProof::make(leaves()[8].as_bytes(), &note(38), &verifier, &mut Leaves(&hashes())).unwrap();
    assert_eq!(golden("record-8.tlog-proof"), proof.text());
}

#[test]
fn the_golden_checkpoints_are_of_one_history() {
    let path = prove_consistency(30, 38, &mut Leaves(&hashes())).unwrap();
    assert_eq!(verify_consistency(&head(30), &head(38), &path), Ok(()));
}

/// The page's blocks in this language.
fn blocks(language: &str) -> Vec<String> {
    let page = std::fs::read_to_string(root().join("docs/src/reference/checkpoints-and-proofs.md")).unwrap();
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1);
    blocks.map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
}

#[test]
fn the_books_texts_are_the_golden_files() {
    let texts = blocks("text").concat();
    for name in ["trail.vkey", "checkpoint-38.note", "record-8.tlog-proof"] {
        assert!(texts.contains(&golden(name)), "{name} is not in the book as it is");
    }
}

#[test]
fn the_books_commands_say_what_the_book_says() {
    let consoles = blocks("console");
    assert!(consoles.len() >= 3);
    for console in consoles {
        let mut lines = console.lines().peekable();
        while let Some(line) = lines.next() {
            let command = line.strip_prefix("$ ").unwrap_or_else(|| panic!("{line} is not a command"));
            let mut expected = String::new();
            while let Some(said) = lines.next_if(|line| !line.starts_with("$ ")) {
                expected.push_str(said);
                expected.push('\n');
            }
            let output = Command::new("bash").args(["-c", command]).current_dir(root()).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{command}");
        }
    }
}
