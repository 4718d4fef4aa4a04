//! The floor of enrich: the same loop on the same clients, copying bytes instead of sealing them.

use runtime::config::{Problem, ProcessSettings, Section};
use runtime::service::Runtime;
use schemas::topic;
use serde::{Deserialize, Serialize};
use stream::transform::{Outbox, Transform, TransformSettings};
use stream::{Error, KafkaSettings, Link, Offset, Partition, Position, Record, StreamMetric};

/// Where the floor appends; made and thrown away by the benchmark.
pub const FLOOR_TOPIC: &str = "bench.floor";

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

struct Copy;

impl Transform for Copy {
    fn resume(&mut self, _: Partition, last: Option<&[u8]>) -> Result<Position, Error> {
        // The copy starts on an empty topic; a second start would copy twice, which a benchmark must not hide.
        match last {
            None => Ok(Position::Beginning),
            Some(_) => Ok(Position::At(Offset(i64::MAX))),
        }
    }

    fn release(&mut self, _: Partition) {}

    fn process(&mut self, record: &Record<'_>, out: &mut Outbox<'_>) -> Result<(), Error> {
        out.append(record.payload())
    }
}

/// Copies until it is asked to stop.
pub fn run(config: FloorConfig, runtime: &Runtime) -> Result<(), Error> {
    StreamMetric::describe();
    let link = Link { input: topic::EVENTS.name, output: FLOOR_TOPIC };
    let settings = TransformSettings { kafka: config.kafka, link, linger_ms: config.linger_ms };
    stream::transform::run(&settings, &mut Copy, runtime)
}
