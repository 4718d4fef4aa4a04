//! `[ingest]`: where requests come in, where events go, and how many may be on the way.

use std::net::{Ipv4Addr, SocketAddr};

use runtime::config::{Problem, ProcessSettings, Secret, Section};
use schemas::event::EVENT_BYTES_MAX;
use serde::{Deserialize, Serialize};
use stream::KafkaSettings;

use crate::serve::tls::TlsSettings;

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
    /// Whether others than this machine may reach a gateway that asks nobody who they are.
    #[serde(default)]
    pub allow_unauthenticated: bool,
    /// Certificates; without them the gateway speaks plain HTTP.
    #[serde(default)]
    pub tls: Option<TlsSettings>,
    /// Whether plain HTTP may be reached from other machines, because TLS ends before it.
    #[serde(default)]
    pub allow_plaintext: bool,
    #[serde(default = "connections_max")]
    pub connections_max: u32,
    /// The tenant of everything that comes in.
    pub open_tenant: String,
    /// The bodies of all requests without an answer; one more is answered with 429.
    #[serde(default = "bytes_in_flight_max")]
    pub bytes_in_flight_max: usize,
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

impl Section for IngestConfig {
    const NAME: &'static str = "ingest";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.listen.ip().is_loopback() && !self.allow_unauthenticated {
            problems.push(Problem::new(
                "listen",
                "is reachable from other machines and the gateway asks nobody who they are; use 127.0.0.1, or set \
                 allow_unauthenticated = true where something else guards the way",
            ));
        }
        if self.registry_url.is_empty() {
            problems
                .push(Problem::new("registry_url", "is empty; give the root of the registry's Confluent interface"));
        }
        if self.open_tenant.is_empty() {
            problems.push(Problem::new("open_tenant", "is empty; name the tenant of everything that comes in"));
        }
        if self.bytes_in_flight_max < EVENT_BYTES_MAX {
            problems.push(Problem::new("bytes_in_flight_max", "must hold one event: at least 1048576"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<IngestConfig, String> {
        let required =
            [("REGISTRY_URL", "http://127.0.0.1:1"), ("ROUTING_KEY", "a synthetic secret"), ("OPEN_TENANT", "north")];
        let all = required.iter().chain(variables);
        let environment = all.map(|(key, value)| (format!("SEALTRAIL_INGEST_{key}"), (*value).to_owned()));
        runtime::config::load(None, environment).map_err(|error| error.to_string())
    }

    #[test]
    fn the_default_answers_this_machine_only() {
        assert!(load(&[]).unwrap().listen.ip().is_loopback());
    }

    #[test]
    fn an_open_address_needs_to_be_asked_for() {
        let open = ("LISTEN", "0.0.0.0:8080");
        assert!(load(&[open]).unwrap_err().contains("allow_unauthenticated = true"));
        assert!(load(&[open, ("ALLOW_UNAUTHENTICATED", "true")]).is_ok());
        assert!(load(&[("LISTEN", "[::1]:8080")]).is_ok());
    }

    #[test]
    fn a_gateway_that_could_take_nothing_is_refused() {
        assert!(load(&[("BYTES_IN_FLIGHT_MAX", "0")]).unwrap_err().contains("at least 1048576"));
        assert!(load(&[("REGISTRY_URL", "")]).unwrap_err().contains("registry_url"));
    }
}
