//! A worker's way to subjects' keys: memory first, then the store, then a new key.
//!
//! ```text
//! prepare(batch) ─▶ SubjectCache::missing ─▶ SubjectStore::newest ─┬─ a key ────────▶ unwrap ─▶ SubjectCache
//!                                                                  └─ none, erased ─▶ make, wrap ─▶ SubjectStore::add
//! ```
//!
//! One round trip for a batch, two where a subject is new; one call of the token for each key that is not in memory. A key
//! that can't be had is remembered as such until the next batch, and refuses its own records only.

use std::collections::HashMap;
use std::sync::Arc;

use seal::keys::{Custodian, Disposition, KeyError, KeyId};
use seal::protect::{CacheLimits, Fresh, Handle, Stored, SubjectCache, SubjectKey, SubjectName, SubjectStore};
use seal::protect::{Wanted, WrapScope, WrappedKey};

use crate::random::random_secret;

/// How often a key may be erased while it is being made before the batch has to wait.
const ROUNDS_MAX: usize = 4;

/// Subjects' keys of one worker.
pub struct SubjectVault<S> {
    custodian: Custodian,
    root: KeyId,
    store: S,
    cache: SubjectCache,
    /// The wrapping key that a tenant's new keys get, until it no longer may.
    wrapping: HashMap<Arc<str>, KeyId>,
}

/// A key that the store has not heard of yet.
struct Made {
    wanted: Wanted,
    key: SubjectKey,
}

impl<S: SubjectStore> SubjectVault<S> {
    /// `root` is the tenant root that handles are made with.
    #[must_use]
    pub fn new(custodian: Custodian, root: KeyId, store: S, limits: CacheLimits) -> Self {
        Self { custodian, root, store, cache: SubjectCache::new(limits), wrapping: HashMap::new() }
    }

    /// Fetches or makes the keys of a batch's subjects: [`SubjectName::all`] of each event. After an error nothing of the
    /// batch may be sealed; what is wrong with one subject alone is told by [`Self::keys`] instead.
    pub fn prepare<'n>(
        &mut self,
        names: impl IntoIterator<Item = SubjectName<'n>>,
        now_ms: u64,
    ) -> Result<(), KeyError> {
        let tenant_keys = |tenant: &str| self.custodian.tenant_keys(&self.root, tenant);
        let wanted = self.cache.missing(names, now_ms, tenant_keys)?;
        if wanted.is_empty() {
            return Ok(());
        }
        let stored = answers(self.store.newest(&wanted)?, wanted.len())?;
        let mut absent = self.take(wanted.into_iter().zip(stored))?;
        for _ in 0..ROUNDS_MAX {
            let (rows, made) = self.make(absent)?;
            if rows.is_empty() {
                return Ok(());
            }
            let stored = answers(self.store.add(&rows)?, rows.len())?;
            let mut others = Vec::new();
            for ((row, Made { wanted, key }), stored) in rows.into_iter().zip(made).zip(stored) {
                // Ours was taken; another worker's has to be unwrapped.
                if stored.key.as_ref() == Some(&row.key) {
                    self.cache.insert(&wanted, key);
                } else {
                    others.push((wanted, Some(stored)));
                }
            }
            absent = self.take(others)?;
        }
        let left = if absent.is_empty() { Ok(()) } else { Err("a subject's keys are erased as fast as they are made") };
        left.map_err(|reason| KeyError::Unavailable(reason.to_owned()))
    }

    /// What a sealer is given; also where to forget keys.
    pub fn keys(&mut self) -> &mut SubjectCache {
        &mut self.cache
    }

    /// Takes what the store has into memory; gives what it has not, with the generation to be made.
    fn take(
        &mut self,
        found: impl IntoIterator<Item = (Wanted, Option<Stored>)>,
    ) -> Result<Vec<(Wanted, u32)>, KeyError> {
        let mut absent = Vec::new();
        for (wanted, stored) in found {
            match stored {
                None => absent.push((wanted, 1)),
                Some(Stored { generation, key: None }) => absent.push((wanted, generation.saturating_add(1))),
                Some(Stored { generation, key: Some(wrapped) }) => {
                    let key = self
                        .cache
                        .handle(&wanted, generation)
                        .and_then(|handle| self.custodian.unwrap(&scope(&wanted, &handle), &wrapped));
                    if let Some(key) = self.or_refuse(&wanted, key)? {
                        self.cache.insert(&wanted, key);
                    }
                }
            }
        }
        Ok(absent)
    }

    /// New keys, as rows for the store and for memory.
    fn make(&mut self, absent: Vec<(Wanted, u32)>) -> Result<(Vec<Fresh>, Vec<Made>), KeyError> {
        let (mut rows, mut made) = (Vec::new(), Vec::new());
        for (wanted, generation) in absent {
            let handle = self.cache.handle(&wanted, generation)?;
            let key = SubjectKey::new(handle, random_secret()?);
            let wrapped = self.wrap(&wanted, &handle, &key);
            if let Some(wrapped) = self.or_refuse(&wanted, wrapped)? {
                let (tenant, class, subject) = (Arc::clone(&wanted.tenant), wanted.class, wanted.subject);
                rows.push(Fresh { tenant, class, subject, generation, handle, key: wrapped });
                made.push(Made { wanted, key });
            }
        }
        Ok((rows, made))
    }

    /// Under the tenant's current wrapping key, which is looked for anew when the one that was current is not any more.
    fn wrap(&mut self, wanted: &Wanted, handle: &Handle, key: &SubjectKey) -> Result<WrappedKey, KeyError> {
        if let Some(kek) = self.wrapping.get(&wanted.tenant) {
            match self.custodian.wrap(kek, &scope(wanted, handle), key) {
                Err(KeyError::State { .. }) => {}
                wrapped => return wrapped,
            }
        }
        let kek = self.custodian.current_wrapping(&wanted.tenant)?;
        let wrapped = self.custodian.wrap(&kek, &scope(wanted, handle), key)?;
        self.wrapping.insert(Arc::clone(&wanted.tenant), kek);
        Ok(wrapped)
    }

    /// What is wrong with one subject alone must not stop the others.
    fn or_refuse<T>(&mut self, wanted: &Wanted, result: Result<T, KeyError>) -> Result<Option<T>, KeyError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.disposition() == Disposition::Reject => {
                self.cache.refuse(wanted, error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn scope<'s>(wanted: &'s Wanted, handle: &'s Handle) -> WrapScope<'s> {
    WrapScope { tenant: &wanted.tenant, class: wanted.class, handle }
}

/// One answer for each question.
fn answers<T>(given: Vec<T>, asked: usize) -> Result<Vec<T>, KeyError> {
    let wrong =
        || KeyError::Broken(format!("the store of subjects' keys gave {} answers to {asked} questions", given.len()));
    if given.len() == asked { Ok(given) } else { Err(wrong()) }
}

impl<S> std::fmt::Debug for SubjectVault<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SubjectVault({:?})", self.cache)
    }
}
