//! One request, stage by stage. Each stage's type is the only way into the next one:
//!
//! ```text
//! connection ─▶ limit ─▶ authenticate ─▶ admit ─────────▶ receive ────────▶ decode ─▶ validate ─▶ publish ─▶ audit.events
//!  ≤ 4,096      ≤ 64      Identified      Admitted          Received          │          │          │ acknowledged by all
//!  (else 503)   headers,  (else 401,      key's rates,      ≤ 1 MiB,          ▼          ▼          ▼ in-sync replicas
//!  head ≤ 10 s  ≤ 16 KiB   403)           all ≤ 32 MiB      ≤ 10 s a pause,   problem document      201 and the receipt
//!  idle ≤ 60 s  (else 431)                (else 429)        ≤ 30 s (408, 413)                       (≤ 10 s, else 503)
//! ```
//!
//! Only a stage's result is logged or counted, never the event.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::Scope;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use runtime::Disposition;
use runtime::service::Runtime;
use runtime::shutdown::Shutdown;
use schemas::event::EVENT_BYTES_MAX;
use schemas::released;
use schemas::wire::SchemaId;
use stream::publish::Publisher;
use stream::registry::Registry;
use stream::{Patience, ProducerSettings};

use crate::admit::{Admit, Admitted};
use crate::authenticate::Authenticate;
use crate::batch::batch;
use crate::config::IngestConfig;
use crate::decode::Schemas;
use crate::error::Error;
use crate::metric::IngestMetric;
use crate::openapi::Description;
use crate::problem::{Kind, Problem};
use crate::publish::Publish;
use crate::receive::{Accepts, Doors, Receive, body};
use crate::serve::limit::limit;
use crate::serve::{self, Server};
use crate::store::store;
use crate::validate::Validate;

const REGISTRY_PAUSE: Duration = Duration::from_secs(1);

/// A record is never given up while the process lives, so that a retry can join its flight.
pub const PRODUCER: ProducerSettings =
    ProducerSettings { linger_ms: 1, queue_kib: 65_536, queue_records: 100_000, patience: Patience::Forever };

/// What `POST /v1/events` takes.
pub const ONE_EVENT: Accepts = Accepts {
    types: &["application/json", "application/avro", "application/cloudevents+json"],
    bytes_max: EVENT_BYTES_MAX,
};

/// What `POST /v1/events:batch` takes, up to a size that the configuration knows.
pub const EVENTS: Accepts = Accepts {
    types: &["application/x-ndjson", "application/jsonl", "application/json", "application/cloudevents-batch+json"],
    bytes_max: 0,
};

/// What the requests share.
pub struct Gateway {
    pub authenticate: Authenticate,
    pub admit: Admit,
    pub receive: Receive,
    pub schemas: Schemas,
    pub validate: Validate,
    pub publish: Publish,
    /// What `POST /v1/events:batch` takes.
    pub batch: Accepts,
    pub shutdown: Shutdown,
}

/// Runs the gateway until it is asked to stop.
pub fn run(config: &IngestConfig, runtime: &Runtime) -> Result<(), Error> {
    IngestMetric::describe();
    let router = schemas::routing::Router::new(config.routing_key.expose()).ok_or(Error::NoRoutingKey)?;
    let publisher = Publisher::new(&config.kafka, &PRODUCER)?;
    let kafka = runtime.health.dependency("kafka");
    let reloaded = config.reloaded()?;
    let authenticate = config.authenticate(&reloaded)?;
    let Some(schema) = await_schema(&Registry::new(&config.registry_url), runtime)? else { return Ok(()) };
    let address = config.listen;
    let listener = TcpListener::bind(address).map_err(|source| Error::Listen { address, source })?;
    let shutdown = runtime.shutdown.clone();
    let gateway = Gateway {
        authenticate,
        admit: Admit::new(config.bytes_in_flight_max),
        receive: Receive { patience: body::Patience::default(), shutdown: shutdown.clone() },
        schemas: Schemas::new(schema),
        validate: Validate { unknown: config.unknown_event_types },
        batch: Accepts { bytes_max: config.batch_bytes_max, ..EVENTS },
        publish: Publish::new(publisher, router, schema),
        shutdown,
    };
    let server = Server::new(listener, reloaded, config.connections_max);
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
    let description = Arc::new(Description::new());
    let page = Arc::clone(&description);
    axum::Router::new()
        .route("/", get(async || Description::root()))
        .route("/docs", get(async move || page.page()))
        .route("/openapi.json", get(async move || description.document()))
        .route("/v1/events", post(event))
        .route("/v1/events:batch", post(events))
        .fallback(async || {
            Problem::new(Kind::NotFound, "GET / tells where the paths of this gateway are described").count()
        })
        .method_not_allowed_fallback(async || {
            Problem::new(Kind::WrongMethod, "the header `allow` names the methods of this path").count()
        })
        .layer(axum::middleware::from_fn(limit))
        .with_state(gateway)
}

async fn event(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    timed(async {
        let admitted = gateway.admit(request, &ONE_EVENT)?;
        store(&gateway, gateway.receive.whole(admitted, &ONE_EVENT, gateway.doors()).await?).await
    })
    .await
}

async fn events(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    timed(async {
        let admitted = gateway.admit(request, &gateway.batch)?;
        batch(&gateway, gateway.receive.stream(admitted, &gateway.batch, gateway.doors()).await?).await
    })
    .await
}

async fn timed(answer: impl Future<Output = Result<impl IntoResponse, Problem>>) -> Response {
    let started = Instant::now();
    let answer = answer.await.map_err(Problem::count).into_response();
    IngestMetric::RequestSeconds.record(started.elapsed().as_secs_f64());
    answer
}

impl Gateway {
    fn admit(&self, request: Request, accepts: &Accepts) -> Result<Admitted, Problem> {
        if self.shutdown.is_requested() {
            let detail = "nothing was stored; send it again, to another gateway or in a moment";
            return Err(Problem::new(Kind::Stopping, detail));
        }
        self.admit.admit(self.authenticate.identify(request, Scope::EventsWrite)?, accepts)
    }

    fn doors(&self) -> Doors<'_> {
        Doors { authenticate: &self.authenticate, admit: &self.admit }
    }
}
