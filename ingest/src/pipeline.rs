//! One request, stage by stage:
//!
//! ```text
//! POST /v1/events ─▶ receive ─▶ decode ─▶ validate ─▶ publish ─▶ audit.events
//!   at most 1,024      ≤ 1 MiB      │         │           │ acknowledged by all in-sync replicas
//!   (beyond: 429)      ≤ 10 s       ▼         ▼           ▼
//!                           problem document          201 and the receipt   (queued for Kafka: at most 64 MiB)
//! ```
//!
//! Only a stage's result is logged or counted, never the event.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use runtime::Disposition;
use runtime::service::Runtime;
use runtime::shutdown::Shutdown;
use schemas::event::EVENT_BYTES_MAX;
use schemas::released;
use schemas::wire::SchemaId;
use stream::publish::Publisher;
use stream::registry::Registry;
use stream::{Patience, ProducerSettings};
use tokio::sync::Semaphore;

use crate::config::IngestConfig;
use crate::decode::decode;
use crate::error::Error;
use crate::metric::IngestMetric;
use crate::problem::{Kind, Problem};
use crate::publish::{Publish, Receipt};
use crate::receive::receive;
use crate::serve;
use crate::validate::validate;

const REGISTRY_PAUSE: Duration = Duration::from_secs(1);
/// The caller is waiting: a record is given up within a request's patience.
pub const PRODUCER: ProducerSettings =
    ProducerSettings { linger_ms: 1, queue_kib: 65_536, queue_records: 100_000, patience: Patience::Seconds(10) };

/// What the requests share.
pub struct Gateway {
    pub publish: Publish,
    pub in_flight: Semaphore,
    pub in_flight_max: u32,
    pub shutdown: Shutdown,
}

/// Runs the gateway until it is asked to stop.
pub fn run(config: &IngestConfig, runtime: &Runtime) -> Result<(), Error> {
    IngestMetric::describe();
    let router = schemas::routing::Router::new(config.routing_key.expose()).ok_or(Error::NoRoutingKey)?;
    let publisher = Publisher::new(&config.kafka, &PRODUCER)?;
    let kafka = runtime.health.dependency("kafka");
    let Some(schema) = await_schema(&Registry::new(&config.registry_url), runtime)? else { return Ok(()) };
    let address = config.listen;
    let listener = TcpListener::bind(address).map_err(|source| Error::Listen { address, source })?;
    let in_flight_max = config.requests_in_flight_max;
    let in_flight = Semaphore::new(in_flight_max as usize);
    let shutdown = runtime.shutdown.clone();
    let gateway = Gateway { publish: Publish { publisher, router, schema }, in_flight, in_flight_max, shutdown };
    serve::run(listener, Arc::new(gateway), kafka, runtime)
}

/// Waits for the registry; a stop request ends the wait without a schema.
fn await_schema(registry: &Registry, runtime: &Runtime) -> Result<Option<SchemaId>, Error> {
    let health = runtime.health.dependency("registry");
    let schema = released::AUDIT_EVENT;
    loop {
        match registry.register(schema.subject, schema.text) {
            Ok(id) => {
                // An id never changes its schema, so the registry may go away from now on.
                health.up();
                return Ok(Some(SchemaId(id)));
            }
            Err(error) if error.disposition() == Disposition::Retry => health.down(error.to_string()),
            Err(error) => return Err(error.into()),
        }
        if runtime.shutdown.wait_timeout(REGISTRY_PAUSE) {
            return Ok(None);
        }
    }
}

/// The gateway's paths.
pub fn routes(gateway: Arc<Gateway>) -> axum::Router {
    axum::Router::new()
        .route("/v1/events", post(events))
        .fallback(async || Problem::new(Kind::NotFound, "this gateway has one path: POST /v1/events").count())
        .method_not_allowed_fallback(async || Problem::new(Kind::WrongMethod, "use POST").count())
        .layer(DefaultBodyLimit::max(EVENT_BYTES_MAX))
        .with_state(gateway)
}

async fn events(State(gateway): State<Arc<Gateway>>, request: Request) -> Result<(StatusCode, Json<Receipt>), Problem> {
    let started = Instant::now();
    let outcome = accept(&gateway, request).await;
    IngestMetric::RequestSeconds.record(started.elapsed().as_secs_f64());
    let receipt = outcome.map_err(Problem::count)?;
    IngestMetric::EventsAccepted.increment(1);
    Ok((StatusCode::CREATED, Json(receipt)))
}

async fn accept(gateway: &Gateway, request: Request) -> Result<Receipt, Problem> {
    // The drain takes the permits back one by one; nobody may slip in between.
    if gateway.shutdown.is_requested() {
        return Err(Problem::new(
            Kind::Stopping,
            "nothing was stored; send the event again, to another gateway or in a moment",
        ));
    }
    let Ok(_permit) = gateway.in_flight.try_acquire() else {
        let detail = format!("{} requests are being worked on; send this one again in a moment", gateway.in_flight_max);
        return Err(Problem::new(Kind::TooBusy, detail));
    };
    let body = receive(request).await?;
    let valid = validate(decode(&body)?)?;
    gateway.publish.publish(&valid).await
}
