//! The gateway's set-up: from the configuration to a server that listens.
//!
//! Kafka may be away, and so may the registry: then events are accepted all the same.

use std::net::TcpListener;
use std::sync::Arc;

use runtime::service::Runtime;
use stream::publish::Publisher;
use stream::registry::{CacheSettings, CachedRegistry, Registry};
use stream::{ProducerSettings, RegistryMetric};

use crate::admit::Admit;
use crate::config::IngestConfig;
use crate::decode::Schemas;
use crate::error::Error;
use crate::metric::IngestMetric;
use crate::own_schema::OwnSchema;
use crate::pipeline::Gateway;
use crate::publish::Publish;
use crate::receive::{Accepts, EVENTS, Receive, body};
use crate::serve::{self, Server};
use crate::validate::Validate;

/// Runs the gateway until it is asked to stop.
pub fn run(config: &IngestConfig, runtime: &Runtime) -> Result<(), Error> {
    IngestMetric::describe();
    RegistryMetric::describe();
    let router = schemas::routing::Router::new(config.routing_key.expose()).ok_or(Error::NoRoutingKey)?;
    // By default a record is never given up while the process lives, so that a retry can join its flight.
    let publisher = Publisher::new(&config.kafka, &ProducerSettings::default())?;
    let kafka = runtime.health.dependency("kafka");
    let reloaded = config.reloaded()?;
    let authenticate = config.authenticate(&reloaded)?;
    let registry = CachedRegistry::new(Registry::new(&config.registry_url), CacheSettings::default());
    let schema = Arc::new(OwnSchema::default());
    schema.begin(registry.registry(), &runtime.shutdown)?;
    let address = config.listen;
    let listener = TcpListener::bind(address).map_err(|source| Error::Listen { address, source })?;
    let shutdown = runtime.shutdown.clone();
    let gateway = Gateway {
        authenticate,
        admit: Admit::new(config.bytes_in_flight_max),
        receive: Receive { patience: body::Patience::default(), shutdown: shutdown.clone() },
        schemas: Schemas::new(registry, Arc::clone(&schema), shutdown.clone()),
        validate: Validate { unknown: config.unknown_event_types },
        batch: Accepts { bytes_max: config.batch_bytes_max, ..EVENTS },
        publish: Publish::new(publisher, router, schema),
        shutdown,
    };
    let server = Server::new(listener, reloaded, config.connections_max);
    serve::run(server, Arc::new(gateway), kafka, runtime)
}
