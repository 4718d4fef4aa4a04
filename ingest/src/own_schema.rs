//! How our own schema is named in front of a record: by the registry's id, and until the registry has given it by the
//! schema's fingerprint, which needs no registry. Readers take both.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use runtime::Disposition;
use runtime::shutdown::Shutdown;
use schemas::released::AUDIT_EVENT;
use schemas::wire::{Fingerprint, Framing, SchemaId, SchemaRef};
use stream::registry::Registry;

use crate::error::Error;
use crate::metric::IngestMetric;

const REGISTRY_PAUSE: Duration = Duration::from_secs(1);

/// The two names of our schema. An id never changes its schema, so the registry may go away once it gave one.
pub struct OwnSchema {
    fingerprint: Fingerprint,
    id: OnceLock<SchemaId>,
}

impl Default for OwnSchema {
    fn default() -> Self {
        Self { fingerprint: AUDIT_EVENT.fingerprint(), id: OnceLock::new() }
    }
}

impl OwnSchema {
    /// How a record names it now.
    pub fn framing(&self) -> Framing {
        self.id.get().map_or_else(|| self.fingerprint.into(), |id| (*id).into())
    }

    pub fn is(&self, schema: SchemaRef) -> bool {
        match schema {
            SchemaRef::Fingerprint(fingerprint) => fingerprint == self.fingerprint,
            SchemaRef::Id(id) => self.id.get() == Some(&id),
            SchemaRef::Guid(_) | SchemaRef::GlobalId(_) => false,
        }
    }

    /// Asks for the id once; while the registry is away, a thread goes on asking. What waiting would not mend ends the start.
    pub fn begin(self: &Arc<Self>, registry: &Registry, shutdown: &Shutdown) -> Result<(), Error> {
        IngestMetric::SchemaIdKnown.set(0.0);
        match self.ask(registry) {
            Err(error) if error.disposition() == Disposition::Retry => {
                tracing::warn!(%error, "accepting events without the registry; they carry the schema's fingerprint");
            }
            outcome => return Ok(outcome?),
        }
        let (own, registry, shutdown) = (Arc::clone(self), registry.clone(), shutdown.clone());
        let thread = std::thread::Builder::new().name("registry".to_owned());
        thread.spawn(move || own.go_on_asking(&registry, &shutdown)).map(drop).map_err(Error::Thread)
    }

    fn go_on_asking(&self, registry: &Registry, shutdown: &Shutdown) {
        while !shutdown.wait_timeout(REGISTRY_PAUSE) {
            match self.ask(registry) {
                Ok(()) => return,
                Err(error) if error.disposition() == Disposition::Retry => {
                    tracing::debug!(%error, "the registry is still away");
                }
                // Events are accepted and read without the id, so this is no reason to stop accepting them.
                Err(error) => tracing::error!(%error, "the registry does not take the event's schema"),
            }
        }
    }

    fn ask(&self, registry: &Registry) -> Result<(), stream::Error> {
        let id = SchemaId(registry.register(AUDIT_EVENT.subject, AUDIT_EVENT.text)?);
        if self.id.set(id).is_ok() {
            IngestMetric::SchemaIdKnown.set(1.0);
            tracing::info!(id = id.0, "the registry gave the schema's id; events carry it from now on");
        }
        Ok(())
    }

    #[cfg(test)]
    pub fn known_as(id: u32) -> Arc<Self> {
        let own = Self::default();
        own.id.set(SchemaId(id)).unwrap();
        Arc::new(own)
    }
}
