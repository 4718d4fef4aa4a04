//! Writes small chains straight from the format's description: no line is shared with the sealer, whose chains must be equal.

use hmac::{Hmac, KeyInit, Mac};
use seal::LeafHash;
use seal::merkle::Edge;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// One record as it is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub leaf: String,
    pub key_id: String,
    /// As it stands in an export: digits, or whatever somebody wrote there.
    pub mac: String,
    /// As base64url texts, in the clear.
    pub disclosures: Vec<String>,
}

impl Line {
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.leaf).unwrap()
    }

    /// Writes the leaf anew after a change of its members.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let mut value = self.value();
        change(&mut value);
        self.leaf = canonical(&value);
    }
}

/// The epoch key of this name in all chains of the corpus.
pub fn epoch_key(id: &str) -> [u8; 32] {
    Sha256::digest(format!("corpus epoch key {id}")).into()
}

pub fn canonical(value: &Value) -> String {
    String::from_utf8(serde_json_canonicalizer::to_vec(value).unwrap()).unwrap()
}

/// HMAC-SHA256(key, label || "\n" || for each part: u32be(len) || part).
pub fn kdf(key: &[u8], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    hmac.update(format!("{label}\n").as_bytes());
    for part in parts {
        hmac.update(&u32::try_from(part.len()).unwrap().to_be_bytes());
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

fn mac(key_id: &str, chain: &str, segment: u64, leaf: &str) -> String {
    let parts: [&[u8]; 2] = [chain.as_bytes(), &segment.to_be_bytes()];
    let key = kdf(&epoch_key(key_id), "sealtrail/segment/1", &parts);
    let mut hmac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    hmac.update(b"sealtrail/mac/1\n");
    hmac.update(&Sha256::digest([b"\0", leaf.as_bytes()].concat()));
    hex::encode(hmac.finalize().into_bytes())
}

/// A disclosure and its digest.
pub fn disclosure(name: &str, value: &Value) -> (String, String) {
    let text = canonical(&json!(["c2FsdHNhbHRzYWx0c2FsdA", name, value]));
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
    let digest = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, Sha256::digest(&encoded));
    (encoded, digest)
}

/// A chain in the making.
pub struct Chain {
    name: String,
    key_id: String,
    lines: Vec<Line>,
    edge: Edge,
    previous: LeafHash,
    source: (i64, i64),
    segment: Segment,
}

#[derive(Default)]
struct Segment {
    number: u64,
    first: u64,
    from: i64,
    outcomes: [u64; 4],
    levels: [u64; 4],
    times: Vec<i64>,
}

const LEVELS: [&str; 4] = ["confidential", "internal", "public", "restricted"];
const OUTCOMES: [&str; 4] = ["duplicate", "event", "source-gap", "reject"];

impl Chain {
    /// Its genesis leaf is written.
    pub fn new(trail: &str, name: &str, first_offset: i64) -> Self {
        let mut chain = Self {
            name: name.to_owned(),
            key_id: "epoch-1".to_owned(),
            lines: vec![],
            edge: Edge::EMPTY,
            previous: LeafHash::NONE,
            source: (first_offset, 0),
            segment: Segment { from: first_offset, ..Segment::default() },
        };
        let topic = "JHk5gHkJQ3q6uZx1p0mXVw";
        chain.control("genesis", &json!({"config": "5f".repeat(32), "key": "epoch-1", "topic": topic, "trail": trail}));
        chain
    }

    pub fn lines(self) -> Vec<Line> {
        self.lines
    }

    fn write(&mut self, kind: &str, class: Option<Value>, next: i64, what: &Value) {
        let sequence = self.lines.len();
        let source = json!({"from": self.source.0, "next": next, "partition": 3, "time": self.source.1});
        let mut leaf = json!({"chain": self.name, "prev": self.previous.to_string(), "seq": sequence, "source": source,
            "type": kind, "v": 1, "what": what});
        if let Some(class) = class {
            leaf["class"] = class;
        }
        let leaf = canonical(&leaf);
        self.previous = LeafHash::of(leaf.as_bytes());
        self.edge.push(self.previous);
        self.source.0 = next;
        let mac = mac(&self.key_id, &self.name, self.segment.number, &leaf);
        self.lines.push(Line { leaf, key_id: self.key_id.clone(), mac, disclosures: vec![] });
    }

    /// A leaf that takes no source record.
    pub fn control(&mut self, kind: &str, what: &Value) {
        self.write(kind, None, self.source.0, what);
    }

    fn count(&mut self, outcome: &str, by: u64) {
        let index = OUTCOMES.iter().position(|name| *name == outcome).unwrap();
        self.segment.outcomes[index] += by;
    }

    /// A reject or a duplicate.
    pub fn taken(&mut self, kind: &str, time: i64, what: &Value) {
        self.source.1 = time;
        self.segment.times.push(time);
        self.count(kind, 1);
        self.write(kind, None, self.source.0 + 1, what);
    }

    pub fn event(&mut self, level: &str, time: i64, what: &Value) {
        self.source.1 = time;
        self.segment.times.push(time);
        self.count("event", 1);
        let index = LEVELS.iter().position(|name| *name == level).unwrap();
        self.segment.levels[index] += 1;
        let class = json!({"level": level, "policy": "hospital-7"});
        self.write("event", Some(class), self.source.0 + 1, what);
    }

    /// An event with one hidden member, whose disclosure is exported.
    pub fn event_with_hidden(&mut self, time: i64, what: &Value, name: &str, value: &Value) {
        let (disclosed, digest) = disclosure(name, value);
        let mut what = what.clone();
        what["_sd"] = json!([digest]);
        self.event("restricted", time, &what);
        self.lines.last_mut().unwrap().disclosures.push(disclosed);
    }

    pub fn gap(&mut self, offsets: i64) {
        self.count("source-gap", u64::try_from(offsets).unwrap());
        self.write("source-gap", None, self.source.0 + offsets, &json!({"reason": "retention"}));
    }

    pub fn close(&mut self) {
        let Segment { number, first, from, outcomes, levels, times } = std::mem::take(&mut self.segment);
        let edge: Vec<String> = self.edge.hashes().iter().map(ToString::to_string).collect();
        let [duplicate, event, gap, reject] = outcomes;
        let what = json!({"edge": edge, "first": first, "from": from,
            "levels": {"confidential": levels[0], "internal": levels[1], "public": levels[2], "restricted": levels[3]},
            "next": self.source.0,
            "outcomes": {"duplicate": duplicate, "event": event, "gap": gap, "reject": reject},
            "root": self.edge.root().to_string(), "segment": number, "size": self.edge.size(),
            "time": {"max": times.iter().max().unwrap_or(&0), "min": times.iter().min().unwrap_or(&0)}});
        self.segment.number = number;
        self.control("segment-close", &what);
        self.segment =
            Segment { number: number + 1, first: self.edge.size(), from: self.source.0, ..Segment::default() };
    }

    /// A new epoch key: directly after a segment-close.
    pub fn rotate(&mut self, new: &str) {
        let sequence = self.edge.size().to_be_bytes();
        let parts: [&[u8]; 4] = [self.name.as_bytes(), &sequence, self.key_id.as_bytes(), new.as_bytes()];
        let proof = kdf(&epoch_key(new), "sealtrail/key-epoch/1", &parts);
        self.control("key-epoch", &json!({"key": new, "previous": self.key_id, "proof": hex::encode(proof)}));
        self.key_id = new.to_owned();
    }
}

/// Makes the chain hold together again after a change: from the leaf after `changed` on, the links and the trees of
/// segment-closes; from `changed` on, the MACs where the forger has the keys.
pub fn heal(lines: &mut [Line], changed: usize, with_keys: bool) {
    let (mut edge, mut segment) = (Edge::EMPTY, 0);
    let mut previous = LeafHash::NONE;
    for (index, line) in lines.iter_mut().enumerate() {
        let mut value = line.value();
        if index > changed {
            value["prev"] = json!(previous.to_string());
            if value["type"] == "segment-close" && value["what"].is_object() {
                let hashes: Vec<String> = edge.hashes().iter().map(ToString::to_string).collect();
                value["what"]["edge"] = json!(hashes);
                value["what"]["root"] = json!(edge.root().to_string());
            }
            line.leaf = canonical(&value);
        }
        if index >= changed && with_keys {
            line.mac = mac(&line.key_id, value["chain"].as_str().unwrap(), segment, &line.leaf);
        }
        segment += u64::from(value["type"] == "segment-close");
        previous = LeafHash::of(line.leaf.as_bytes());
        edge.push(previous);
    }
}
