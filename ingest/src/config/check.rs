//! What is wrong with the section as a whole: settings that contradict each other, and files that cannot be used.

use access::SigningMaster;
use runtime::config::Problem;
use schemas::event::EVENT_BYTES_MAX;
use stream::KafkaSettings;

use super::IngestConfig;
use crate::authenticate::ring;

impl IngestConfig {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.doors();
        problems.extend(self.files());
        problems.extend(self.bounds());
        problems.extend(unused(&self.kafka));
        if self.registry_url.is_empty() {
            let message = "is empty; give the root of the registry's Confluent interface";
            problems.push(Problem::new("registry_url", message));
        }
        problems
    }

    /// Who may reach the gateway, and how.
    fn doors(&self) -> Vec<Problem> {
        let (is_near, asks) = (self.listen.ip().is_loopback(), self.api_keys.is_some());
        let [tls, signing, tenant] = [self.tls.is_some(), self.signing_secret.is_some(), self.open_tenant.is_some()];
        let checks = [
            (
                !asks && !tenant,
                "api_keys",
                "is not set; name the key file, or set open_tenant to the tenant of a gateway that asks nobody who they are",
            ),
            (
                asks && tenant,
                "open_tenant",
                "means nothing beside api_keys: each key names its tenant; remove one of the two",
            ),
            (
                asks && self.allow_unauthenticated,
                "allow_unauthenticated",
                "means nothing beside api_keys, which asks everybody; remove one of the two",
            ),
            (!asks && signing, "signing_secret", "is used with api_keys only; set api_keys, or remove it"),
            (
                !asks && !is_near && !self.allow_unauthenticated,
                "listen",
                "is reachable from other machines and the gateway asks nobody who they are; set api_keys, use 127.0.0.1, or \
                 set allow_unauthenticated = true where something else guards the way",
            ),
            (
                !tls && !is_near && !self.allow_plaintext,
                "listen",
                "is reachable from other machines without encryption; set tls, use 127.0.0.1, or set allow_plaintext = \
                 true where TLS ends before the gateway",
            ),
            (tls && self.allow_plaintext, "allow_plaintext", "means nothing beside tls; remove one of the two"),
        ];
        let found = checks.into_iter().filter(|(is_wrong, ..)| *is_wrong);
        found.map(|(_, key, message)| Problem::new(key, message)).collect()
    }

    /// The files, read as they would be at the start.
    fn files(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(Err(error)) = self.tls.as_ref().map(|tls| tls.load()) {
            problems.push(Problem::new("tls", error.to_string()));
        }
        if let Some(Err(error)) = self.api_keys.as_deref().map(ring::read) {
            problems.push(Problem::new("api_keys", error.to_string()));
        }
        if let Some(Err(error)) = self.signing_secret.as_ref().map(|secret| SigningMaster::new(secret.expose())) {
            problems.push(Problem::new("signing_secret", error.to_string()));
        }
        problems
    }

    fn bounds(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !(1..=100_000).contains(&self.connections_max) {
            problems.push(Problem::new("connections_max", "must be between 1 and 100000"));
        }
        if !(EVENT_BYTES_MAX..=256 * 1024 * 1024).contains(&self.batch_bytes_max) {
            problems.push(Problem::new("batch_bytes_max", "must hold one event: between 1048576 and 268435456"));
        }
        if self.bytes_in_flight_max < self.batch_bytes_max {
            problems.push(Problem::new("bytes_in_flight_max", "must hold one batch: at least batch_bytes_max"));
        }
        problems
    }
}

/// The settings of consumers, which a gateway would take in silence and ignore.
fn unused(kafka: &KafkaSettings) -> Vec<Problem> {
    let default = KafkaSettings::default();
    let given = [
        ("kafka.group", kafka.group != default.group),
        ("kafka.instance", kafka.instance.is_some()),
        ("kafka.session_timeout_ms", kafka.session_timeout_ms != default.session_timeout_ms),
    ];
    let given = given.into_iter().filter(|(_, is_given)| *is_given);
    given.map(|(key, _)| Problem::new(key, "is for consumers, and the gateway has none; remove it")).collect()
}
