//! Writes small chains of version 1 as text, without the sealer: what the verifier is tested with must not come from its sibling.

use std::collections::BTreeMap;

use seal::keys::{Boundary, EpochKey, EpochVerifier, KeyId, Secret};
use seal::merkle::Edge;
use seal::verify::{ChainVerifier, Checkpoint, Finding, Start, StoredRecord, Trust, Walked};
use seal::{LeafHash, Sequence};

pub const CHAIN: &str = "audit.events/3";

/// A record as a store with a sequence column holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub sequence: u64,
    pub leaf: Vec<u8>,
    pub mac: Vec<u8>,
    pub key_id: String,
}

pub fn key(id: &str) -> EpochKey {
    let mut bytes = [7; 32];
    bytes[..id.len()].copy_from_slice(id.as_bytes());
    EpochKey::new(KeyId::new(id).unwrap(), &Secret::new(bytes))
}

pub fn verifiers(ids: &[&str]) -> Vec<EpochVerifier> {
    ids.iter().map(|id| key(id).verifier()).collect()
}

/// What a segment-close counts.
#[derive(Debug, Clone, Default)]
struct Counts {
    first: u64,
    from: i64,
    levels: BTreeMap<&'static str, u64>,
    outcomes: BTreeMap<&'static str, u64>,
    times: Vec<i64>,
}

/// Writes one chain.
#[derive(Debug, Clone)]
pub struct Builder {
    pub chain: String,
    pub records: Vec<Stored>,
    pub edge: Edge,
    pub next: i64,
    pub segment: u64,
    pub key: EpochKey,
    previous: LeafHash,
    pub time: i64,
    pub partition: i32,
    counts: Counts,
    levels: Vec<&'static str>,
}

pub const HASH: &str = "00000000000000000000000000000000000000000000000000000000000000aa";

impl Builder {
    pub fn new() -> Self {
        Self::of(CHAIN, "k1")
    }

    pub fn of(chain: &str, id: &str) -> Self {
        let mut builder = Self {
            chain: chain.to_owned(),
            records: Vec::new(),
            edge: Edge::EMPTY,
            next: 100,
            segment: 0,
            key: key(id),
            previous: LeafHash::NONE,
            time: 0,
            partition: 3,
            counts: Counts { from: 100, ..Counts::default() },
            levels: vec!["public", "internal", "confidential", "restricted"],
        };
        let what = format!("{{\"config\":\"{HASH}\",\"key\":\"{id}\",\"topic\":\"abc-1\",\"trail\":\"north\"}}");
        builder.control("genesis", &what);
        builder
    }

    pub fn size(&self) -> u64 {
        self.records.len() as u64
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { size: self.size(), root: self.edge.root(), time_ms: Some(1_000) }
    }

    fn put(&mut self, class: &str, kind: &str, offsets: i64, what: &str) {
        let (chain, previous, seq, from) = (&self.chain, self.previous, self.records.len(), self.next);
        let (next, time, partition) = (from + offsets, self.time, self.partition);
        let leaf = format!(
            "{{\"chain\":\"{chain}\"{class},\"prev\":\"{previous}\",\"seq\":{seq},\"source\":{{\"from\":{from},\
             \"next\":{next},\"partition\":{partition},\"time\":{time}}},\"type\":\"{kind}\",\"v\":1,\"what\":{what}}}"
        )
        .into_bytes();
        self.previous = LeafHash::of(&leaf);
        let mac = self.key.segment(chain, self.segment).unwrap().sign(&self.previous).to_vec();
        let key_id = self.key.id().as_str().to_owned();
        self.edge.push(self.previous);
        self.next = next;
        self.records.push(Stored { sequence: seq as u64, leaf, mac, key_id });
    }

    fn count(&mut self, outcome: &'static str, offsets: u64) {
        *self.counts.outcomes.entry(outcome).or_default() += offsets;
        if outcome != "gap" {
            self.time = 1_700_000_000_000 + self.next * 7 % 50;
            self.counts.times.push(self.time);
        }
    }

    pub fn control(&mut self, kind: &str, what: &str) {
        self.put("", kind, 0, what);
    }

    pub fn event(&mut self) {
        let index = self.records.len();
        self.event_saying(&format!(
            "{{\"action\":\"read\",\"agents\":[{{\"id\":\"u-{index}\"}}],\"event_id\":\"e-{index}\",\
             \"event_type\":\"chart.viewed\",\"objects\":[{{\"id\":\"c-{index}\",\"kind\":\"chart\"}}],\
             \"occurred_at\":\"2026-03-01T09:30:00Z\",\"outcome\":\"success\",\"patients\":[{{\"id\":\"p-{index}\"}}],\
             \"source\":{{\"system\":\"s\"}},\"tenant\":\"t\"}}"
        ));
    }

    pub fn event_saying(&mut self, what: &str) {
        let level = self.levels[self.records.len() % 4];
        self.count("event", 1);
        *self.counts.levels.entry(level).or_default() += 1;
        self.put(&format!(",\"class\":{{\"level\":\"{level}\",\"policy\":\"p-1\"}}"), "event", 1, what);
    }

    pub fn events(&mut self, count: usize) {
        (0..count).for_each(|_| self.event());
    }

    pub fn reject(&mut self) {
        self.count("reject", 1);
        self.put("", "reject", 1, &format!("{{\"bytes\":7,\"digest\":\"{HASH}\",\"reason\":\"bad-avro\"}}"));
    }

