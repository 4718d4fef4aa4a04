//! Stage 1, decode: from a Kafka record to an audit event, or to a named refusal.

use std::collections::HashSet;
use std::time::Duration;

use schemas::wire::{self, SchemaId};
use schemas::{AuditEvent, DecodeError, DecodeFault, released};
use stream::registry::{CachedRegistry, Known, SchemaKey};

/// How long a record waits for the registry before the worker gives up and starts anew. With one last request of 5 s it
/// stays well below the minute after which the group would hand the partition to somebody else.
const REGISTRY_WAIT: Duration = Duration::from_secs(30);

/// Knows which schema ids mean our own schema.
pub struct Decoder {
    registry: CachedRegistry,
    /// An id never changes its schema, so what is ours stays ours; others cannot fill this.
    ours: HashSet<SchemaId>,
}

impl Decoder {
    #[must_use]
    pub fn new(registry: CachedRegistry) -> Self {
        Self { registry, ours: HashSet::new() }
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

    /// A registry that is away means waiting, never a refusal.
    fn is_ours(&mut self, schema: SchemaId) -> Result<bool, stream::Error> {
        if self.ours.contains(&schema) {
            return Ok(true);
        }
        let known = self.registry.lookup(SchemaKey::Id(schema.0), REGISTRY_WAIT)?;
        let ours = matches!(&known, Known::Schema(found) if released::AUDIT_EVENT.same_bytes(&found.text));
        if ours {
            self.ours.insert(schema);
        }
        Ok(ours)
    }
}
