//! Around every request: the head's size, the request's id and trace, and headers that every answer has.

use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::{Kind, Problem};
use crate::trace::{RequestId, TraceContext};

const HEADERS_MAX: usize = 64;
const HEAD_BYTES_MAX: usize = 16 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer of the gateway's paths.
pub async fn limit(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    let header = HeaderValue::from_str(id.as_str());
    let mut response = if is_too_large(&request) {
        too_large().count().into_response()
    } else {
        if let Some(trace) = TraceContext::of(request.headers()) {
            request.extensions_mut().insert(trace);
        }
        request.extensions_mut().insert(id.clone());
        next.run(request).await
    };
    tracing::debug!(request_id = id.as_str(), status = response.status().as_u16(), "answered");
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(header) = header {
        headers.insert(REQUEST_ID, header);
    }
    response
}

fn is_too_large(request: &Request) -> bool {
    let headers = request.headers();
    let of_headers: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let of_path = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    headers.len() > HEADERS_MAX || of_headers + of_path > HEAD_BYTES_MAX
}

/// For hyper's own limits too, which lie above ours.
pub fn too_large() -> Problem {
    let detail = format!("a request may have {HEADERS_MAX} headers and a head of {HEAD_BYTES_MAX} bytes");
    Problem::new(Kind::HeadTooLarge, detail)
}
