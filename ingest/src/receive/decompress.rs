//! Content-Encoding: chunks come out as they are read, and never more of them than the limits allow.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use bytes::BytesMut;
use futures_util::stream::{self, StreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio_util::io::StreamReader;

use super::Accepts;
use super::body::Frames;
use crate::admit::room::Hold;
use crate::problem::{Kind, Problem};

const CHUNK_BYTES: usize = 32 * 1024;
/// Ordinary JSON shrinks to a tenth or a twentieth. Below the floor, no ratio does harm.
const RATIO_MAX: usize = 100;
const RATIO_FLOOR_BYTES: usize = 1024 * 1024;
/// 8 MiB: what zstd's own highest ordinary level uses.
const WINDOW_LOG_MAX: u32 = 23;
/// What a decoder needs beside a window.
const DECODER_BYTES: usize = 256 * 1024;
/// The longest beginning of a zstd frame that says how large its window is.
const FRAME_HEADER_BYTES: usize = 18;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut given = headers.get_all(CONTENT_ENCODING).iter();
        let Some(value) = given.next() else { return Ok(Self::Identity) };
        let name = value.to_str().unwrap_or_default().trim().to_ascii_lowercase();
        match (name.as_str(), given.next()) {
            ("identity", None) => Ok(Self::Identity),
            ("gzip" | "x-gzip", None) => Ok(Self::Gzip),
            ("zstd", None) => Ok(Self::Zstd),
            _ => Err(Problem::new(Kind::WrongEncoding, "send the body as it is, or packed once with gzip or zstd")),
        }
    }
}

/// A body's chunks, decompressed.
pub struct Chunks {
    source: Source,
    accepts: Accepts,
    /// Off the connection.
    input: Arc<AtomicUsize>,
    output: usize,
    /// What the decoder itself takes up.
    decoder_bytes: usize,
    hold: Hold,
}

enum Source {
    Plain(Frames),
    Packed(Pin<Box<dyn AsyncRead + Send>>),
}

impl Chunks {
    pub(super) async fn new(
        mut frames: Frames,
        encoding: Encoding,
        accepts: Accepts,
        mut hold: Hold,
    ) -> Result<Self, Problem> {
        let input = frames.taken();
        let (source, decoder_bytes) = match encoding {
            Encoding::Identity => (Source::Plain(frames), 0),
            Encoding::Gzip => {
                // Several members are one text (RFC 1952); without this, all after the first would vanish.
                let mut decoder = GzipDecoder::new(StreamReader::new(readable(Bytes::new(), frames)));
                decoder.multiple_members(true);
                (Source::Packed(Box::pin(decoder)), DECODER_BYTES)
            }
            Encoding::Zstd => {
                let start = beginning(&mut frames).await?;
                let window = window(&start).ok_or_else(broken)?;
                if window > 1 << WINDOW_LOG_MAX {
                    return Err(Problem::new(
                        Kind::TooLarge,
                        "the zstd window is larger than 8 MiB; pack without --long",
                    ));
                }
                hold.cover(window + DECODER_BYTES)?;
                let reader = StreamReader::new(readable(start, frames));
                // Frames after the first may not have a larger window than the one that there is room for.
                let limit = DParameter::window_log_max(window.next_power_of_two().ilog2().max(10));
                let mut decoder = ZstdDecoder::with_params(reader, &[limit]);
                decoder.multiple_members(true);
                (Source::Packed(Box::pin(decoder)), window + DECODER_BYTES)
            }
        };
        Ok(Self { source, accepts, input, output: 0, decoder_bytes, hold })
    }

    /// The next chunk; nothing is read ahead but one frame.
    pub async fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        let chunk = match &mut self.source {
            Source::Plain(frames) => frames.next().await?,
            Source::Packed(reader) => {
                let mut chunk = BytesMut::with_capacity(CHUNK_BYTES);
                match reader.read_buf(&mut chunk).await {
                    Ok(0) => return None,
                    Ok(_) => Ok(chunk.freeze()),
                    Err(error) => Err(explain(error)),
                }
            }
        };
        Some(chunk.and_then(|chunk| self.bound(chunk.len()).map(|()| chunk)))
    }

    fn bound(&mut self, more: usize) -> Result<(), Problem> {
        self.output += more;
        let is_packed = matches!(self.source, Source::Packed(_));
        let input = self.input.load(Ordering::Acquire);
        if is_packed && self.output > RATIO_FLOOR_BYTES && self.output / RATIO_MAX > input {
            let detail = format!("more than {RATIO_MAX} times its size when decompressed; send less, or less packed");
            return Err(Problem::new(Kind::Bomb, detail));
        }
        if self.output > self.accepts.bytes_max {
            return Err(self.accepts.too_large());
        }
        self.hold.cover(self.decoder_bytes + self.output)
    }

    /// The body is whole: its share of the memory stays.
    pub fn into_hold(self) -> Hold {
        self.hold
    }
}

/// Frames as a stream that readers know; a refusal travels inside of the error.
fn readable(start: Bytes, frames: Frames) -> Pin<Box<dyn stream::Stream<Item = io::Result<Bytes>> + Send>> {
    let rest = stream::unfold(frames, async |mut frames: Frames| {
        let frame = frames.next().await?;
        Some((frame.map_err(io::Error::other), frames))
    });
    Box::pin(stream::iter((!start.is_empty()).then_some(Ok(start))).chain(rest))
}

fn explain(error: io::Error) -> Problem {
    error.downcast::<Problem>().unwrap_or_else(|_| broken())
}

fn broken() -> Problem {
    Problem::new(
        Kind::BrokenCompression,
        "the body is not whole or not packed as `content-encoding` says; nothing was stored",
    )
}

async fn beginning(frames: &mut Frames) -> Result<Bytes, Problem> {
    let mut start = Bytes::new();
    while start.len() < FRAME_HEADER_BYTES {
        let Some(frame) = frames.next().await else { break };
        let frame = frame?;
        start = if start.is_empty() { frame } else { [start, frame].concat().into() };
    }
    Ok(start)
}

/// The window that a zstd frame asks for (RFC 8878, 3.1.1).
fn window(frame: &[u8]) -> Option<usize> {
    let frame = frame.strip_prefix(&[0x28, 0xb5, 0x2f, 0xfd])?;
    let (&descriptor, rest) = frame.split_first()?;
    let is_single_segment = descriptor & 0x20 != 0;
    if !is_single_segment {
        let window = *rest.first()?;
        let base = 1_usize.checked_shl(10 + u32::from(window >> 3))?;
        return base.checked_add(base / 8 * usize::from(window & 7));
    }
    // A single segment is its own window.
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let (length, offset) = [(1, 0), (2, 256), (4, 0), (8, 0)][usize::from(descriptor >> 6)];
    let field = rest.get(dictionary..dictionary + length)?;
    let mut bytes = [0; 8];
    bytes[..length].copy_from_slice(field);
    usize::try_from(u64::from_le_bytes(bytes)).ok()?.checked_add(offset)
}

#[cfg(test)]
mod tests;
