//! Subjects' keys in memory: so many, for so long, and none that somebody said to forget.
//!
//! ```text
//! a batch's subjects ─▶ missing() ─▶ [what to look up] ─▶ the caller: store, wrapping key ─▶ insert()
//!                                                                 sealer ─▶ SubjectKeys::key(), which never looks up
//! ```
//!
//! Bounds: [`CacheLimits`]; the keys of the running batch are never put out, so a batch of more subjects than the limit
//! counts instead of it. A key takes some 1,100 bytes. Keys are wiped when they leave.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::keys::KeyError;
use crate::protect::{Handle, SubjectClass, SubjectKey, SubjectKeys, SubjectName, TenantKeys, Wanted};

/// Token keys can be derived again; more tenants than this have theirs forgotten between batches.
const TENANTS_MAX: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    pub subjects_max: usize,
    /// How long a key is used before it is looked up again: how long an erasure can go unnoticed where its broadcast was
    /// lost.
    pub keep_ms: u64,
}

impl CacheLimits {
    /// Some 55 MB, and ten minutes.
    pub const DEFAULT: Self = Self { subjects_max: 50_000, keep_ms: 600_000 };
}

/// Subjects' keys by the handle of their first generation.
pub struct SubjectCache {
    limits: CacheLimits,
    tenants: HashMap<Arc<str>, TenantKeys>,
    entries: HashMap<Handle, Entry>,
    /// Why some of the batch's keys can't be had.
    refused: HashMap<Handle, KeyError>,
    /// The longest unused first.
    by_use: BTreeMap<u64, Handle>,
    /// The oldest first.
    by_age: BTreeMap<u64, Handle>,
    now_ms: u64,
    /// Counts uses, so that each has a number of its own.
    ticks: u64,
    /// The first tick of the running batch.
    batch: u64,
    /// Counts what was forgotten: an answer from before is not taken.
    round: u64,
}

struct Entry {
    key: SubjectKey,
    used: u64,
    born: u64,
    dies_ms: u64,
}

impl SubjectCache {
    #[must_use]
    pub fn new(limits: CacheLimits) -> Self {
        let (tenants, entries, refused, by_use, by_age) = Default::default();
        Self { limits, tenants, entries, refused, by_use, by_age, now_ms: 0, ticks: 0, batch: 0, round: 0 }
    }

