//! The floor of enrich: the same loop on the same clients, copying bytes instead of sealing them.

use std::collections::HashMap;

use runtime::config::{Problem, ProcessSettings, Section};
use runtime::service::Runtime;
use schemas::topic;
use serde::{Deserialize, Serialize};
use stream::sealed_log::{Entry, Epoch, Head, OwnerId, Position};
use stream::transform::{Outbox, Outboxes, Transform, TransformSettings, Turn};
use stream::{Disposition, Error, KafkaSettings, Link, Partition, Record, StreamMetric};

/// Where the floor appends; made and thrown away by the benchmark.
pub const FLOOR_TOPIC: &str = "bench.floor";

const OWNER: &str = "floor";

/// `[loadtest]`: only the floor's own process reads it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FloorConfig {
    pub process: ProcessSettings,
    pub kafka: KafkaSettings,
    pub linger_ms: u32,
}

impl Section for FloorConfig {
    const NAME: &'static str = "loadtest";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        match self.kafka.group.is_empty() {
            true => vec![Problem::new("kafka.group", "is empty; name the floor's consumer group")],
            false => Vec::new(),
        }
    }
}

/// Copies under the same rules as enrich, with a chain that proves nothing: numbers instead of hashes.
#[derive(Default)]
struct Copy {
    heads: HashMap<Partition, Head>,
}

impl Transform for Copy {
    fn begin(&mut self, partition: Partition, _: Option<&str>) -> Result<bool, Error> {
        self.heads.insert(partition, Head::EMPTY);
        Ok(true)
    }

    fn entry<'r>(&mut self, _: Partition, record: &'r [u8]) -> Result<Entry<'r>, Error> {
        // The copy starts on an empty topic, so all that it reads back is its own fence.
        let text = std::str::from_utf8(record).unwrap_or_default();
        let mut parts = text.split(';');
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        Ok(match (number(), number(), number()) {
            (Some(term), Some(generation), Some(attempt)) => {
                let epoch = Epoch { term, generation: generation as i32, attempt: attempt as i32 };
                Entry::Fence { epoch, owner: OWNER, authentic: true }
            }
            _ => Entry::Foreign,
        })
    }

    fn follow(&mut self, _: Partition, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    fn fence(&mut self, _: Partition, epoch: Epoch, _: &OwnerId) -> Result<Vec<u8>, Error> {
        Ok(format!("{};{};{}", epoch.term, epoch.generation, epoch.attempt).into_bytes())
    }

    fn own(&mut self, _: &Turn<'_>, _: &mut Outbox<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn process(&mut self, records: &[Record<'_>], out: &mut Outboxes<'_>) -> Result<(), Error> {
        for record in records {
            let Some(mut out) = out.of(record) else { continue };
            let head = self.heads.entry(record.partition()).or_insert(Head::EMPTY);
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&(head.size + 1).to_be_bytes());
            let (from, next) = (record.offset(), record.offset().next());
            let position = Position { sequence: head.size, previous: head.hash, hash, from, next };
            *head = Head::after(&position);
            out.append(position, record.payload())?;
        }
        Ok(())
    }

    fn tick(&mut self, _: &mut Outbox<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn state(&self, _: Partition) -> Option<String> {
        None
    }

    fn release(&mut self, partition: Partition) {
        self.heads.remove(&partition);
    }
}

/// Copies until it is asked to stop.
pub fn run(config: FloorConfig, runtime: &Runtime) -> Result<(), Error> {
    StreamMetric::describe();
    let link = Link { input: topic::EVENTS.name, output: FLOOR_TOPIC };
    let named = std::io::Error::other("the floor's own name cannot be used");
    let owner = OwnerId::new(OWNER).ok_or_else(|| Error::stage(named, Disposition::Fatal))?;
    let settings = TransformSettings { kafka: config.kafka, link, linger_ms: config.linger_ms, owner };
    stream::transform::run(&settings, &mut Copy::default(), runtime)
}
