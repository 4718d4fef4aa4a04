//! Stage 3, receive: a body of bounded size, in bounded time, of a type that the path takes.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};

use crate::admit::{Admitted, Hold};
use crate::authenticate::Caller;
use crate::problem::{Kind, Problem};
use crate::trace::{RequestId, TraceContext};

/// How long a body may take. With the publisher's patience it stays below the drain's deadline.
const BODY_WAIT_MAX: Duration = Duration::from_secs(10);

/// What a path takes.
#[derive(Debug, Clone, Copy)]
pub struct Accepts {
    /// Media types without parameters, in lower case.
    pub types: &'static [&'static str],
    /// After decompression.
    pub bytes_max: usize,
}

impl Accepts {
    pub fn too_large(&self) -> Problem {
        Problem::new(Kind::TooLarge, format!("this path takes {} bytes; refer to large content", self.bytes_max))
    }
}

/// A whole body and everything that is known about its request.
#[derive(Debug)]
pub struct Received {
    pub caller: Caller,
    pub head: Parts,
    pub body: Bytes,
    /// The body's share of the room; dropped when the answer is decided.
    pub hold: Hold,
}

impl Received {
    pub fn trace(&self) -> Option<&TraceContext> {
        self.head.extensions.get()
    }

    pub fn request_id(&self) -> Option<&RequestId> {
        self.head.extensions.get()
    }
}

pub async fn receive(admitted: Admitted, accepts: &Accepts) -> Result<Received, Problem> {
    let Admitted { identified, hold } = admitted;
    let (head, body) = identified.request.into_parts();
    check_type(&head, accepts)?;
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    match tokio::time::timeout(BODY_WAIT_MAX, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(Received { caller: identified.caller, head, body, hold }),
        Ok(Err(refused)) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(accepts.too_large()),
        Ok(Err(_)) => Err(Problem::new(Kind::BrokenOff, "the connection ended before the body did")),
        Err(_) => {
            let detail = format!("a body may take {} s; send it in one piece", BODY_WAIT_MAX.as_secs());
            Err(Problem::new(Kind::TooSlow, detail))
        }
    }
}

/// A browser may send other types to foreign addresses without asking first, so this is more than tidiness.
fn check_type(head: &Parts, accepts: &Accepts) -> Result<(), Problem> {
    let value = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    if accepts.types.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let types = accepts.types.join(" or ");
    Err(Problem::new(Kind::WrongType, format!("send the header `content-type: {types}`")))
}
