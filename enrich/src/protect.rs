//! Stage 3, protect: the keys that an event's members are hidden with, its search tokens, its texts without what was found in them.
//!
//! ```text
//! a batch's events ─▶ prepare: memory ─▶ table of subjects' keys (one round trip) ─▶ new keys (one more) ─▶ memory
//!                        └─ does not answer: the batch waits, nothing of it is sealed
//! event ─▶ beside: tokens, redacted texts ──▶ seal
//! ```
//!
//! Bounds: `subjects.cache_max` keys for `subjects.keep_ms` each; see `keystore::PostgresSubjects` for how long a call may take.

mod beside;
mod keys;

use std::time::Instant;

use keystore::{PostgresSubjects, SubjectVault, SystemNonces};
use phi::Classified;
use seal::protect::{SubjectCache, SubjectName};
use seal::{Protected, Vault};

use crate::config::{EnrichConfig, SubjectSettings};
use crate::error::Error;
use crate::metric::EnrichMetric;

/// Everything that hiding needs.
pub struct Protect {
    vault: SubjectVault<PostgresSubjects>,
    nonces: SystemNonces,
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
        Ok(Self { vault, nonces: SystemNonces::new(), started: Instant::now() })
    }

    /// Fetches or makes the keys of all subjects of a batch. After an error nothing of the batch may be sealed.
    pub fn prepare<'e>(&mut self, batch: impl Iterator<Item = &'e Classified<'e>>) -> Result<(), Error> {
        let names = batch.flat_map(|classified| SubjectName::all(classified.event(), classified.hidden()));
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.vault.prepare(names, now_ms).map_err(Error::SubjectKeys)?;
        EnrichMetric::SubjectKeysHeld.set(self.vault.keys().len() as f64);
        Ok(())
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
