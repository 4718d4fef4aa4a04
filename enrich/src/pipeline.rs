//! The worker, stage by stage:
//!
//! ```text
//! audit.events ─▶ decode ─▶ classify ─▶ protect ─▶ seal ─▶ append ─▶ audit.sealed      (waiting to be acknowledged:
//!                   │ refused              │         │      ▲                          at most 100,000 records or 64 MiB)
//!                   ├──────────────────────│─────────┘      │
//!                   └▶ dead letter, acknowledged ───────────┘ reject leaf
//!                            └──▶ audit.dead      └─ subjects' keys: memory, else Postgres; away: the batch waits
//! ```

use phi::Classified;
use runtime::metrics::CounterHandle;
use runtime::service::Runtime;
use schemas::wire::SchemaId;
use schemas::{released, topic};
use seal::Consumed;
use seal::leaf::NO_TIME;
use stream::registry::{CacheSettings, CachedRegistry, Registry};
use stream::sealed_log::{Entry, Epoch, OwnerId};
use stream::transform::{Outbox, Outboxes, Transform, TransformSettings, Turn};
use stream::{Link, Partition, Record, RegistryMetric, StreamMetric};

use crate::config::EnrichConfig;
use crate::decode::Decoder;
use crate::error::Error;
use crate::metric::EnrichMetric;
use crate::protect::Protect;
use crate::reject::{self, Refusal};
use crate::seal::{Chains, SealingKey};

/// All workers of a deployment share it: the group gives each partition to one of them.
const GROUP: &str = "sealtrail-enrich";

/// Runs the worker until it is asked to stop.
pub fn run(mut config: EnrichConfig, runtime: &Runtime) -> Result<(), Error> {
    if config.kafka.group.is_empty() {
        GROUP.clone_into(&mut config.kafka.group);
    }
    EnrichMetric::describe();
    StreamMetric::describe();
    RegistryMetric::describe();
    let cache = CacheSettings { file: config.registry_cache_file.take(), ..CacheSettings::default() };
    let registry = CachedRegistry::new(Registry::new(&config.registry_url), cache);
    let sealed_schema = register(&registry, released::SEALED_EVENT)?;
    let key = SealingKey::new(&config.key_id, config.key.expose())?;
    // A missing dead-letter topic must stop the worker now, not at the first bad record.
    stream::tail::TailReader::new(&config.kafka, topic::DEAD.name)?.partitions()?;
    let protect = Protect::new(&config)?;
    let mut enrich = Enrich {
        dead_schema: register(&registry, released::DEAD_LETTER)?,
        chains: Chains::new(key, sealed_schema, config.trail, config.segment),
        decoder: Decoder::new(registry),
        engine: phi::Engine::builtin()?,
        scratch: phi::Scratch::default(),
        protect,
        translated: Vec::new(),
        sealed: EnrichMetric::EventsSealed.handle(),
        hidden: EnrichMetric::MembersHidden.handle(),
    };
    let link = Link { input: topic::EVENTS.name, output: topic::SEALED.name };
    let settings = TransformSettings { kafka: config.kafka, link, linger_ms: config.linger_ms, owner: owner()? };
    Ok(stream::transform::run(&settings, &mut enrich, runtime)?)
}

fn register(registry: &CachedRegistry, schema: released::Released) -> Result<SchemaId, Error> {
    Ok(SchemaId(registry.register(schema.subject, schema.text)?))
}

