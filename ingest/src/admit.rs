//! Stage 2, admit: a place for the body before its first byte is read, or a refusal that says when to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::http::header::CONTENT_LENGTH;

use crate::authenticate::Identified;
use crate::problem::{Kind, Problem};
use crate::receive::Accepts;

/// What even an empty request takes up.
const REQUEST_BYTES_MIN: usize = 4 * 1024;

/// The gateway's bounds.
pub struct Admit {
    room: Arc<Room>,
    is_kafka_away: AtomicBool,
}

/// A request that there is room for.
#[derive(Debug)]
pub struct Admitted {
    pub identified: Identified,
    pub hold: Hold,
}

/// The bytes of all requests that have no answer yet.
#[derive(Debug)]
struct Room {
    bytes_max: usize,
    bytes: AtomicUsize,
}

/// A request's share of the room, given back when dropped: keep it until the answer is decided.
#[derive(Debug)]
pub struct Hold {
    room: Arc<Room>,
    bytes: usize,
}

impl Admit {
    pub fn new(bytes_in_flight_max: usize) -> Self {
        Self {
            room: Arc::new(Room { bytes_max: bytes_in_flight_max, bytes: AtomicUsize::new(0) }),
            is_kafka_away: AtomicBool::new(false),
        }
    }

    #[cfg(test)]
    pub fn bytes_in_flight(&self) -> usize {
        self.room.bytes.load(Ordering::Acquire)
    }

    /// Told by whoever watches the brokers. Until the first look they are taken to be there.
    pub fn kafka_is_away(&self, is_away: bool) {
        self.is_kafka_away.store(is_away, Ordering::Release);
    }

    /// The declared length is reserved as a whole; a body without one takes its room while it arrives.
    pub fn admit(&self, identified: Identified, accepts: &Accepts) -> Result<Admitted, Problem> {
        if self.is_kafka_away.load(Ordering::Acquire) {
            return Err(Problem::new(Kind::KafkaAway, "nothing was stored; send it again in a moment"));
        }
        let declared = identified.request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let length = declared.and_then(|length| length.parse().ok()).unwrap_or(0);
        if length > accepts.bytes_max {
            return Err(accepts.too_large());
        }
        let mut hold = Hold { room: Arc::clone(&self.room), bytes: 0 };
        hold.cover(REQUEST_BYTES_MIN.max(length))?;
        Ok(Admitted { identified, hold })
    }
}

impl Hold {
    /// Takes room until `bytes` are covered.
    pub fn cover(&mut self, bytes: usize) -> Result<(), Problem> {
        let Some(more) = bytes.checked_sub(self.bytes).filter(|more| *more > 0) else { return Ok(()) };
        let room = &self.room;
        let fits = |used: usize| used.checked_add(more).filter(|sum| *sum <= room.bytes_max);
        if room.bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).is_err() {
            let detail = format!("{} bytes are being worked on; send this request again in a moment", room.bytes_max);
            return Err(Problem::new(Kind::TooBusy, detail));
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.room.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}
