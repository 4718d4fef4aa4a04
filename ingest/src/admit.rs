//! Stage 2, admit: a place for the body before its first byte is read, or a refusal that says when to come back.
//!
//! ```text
//! Kafka away? 503 ─▶ declared length ≤ the path's? 413 ─▶ the key's rates? 429 ─▶ room in memory? 429 ─▶ Admitted
//! ```

mod bucket;
mod rates;
pub mod room;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::header::CONTENT_LENGTH;

use self::rates::Rates;
use self::room::{Hold, Room};
use crate::authenticate::{Caller, Identified};
use crate::problem::{Kind, Problem};
use crate::receive::Accepts;

/// What even an empty request takes up.
const REQUEST_BYTES_MIN: usize = 4 * 1024;

/// The gateway's bounds.
pub struct Admit {
    room: Arc<Room>,
    rates: Rates,
    is_kafka_away: AtomicBool,
}

/// A request that there is room for.
#[derive(Debug)]
pub struct Admitted {
    pub identified: Identified,
    /// What the body said of its length.
    pub declared: Option<usize>,
    pub hold: Hold,
}

impl Admit {
    pub fn new(bytes_in_flight_max: usize) -> Self {
        let room = Room::new(bytes_in_flight_max);
        Self { room, rates: Rates::default(), is_kafka_away: AtomicBool::new(false) }
    }

    /// A further share of the memory, empty at first.
    pub fn share(&self) -> Hold {
        self.room.hold()
    }

    #[cfg(test)]
    pub fn bytes_in_flight(&self) -> usize {
        self.room.bytes()
    }

    /// Told by whoever watches the brokers. Until the first look they are taken to be there.
    pub fn kafka_is_away(&self, is_away: bool) {
        self.is_kafka_away.store(is_away, Ordering::Release);
    }

    /// The declared length is reserved as a whole; a body without one takes its room while it arrives.
    pub fn admit(&self, identified: Identified, accepts: &Accepts) -> Result<Admitted, Problem> {
        if self.is_kafka_away.load(Ordering::Acquire) {
            return Err(Problem::new(Kind::KafkaAway, "nothing was stored; send the request again in a moment"));
        }
        let declared = identified.request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let declared: Option<usize> = declared.and_then(|length| length.parse().ok());
        let length = declared.unwrap_or(0);
        if length > accepts.bytes_max {
            return Err(accepts.too_large());
        }
        self.rates.admit(&identified.caller, as_amount(length))?;
        let mut hold = self.room.hold();
        hold.cover(REQUEST_BYTES_MIN.max(length))?;
        Ok(Admitted { identified, declared, hold })
    }

    /// What a request turned out to hold beyond the one event and the declared bytes: owed, and paid for by waiting later.
    pub fn charge(&self, caller: &Caller, events: usize, bytes: usize) {
        self.rates.charge(caller, as_amount(events), as_amount(bytes));
    }
}

fn as_amount(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