/// A name that no other process has, before or after.
fn owner() -> Result<OwnerId, Error> {
    let random = keystore::random_secret().map_err(|error| Error::Random(error.to_string()))?;
    let [a, b, c, d, e, f, g, h, ..] = *random.expose();
    let name = format!("enrich-{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h]));
    OwnerId::new(&name).ok_or_else(|| Error::Random("its name cannot be used".to_owned()))
}

struct Enrich {
    decoder: Decoder,
    engine: phi::Engine,
    scratch: phi::Scratch,
    protect: Protect,
    /// One for each record of a batch.
    translated: Vec<Vec<u8>>,
    chains: Chains,
    dead_schema: SchemaId,
    sealed: CounterHandle,
    hidden: CounterHandle,
}

/// An event with its level, or why there is none.
type Judged<'a> = Result<Classified<'a>, Refusal>;

impl Enrich {
    /// Decodes and classifies a whole batch. Nothing of it is sealed yet, so all of it can come again.
    fn judge<'a>(
        &mut self,
        records: &'a [Record<'_>],
        translated: &'a mut [Vec<u8>],
    ) -> Result<Vec<Judged<'a>>, stream::Error> {
        let each = records.iter().zip(translated).map(|(record, translated)| {
            let decoded = self.decoder.decode(record.payload(), translated, |name| record.last_header(name))?;
            let event = decoded.map_err(|error| Refusal { stage: "decode", reason: error.fault.reason() });
            Ok(event.map(|event| self.engine.classify(event, &mut self.scratch)))
        });
        each.collect()
    }

    fn seal(&mut self, record: &Record<'_>, judged: Judged<'_>, out: &mut Outbox<'_>) -> Result<(), stream::Error> {
        self.chains.bridge(record.offset(), out)?;
        let consumed = Consumed { offset: record.offset().0, time: record.timestamp_ms().unwrap_or(NO_TIME) };
        let refusal = match judged {
            Ok(classified) => {
                let (protected, vault) = self.protect.protect(&classified, &self.engine, &mut self.scratch)?;
                let sealed = self.chains.event(protected, vault, consumed, out)?;
                if sealed.is_ok() {
                    self.hidden.increment(classified.hidden().len() as u64);
                }
                classified.recycle(&mut self.scratch);
                sealed.err().map(|error| Refusal { stage: "seal", reason: error.reason() })
            }
            Err(refusal) => Some(refusal),
        };
        match refusal {
            None => self.sealed.increment(1),
            Some(refusal) => {
                EnrichMetric::RecordsRejected.with(&[("reason", refusal.reason)]).increment(1);
                out.dead_letter(topic::DEAD.name, &reject::dead_letter(record, refusal, self.dead_schema))?;
                self.chains.reject(record.payload(), refusal.reason, consumed, out)?;
            }
        }
        Ok(self.chains.close_if_due(out)?)
    }
}

impl Transform for Enrich {
    fn begin(&mut self, partition: Partition, state: Option<&str>) -> Result<bool, stream::Error> {
        Ok(self.chains.begin(partition, state)?)
    }

    fn entry<'r>(&mut self, partition: Partition, record: &'r [u8]) -> Result<Entry<'r>, stream::Error> {
        Ok(self.chains.entry(partition, record)?)
    }

    fn follow(&mut self, partition: Partition, record: &[u8]) -> Result<(), stream::Error> {
        Ok(self.chains.follow(partition, record)?)
    }

    fn fence(&mut self, partition: Partition, epoch: Epoch, owner: &OwnerId) -> Result<Vec<u8>, stream::Error> {
        Ok(self.chains.fence(partition, epoch, owner)?)
    }

    fn own(&mut self, turn: &Turn<'_>, out: &mut Outbox<'_>) -> Result<(), stream::Error> {
        Ok(self.chains.own(turn, out)?)
    }

    fn process(&mut self, records: &[Record<'_>], out: &mut Outboxes<'_>) -> Result<(), stream::Error> {
        let mut translated = std::mem::take(&mut self.translated);
        translated.resize_with(records.len().max(translated.len()), Vec::new);
        let judged = self.judge(records, &mut translated)?;
        self.protect.prepare(judged.iter().flatten())?;
        for (record, judged) in records.iter().zip(judged) {
            match out.of(record) {
                Some(mut out) => self.seal(record, judged, &mut out)?,
                // The next owner seals it.
                None => continue,
            }
        }
        self.translated = translated;
        Ok(())
    }

    fn tick(&mut self, out: &mut Outbox<'_>) -> Result<(), stream::Error> {
        Ok(self.chains.close_if_due(out)?)
    }

    fn state(&self, partition: Partition) -> Option<String> {
        self.chains.state(partition)
    }

    fn release(&mut self, partition: Partition) {
        self.chains.release(partition);
    }
}
