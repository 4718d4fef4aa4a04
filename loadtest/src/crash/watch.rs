//! Follows the sealed log while the faults go on: what counts so far, and how far the input is.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use schemas::topic;
use seal::keys::{EpochVerifier, KeyId, Secret};
use stream::tail::TailReader;
use stream::{KafkaSettings, Offset};

use super::oracle::{Chain, entry};
use crate::harness::KEY_ID;

const PAUSE: Duration = Duration::from_millis(50);
const ALARMS_MAX: usize = 5;
/// After an absence of the broker.
const PAUSE_AWAY: Duration = Duration::from_millis(300);

/// The chains as they are read, each with the next offset of the log.
pub type Chains = BTreeMap<i32, Chain>;

/// How far everything is.
#[derive(Default)]
pub struct Watch {
    seen: Mutex<Seen>,
    /// Complete looks at all partitions.
    rounds: AtomicU64,
    ended: AtomicBool,
}

#[derive(Default)]
struct Seen {
    /// Where the input ends, by partition.
    ends: BTreeMap<i32, i64>,
    /// The first input offset without a leaf, by partition.
    sealed: BTreeMap<i32, i64>,
    alarms: Vec<String>,
}

impl Watch {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn rounds(&self) -> u64 {
        self.rounds.load(Ordering::Relaxed)
    }

    /// Where the input ended at the last look.
    pub fn ends(&self) -> BTreeMap<i32, i64> {
        self.seen().ends.clone()
    }

    /// One record more than the input holds now, in every partition: what must be sealed for a fault to be over.
    pub fn mark(&self) -> BTreeMap<i32, i64> {
        self.ends().into_iter().map(|(partition, end)| (partition, end + 1)).collect()
    }

    /// The partitions that have not come so far yet, each with how far it is.
    pub fn behind(&self, mark: &BTreeMap<i32, i64>) -> Vec<(i32, i64)> {
        let seen = self.seen();
        let at = |partition: &i32| seen.sealed.get(partition).copied().unwrap_or_default();
        mark.iter()
            .filter(|(partition, end)| at(partition) < **end)
            .map(|(partition, _)| (*partition, at(partition)))
            .collect()
    }

    pub fn alarms(&self) -> Vec<String> {
        self.seen().alarms.clone()
    }

    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Reads until it is ended, and gives back what it read.
    pub fn run(&self, eye: &Eye) -> Chains {
        let mut chains = Chains::new();
        let mut places = BTreeMap::new();
        while !self.ended.load(Ordering::Relaxed) {
            // A broker that is away is what this run is about; the rest shows in what is not sealed.
            let looked = eye.look(&mut chains, &mut places, |partition, chain, end| {
                let mut seen = self.seen();
                seen.ends.insert(partition, end);
                seen.sealed.insert(partition, chain.next());
                // The first is enough to end the run; the final judgement counts them all.
                if seen.alarms.is_empty() {
                    let told = chain.alarms().iter().map(|alarm| format!("partition {partition}, {alarm}"));
                    seen.alarms.extend(told.take(ALARMS_MAX));
                }
            });
            self.rounds.fetch_add(u64::from(looked.is_ok()), Ordering::Relaxed);
            std::thread::sleep(if looked.is_ok() { PAUSE } else { PAUSE_AWAY });
        }
        chains
    }
}

/// Reads both topics.
pub struct Eye {
    log: TailReader,
    input: TailReader,
    key: EpochVerifier,
}

impl Eye {
    pub fn new(brokers: &str, key_file: &Path) -> Result<Self> {
        let kafka = KafkaSettings { brokers: brokers.to_owned(), ..KafkaSettings::default() };
        let mut secret = [0; 32];
        let text = std::fs::read_to_string(key_file).context("reading the sealing key")?;
        hex::decode_to_slice(text.trim_end(), &mut secret).context("reading the sealing key")?;
        let key = EpochVerifier::new(KeyId::new(KEY_ID)?, &Secret::new(secret));
        let (log, input) = (TailReader::new(&kafka, topic::SEALED.name)?, TailReader::new(&kafka, topic::EVENTS.name)?);
        Ok(Self { log, input, key })
    }

    /// How many partitions the input and the log have.
    pub fn partitions(&self) -> Result<(usize, usize)> {
        Ok((self.input.partitions()?.len(), self.log.partitions()?.len()))
    }

    /// Reads on in every partition, up to its end.
    fn look(
        &self,
        chains: &mut Chains,
        places: &mut BTreeMap<i32, Offset>,
        mut told: impl FnMut(i32, &Chain, i64),
    ) -> Result<()> {
        for partition in self.input.partitions()? {
            let end = self.input.bounds(partition)?.end.0;
            let log_end = self.log.bounds(partition)?.end;
            let chain = chains.entry(partition.0).or_default();
            let place = places.entry(partition.0).or_insert(Offset(0));
            let name = format!("{}/{}", topic::EVENTS.name, partition.0);
            self.log.read(partition, *place..log_end, |offset, record| {
                chain.read(offset.0, &entry::claim(&name, record, &self.key));
                *place = offset.next();
                Ok::<_, stream::Error>(true)
            })?;
            told(partition.0, chain, end);
        }
        Ok(())
    }

    /// Reads everything from the first record on; the chains, and where the input ends.
    pub fn read_all(&self) -> Result<(Chains, BTreeMap<i32, i64>)> {
        let (mut chains, mut ends) = (Chains::new(), BTreeMap::new());
        self.look(&mut chains, &mut BTreeMap::new(), |partition, _, end| {
            ends.insert(partition, end);
        })?;
        Ok((chains, ends))
    }
}
