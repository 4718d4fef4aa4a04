//! One request, stage by stage. Each stage's type is the only way into the next one:
//!
//! ```text
//! POST /v1/events ─▶ authenticate ─▶ admit ──────▶ receive ─▶ decode ─▶ validate ─▶ publish ─▶ audit.events
//!                      Identified      Admitted     Received     │          │          │ acknowledged by all replicas
//!                                      ≤ 32 MiB     ≤ 1 MiB      ▼          ▼          ▼
//!                                      (else 429)   ≤ 10 s    problem document      201 and the receipt
//! ```
//!
//! Only a stage's result is logged or counted, never the event.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::routing::post;
use runtime::Disposition;
use runtime::service::Runtime;
use runtime::shutdown::Shutdown;
use schemas::event::EVENT_BYTES_MAX;
use schemas::released;
use schemas::wire::SchemaId;
use stream::ProducerSettings;
use stream::publish::Publisher;
use stream::registry::Registry;

use crate::admit::Admit;
use crate::authenticate::{Authenticate, Scope};
use crate::config::IngestConfig;
use crate::decode::Schemas;
use crate::error::Error;
use crate::metric::IngestMetric;
use crate::problem::{Kind, Problem};
use crate::publish::Publish;
use crate::receive::{Accepts, receive};
use crate::remember::{Bounds, Remember};
use crate::serve::limit::limit;
use crate::serve::pace::Patience;
use crate::serve::tls::Tls;
use crate::serve::{self, Server};
use crate::store::{Stored, store};

const REGISTRY_PAUSE: Duration = Duration::from_secs(1);
/// A record is never given up while the process lives, so that a retry can join its flight.
pub const PRODUCER: ProducerSettings =
    ProducerSettings { linger_ms: 1, queue_kib: 65_536, queue_records: 100_000, patience: stream::Patience::Forever };

/// What `POST /v1/events` takes.
const ONE_EVENT: Accepts = Accepts {
    types: &["application/json", "application/avro", "application/cloudevents+json"],
    bytes_max: EVENT_BYTES_MAX,
};

/// What the requests share.
pub struct Gateway {
    pub publish: Publish,
    pub schemas: Schemas,
    pub authenticate: Authenticate,
    pub admit: Admit,
    pub shutdown: Shutdown,
}

/// Runs the gateway until it is asked to stop.
pub fn run(config: &IngestConfig, runtime: &Runtime) -> Result<(), Error> {
    IngestMetric::describe();
    let router = schemas::routing::Router::new(config.routing_key.expose()).ok_or(Error::NoRoutingKey)?;
    let publisher = Publisher::new(&config.kafka, &PRODUCER)?;
    let kafka = runtime.health.dependency("kafka");
    let tls = config.tls.as_ref().map(Tls::load).transpose()?.map(Arc::new);
    let Some(schema) = await_schema(&Registry::new(&config.registry_url), runtime)? else { return Ok(()) };
    let address = config.listen;
    let listener = TcpListener::bind(address).map_err(|source| Error::Listen { address, source })?;
    let gateway = Gateway {
        publish: Publish { publisher, router, schema, remember: Remember::new(Bounds::default()) },
        schemas: Schemas::new(schema),
        authenticate: Authenticate::open(&config.open_tenant),
        admit: Admit::new(config.bytes_in_flight_max),
        shutdown: runtime.shutdown.clone(),
    };
    let server = Server { listener, tls, connections_max: config.connections_max, patience: Patience::default() };
    serve::run(server, Arc::new(gateway), kafka, runtime)
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
        .layer(axum::middleware::from_fn(limit))
        .with_state(gateway)
}

async fn events(State(gateway): State<Arc<Gateway>>, request: Request) -> Result<Stored, Problem> {
    let started = Instant::now();
    let outcome = one_event(&gateway, request).await;
    IngestMetric::RequestSeconds.record(started.elapsed().as_secs_f64());
    outcome.map_err(Problem::count)
}

async fn one_event(gateway: &Gateway, request: Request) -> Result<Stored, Problem> {
    gateway.still_runs()?;
    let identified = gateway.authenticate.identify(request, Scope::WriteEvents)?;
    let admitted = gateway.admit.admit(identified, &ONE_EVENT)?;
    store(gateway, &receive(admitted, &ONE_EVENT).await?).await
}

impl Gateway {
    fn still_runs(&self) -> Result<(), Problem> {
        let detail = "nothing was stored; send it again, to another gateway or in a moment";
        if self.shutdown.is_requested() { Err(Problem::new(Kind::Stopping, detail)) } else { Ok(()) }
    }
}