    pub fn duplicate(&mut self, first: u64) {
        self.count("duplicate", 1);
        self.put("", "duplicate", 1, &format!("{{\"event_id\":\"e\",\"first\":{first},\"tenant\":\"t\"}}"));
    }

    pub fn gap(&mut self, offsets: u64) {
        self.count("gap", offsets);
        self.put("", "source-gap", offsets as i64, "{\"reason\":\"aborted\"}");
    }

    pub fn owner(&mut self, term: u64) {
        let what = format!("{{\"attempt\":0,\"generation\":5,\"owner\":\"w-1\",\"term\":{term}}}");
        self.control("owner-change", &what);
    }

    pub fn erasure(&mut self, size: u64, root: &str) {
        let handle = &HASH[..32];
        self.control(
            "erasure",
            &format!(
                "{{\"basis\":\"art 17\",\"handle\":\"{handle}\",\"root\":\"{root}\",\"scope\":\"subject\",\"size\":{size}}}"
            ),
        );
    }

    pub fn config(&mut self) {
        self.control("config-change", &format!("{{\"digest\":\"{HASH}\",\"part\":\"phi\",\"version\":\"2\"}}"));
    }

    pub fn cut(&mut self, first: u64, next: u64) {
        self.control("retention-cut", &format!("{{\"first\":{first},\"next\":{next},\"policy\":\"6y\"}}"));
    }

    pub fn close_text(&self) -> String {
        let edge: Vec<String> = self.edge.hashes().iter().map(|hash| format!("\"{hash}\"")).collect();
        let counts = &self.counts;
        let number = |of: &BTreeMap<&str, u64>, name: &str| of.get(name).copied().unwrap_or_default();
        let level = |name| number(&counts.levels, name);
        let outcome = |name| number(&counts.outcomes, name);
        let (max, min) = (counts.times.iter().max(), counts.times.iter().min());
        format!(
            "{{\"edge\":[{}],\"first\":{},\"from\":{},\"levels\":{{\"confidential\":{},\"internal\":{},\"public\":{},\
             \"restricted\":{}}},\"next\":{},\"outcomes\":{{\"duplicate\":{},\"event\":{},\"gap\":{},\"reject\":{}}},\
             \"root\":\"{}\",\"segment\":{},\"size\":{},\"time\":{{\"max\":{},\"min\":{}}}}}",
            edge.join(","),
            counts.first,
            counts.from,
            level("confidential"),
            level("internal"),
            level("public"),
            level("restricted"),
            self.next,
            outcome("duplicate"),
            outcome("event"),
            outcome("gap"),
            outcome("reject"),
            self.edge.root(),
            self.segment,
            self.records.len(),
            max.unwrap_or(&0),
            min.unwrap_or(&0),
        )
    }

    pub fn close(&mut self) {
        self.close_saying(&self.close_text());
    }

    pub fn close_saying(&mut self, what: &str) {
        self.control("segment-close", what);
        self.segment += 1;
        self.counts = Counts { first: self.size(), from: self.next, ..Counts::default() };
    }

    pub fn rotate(&mut self, id: &str) {
        let new = key(id);
        let previous = self.key.id().clone();
        let boundary = Boundary { chain: &self.chain, sequence: Sequence(self.size()), previous: &previous };
        let proof = hex::encode(new.prove(&boundary).unwrap());
        self.control("key-epoch", &format!("{{\"key\":\"{id}\",\"previous\":\"{previous}\",\"proof\":\"{proof}\"}}"));
        self.key = new;
    }
}

/// Every type of leaf, three closed segments, two keys, an open tail.
pub fn rich() -> Builder {
    let mut builder = Builder::new();
    builder.events(3);
    builder.reject();
    builder.owner(1);
    builder.duplicate(2);
    builder.close();
    builder.events(2);
    builder.config();
    builder.close();
    builder.rotate("k2");
    builder.events(2);
    builder.owner(2);
    builder.close();
    builder.events(4);
    builder
}

/// What a walk found.
#[derive(Debug)]
pub struct Seen {
    pub walked: Walked,
    pub findings: Vec<Finding>,
}

impl Seen {
    /// Verdict, and the lowest sequence that has it.
    pub fn worst(&self) -> (&'static str, Option<u64>) {
        (self.walked.worst.verdict.name(), self.walked.worst.first.map(|first| first.0))
    }

    /// Sequence and text of each finding.
    pub fn texts(&self) -> Vec<(u64, String)> {
        self.findings.iter().map(|finding| (finding.sequence.0, finding.fault.to_string())).collect()
    }
}

pub fn record(stored: &Stored, filed: bool) -> StoredRecord<'_> {
    let record = StoredRecord::new(&stored.leaf, &stored.mac, &stored.key_id);
    StoredRecord { sequence: filed.then_some(Sequence(stored.sequence)), ..record }
}

pub fn walk(records: &[Stored], trust: &Trust<'_>) -> Seen {
    walk_from(Start::genesis(), records, trust, true)
}

pub fn walk_from(start: Start, records: &[Stored], trust: &Trust<'_>, filed: bool) -> Seen {
    let mut findings = Vec::new();
    let mut verifier = ChainVerifier::new(CHAIN, start, trust);
    for stored in records {
        verifier.take(&record(stored, filed), &mut findings);
    }
    let walked = verifier.finish(&mut findings);
    Seen { walked, findings }
}
