//! Events in Avro: one record behind Confluent's header, or in Avro's single-object encoding.
//!
//! ```text
//! ours ─────────────────────────────────────────▶ the body as it is
//! another of our versions, by its fingerprint ─┐
//! another schema of the registry, by its id ───┴▶ resolver, made once for each ─▶ the body, translated into ours
//!   └ not known yet: ask (8 at once, ≤ 8 s, else 503)
//! ```

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runtime::shutdown::Shutdown;
use schemas::resolve::Resolver;
use schemas::wire::{Frame, SchemaRef};
use schemas::{DecodeError, DecodeFault, released};
use stream::registry::{CachedRegistry, Known, SchemaKey};
use tokio::sync::Semaphore;

use crate::own_schema::OwnSchema;
use crate::problem::{Kind, Problem};
use crate::validate;

/// Made-up ids cost threads that wait for the registry, so there are few.
const LOOKUPS_MAX: usize = 8;
/// How long one lookup goes on asking; a last request of 5 s may follow.
const LOOKUP: Duration = Duration::from_secs(2);
/// How long a request waits for its turn and for the answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// A schema never changes under its id, so what was learnt stays true; beyond this many it is learnt anew.
const MEANINGS_MAX: usize = 200;

/// Knows what bodies of other schemas mean.
pub struct Schemas {
    own: Arc<OwnSchema>,
    registry: CachedRegistry,
    lookups: Arc<Semaphore>,
    meanings: Mutex<HashMap<SchemaRef, Meaning>>,
    shutdown: Shutdown,
}

/// What the bytes of a schema are to us.
#[derive(Clone)]
enum Meaning {
    Ours,
    Another(Arc<Resolver>),
    Unresolvable(Arc<str>),
}

impl Meaning {
    fn of(text: &str) -> Self {
        if released::AUDIT_EVENT.same_bytes(text) {
            return Self::Ours;
        }
        match Resolver::new(text) {
            Ok(resolver) => Self::Another(Arc::new(resolver)),
            Err(error) => Self::Unresolvable(error.to_string().into()),
        }
    }
}

impl Schemas {
    pub fn new(registry: CachedRegistry, own: Arc<OwnSchema>, shutdown: Shutdown) -> Self {
        let lookups = Arc::new(Semaphore::new(LOOKUPS_MAX));
        Self { own, registry, lookups, meanings: Mutex::default(), shutdown }
    }

    /// A body in our own schema, whatever schema it was written with.
    pub async fn plain<'a>(&self, body: &'a [u8]) -> Result<Cow<'a, [u8]>, Problem> {
        let Frame { schema, body } = Frame::parse(body).map_err(malformed)?;
        match self.meaning(schema).await? {
            Meaning::Ours => Ok(Cow::Borrowed(body)),
            Meaning::Another(resolver) => {
                let mut translated = Vec::with_capacity(body.len());
                resolver.translate(body, &mut translated).map_err(refused)?;
                Ok(Cow::Owned(translated))
            }
            Meaning::Unresolvable(reason) => {
                let detail = format!("{reason}; write the event with the released schema of `audit.events-value`");
                Err(Problem::new(Kind::UnresolvableSchema, detail))
            }
        }
    }

    async fn meaning(&self, schema: SchemaRef) -> Result<Meaning, Problem> {
        if self.own.is(schema) {
            return Ok(Meaning::Ours);
        }
        if let Some(meaning) = self.meanings().get(&schema) {
            return Ok(meaning.clone());
        }
        let meaning = match schema {
            SchemaRef::Fingerprint(fingerprint) => {
                let released = released::by_fingerprint(fingerprint).ok_or_else(|| unknown("fingerprint"))?;
                Meaning::of(released.text)
            }
            SchemaRef::Id(id) => self.registered(SchemaKey::Id(id.0)).await?,
            SchemaRef::Guid(guid) => self.registered(SchemaKey::Guid(guid)).await?,
            SchemaRef::GlobalId(id) => self.registered(SchemaKey::GlobalId(id)).await?,
        };
        let mut meanings = self.meanings();
        if meanings.len() >= MEANINGS_MAX {
            meanings.clear();
        }
        meanings.insert(schema, meaning.clone());
        Ok(meaning)
    }

    fn meanings(&self) -> MutexGuard<'_, HashMap<SchemaRef, Meaning>> {
        self.meanings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn registered(&self, key: SchemaKey) -> Result<Meaning, Problem> {
        let known = match self.registry.known(key) {
            Some(known) => known,
            None => self.ask(key).await?,
        };
        match known {
            Known::Schema(schema) if schema.is_avro() && schema.references.is_empty() => Ok(Meaning::of(&schema.text)),
            Known::Schema(_) => Ok(Meaning::Unresolvable("it is not Avro, or it builds on other subjects".into())),
            Known::Nothing => Err(unknown("schema id")),
        }
    }

    async fn ask(&self, key: SchemaKey) -> Result<Known, Problem> {
        let (registry, lookups) = (self.registry.clone(), Arc::clone(&self.lookups));
        let answer = async move {
            let turn = lookups.acquire_owned().await.ok()?;
            let asked = tokio::task::spawn_blocking(move || {
                let answer = registry.lookup(key, LOOKUP);
                drop(turn);
                answer
            });
            asked.await.ok()
        };
        let answer = tokio::select! {
            answer = tokio::time::timeout(PATIENCE, answer) => answer.ok().flatten(),
            () = self.shutdown.requested() => None,
        };
        answer.unwrap_or_else(|| Err(stream::Error::Closed)).map_err(|error| {
            tracing::warn!(%key, %error, "a schema could not be looked up");
            let detail = "nothing was stored; send it again in a moment, or write the event with the released schema";
            Problem::new(Kind::RegistryAway, detail)
        })
    }
}

fn unknown(what: &str) -> Problem {
    let detail = format!(
        "no schema is known by this {what}; register it first, or write the event with the released schema of `audit.events-value`"
    );
    Problem::new(Kind::UnknownSchema, detail)
}

/// Why a body is no event in our schema.
pub fn refused(error: DecodeError) -> Problem {
    match error.fault {
        DecodeFault::EmptyField
        | DecodeFault::TooLong
        | DecodeFault::NulCharacter
        | DecodeFault::TimeOutOfRange
        | DecodeFault::NumberOutOfRange
        | DecodeFault::Oversized => Problem::fields(vec![validate::explain(error.fault)]),
        _ => malformed(error),
    }
}

fn malformed(error: DecodeError) -> Problem {
    let detail = format!(
        "{error}; send one record, after a zero byte and the schema id (4 bytes), or after c3 01 and the schema's fingerprint (8 bytes)"
    );
    Problem::new(Kind::MalformedAvro, detail)
}

#[cfg(test)]
mod tests;
