//! What a record of the sealed log says of itself, taken from its bytes.

use schemas::{SealedRecord, wire};
use seal::keys::EpochVerifier;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Term, generation, attempt; compared in this order.
pub type Turn = (i64, i32, i32);

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Fence { turn: Turn, owner: String, authentic: bool },
    Leaf { turn: Turn, owner: String, leaf: Leaf },
    Foreign,
}

/// A leaf, as far as the oracle asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    pub sequence: u64,
    pub previous: [u8; 32],
    pub hash: [u8; 32],
    pub from: i64,
    pub next: i64,
    pub kind: String,
    pub event_id: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    chain: String,
    prev: String,
    seq: u64,
    source: SaidSource,
    #[serde(rename = "type")]
    kind: String,
    what: serde_json::Value,
}

#[derive(Deserialize)]
struct SaidSource {
    from: i64,
    next: i64,
}

/// Reads a record of `chain`. Leaves' MACs are for `audit-cli verify`; a fence's is checked here, because a rule rests on it.
#[must_use]
pub fn claim(chain: &str, record: &[u8], key: &EpochVerifier) -> Entry {
    claimed(chain, record, key).unwrap_or(Entry::Foreign)
}

fn claimed(chain: &str, record: &[u8], key: &EpochVerifier) -> Option<Entry> {
    let (_, body) = wire::split(record).ok()?;
    let record = SealedRecord::decode(body).ok()?;
    let named = record.owner?;
    let (turn, owner) = ((named.term, named.generation, named.attempt), named.id.to_owned());
    if record.fence.is_some() {
        let authentic = seal::fence::verify(&record, &key.fence(chain).ok()?);
        return Some(Entry::Fence { turn, owner, authentic });
    }
    let said: Said = serde_json::from_slice(record.leaf).ok()?;
    if said.chain != chain {
        return None;
    }
    let mut previous = [0; 32];
    hex::decode_to_slice(&said.prev, &mut previous).ok()?;
    let hash = Sha256::new().chain_update([0]).chain_update(record.leaf).finalize().into();
    let event_id = said.what.get("event_id").and_then(|id| id.as_str()).map(str::to_owned);
    let SaidSource { from, next } = said.source;
    Some(Entry::Leaf {
        turn,
        owner,
        leaf: Leaf { sequence: said.seq, previous, hash, from, next, kind: said.kind, event_id },
    })
}
