//! Every refusal as a problem document (RFC 9457): what is wrong and the fix. Never what was asked for.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::metric::QueryMetric;

/// The closed set of refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    NoSuchPath,
    WrongMethod,
    BadPosition,
    BadFilter,
    NoFilter,
    NoSuchRecord,
    StoreAway,
}

impl Problem {
    /// The status, the label of the `type` and of the metric, the title, and what to do.
    fn words(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        let (status, label, title, detail) = match self {
            Self::NoSuchPath => (404, "not-found", "There is nothing at this path", "see GET /v1/records"),
            Self::WrongMethod => (405, "wrong-method", "This path takes another method", "use GET"),
            Self::BadPosition => (
                400,
                "bad-position",
                "The position cannot be read",
                "use /v1/records/{partition}/{sequence}, both whole numbers",
            ),
            Self::BadFilter => (
                400,
                "bad-filter",
                "The filter cannot be read",
                "use patient_id, agent_id and event_type, each at most once and not empty, and limit from 1 to 500",
            ),
            Self::NoFilter => {
                (400, "no-filter", "A filter is missing", "give at least one of patient_id, agent_id and event_type")
            }
            Self::NoSuchRecord => (
                404,
                "no-such-record",
                "The store holds no such record",
                "check the position; a record that was just sealed may not be stored yet",
            ),
            Self::StoreAway => (503, "store-away", "The store does not answer", "ask again in a moment"),
        };
        (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), label, title, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, label, title, detail) = self.words();
        QueryMetric::RequestsRefused.with(&[("reason", label)]).increment(1);
        let document = serde_json::json!({
            "type": format!("urn:sealtrail:problem:{label}"),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
        });
        let mut response = (status, Json(document)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self == Self::StoreAway {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
