//! Stage 1, decode: from a Kafka record to an audit event, or to a named refusal.
//!
//! ```text
//! schema id: in a header, else before the body
//!   ├─ fingerprint ──▶ one of our versions, else unknown-schema
//!   └─ registry's id ▶ known already ──▶ ask the registry (waits) ──▶ unknown-schema
//!        ├─ our current schema ─▶ decode
//!        └─ another ─▶ resolver, made once per id ─▶ translate ─▶ decode
//!                        └─ cannot be made ─▶ unresolvable-schema
//! ```

use std::collections::HashMap;
use std::time::Duration;

use schemas::header_id;
use schemas::resolve::Resolver;
use schemas::wire::{Frame, SchemaRef};
use schemas::{AuditEvent, DecodeError, DecodeFault, SchemaError, released};
use stream::registry::{CachedRegistry, Known, SchemaKey};

/// How long a record waits for the registry before its batch is put off. With one last request of 5 s it stays well below
/// the five minutes after which the group would hand the partition to somebody else.
const REGISTRY_WAIT: Duration = Duration::from_secs(30);

/// A schema never changes under its id, so what was learnt stays true; beyond this many the worker learns anew.
const MEANINGS_MAX: usize = 200;

/// Knows what each schema id means.
pub struct Decoder {
    registry: CachedRegistry,
    meanings: HashMap<SchemaRef, Meaning>,
}

/// What the bytes of a schema are to us.
enum Meaning {
    Ours,
    Another(Box<Resolver>),
    Unresolvable,
}

impl Decoder {
    #[must_use]
    pub fn new(registry: CachedRegistry) -> Self {
        Self { registry, meanings: HashMap::new() }
    }

    /// Decodes one record; `last_header` gives the last value of a header's name, `translated` takes what another schema's
    /// record is in ours. The outer error stops the worker, the inner one refuses the record.
    pub fn decode<'a, 'h>(
        &mut self,
        payload: &'a [u8],
        translated: &'a mut Vec<u8>,
        last_header: impl Fn(&str) -> Option<&'h [u8]>,
    ) -> Result<Result<AuditEvent<'a>, DecodeError>, stream::Error> {
        let frame = match frame(payload, last_header) {
            Ok(frame) => frame,
            Err(error) => return Ok(Err(error)),
        };
        if !self.meanings.contains_key(&frame.schema) {
            let Some(meaning) = self.learn(frame.schema)? else {
                return Ok(Err(DecodeError { fault: DecodeFault::UnknownSchema, position: 1 }));
            };
            if self.meanings.len() >= MEANINGS_MAX {
                self.meanings.clear();
            }
            self.meanings.insert(frame.schema, meaning);
        }
        Ok(match self.meanings.get(&frame.schema) {
            Some(Meaning::Ours) => AuditEvent::decode(frame.body),
            Some(Meaning::Another(resolver)) => {
                translated.clear();
                resolver.translate(frame.body, translated).and_then(|()| AuditEvent::decode(translated))
            }
            Some(Meaning::Unresolvable) | None => {
                Err(DecodeError { fault: DecodeFault::UnresolvableSchema, position: 1 })
            }
        })
    }

    /// `None`: nobody knows the schema, and somebody might tomorrow. A registry that is away means waiting, never a refusal.
    fn learn(&self, schema: SchemaRef) -> Result<Option<Meaning>, stream::Error> {
        let key = match schema {
            SchemaRef::Fingerprint(fingerprint) => {
                return Ok(released::by_fingerprint(fingerprint).map(|version| meaning(version.text, schema)));
            }
            SchemaRef::Id(id) => SchemaKey::Id(id.0),
            SchemaRef::Guid(guid) => SchemaKey::Guid(guid),
            SchemaRef::GlobalId(id) => SchemaKey::GlobalId(id),
        };
        match self.registry.lookup(key, REGISTRY_WAIT)? {
            Known::Schema(found) if found.is_avro() => Ok(Some(meaning(&found.text, schema))),
            Known::Schema(_) => {
                tracing::warn!(%key, "refusing records of this schema: it is not Avro");
                Ok(Some(Meaning::Unresolvable))
            }
            Known::Nothing => Ok(None),
        }
    }
}

fn frame<'a, 'h>(payload: &'a [u8], last_header: impl Fn(&str) -> Option<&'h [u8]>) -> Result<Frame<'a>, DecodeError> {
    match header_id::read(last_header)? {
        Some(schema) => Ok(Frame { schema, body: payload }),
        None => Frame::parse(payload),
    }
}

/// A schema that builds on other subjects does not parse alone, and is unresolvable by that.
fn meaning(text: &str, schema: SchemaRef) -> Meaning {
    if released::AUDIT_EVENT.same_bytes(text) {
        return Meaning::Ours;
    }
    match Resolver::new(text) {
        Ok(resolver) => {
            let ignored = resolver.ignored();
            tracing::info!(?schema, ?ignored, "reading records of another schema; what we do not know is left out");
            Meaning::Another(Box::new(resolver))
        }
        Err(error) => {
            refused(schema, &error);
            Meaning::Unresolvable
        }
    }
}

fn refused(schema: SchemaRef, error: &SchemaError) {
    tracing::warn!(?schema, %error, "refusing records of this schema");
}

#[cfg(test)]
mod tests;
