//! Settings of a client, with defaults that fit a service that waits for its receipts.

use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use schemas::event::EVENT_BYTES_MAX;
use schemas::routing::Router;
use stream::publish::Publisher;
use stream::registry::Registry;
use stream::{KafkaSettings, Patience, ProducerSettings};

use crate::batch::Limits;
use crate::client::Client;
use crate::error::Error;
use crate::http::{Connection, Gateway, Trust, client_config};
use crate::kafka::Brokers;
use crate::ledger::{Ledger, Room};
use crate::worker::Way;

/// Settles everything once, then makes a client with [`ClientBuilder::http`] or [`ClientBuilder::kafka`].
#[derive(Clone)]
pub struct ClientBuilder {
    system: String,
    tenant: String,
    deadline: Duration,
    request_timeout: Duration,
    linger: Duration,
    batch_events_max: usize,
    batch_bytes_max: usize,
    queue_events_max: usize,
    queue_bytes_max: usize,
    requests_in_flight_max: usize,
    compresses: bool,
    trust: Trust,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            system: String::new(),
            tenant: String::new(),
            deadline: Duration::from_secs(30),
            request_timeout: Duration::from_secs(10),
            linger: Duration::from_millis(5),
            batch_events_max: 500,
            batch_bytes_max: 1024 * 1024,
            queue_events_max: 10_000,
            queue_bytes_max: 64 * 1024 * 1024,
            requests_in_flight_max: 1,
            compresses: true,
            trust: Trust::default(),
        }
    }
}

impl ClientBuilder {
    /// The system that says so, for events that name none.
    #[must_use]
    pub fn system(mut self, system: impl Into<String>) -> Self {
        self.system = system.into();
        self
    }

    /// The tenant of events that name none. A gateway that knows the caller's key needs none.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// How long an event may take from `send` to its receipt, attempts and waiting for room included: 30 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long one attempt by HTTP may take: 10 s.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// How long an event waits for others to go with: 5 ms.
    #[must_use]
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// The most events of one request: 500.
    #[must_use]
    pub fn batch_events_max(mut self, events: usize) -> Self {
        self.batch_events_max = events;
        self
    }

    /// The most bytes of one request before compression: 1 MiB. A larger event goes alone.
    #[must_use]
    pub fn batch_bytes_max(mut self, bytes: usize) -> Self {
        self.batch_bytes_max = bytes;
        self
    }

    /// The most undecided events: 10,000. Beyond, `send` waits and `try_send` gives the event back.
    #[must_use]
    pub fn queue_events_max(mut self, events: usize) -> Self {
        self.queue_events_max = events;
        self
    }

    /// The most bytes of undecided events: 64 MiB.
    #[must_use]
    pub fn queue_bytes_max(mut self, bytes: usize) -> Self {
        self.queue_bytes_max = bytes;
        self
    }

    /// How many requests may be under way: 1. With more, events that do not wait for one another may change their order.
    #[must_use]
    pub fn requests_in_flight_max(mut self, requests: usize) -> Self {
        self.requests_in_flight_max = requests;
        self
    }

    /// Whether large batches are compressed: they are.
    #[must_use]
    pub fn compress(mut self, compress: bool) -> Self {
        self.compresses = compress;
        self
    }

