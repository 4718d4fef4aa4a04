//! The three routes that say how the process is: `/healthz`, `/readyz`, `/metrics`.
//!
//! One request per connection, a few seconds for all of it, and a bound on open connections where the oldest gives way: a
//! peer that sends its request byte by byte costs a slot for seconds and can't keep probes out.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::health::Health;
use crate::process;

const CONNECTIONS_MAX: usize = 64;
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_BYTES_MAX: usize = 16 * 1024;

/// What the routes answer from.
#[derive(Clone)]
pub(crate) struct Routes {
    pub(crate) health: Health,
    pub(crate) metrics: PrometheusHandle,
}

/// Serves until dropped.
pub(crate) async fn serve(listener: TcpListener, routes: Routes) -> Infallible {
    let mut open: VecDeque<JoinHandle<()>> = VecDeque::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, as a rule; accepting again at once would spin.
                tracing::warn!(%error, "cannot accept a connection for health and metrics");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        open.retain(|exchange| !exchange.is_finished());
        if open.len() >= CONNECTIONS_MAX
            && let Some(oldest) = open.pop_front()
        {
            oldest.abort();
        }
        open.push_back(tokio::spawn(exchange(stream, routes.clone())));
    }
}

async fn exchange(stream: TcpStream, routes: Routes) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = routes.answer(&request);
        async move { Ok::<_, Infallible>(response) }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(REQUEST_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    match tokio::time::timeout(EXCHANGE_TIMEOUT, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "an exchange for health or metrics broke off"),
        Err(_) => tracing::debug!("an exchange for health or metrics took too long"),
    }
}

impl Routes {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        }
        match request.uri().path() {
            "/healthz" => text(StatusCode::OK, "the process answers\n"),
            "/readyz" => self.readiness(),
            "/metrics" => self.metrics(),
            _ => text(StatusCode::NOT_FOUND, "routes: /healthz /readyz /metrics\n"),
        }
    }

    fn readiness(&self) -> Response<Full<Bytes>> {
        let readiness = self.health.readiness();
        let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        match serde_json::to_string(&readiness) {
            Ok(body) => reply(status, "application/json", body),
            Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "readiness has no JSON form\n"),
        }
    }

    fn metrics(&self) -> Response<Full<Bytes>> {
        let mut body = self.metrics.render();
        process::render(&mut body);
        reply(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", body)
    }
}

fn text(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    reply(status, "text/plain; charset=utf-8", body.to_owned())
}

fn reply(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, hyper::header::HeaderValue::from_static("no-store"));
    response
}
