//! What a cache knows, and who is asking.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::cache_file::{Contents, Registration};
use super::super::{Schema, SchemaKey};

/// What the registry says about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    Schema(Arc<Schema>),
    /// It knows no such schema.
    Nothing,
}

#[derive(Default)]
pub(super) struct State {
    pub entries: HashMap<SchemaKey, Entry>,
    pub asking: HashSet<SchemaKey>,
    /// A program registers few schemas, its own.
    pub registrations: Vec<Registration>,
    /// Grows with every use; tells which entry was used last.
    pub uses: u64,
}

pub(super) struct Entry {
    pub known: Known,
    /// After this the registry is asked again; `None` holds as long as the process: an id never changes its schema.
    pub until: Option<Instant>,
    pub used: u64,
}

impl State {
    pub fn fresh(&mut self, key: SchemaKey) -> Option<Known> {
        let entry = self.entries.get_mut(&key)?;
        if entry.until.is_some_and(|until| Instant::now() >= until) {
            return None;
        }
        self.uses += 1;
        entry.used = self.uses;
        Some(entry.known.clone())
    }

    /// A schema that the file remembers, to be used for a while without asking again.
    pub fn remembered(&mut self, key: SchemaKey, life: Duration) -> Option<Known> {
        let entry = self.entries.get_mut(&key)?;
        if entry.known == Known::Nothing {
            return None;
        }
        entry.until = Some(Instant::now() + life);
        Some(entry.known.clone())
    }

    /// True when the schemas that are known are no longer the same.
    pub fn insert(&mut self, key: SchemaKey, known: Known, until: Option<Instant>) -> bool {
        self.uses += 1;
        let before = self.entries.insert(key, Entry { known: known.clone(), until, used: self.uses });
        let before = before.map_or(Known::Nothing, |entry| entry.known);
        if before != known && before != Known::Nothing {
            tracing::error!(%key, "the schema registry says something else than before; was it set up anew?");
        }
        before != known
    }

    /// Forgets what matters least: unknown ids first, then what was used longest ago.
    pub fn make_room(&mut self, entries_max: usize) {
        while self.entries.len() > entries_max.max(1) {
            let least = self.entries.iter().min_by_key(|(_, entry)| (entry.known != Known::Nothing, entry.used));
            let Some(key) = least.map(|(key, _)| *key) else { return };
            self.entries.remove(&key);
        }
    }

    /// Everything that should outlive the process; of the schemas the last used first.
    pub fn contents(&self) -> Contents {
        let mut schemas: Vec<_> = self
            .entries
            .iter()
            .filter_map(|(key, entry)| match &entry.known {
                Known::Schema(schema) => Some((entry.used, *key, Arc::clone(schema))),
                Known::Nothing => None,
            })
            .collect();
        schemas.sort_by_key(|(used, key, _)| (std::cmp::Reverse(*used), *key));
        let schemas = schemas.into_iter().map(|(_, key, schema)| (key, schema)).collect();
        Contents { schemas, registrations: self.registrations.clone() }
    }
}
