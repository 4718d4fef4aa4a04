//! Stage 0, receive: a body of bounded size, in bounded time, that says it is JSON.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;

use crate::problem::{Kind, Problem};

/// How long a body may take. With the publisher's patience it stays below the drain's deadline.
const BODY_WAIT_MAX: Duration = Duration::from_secs(10);

pub async fn receive(request: Request) -> Result<Bytes, Problem> {
    if !is_json(&request) {
        return Err(Problem::new(Kind::WrongType, "send one event with the header `content-type: application/json`"));
    }
    match tokio::time::timeout(BODY_WAIT_MAX, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(refused)) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!("an event may have {} bytes; refer to large content", schemas::event::EVENT_BYTES_MAX);
            Err(Problem::new(Kind::TooLarge, detail))
        }
        Ok(Err(_)) => Err(Problem::new(Kind::BrokenOff, "the connection ended before the body did")),
        Err(_) => {
            let detail = format!("a body may take {} s; send it in one piece", BODY_WAIT_MAX.as_secs());
            Err(Problem::new(Kind::TooSlow, detail))
        }
    }
}

/// A browser may send other types to foreign addresses without asking first, so this is more than tidiness.
fn is_json(request: &Request) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
