//! `[ingest]`: where requests come in, who may send them, how many may be on the way, and where events go.

mod check;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use access::{Name, SigningMaster};
use runtime::config::{Problem, ProcessSettings, Secret, Section};
use serde::{Deserialize, Serialize};
use stream::KafkaSettings;

use crate::authenticate::ring::Keys;
use crate::authenticate::{Authenticate, Signatures};
use crate::error::Error;
use crate::reload::Reloaded;
use crate::serve::tls::{Tls, TlsSettings};
use crate::validate::UnknownEventTypes;

/// The section.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IngestConfig {
    #[serde(default)]
    pub process: ProcessSettings,
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    #[serde(default)]
    pub kafka: KafkaSettings,
    pub registry_url: String,
    /// Makes the Kafka keys; the same for every gateway and client of a deployment.
    pub routing_key: Secret,
    /// Certificates; without them the gateway speaks plain HTTP.
    #[serde(default)]
    pub tls: Option<TlsSettings>,
    /// Whether plain HTTP may be reached from other machines, because TLS ends before it.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// The key file; without it, nobody is asked who they are.
    #[serde(default)]
    pub api_keys: Option<PathBuf>,
    /// Opens the way for signed requests.
    #[serde(default)]
    pub signing_secret: Option<Secret>,
    /// Without a key file: the tenant of everything that comes in.
    #[serde(default)]
    pub open_tenant: Option<Name>,
    /// Whether others than this machine may reach a gateway that asks nobody who they are.
    #[serde(default)]
    pub allow_unauthenticated: bool,
    #[serde(default = "connections_max")]
    pub connections_max: u32,
    /// The memory of all requests without an answer; one more is answered with 429.
    #[serde(default = "bytes_in_flight_max")]
    pub bytes_in_flight_max: usize,
    /// What a batch may have after decompression.
    #[serde(default = "batch_bytes_max")]
    pub batch_bytes_max: usize,
    /// What becomes of events whose type the catalogue does not know.
    #[serde(default)]
    pub unknown_event_types: UnknownEventTypes,
}

fn listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))
}

fn connections_max() -> u32 {
    4_096
}

fn bytes_in_flight_max() -> usize {
    32 * 1024 * 1024
}

fn batch_bytes_max() -> usize {
    16 * 1024 * 1024
}

impl Section for IngestConfig {
    const NAME: &'static str = "ingest";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        self.problems()
    }
}

impl IngestConfig {
    /// The files that may change while the gateway runs.
    pub fn reloaded(&self) -> Result<Reloaded, Error> {
        let tls = self.tls.as_ref().map(Tls::load).transpose()?.map(Arc::new);
        let keys = self.api_keys.as_deref().map(Keys::load).transpose()?.map(Arc::new);
        Ok(Reloaded { tls, keys })
    }

    pub fn authenticate(&self, reloaded: &Reloaded) -> Result<Authenticate, Error> {
        match (&reloaded.keys, &self.open_tenant) {
            (Some(keys), _) => {
                let master = self.signing_secret.as_ref().map(|secret| SigningMaster::new(secret.expose()));
                Ok(Authenticate::with_keys(Arc::clone(keys), Signatures::new(master.transpose()?)))
            }
            (None, Some(tenant)) => Ok(Authenticate::open(tenant.clone())),
            (None, None) => Err(Error::NobodyKnown),
        }
    }
}

#[cfg(test)]
mod tests;
