//! Every refusal as a problem document (RFC 9457): what is wrong, in which fields, and the fix. Never what was sent.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::metric::IngestMetric;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldError>,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where it stands, as a JSON pointer (RFC 6901) such as `/agents/0/id`; empty for the whole.
    pub pointer: String,
    /// A stable label for programs.
    pub reason: &'static str,
    /// What to do, for people.
    pub fix: String,
}

/// The closed set of refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    MalformedJson,
    BrokenOff,
    InvalidEvent,
    NotFound,
    WrongMethod,
    TooSlow,
    TooLarge,
    WrongType,
    TooBusy,
    Stopping,
    Unacknowledged,
}

impl Kind {
    /// The status, the label of the `type` and of the metric, and the title.
    fn words(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::MalformedJson => (StatusCode::BAD_REQUEST, "malformed-json", "The body is not a JSON event"),
            Self::BrokenOff => (StatusCode::BAD_REQUEST, "broken-off", "The body broke off"),
            Self::InvalidEvent => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-event", "The event has fields that cannot be accepted")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is nothing at this path"),
            Self::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, "wrong-method", "This path takes another method"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too-slow", "The body took too long to arrive"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The event is too large"),
            Self::WrongType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-content-type", "The body is not declared as JSON")
            }
            Self::TooBusy => (StatusCode::TOO_MANY_REQUESTS, "too-busy", "Too many requests are in flight"),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", "The gateway is being stopped"),
            Self::Unacknowledged => {
                (StatusCode::SERVICE_UNAVAILABLE, "unacknowledged", "Kafka did not acknowledge the event")
            }
        }
    }

    /// Seconds after which the same request may work.
    fn retry_after(self) -> Option<&'static str> {
        match self {
            Self::TooBusy | Self::Stopping => Some("1"),
            Self::Unacknowledged => Some("5"),
            _ => None,
        }
    }
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new() }
    }

    /// All wrong fields at once.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = format!("fields to correct: {}; nothing was stored", errors.len());
        Self { kind: Kind::InvalidEvent, detail, errors }
    }

    /// Counts the refusal where it is made.
    pub fn count(self) -> Self {
        IngestMetric::RequestsRefused.with(&[("reason", self.kind.words().1)]).increment(1);
        self
    }

    #[cfg(test)]
    pub fn errors(&self) -> Vec<(&str, &'static str)> {
        self.errors.iter().map(|error| (error.pointer.as_str(), error.reason)).collect()
    }
}

/// The document's form.
#[derive(Serialize)]
struct Document {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, label, title) = self.kind.words();
        let document = Document {
            r#type: format!("urn:sealtrail:problem:{label}"),
            title,
            status: status.as_u16(),
            detail: self.detail,
            errors: self.errors,
        };
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.kind.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        response
    }
}