    /// Trusts the authorities of this PEM file instead of the machine's.
    #[must_use]
    pub fn ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.trust.ca_file = Some(file.into());
        self
    }

    /// Shows this certificate to the gateway (mutual TLS): two PEM files, the chain and its key.
    #[must_use]
    pub fn client_certificate(mut self, chain_file: impl Into<PathBuf>, key_file: impl Into<PathBuf>) -> Self {
        self.trust.identity = Some((chain_file.into(), key_file.into()));
        self
    }

    /// A client of a gateway. Nothing is sent before the first event.
    ///
    /// `key` is an API key (`stk_...`), which goes along with each request, or a signing secret (`sts_...`), which signs each
    /// request and never leaves this process. An empty one is for a gateway that asks nobody who they are.
    pub fn http(self, url: &str, key: impl AsRef<str>) -> Result<Client, Error> {
        self.check()?;
        let tls = client_config(&self.trust, url.starts_with("https:"))?;
        let connection = Connection::new(url, key.as_ref(), self.request_timeout, tls)?;
        let gateway = Gateway::new(connection, self.requests_in_flight_max, self.compresses);
        let limits = Limits { linger: self.linger, events_max: self.batch_events_max, bytes_max: self.batch_bytes_max };
        Ok(self.client(Way::Http(Box::new(gateway)), limits))
    }

    /// A client of the brokers themselves. Nobody is asked before the first event; a registry that is away delays it.
    ///
    /// `brokers` are host:port, comma separated; `registry_url` is the root of the registry's Confluent interface; the
    /// secret is the deployment's, so that a patient's events meet in one partition whoever sent them.
    pub fn kafka(
        mut self,
        brokers: &str,
        registry_url: &str,
        tenant: impl Into<String>,
        routing_secret: &[u8],
    ) -> Result<Client, Error> {
        self.check()?;
        self.tenant = tenant.into();
        if self.tenant.is_empty() {
            return Err(Error::setting("tenant", "is empty; name the organisation that the events belong to"));
        }
        let too_short = || Error::setting("routing_secret", "is shorter than 16 bytes; give the deployment's own");
        let router = Router::new(routing_secret).ok_or_else(too_short)?;
        let kafka = KafkaSettings { brokers: brokers.to_owned(), ..KafkaSettings::default() };
        let seconds = u32::try_from(self.deadline.as_secs()).unwrap_or(u32::MAX).max(1);
        let producer = ProducerSettings {
            linger_ms: u32::try_from(self.linger.as_millis()).unwrap_or(u32::MAX),
            patience: Patience::Seconds(seconds),
            ..ProducerSettings::default()
        };
        let publisher = Publisher::new(&kafka, &producer)?;
        let (registry, schema) = (Registry::new(registry_url), OnceLock::new());
        // The brokers' client makes its own batches.
        let limits = Limits { linger: Duration::ZERO, events_max: self.batch_events_max, bytes_max: usize::MAX };
        Ok(self.client(Way::Kafka(Box::new(Brokers { publisher, registry, router, schema })), limits))
    }

    fn client(self, way: Way, limits: Limits) -> Client {
        let bytes = u32::try_from(self.queue_bytes_max).unwrap_or(u32::MAX);
        let room = Room::new(self.queue_events_max, bytes);
        Client::new(Ledger::new(room, limits, self.deadline), way, self.system, self.tenant)
    }

    fn check(&self) -> Result<(), Error> {
        let at_least_one = "must be at least 1";
        let queue_bytes = format!("must hold one event of the largest size, {EVENT_BYTES_MAX}");
        let checks = [
            ("batch_events_max", self.batch_events_max >= 1, at_least_one),
            ("batch_bytes_max", self.batch_bytes_max >= 1, at_least_one),
            ("queue_events_max", (1..=1_000_000).contains(&self.queue_events_max), "must be between 1 and 1000000"),
            ("queue_bytes_max", self.queue_bytes_max >= EVENT_BYTES_MAX, queue_bytes.as_str()),
            ("requests_in_flight_max", (1..=64).contains(&self.requests_in_flight_max), "must be between 1 and 64"),
            ("deadline", !self.deadline.is_zero(), "must be longer than nothing"),
            ("request_timeout", !self.request_timeout.is_zero(), "must be longer than nothing"),
            ("linger", self.linger < self.deadline, "must be shorter than the deadline"),
        ];
        let wrong = checks.into_iter().find(|(_, holds, _)| !holds);
        wrong.map_or(Ok(()), |(setting, _, fix)| Err(Error::setting(setting, fix)))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ClientBuilder")
            .field("system", &self.system)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
