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
use axum::Json;
use axum::extract::{Request, State};
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

use crate::admit::Admit;
use crate::authenticate::Authenticate;
use crate::config::IngestConfig;
use crate::decode::decode;
use crate::error::Error;
use crate::metric::IngestMetric;
use crate::problem::{Kind, Problem};
use crate::publish::{Publish, Receipt};
use crate::receive::{Accepts, Doors, Receive, Received, body};
use crate::serve::limit::limit;
use crate::serve::{self, Server};
use crate::trace::RequestId;
use crate::validate::validate;

const REGISTRY_PAUSE: Duration = Duration::from_secs(1);

/// What `POST /v1/events` takes.
const ONE_EVENT: Accepts = Accepts { types: &["application/json"], bytes_max: EVENT_BYTES_MAX };

/// What the requests share.
pub struct Gateway {
    pub authenticate: Authenticate,
    pub admit: Admit,
    pub receive: Receive,
    pub publish: Publish,
    pub shutdown: Shutdown,
}

/// Runs the gateway until it is asked to stop.
pub fn run(config: &IngestConfig, runtime: &Runtime) -> Result<(), Error> {
    IngestMetric::describe();
    let router = schemas::routing::Router::new(config.routing_key.expose()).ok_or(Error::NoRoutingKey)?;
    let publisher = Publisher::new(&config.kafka)?;
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
        publish: Publish { publisher, router, schema },
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
    axum::Router::new()
        .route("/v1/events", post(events))
        .fallback(async || Problem::new(Kind::NotFound, "this gateway has one path: POST /v1/events").count())
        .method_not_allowed_fallback(async || Problem::new(Kind::WrongMethod, "use POST").count())
        .layer(axum::middleware::from_fn(limit))
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
    if gateway.shutdown.is_requested() {
        return Err(Problem::new(
            Kind::Stopping,
            "nothing was stored; send the event again, to another gateway or in a moment",
        ));
    }
    let identified = gateway.authenticate.identify(request, Scope::EventsWrite)?;
    let admitted = gateway.admit.admit(identified, &ONE_EVENT)?;
    let doors = Doors { authenticate: &gateway.authenticate, admit: &gateway.admit };
    let received = gateway.receive.whole(admitted, &ONE_EVENT, doors).await?;
    store(gateway, received).await
}

/// The event path: from here on, the sender is known and the body is whole.
async fn store(gateway: &Gateway, received: Received) -> Result<Receipt, Problem> {
    let (request_id, trace) = (received.request_id().cloned(), received.trace().is_some());
    let Received { caller, body, hold, .. } = received;
    let request_id = request_id.as_ref().map(RequestId::as_str);
    tracing::debug!(request_id, trace, %caller, bytes = body.len(), "received");
    let valid = validate(decode(&body)?)?;
    let receipt = gateway.publish.publish(&valid).await;
    // The answer is decided: only now may others use the memory.
    drop(hold);
    receipt
}
