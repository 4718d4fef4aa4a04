//! The memory of all requests that have no answer yet: reserved before it is used, given back when the answer is decided,
//! or written, where it is as large as a batch's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::metric::IngestMetric;
use crate::problem::{Kind, Problem};

/// What may be reserved.
#[derive(Debug)]
pub struct Room {
    bytes_max: usize,
    bytes: AtomicUsize,
}

/// A request's share, given back when dropped.
#[derive(Debug)]
pub struct Hold {
    room: Arc<Room>,
    bytes: usize,
}

impl Room {
    pub fn new(bytes_max: usize) -> Arc<Self> {
        Arc::new(Self { bytes_max, bytes: AtomicUsize::new(0) })
    }

    /// An empty share.
    pub fn hold(self: &Arc<Self>) -> Hold {
        Hold { room: Arc::clone(self), bytes: 0 }
    }

    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }
}

impl Hold {
    /// Takes room until `bytes` are covered, or nothing.
    pub fn cover(&mut self, bytes: usize) -> Result<(), Problem> {
        let Some(more) = bytes.checked_sub(self.bytes).filter(|more| *more > 0) else { return Ok(()) };
        let room = &self.room;
        let fits = |used: usize| used.checked_add(more).filter(|sum| *sum <= room.bytes_max);
        if room.bytes.try_update(Ordering::AcqRel, Ordering::Acquire, fits).is_err() {
            return Err(Problem::new(Kind::TooBusy, "nothing was stored; send this request again in a moment"));
        }
        self.bytes = bytes;
        IngestMetric::BytesInFlight.handle().increment(approximately(more));
        Ok(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.room.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
        IngestMetric::BytesInFlight.handle().decrement(approximately(self.bytes));
    }
}

#[allow(clippy::cast_precision_loss, reason = "sizes in memory fit a float's 53 bits")]
fn approximately(bytes: usize) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let room = Room::new(100);
        let (mut one, mut two) = (room.hold(), room.hold());
        one.cover(60).unwrap();
        one.cover(50).unwrap();
        assert!(two.cover(41).is_err());
        assert_eq!(room.bytes(), 60, "a refused share takes nothing");
        two.cover(40).unwrap();
        assert!(one.cover(61).is_err());
        drop(one);
        two.cover(100).unwrap();
        assert!(two.cover(usize::MAX).is_err());
        drop(two);
        assert_eq!(room.bytes(), 0);
    }
}