    /// Begins a batch: says which of its subjects' keys are not here, each once. `tenant_keys` is asked once for each tenant
    /// that is new here. `now_ms` may count from any moment, but not backwards.
    pub fn missing<'n>(
        &mut self,
        names: impl IntoIterator<Item = SubjectName<'n>>,
        now_ms: u64,
        mut tenant_keys: impl FnMut(&str) -> Result<TenantKeys, KeyError>,
    ) -> Result<Vec<Wanted>, KeyError> {
        self.expire(now_ms);
        self.refused.clear();
        if self.tenants.len() > TENANTS_MAX {
            self.tenants.clear();
        }
        self.batch = self.ticks + 1;
        let (mut wanted, mut asked) = (Vec::new(), HashSet::new());
        for name in names {
            if !self.tenants.contains_key(name.tenant) {
                self.tenants.insert(name.tenant.into(), tenant_keys(name.tenant)?);
            }
            let Some((tenant, keys)) = self.tenants.get_key_value(name.tenant) else { continue };
            let (tenant, subject) = (Arc::clone(tenant), keys.handle(name.class, name.id));
            if !self.touch(&subject) && asked.insert(subject) {
                wanted.push(Wanted { tenant, class: name.class, subject, round: self.round });
            }
        }
        self.shrink();
        Ok(wanted)
    }

    /// The handle of a generation of a subject that is wanted.
    pub fn handle(&self, wanted: &Wanted, generation: u32) -> Result<Handle, KeyError> {
        let keys = self.tenants.get(&wanted.tenant).ok_or(KeyError::NotLoaded)?;
        Ok(keys.generation(&wanted.subject, generation))
    }

    /// The pseudonyms of a tenant of the running batch.
    #[must_use]
    pub fn tenant(&self, tenant: &str) -> Option<&TenantKeys> {
        self.tenants.get(tenant)
    }

    /// Takes a key that was looked up. False, and the key is not taken, when anything was forgotten since it was asked for:
    /// it may be what was to be forgotten.
    pub fn insert(&mut self, wanted: &Wanted, key: SubjectKey) -> bool {
        if wanted.round != self.round {
            return false;
        }
        self.remove(&wanted.subject);
        let tick = self.tick();
        self.by_use.insert(tick, wanted.subject);
        self.by_age.insert(tick, wanted.subject);
        let dies_ms = self.now_ms.saturating_add(self.limits.keep_ms);
        self.entries.insert(wanted.subject, Entry { key, used: tick, born: tick, dies_ms });
        self.shrink();
        true
    }

    /// Until the next batch, whoever asks for this key gets the error.
    pub fn refuse(&mut self, wanted: &Wanted, error: KeyError) {
        self.refused.insert(wanted.subject, error);
    }

    /// Forgets the key with this handle, of whichever generation, or the key of this subject. Says whether it was here.
    pub fn forget(&mut self, handle: &Handle) -> bool {
        self.round += 1;
        let named = |(subject, entry): (&Handle, &Entry)| {
            (subject == handle || entry.key.handle() == handle).then_some(*subject)
        };
        let found: Vec<Handle> = self.entries.iter().filter_map(named).collect();
        found.iter().for_each(|subject| self.remove(subject));
        !found.is_empty()
    }

    /// Forgets everything, tenants' token keys too.
    pub fn forget_all(&mut self) {
        self.round += 1;
        self.entries.clear();
        self.by_use.clear();
        self.by_age.clear();
        self.tenants.clear();
    }

    /// Forgets what is too old; each batch begins with it. Whoever has no batch for a while calls it by itself.
    pub fn expire(&mut self, now_ms: u64) {
        self.now_ms = self.now_ms.max(now_ms);
        while let Some(oldest) = self.by_age.first_key_value().map(|(_, subject)| *subject) {
            if self.entries.get(&oldest).is_some_and(|entry| entry.dies_ms > self.now_ms) {
                break;
            }
            self.remove(&oldest);
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn tick(&mut self) -> u64 {
        self.ticks += 1;
        self.ticks
    }

    /// Marks a key as used by the running batch; says whether it is here.
    fn touch(&mut self, subject: &Handle) -> bool {
        let tick = self.tick();
        let Some(entry) = self.entries.get_mut(subject) else { return false };
        self.by_use.remove(&entry.used);
        entry.used = tick;
        self.by_use.insert(tick, *subject);
        true
    }

    fn shrink(&mut self) {
        while self.entries.len() > self.limits.subjects_max {
            let Some((used, subject)) = self.by_use.first_key_value().map(|(used, subject)| (*used, *subject)) else {
                break;
            };
            if used >= self.batch {
                break;
            }
            self.remove(&subject);
        }
    }

    fn remove(&mut self, subject: &Handle) {
        if let Some(entry) = self.entries.remove(subject) {
            self.by_use.remove(&entry.used);
            self.by_age.remove(&entry.born);
        }
    }
}

impl SubjectKeys for SubjectCache {
    /// [`KeyError::NotLoaded`] for a key that is not here: look the batch's subjects up, then seal again.
    fn key(&mut self, tenant: &str, class: SubjectClass, id: &str) -> Result<&SubjectKey, KeyError> {
        let subject = self.tenants.get(tenant).ok_or(KeyError::NotLoaded)?.handle(class, id);
        if let Some(error) = self.refused.get(&subject) {
            return Err(error.clone());
        }
        self.entries.get(&subject).map(|entry| &entry.key).ok_or(KeyError::NotLoaded)
    }
}

impl std::fmt::Debug for SubjectCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SubjectCache({} keys)", self.entries.len())
    }
}
