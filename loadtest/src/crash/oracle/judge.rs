//! The verdict: every acknowledged record has exactly one fate, and the right one.

use std::collections::BTreeMap;

use super::{Chain, Reading};

/// How many findings are told in words; all are counted.
const TOLD_MAX: usize = 20;

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    Event(String),
    /// Broken on purpose; it must be rejected.
    Poison,
}

/// What Kafka acknowledged.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By partition and offset.
    pub acknowledged: BTreeMap<(i32, i64), Sent>,
    /// Acknowledged without an offset.
    pub placeless: Vec<Sent>,
    /// Neither acknowledged nor refused: such a record may be in the log, or not.
    pub unknown: u64,
}

/// What the oracle concludes.
#[derive(Debug, Default)]
pub struct Judgement {
    pub events: u64,
    pub rejected: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub forks: u64,
    /// Other records that no honest worker writes, and fates that are not the acknowledged record's.
    pub wrong: u64,
    pub readings: BTreeMap<Reading, u64>,
    pub told: Vec<String>,
}

impl Judgement {
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.lost == 0 && self.duplicated == 0 && self.forks == 0 && self.wrong == 0
    }

    fn tell(&mut self, what: impl FnOnce() -> String) {
        if self.told.len() < TOLD_MAX {
            self.told.push(what());
        }
    }
}

/// Compares the chains with what was acknowledged. `ends` are the ends of the input's partitions: nothing before them may be
/// without a fate, acknowledged or not.
#[must_use]
pub fn judge(chains: &BTreeMap<i32, Chain>, ledger: &Ledger, ends: &BTreeMap<i32, i64>) -> Judgement {
    let mut found = Judgement::default();
    for (partition, chain) in chains {
        for (reading, count) in &chain.readings {
            *found.readings.entry(*reading).or_default() += count;
        }
        let forks = chain.readings.get(&Reading::Fork).copied().unwrap_or_default();
        found.forks += forks;
        found.wrong += chain.alarms.len() as u64 - forks;
        chain.alarms.iter().for_each(|alarm| found.tell(|| format!("partition {partition}, {alarm}")));
    }
    for (partition, end) in ends {
        let next = chains.get(partition).map_or(0, Chain::next);
        if next > *end {
            found.wrong += 1;
            found.tell(|| format!("partition {partition} accounts for offsets up to {next}; the input ends at {end}"));
        }
        for offset in 0..*end {
            one_fate(&mut found, chains, ledger, (*partition, offset));
        }
    }
    let beyond =
        ledger.acknowledged.keys().filter(|(partition, offset)| ends.get(partition).is_none_or(|end| offset >= end));
    for place in beyond {
        found.lost += 1;
        found.tell(|| format!("{place:?} was acknowledged and is not in the input any more"));
    }
    ids(&mut found, chains, ledger);
    found
}

fn one_fate(found: &mut Judgement, chains: &BTreeMap<i32, Chain>, ledger: &Ledger, place: (i32, i64)) {
    let (partition, offset) = place;
    let fates = chains.get(&partition).and_then(|chain| chain.fates.get(&offset)).map_or(&[][..], Vec::as_slice);
    let [fate, more @ ..] = fates else {
        found.lost += 1;
        return found.tell(|| format!("{place:?} has no leaf"));
    };
    if !more.is_empty() {
        found.duplicated += more.len() as u64;
        found.tell(|| format!("{place:?} has {} leaves", fates.len()));
    }
    match fate.kind.as_str() {
        "event" => found.events += 1,
        "reject" => found.rejected += 1,
        // Nobody deletes input here and no id comes twice, so every offset holds an event or a reject.
        kind => {
            found.lost += 1;
            return found.tell(|| format!("{place:?} is said to be a {kind}"));
        }
    }
    let right = match ledger.acknowledged.get(&place) {
        None => true,
        Some(Sent::Poison) => fate.kind == "reject",
        Some(Sent::Event(id)) => fate.kind == "event" && fate.event_id.as_ref() == Some(id),
    };
    if !right {
        found.wrong += 1;
        found.tell(|| format!("{place:?}: acknowledged was {:?}, sealed is {fate:?}", ledger.acknowledged.get(&place)));
    }
}

/// Every id once, wherever it stands.
fn ids(found: &mut Judgement, chains: &BTreeMap<i32, Chain>, ledger: &Ledger) {
    let mut sealed: BTreeMap<&str, u64> = BTreeMap::new();
    let fates = chains.values().flat_map(|chain| chain.fates.values().flatten());
    for id in fates.filter(|fate| fate.kind == "event").filter_map(|fate| fate.event_id.as_deref()) {
        *sealed.entry(id).or_default() += 1;
    }
    for (id, times) in sealed.iter().filter(|(_, times)| **times > 1) {
        found.duplicated += times - 1;
        found.tell(|| format!("event {id} is sealed {times} times"));
    }
    for sent in &ledger.placeless {
        if let Sent::Event(id) = sent
            && !sealed.contains_key(id.as_str())
        {
            found.lost += 1;
            found.tell(|| format!("event {id} was acknowledged without a place and is sealed nowhere"));
        }
    }
}
