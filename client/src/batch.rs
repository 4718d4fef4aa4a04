//! How many events go together, and how they look as one request.

use std::io::Write as _;
use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::ledger::Encoded;

/// Below this, compression costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 4 * 1024;

/// A batch's bounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// How long the first event waits for company.
    pub linger: Duration,
    pub events_max: usize,
    pub bytes_max: usize,
}

impl Limits {
    pub fn are_reached(&self, events: usize, bytes: usize) -> bool {
        events >= self.events_max || bytes >= self.bytes_max
    }
}

/// A request's content.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub path: &'static str,
    pub media_type: &'static str,
    pub is_gzip: bool,
    pub body: Bytes,
}

/// One event goes alone, more go as lines.
pub(crate) fn content(events: &[Encoded], may_compress: bool) -> Content {
    if let [only] = events {
        return Content { path: "v1/events", media_type: "application/json", is_gzip: false, body: only.body.clone() };
    }
    let mut lines = BytesMut::with_capacity(events.iter().map(|event| event.body.len() + 1).sum());
    for event in events {
        lines.put_slice(&event.body);
        lines.put_u8(b'\n');
    }
    let plain = lines.freeze();
    let compressed = if may_compress && plain.len() >= COMPRESS_FROM_BYTES { gzip(&plain) } else { None };
    let is_gzip = compressed.is_some();
    let body = compressed.unwrap_or(plain);
    Content { path: "v1/events:batch", media_type: "application/x-ndjson", is_gzip, body }
}

/// Writing to memory does not fail; if it did, the plain bytes would do.
fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}
