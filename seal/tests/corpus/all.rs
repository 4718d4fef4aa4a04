//! The corpus that every verifier is held against: intact chains, and each of them changed in every way that has a name.
//!
//! Include it with `#[path = "corpus/all.rs"] mod corpus;`.
// Each test program uses a part of it.
#![allow(dead_code)]

pub mod attacks;
pub mod chain;
pub mod judge;
mod statements;

use chain::{Chain, Line};
use seal::LeafHash;
use seal::checkpoint::{Checkpoint, CheckpointSigner};
use seal::merkle::{Edge, Head};
use serde_json::{Value, json};

pub const TRAIL: &str = "example.com";
pub const CHAIN: &str = "audit.events/3";
/// Where the sample chain's second segment ends, third begins and so on: see [`sample`].
pub const ROTATION: usize = 11;

/// The signer of every checkpoint in the corpus.
pub fn signer() -> CheckpointSigner {
    CheckpointSigner::from_seed(TRAIL, &[7; 32]).unwrap()
}

/// The epoch keys of the sample chain, by id.
pub fn keys() -> [(&'static str, [u8; 32]); 2] {
    ["epoch-1", "epoch-2"].map(|id| (id, chain::epoch_key(id)))
}

/// The head of the first `size` lines.
pub fn head(lines: &[Line], size: usize) -> Head {
    let mut edge = Edge::EMPTY;
    lines[..size].iter().for_each(|line| edge.push(LeafHash::of(line.leaf.as_bytes())));
    Head { size: edge.size(), root: edge.root() }
}

/// A signed checkpoint over the first `size` lines.
pub fn checkpoint(lines: &[Line], size: usize) -> String {
    signer().sign(&Checkpoint::new(TRAIL, CHAIN, head(lines, size)).unwrap()).unwrap()
}

/// The export's text: a JSON object a line.
pub fn ndjson(lines: &[Line]) -> String {
    let line = |line: &Line| {
        let mut value = json!({"key_id": line.key_id, "leaf": line.leaf, "mac": line.mac});
        if !line.disclosures.is_empty() {
            value["disclosures"] = json!(line.disclosures);
        }
        format!("{value}\n")
    };
    lines.iter().map(line).collect()
}

/// An event's leaf body, as a source would have named it.
pub fn event(id: &str, action: &str) -> Value {
    let text = json!({"event_id": id, "tenant": "st-anna", "event_type": "chart.viewed", "action": action,
        "outcome": "success", "occurred_at": "2025-10-09T08:53:20Z", "agents": [{"id": "u-17"}],
        "source": {"system": "ward \"7\" \u{20ac}\u{1f3e5}\n"}});
    let text = text.to_string();
    let event: schemas::AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    serde_json::to_value(&event).unwrap()
}

/// Three segments with a rotation between the second and the third, and leaves of all types that say nothing is amiss.
///
/// 0 genesis, 1 owner-change, 2 event, 3 event with a hidden member, 4 event, 5 close; 6 event, 7 reject, 8 duplicate,
/// 9 event, 10 close; 11 key-epoch, 12 event, 13 config-change, 14 event, 15 close; 16 event, 17 event, 18 event.
pub fn sample() -> Vec<Line> {
    let mut chain = Chain::new(TRAIL, CHAIN, 40);
    chain.control("owner-change", &json!({"attempt": 0, "generation": 5, "owner": "enrich-0", "term": 1}));
    chain.event("internal", 1_760_000_000_000, &event("e-0", "read"));
    chain.event_with_hidden(1_760_000_000_200, &event("e-1", "read"), "reason", &json!("second opinion"));
    chain.event("public", 1_760_000_000_100, &event("e-2", "update"));
    chain.close();
    chain.event("confidential", 1_760_000_060_000, &event("e-3", "read"));
    chain.taken("reject", -1, &json!({"bytes": 17, "digest": "9c".repeat(32), "reason": "truncated"}));
    chain.taken("duplicate", 1_760_000_061_000, &json!({"event_id": "e-3", "first": 6, "tenant": "st-anna"}));
    chain.event("internal", 1_760_000_062_000, &event("e-4", "delete"));
    chain.close();
    chain.rotate("epoch-2");
    chain.event("restricted", 1_760_000_120_000, &event("e-5", "read"));
    chain.control("config-change", &json!({"digest": "1d".repeat(32), "part": "phi-policy", "version": "8"}));
    chain.event("internal", 1_760_000_121_000, &event("e-6", "export"));
    chain.close();
    for index in 7..10 {
        chain.event("internal", 1_760_000_180_000 + index, &event(&format!("e-{index}"), "read"));
    }
    chain.lines()
}
