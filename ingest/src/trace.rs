//! Which request this is: its id, and the W3C trace that it belongs to.

use axum::http::HeaderMap;

/// A `traceparent` that is sound (W3C Trace Context, version 00), and its `tracestate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// As it goes on: onto the record of Kafka.
    pub traceparent: String,
    pub tracestate: Option<String>,
}

/// The request's name in logs and answers. Ours, or the sender's if it is printable and short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

impl TraceContext {
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let traceparent = headers.get("traceparent")?.to_str().ok()?;
        let tracestate = headers.get("tracestate").and_then(|state| state.to_str().ok());
        Some(Self { traceparent: traceparent.to_owned(), tracestate: tracestate.map(str::to_owned) })
    }
}
