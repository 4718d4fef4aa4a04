//! One walk over all chains of a place, in bounded memory.

use schemas::topic;
use seal::Sequence;
use seal::draft::verify::Fault;
use seal::draft::{ChainVerifier, Finding, MacKey, Projection, StoredRecord};

use super::columns::StoredRow;

/// What a walk has seen so far.
pub struct Walk<'k> {
    keys: &'k [MacKey],
    pub findings: Vec<Finding>,
    /// Chain name and records, in the order walked.
    pub chains: Vec<(String, u64)>,
    verifier: Option<ChainVerifier<'k>>,
    partition: Option<i32>,
    /// Where the sealed log holds the row before; a store reads on after the highest, so it must not be led astray.
    last_sealed_offset: i64,
}

impl<'k> Walk<'k> {
    pub fn new(keys: &'k [MacKey]) -> Self {
        Self { keys, findings: Vec::new(), chains: Vec::new(), verifier: None, partition: None, last_sealed_offset: -1 }
    }

    /// Starts the next chain; its records follow in sequence order.
    pub fn start(&mut self, partition: i32) {
        let name = format!("{}/{partition}", topic::EVENTS.name);
        self.verifier = Some(ChainVerifier::new(name.clone(), self.keys));
        self.chains.push((name, 0));
        self.partition = Some(partition);
        self.last_sealed_offset = -1;
    }

    /// Takes a record of the current chain. `check` compares what is stored beside the leaf with what the leaf says.
    pub fn take(&mut self, record: StoredRecord<'_>, check: impl FnOnce(&Projection<'_>) -> Vec<&'static str>) {
        let (Some(verifier), Some((chain, count))) = (&mut self.verifier, self.chains.last_mut()) else { return };
        *count += 1;
        let Some(projection) = verifier.take(record, &mut self.findings) else { return };
        let sequence = record.sequence;
        self.findings.extend(check(&projection).into_iter().map(|name| Finding {
            chain: chain.clone(),
            sequence,
            fault: Fault::Column(name),
        }));
    }

    /// Takes a store's row, in order of chain and sequence, and compares every column that a query or a sink relies on.
    pub fn take_row(&mut self, row: &StoredRow) {
        if self.partition != Some(row.partition) {
            self.start(row.partition);
        }
        let mac = hex::decode(&row.mac).unwrap_or_default();
        let rises = row.sealed_offset > self.last_sealed_offset;
        self.last_sealed_offset = row.sealed_offset;
        self.take(row.record(&mac), |leaf| {
            let mut differences = row.differences(leaf);
            if !rises {
                differences.push("sealed_offset");
            }
            differences
        });
    }

    /// The sequence that comes next in the current chain.
    pub fn next(&self) -> Sequence {
        self.verifier.as_ref().map_or(Sequence(0), ChainVerifier::length)
    }

    pub fn records(&self) -> u64 {
        self.chains.iter().map(|(_, records)| records).sum()
    }
}
