//! Stage 3, receive: a body of bounded size, in bounded time, of a type and encoding that the path takes.
//!
//! ```text
//! type, encoding? 415 ─▶ frames: each ≤ 64 KiB, ≤ 10 s apart, all ≤ 30 s ─▶ [signed: whole, digest, nonce] ─▶ decompress: chunks
//!     of ≤ 32 KiB, ≤ the path's limit, ≤ 100 times the input, window ≤ 8 MiB ─▶ Received (whole) or Arriving (chunk by chunk)
//! ```
//!
//! Nothing is read before the type and the encoding are known, so `Expect: 100-continue` is answered with the refusal itself.

pub mod body;
mod decompress;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bytes::BytesMut;
use runtime::shutdown::Shutdown;

use self::body::{Frames, Patience};
pub use self::decompress::Chunks;
use self::decompress::Encoding;
use crate::admit::room::Hold;
use crate::admit::{Admit, Admitted};
use crate::authenticate::{Authenticate, Caller, Identified};
use crate::problem::{Kind, Problem};
use crate::trace::{RequestId, TraceContext};
use schemas::event::EVENT_BYTES_MAX;

/// What a path takes.
#[derive(Debug, Clone, Copy)]
pub struct Accepts {
    /// Media types without parameters, in lower case.
    pub types: &'static [&'static str],
    /// On the wire, and after decompression.
    pub bytes_max: usize,
}

/// A whole body and everything that is known about its request.
#[derive(Debug)]
pub struct Received {
    pub caller: Caller,
    pub head: Parts,
    /// Decompressed.
    pub body: Bytes,
    /// The share of the memory, given back with the rest once the answer is decided.
    _hold: Hold,
}

/// A body that comes chunk by chunk, for batches.
pub struct Arriving {
    pub caller: Caller,
    pub head: Parts,
    /// What the head said of the body's length; the caller's rate has paid for it.
    pub declared: usize,
    /// Decompressed; holds the share of the memory of everything that came so far.
    pub chunks: Chunks,
}

/// Reads bodies.
pub struct Receive {
    pub patience: Patience,
    pub shutdown: Shutdown,
}

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

impl Accepts {
    pub fn too_large(&self) -> Problem {
        Problem::new(Kind::TooLarge, format!("this path takes {} bytes; refer to large content", self.bytes_max))
    }

    /// A browser may send other types to foreign addresses without asking first, so this is more than tidiness.
    fn check(&self, head: &Parts) -> Result<(), Problem> {
        let value = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = value.split(';').next().unwrap_or_default().trim();
        if self.types.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
            return Ok(());
        }
        let types = self.types.join(" or ");
        Err(Problem::new(Kind::WrongType, format!("send the header `content-type: {types}`")))
    }
}

impl Received {
    pub fn trace(&self) -> Option<&TraceContext> {
        self.head.extensions.get()
    }

    pub fn request_id(&self) -> Option<&RequestId> {
        self.head.extensions.get()
    }
}

/// Whom and what the stages before this one know.
#[derive(Clone, Copy)]
pub struct Doors<'a> {
    pub authenticate: &'a Authenticate,
    pub admit: &'a Admit,
}

impl Receive {
    /// A whole body, for one event.
    pub async fn whole(&self, admitted: Admitted, accepts: &Accepts, doors: Doors<'_>) -> Result<Received, Problem> {
        let Arriving { caller, head, declared, mut chunks } = self.stream(admitted, accepts, doors).await?;
        let mut body = Bytes::new();
        let mut gathered = BytesMut::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            if body.is_empty() && gathered.is_empty() {
                body = chunk;
                continue;
            }
            if gathered.is_empty() {
                gathered.reserve(declared.max(body.len() + chunk.len()));
                gathered.extend_from_slice(&std::mem::take(&mut body));
            }
            gathered.extend_from_slice(&chunk);
        }
        if !gathered.is_empty() {
            body = gathered.freeze();
        }
        doors.admit.charge(&caller, 0, body.len().saturating_sub(declared));
        Ok(Received { caller, head, body, _hold: chunks.into_hold() })
    }

    /// A body as it comes. A signed one is read whole first: before its digest is right, nothing of it counts.
    pub async fn stream(&self, admitted: Admitted, accepts: &Accepts, doors: Doors<'_>) -> Result<Arriving, Problem> {
        let Admitted { identified: Identified { caller, request, is_signed }, declared, mut hold } = admitted;
        let (head, body) = request.into_parts();
        accepts.check(&head)?;
        let encoding = Encoding::of(&head.headers)?;
        let mut frames = Frames::new(body, self.patience, self.shutdown.clone(), *accepts);
        if is_signed {
            let raw = frames.whole(&mut hold).await?;
            doors.authenticate.prove(&caller, &head, &raw)?;
            frames = Frames::new(Body::from(raw), self.patience, self.shutdown.clone(), *accepts);
        }
        let chunks = Chunks::new(frames, encoding, *accepts, hold).await?;
        Ok(Arriving { caller, head, declared: declared.unwrap_or(0), chunks })
    }
}
