//! One walk over all chains of a place, in bounded memory.

use schemas::topic;
use seal::Sequence;
use seal::verify::{
    ChainVerifier, Disclosures, Fault, Finding, Findings, Kept, Start, StoredRecord, Trust, Verdict, Walked, Worst,
};

use super::columns::StoredRow;

/// Findings beyond these are counted, not listed.
const LISTED_MAX: usize = 10_000;

/// What a walk has seen so far.
pub struct Walk<'k> {
    trust: Trust<'k>,
    pub findings: Kept,
    /// Chain name and what was found of it, in the order walked.
    pub chains: Vec<(String, Walked)>,
    open: Option<Open<'k>>,
    worst: Worst,
    /// What the log itself shows beyond its chains.
    pub notes: Vec<Note>,
    notes_rest: u64,
}

/// A record of the log that belongs to no chain and should not be there.
pub struct Note {
    pub chain: String,
    pub sequence: u64,
    pub verdict: Verdict,
    pub what: String,
}

/// The chain that is being walked.
struct Open<'k> {
    name: String,
    partition: i32,
    verifier: ChainVerifier<'k>,
    begun: bool,
    /// Where the sealed log holds the row before; a store reads on after the highest, so it must not be led astray.
    last_sealed_offset: i64,
    last_sequence: Option<i64>,
    waiting: Waiting,
}

/// A copy of a record of the log that waits for the next one: two leaves are hashed in less time together.
#[derive(Default)]
struct Waiting {
    is_held: bool,
    leaf: Vec<u8>,
    mac: Vec<u8>,
    key_id: String,
}

impl Waiting {
    fn hold(&mut self, record: &StoredRecord<'_>) {
        self.leaf.clear();
        self.leaf.extend_from_slice(record.leaf);
        self.mac.clear();
        self.mac.extend_from_slice(record.mac);
        record.key_id.clone_into(&mut self.key_id);
        self.is_held = true;
    }

    fn record(&self) -> StoredRecord<'_> {
        StoredRecord::new(&self.leaf, &self.mac, &self.key_id)
    }
}

impl<'k> Walk<'k> {
    pub fn new(trust: Trust<'k>) -> Self {
        Self {
            trust,
            findings: Kept::at_most(LISTED_MAX),
            chains: Vec::new(),
            open: None,
            worst: Worst::NOTHING,
            notes: Vec::new(),
            notes_rest: 0,
        }
    }

    /// Starts the next chain; its records follow in sequence order.
    pub fn start(&mut self, partition: i32) {
        self.finish();
        let name = chain_name(partition);
        let verifier = ChainVerifier::new(&name, Start::genesis(), &self.trust);
        self.open = Some(Open {
            name,
            partition,
            verifier,
            begun: false,
            last_sealed_offset: -1,
            last_sequence: None,
            waiting: Waiting::default(),
        });
    }

    /// Ends the chain that is being walked, if there is one. A partition without any record has no chain yet.
    pub fn finish(&mut self) {
        if let Some(mut open) = self.open.take().filter(|open| open.begun) {
            if open.waiting.is_held {
                open.verifier.take(&open.waiting.record(), &mut self.findings);
            }
            let walked = open.verifier.finish(&mut self.findings);
            self.worst = worse(self.worst, walked.worst);
            self.chains.push((open.name, walked));
        }
    }

    /// Takes a record of the log, of the current chain.
    pub fn take_logged(&mut self, record: &StoredRecord<'_>) {
        let Some(open) = &mut self.open else { return };
        open.begun = true;
        if std::mem::take(&mut open.waiting.is_held) {
            open.verifier.take_all(&[open.waiting.record(), *record], &mut self.findings);
        } else {
            open.waiting.hold(record);
        }
    }

    fn take(&mut self, record: &StoredRecord<'_>) {
        if let Some(open) = &mut self.open {
            open.begun = true;
            open.verifier.take(record, &mut self.findings);
        }
    }

    /// Takes a store's row, in order of chain and sequence, with every column that a query or a sink relies on, and the hidden
    /// values where the store keeps them.
    pub fn take_row(&mut self, row: &StoredRow, disclosures: Disclosures<'_>) {
        if self.open.as_ref().is_none_or(|open| open.partition != row.partition) {
            self.start(row.partition);
        }
        let (mac, columns) = (hex::decode(&row.mac).unwrap_or_default(), row.columns());
        let sequence = Sequence(row.sequence.cast_unsigned());
        self.take(&StoredRecord {
            sequence: Some(sequence),
            leaf: &row.leaf,
            mac: &mac,
            key_id: &row.key_id,
            columns: Some(&columns),
            disclosures,
        });
        let Some(open) = &mut self.open else { return };
        let (chain, worst, findings) = (open.name.as_str(), &mut self.worst, &mut self.findings);
        let mut differs = |column| {
            let fault = Fault::Column(column);
            *worst = worst.and(fault.verdict(), sequence);
            findings.add(Finding { chain: chain.into(), sequence, fault });
        };
        row.token_differences(&mut differs);
        // A copy of the row before has its offset too, and is named by the walk already.
        let copied = open.last_sequence.replace(row.sequence) == Some(row.sequence);
        if row.sealed_offset <= open.last_sealed_offset && !copied {
            differs("sealed_offset");
        }
        open.last_sealed_offset = row.sealed_offset;
    }

    pub fn note(&mut self, partition: i32, sequence: u64, verdict: Verdict, what: String) {
        self.worst = self.worst.and(verdict, Sequence(sequence));
        if self.notes.len() < LISTED_MAX {
            self.notes.push(Note { chain: chain_name(partition), sequence, verdict, what });
        } else {
            self.notes_rest += 1;
        }
    }

    pub fn records(&self) -> u64 {
        self.chains.iter().map(|(_, walked)| walked.records).sum()
    }

    /// How many findings are not listed.
    pub fn not_listed(&self) -> u64 {
        self.findings.rest() + self.notes_rest
    }

    /// How many findings there are, listed or not.
    pub fn found(&self) -> u64 {
        (self.findings.findings().len() + self.notes.len()) as u64 + self.not_listed()
    }

    /// An empty place proves nothing: whoever empties a store must not be told that all is well.
    pub fn verdict(&self) -> Verdict {
        if self.records() == 0 { self.worst.verdict.max(Verdict::Unverifiable) } else { self.worst.verdict }
    }
}

pub fn chain_name(partition: i32) -> String {
    format!("{}/{partition}", topic::EVENTS.name)
}

fn worse(one: Worst, other: Worst) -> Worst {
    other.first.map_or(one, |first| one.and(other.verdict, first))
}
