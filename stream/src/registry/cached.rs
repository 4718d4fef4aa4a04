//! Schemas that were asked for once: bounded, one question at a time per schema, able to start while the registry is away.
//!
//! ```text
//! lookup ─▶ known? ──yes──▶ answer
//!             │ no            ▲
//!             ▼               │ learnt: at most `entries_max`; "no such schema" holds for `unknown_life`
//!           ask, one thread per schema; the others wait for it ──▶ registry
//!             │ away: what the cache file remembers, else again and again until the caller's deadline
//! ```
//!
//! Only the registry's own word makes a schema unknown: while it is away, a record waits. What the file remembers is used only
//! when the registry cannot be asked, since a registry that was set up anew may have given its numbers away again.

mod state;

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use runtime::Disposition;
use runtime::metrics::CounterHandle;

pub use state::Known;

use state::{Entry, State};

use super::cache_file::{CacheFile, Contents, Registration};
use super::{Registry, Schema, SchemaKey};
use crate::backoff::Backoff;
use crate::{Error, RegistryMetric};

/// How much is remembered and for how long.
#[derive(Debug, Clone)]
pub struct CacheSettings {
    /// A flood of made-up ids pushes each other out, not the memory's limit.
    pub entries_max: usize,
    /// After this the registry is asked again: it may have learnt the schema meanwhile.
    pub unknown_life: Duration,
    /// Where schemas outlive the process, for a start while the registry is away.
    pub file: Option<PathBuf>,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { entries_max: 1_000, unknown_life: Duration::from_secs(30), file: None }
    }
}

/// A registry that is asked once for each schema; clones share what they know.
#[derive(Clone)]
pub struct CachedRegistry {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    settings: CacheSettings,
    state: Mutex<State>,
    /// Somebody stopped asking, with an answer or without.
    settled: Condvar,
    file: Option<CacheFile>,
    hits: CounterHandle,
    misses: CounterHandle,
}

impl CachedRegistry {
    /// Reads the cache file, if there is one; a damaged one is told, ignored, and replaced with the next schema.
    #[must_use]
    pub fn new(registry: Registry, settings: CacheSettings) -> Self {
        let file = settings.file.as_ref().map(|path| CacheFile::new(path, registry.url()));
        let mut state = State::default();
        let Contents { schemas, registrations } = file.as_ref().map(CacheFile::load).unwrap_or_default();
        let now = Instant::now();
        for (key, schema) in schemas.into_iter().take(settings.entries_max) {
            state.entries.insert(key, Entry { known: Known::Schema(schema), until: Some(now), used: 0 });
        }
        state.registrations = registrations;
        let (hits, misses) = (RegistryMetric::CacheHits.handle(), RegistryMetric::CacheMisses.handle());
        let (state, settled) = (Mutex::new(state), Condvar::new());
        Self { inner: Arc::new(Inner { registry, settings, state, settled, file, hits, misses }) }
    }

    /// For everything else that a registry can be asked.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// Registers one of the program's own schemas like [`Registry::register`]. While the registry is away, the id that the file
    /// remembers for this text stands in for its answer.
    pub fn register(&self, subject: &str, schema: &str) -> Result<u32, Error> {
        let inner = &*self.inner;
        match inner.registry.register(subject, schema) {
            Ok(id) => {
                inner.registered(Registration::new(subject, schema, id));
                Ok(id)
            }
            Err(error) if error.disposition() == Disposition::Retry => {
                let wanted = Registration::new(subject, schema, 0);
                let state = inner.lock();
                let found = state.registrations.iter().find(|known| known.is_of_the_same_text_as(&wanted));
                let Some(id) = found.map(|known| known.id) else { return Err(error) };
                tracing::warn!(%error, subject, "a schema's id is taken from the cache file");
                RegistryMetric::CacheFileUses.increment(1);
                Ok(id)
            }
            Err(error) => Err(error),
        }
    }

    /// What is known without asking; never waits. Async code looks here first and gives [`CachedRegistry::lookup`] to a
    /// thread that may block (`spawn_blocking`) only when nothing is known.
    #[must_use]
    pub fn known(&self, key: SchemaKey) -> Option<Known> {
        let known = self.inner.lock().fresh(key);
        if known.is_some() {
            self.inner.hits.increment(1);
        }
        known
    }

    /// What the registry says about `key`. Waits up to `wait`, and one request of 5 s longer, for a registry that is away.
    pub fn lookup(&self, key: SchemaKey, wait: Duration) -> Result<Known, Error> {
        let deadline = Instant::now() + wait;
        let inner = &*self.inner;
        let mut state = inner.lock();
        loop {
            if let Some(known) = state.fresh(key) {
                inner.hits.increment(1);
                return Ok(known);
            }
            if state.asking.insert(key) {
                break;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(inner.no_answer_in(key, wait));
            }
            state = inner.settled.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        let _asking = Asking { inner, key };
        inner.misses.increment(1);
        inner.ask(key, deadline)
    }
}

/// However asking ends, the next one may ask.
struct Asking<'a> {
    inner: &'a Inner,
    key: SchemaKey,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.inner.lock().asking.remove(&self.key);
        self.inner.settled.notify_all();
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, key: SchemaKey, deadline: Instant) -> Result<Known, Error> {
        let mut backoff = Backoff::default();
        loop {
            let error = match self.registry.schema(key) {
                Ok(answer) => return Ok(self.learn(key, answer)),
                Err(error) if error.disposition() == Disposition::Retry => error,
                Err(error) => return Err(error),
            };
            if let Some(known) = self.lock().remembered(key, self.settings.unknown_life) {
                tracing::warn!(%error, "a schema is taken from the cache file");
                RegistryMetric::CacheFileUses.increment(1);
                return Ok(known);
            }
            let pause = backoff.failed();
            if Instant::now() + pause >= deadline {
                return Err(error);
            }
            tracing::warn!(%error, "waiting for the schema registry");
            std::thread::sleep(pause);
        }
    }

    fn learn(&self, key: SchemaKey, answer: Option<Schema>) -> Known {
        let (known, until) = match answer {
            Some(schema) => (Known::Schema(Arc::new(schema)), None),
            None => (Known::Nothing, Some(Instant::now() + self.settings.unknown_life)),
        };
        let mut state = self.lock();
        let changed = state.insert(key, known.clone(), until);
        state.make_room(self.settings.entries_max);
        drop(state);
        if changed {
            self.save();
        }
        known
    }

    fn registered(&self, new: Registration) {
        let mut state = self.lock();
        if state.registrations.contains(&new) {
            return;
        }
        state.registrations.retain(|known| !known.is_of_the_same_text_as(&new));
        state.registrations.push(new);
        drop(state);
        self.save();
    }

    fn save(&self) {
        if let Some(file) = &self.file {
            file.save(|| self.lock().contents());
        }
    }

    fn no_answer_in(&self, key: SchemaKey, wait: Duration) -> Error {
        let reason = format!("no answer within {} s; is the registry running?", wait.as_secs());
        let (url, about) = (self.registry.url().to_owned(), key.to_string());
        Error::Registry { url, about, reason, disposition: Disposition::Retry }
    }
}

#[cfg(test)]
mod tests;
