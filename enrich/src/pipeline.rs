//! The worker, stage by stage:
//!
//! ```text
//! audit.events ─▶ decode ─▶ classify ─▶ seal ─▶ append ─▶ audit.sealed      (waiting to be acknowledged: at most
//!                   │ refused                     ▲                          100,000 records or 64 MiB)
//!                   └▶ dead letter, acknowledged ─┘ reject leaf
//!                            └──▶ audit.dead
//! ```

use runtime::metrics::CounterHandle;
use runtime::service::Runtime;
use schemas::wire::SchemaId;
use schemas::{released, topic};
use stream::registry::{CacheSettings, CachedRegistry, Registry};
use stream::transform::{Outbox, Transform, TransformSettings};
use stream::{Link, Partition, Position, Record, RegistryMetric, StreamMetric};

use crate::config::EnrichConfig;
use crate::decode::Decoder;
use crate::error::Error;
use crate::metric::EnrichMetric;
use crate::reject;
use crate::seal::Chains;

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
    let cache = CacheSettings { file: config.registry_cache_file, ..CacheSettings::default() };
    let registry = CachedRegistry::new(Registry::new(&config.registry_url), cache);
    let sealed_schema = register(&registry, released::SEALED_EVENT)?;
    let mut enrich = Enrich {
        dead_schema: register(&registry, released::DEAD_LETTER)?,
        chains: Chains::new(&config.key_id, config.key.expose(), sealed_schema)?,
        decoder: Decoder::new(registry),
        engine: phi::Engine::builtin()?,
        scratch: phi::Scratch::default(),
        sealed: EnrichMetric::EventsSealed.handle(),
    };
    // A missing dead-letter topic must stop the worker now, not at the first bad record.
    stream::tail::TailReader::new(&config.kafka, topic::DEAD.name)?.partitions()?;
    let link = Link { input: topic::EVENTS.name, output: topic::SEALED.name };
    let settings = TransformSettings { kafka: config.kafka, link, linger_ms: config.linger_ms };
    Ok(stream::transform::run(&settings, &mut enrich, runtime)?)
}

fn register(registry: &CachedRegistry, schema: released::Released) -> Result<SchemaId, Error> {
    Ok(SchemaId(registry.register(schema.subject, schema.text)?))
}

struct Enrich {
    decoder: Decoder,
    engine: phi::Engine,
    scratch: phi::Scratch,
    chains: Chains,
    dead_schema: SchemaId,
    sealed: CounterHandle,
}

impl Transform for Enrich {
    fn resume(&mut self, partition: Partition, last: Option<&[u8]>) -> Result<Position, stream::Error> {
        Ok(self.chains.resume(partition, last)?)
    }

    fn release(&mut self, partition: Partition) {
        self.chains.release(partition);
    }

    fn process(&mut self, record: &Record<'_>, out: &mut Outbox<'_>) -> Result<(), stream::Error> {
        let (partition, offset) = (record.partition(), record.offset());
        let sealed = match self.decoder.decode(record.payload(), |name| record.last_header(name))? {
            Ok(event) => {
                self.sealed.increment(1);
                let classified = self.engine.classify(event, &mut self.scratch);
                let bytes = self.chains.seal(&classified, partition, offset);
                classified.recycle(&mut self.scratch);
                bytes
            }
            Err(error) => {
                EnrichMetric::RecordsRejected.with(&[("reason", error.fault.reason())]).increment(1);
                out.dead_letter(topic::DEAD.name, &reject::dead_letter(record, error, self.dead_schema))?;
                self.chains.reject(record.payload(), error.fault.reason(), partition, offset)
            }
        };
        // A record of a partition that was just given back belongs to its next owner.
        sealed.map_or(Ok(()), |bytes| out.append(bytes))
    }
}
