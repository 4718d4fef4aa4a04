//! Stage 3, protect: the keys that an event's members are hidden with, its search tokens, its texts without what was found in them.
//!
//! ```text
//! a batch's events ─▶ prepare: memory ─▶ table of subjects' keys (one round trip) ─▶ new keys (one more) ─▶ memory
//!                        └─ does not answer: the batch waits, nothing of it is sealed
//! event ─▶ beside: tokens, redacted texts ──▶ seal
//! ```
//!
//! Bounds: 10,000 names at once, `subjects.cache_max` keys for `subjects.keep_ms` each; see `keystore::PostgresSubjects` for how long a call may take.

mod beside;
mod erasures;
mod keys;

use std::time::Instant;

use keystore::{PostgresSubjects, SubjectVault, SystemNonces};
use phi::Classified;
use seal::protect::{SubjectCache, SubjectName};
use seal::{Protected, Vault};

use crate::config::{EnrichConfig, SubjectSettings};
use crate::error::Error;
use crate::metric::EnrichMetric;
use erasures::Erasures;

/// Names of subjects that are looked up at once. A batch of ordinary events has far fewer; one event has at most some four thousand.
const NAMES_MAX: usize = 10_000;

/// Everything that hiding needs.
pub struct Protect {
    vault: SubjectVault<PostgresSubjects>,
    nonces: SystemNonces,
    erasures: Erasures,
    started: Instant,
}

impl Protect {
    /// Opens the key file, and looks whether the table is there. A store that does not answer yet is waited for later.
    pub fn new(config: &EnrichConfig) -> Result<Self, Error> {
        let (custodian, root) = keys::open(&config.keys)?;
        let mut store = store(&config.subjects)?;
        match store.check() {
            Err(error) if error.disposition() == seal::keys::Disposition::Retry => {
                tracing::warn!(%error, "records will wait until subjects' keys can be had");
            }
            checked => checked.map_err(Error::SubjectStore)?,
        }
        let vault = SubjectVault::new(custodian, root, store, config.subjects.limits());
        let erasures = Erasures::watch(self::store(&config.subjects)?)?;
        Ok(Self { vault, nonces: SystemNonces::new(), erasures, started: Instant::now() })
    }

    /// Fetches or makes the keys of the subjects of a batch's first events, and says how many of them may be sealed now: all, unless
    /// they have too many subjects to be looked up at once. After an error none may.
    pub fn prepare<'e, R>(&mut self, batch: &'e [Result<Classified<'e>, R>]) -> Result<usize, Error> {
        let names = |event: &'e Result<Classified<'e>, R>| {
            let classified = event.as_ref().ok();
            classified.into_iter().flat_map(|event| SubjectName::all(event.event(), event.hidden()))
        };
        let ready = fitting(batch.iter().map(|event| names(event).count()));
        let now_ms = self.now_ms();
        self.erasures.forget(self.vault.keys());
        let names = batch.iter().take(ready).flat_map(names);
        self.vault.prepare(names, now_ms).map_err(Error::SubjectKeys)?;
        EnrichMetric::SubjectKeysHeld.set(self.vault.keys().len() as f64);
        Ok(ready)
    }

    /// Forgets what is too old, and what was erased; for a worker without events.
    pub fn tidy(&mut self) {
        let now_ms = self.now_ms();
        self.erasures.forget(self.vault.keys());
        self.vault.keys().expire(now_ms);
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// An event of the prepared batch as the sealer takes it, and where the sealer gets keys and nonces from.
    pub fn protect<'e>(
        &'e mut self,
        classified: &'e Classified<'_>,
        engine: &phi::Engine,
        scratch: &mut phi::Scratch,
    ) -> Result<(Protected<'e>, Vault<'e, SubjectCache, SystemNonces>), Error> {
        let event = classified.event();
        let keys = self.vault.keys();
        let pseudonyms = keys.tenant(&event.tenant).ok_or(Error::SubjectKeys(seal::keys::KeyError::NotLoaded))?;
        let protected = Protected {
            event,
            level: classified.level(),
            policy: classified.policy(),
            hidden: classified.hidden(),
            tokens: beside::tokens(classified, pseudonyms),
            redacted: beside::redacted(classified, pseudonyms, engine, scratch),
        };
        Ok((protected, Vault { keys, nonces: &mut self.nonces }))
    }
}

/// Makes the table of subjects' keys, as a role that may.
pub fn migrate(settings: &SubjectSettings) -> Result<(), Error> {
    store(settings)?.migrate().map_err(Error::SubjectStore)
}

fn store(settings: &SubjectSettings) -> Result<PostgresSubjects, Error> {
    PostgresSubjects::new(settings.postgres_url.expose_str()?).map_err(Error::SubjectStore)
}

/// How many of the first events have so few names together that they can be looked up at once; at least one, if there is one.
fn fitting(names: impl Iterator<Item = usize>) -> usize {
    let mut sum = 0_usize;
    let fits = |&count: &usize| {
        let is_first = sum == 0;
        sum = sum.saturating_add(count);
        is_first || sum <= NAMES_MAX
    };
    names.take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_cut_where_its_names_become_too_many_and_never_to_nothing() {
        assert_eq!(fitting([3; 1_000].into_iter()), 1_000);
        assert_eq!(fitting([NAMES_MAX - 1, 1, 1].into_iter()), 2);
        assert_eq!(fitting([0, NAMES_MAX + 1, 1].into_iter()), 2, "one event cannot be cut");
        assert_eq!(fitting([NAMES_MAX + 1, 0].into_iter()), 1);
        assert_eq!(fitting(std::iter::empty()), 0);
    }
}
