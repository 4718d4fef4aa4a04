//! Stage 1, decode: from a Kafka record to an audit event, or to a named refusal.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use runtime::Disposition;
use schemas::wire::{self, SchemaId};
use schemas::{AuditEvent, DecodeError, DecodeFault, released};
use stream::registry::Registry;

/// How long a record waits for the registry before the worker gives up and starts anew. With one last request of 5 s it
/// stays well below the minute after which the group would hand the partition to somebody else.
const REGISTRY_WAIT: Duration = Duration::from_secs(30);
const REGISTRY_PAUSE: Duration = Duration::from_millis(500);
/// Ids beyond this are looked up again; a flood of made-up ids cannot fill the memory.
const KNOWN_MAX: usize = 1_000;
/// A refused id is asked about again after this: the registry may have learnt it meanwhile.
const REFUSAL_LIFE: Duration = Duration::from_secs(30);

/// Knows which schema ids mean our own schema.
pub struct Decoder {
    registry: Registry,
    known: HashMap<SchemaId, Answer>,
}

/// What the registry said about an id, and when. An id never changes its schema, so "ours" stays true.
struct Answer {
    ours: bool,
    at: Instant,
}

impl Answer {
    fn holds(&self) -> bool {
        self.ours || self.at.elapsed() < REFUSAL_LIFE
    }
}

impl Decoder {
    #[must_use]
    pub fn new(registry: Registry) -> Self {
        Self { registry, known: HashMap::new() }
    }

    /// Decodes one record. The outer error stops the worker, the inner one refuses the record.
    pub fn decode<'a>(&mut self, payload: &'a [u8]) -> Result<Result<AuditEvent<'a>, DecodeError>, stream::Error> {
        let (schema, body) = match wire::split(payload) {
            Ok(parts) => parts,
            Err(error) => return Ok(Err(error)),
        };
        if self.is_ours(schema)? {
            Ok(AuditEvent::decode(body))
        } else {
            Ok(Err(DecodeError { fault: DecodeFault::UnknownSchema, position: 1 }))
        }
    }

    fn is_ours(&mut self, schema: SchemaId) -> Result<bool, stream::Error> {
        if let Some(answer) = self.known.get(&schema).filter(|answer| answer.holds()) {
            return Ok(answer.ours);
        }
        let ours = self.ask(schema)?.is_some_and(|text| released::AUDIT_EVENT.same_bytes(&text));
        if self.known.len() >= KNOWN_MAX {
            self.known.retain(|_, answer| answer.ours);
        }
        self.known.insert(schema, Answer { ours, at: Instant::now() });
        Ok(ours)
    }

    /// A registry that is away means waiting, never a refusal.
    fn ask(&self, schema: SchemaId) -> Result<Option<String>, stream::Error> {
        let deadline = Instant::now() + REGISTRY_WAIT;
        loop {
            match self.registry.schema(schema.0) {
                Err(error) if error.disposition() == Disposition::Retry && Instant::now() < deadline => {
                    tracing::warn!(%error, "waiting for the schema registry");
                    std::thread::sleep(REGISTRY_PAUSE);
                }
                other => return other,
            }
        }
    }
}
