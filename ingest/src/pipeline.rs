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

use std::sync::Arc;
use std::time::Instant;

use access::Scope;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use runtime::shutdown::Shutdown;

use crate::admit::{Admit, Admitted};
use crate::authenticate::Authenticate;
use crate::batch::batch;
use crate::decode::Schemas;
use crate::metric::IngestMetric;
use crate::openapi::Description;
use crate::problem::{Kind, Problem};
use crate::publish::Publish;
use crate::receive::{Accepts, Doors, ONE_EVENT, Receive};
use crate::serve::limit::limit;
use crate::store::store;
use crate::validate::Validate;

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

/// The gateway's paths.
pub fn routes(gateway: Arc<Gateway>) -> axum::Router {
    let description = Arc::new(Description::new(gateway.authenticate.asks_for_keys()));
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
