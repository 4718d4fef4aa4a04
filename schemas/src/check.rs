//! What keeps an event from being sealed: the few fields that make it an event, and what every store must be able to hold.

use crate::error::{DecodeError, DecodeFault};
use crate::event::AuditEvent;
use crate::time::TIMES;

/// The longest id that stores keep in an indexed column, in bytes.
pub const ID_BYTES_MAX: usize = 512;
/// The longest word: event type, action, outcome, kind.
pub const WORD_BYTES_MAX: usize = 128;

/// Something wrong with an event: where, as a JSON pointer, and what. Never the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub pointer: String,
    pub fault: DecodeFault,
}

/// Where a value stands, without building its pointer.
#[derive(Clone, Copy)]
struct Place(&'static str, Option<usize>, &'static str);

impl Place {
    fn pointer(self) -> String {
        let Self(list, index, field) = self;
        index.map_or_else(|| list.to_owned(), |index| format!("{list}/{index}{field}"))
    }
}

impl AuditEvent<'_> {
    /// Everything that keeps this event from being sealed. Empty means: publish it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.each_fault(|place, fault| faults.push(Fault { pointer: place.pointer(), fault }));
        faults
    }

    /// The record path's form of [`AuditEvent::faults`]: a sound event costs no allocation.
    pub(crate) fn check(&self, position: u32) -> Result<(), DecodeError> {
        let mut first = None;
        self.each_fault(|_, fault| {
            first.get_or_insert(fault);
        });
        first.map_or(Ok(()), |fault| Err(DecodeError { fault, position }))
    }

    #[inline(always)]
    fn each_fault(&self, mut report: impl FnMut(Place, DecodeFault)) {
        let fixed = |field| Place(field, None, "");
        column(fixed("/event_id"), &self.event_id, ID_BYTES_MAX, &mut report);
        column(fixed("/tenant"), &self.tenant, WORD_BYTES_MAX, &mut report);
        column(fixed("/event_type"), &self.event_type, WORD_BYTES_MAX, &mut report);
        column(fixed("/action"), &self.action, WORD_BYTES_MAX, &mut report);
        column(fixed("/outcome"), &self.outcome, WORD_BYTES_MAX, &mut report);
        column(fixed("/source/system"), &self.source.system, ID_BYTES_MAX, &mut report);
        // Further times too: an instant that no text can hold would not come back from the leaf.
        let further = self.times.as_deref();
        for (field, time) in [
            ("/occurred_at", Some(&self.occurred_at)),
            ("/times/ended_at", further.and_then(|times| times.ended_at.as_ref())),
            ("/times/recorded_at", further.and_then(|times| times.recorded_at.as_ref())),
        ] {
            if time.is_some_and(|time| !TIMES.contains(&time.micros())) {
                report(fixed(field), DecodeFault::TimeOutOfRange);
            }
        }
        // Canonical JSON knows doubles only: every whole number below 2^53 is one, and no other has the same form.
        let bytes = self.origin.as_ref().and_then(|origin| origin.bytes);
        if bytes.is_some_and(|bytes| !(0..1 << 53).contains(&bytes)) {
            report(fixed("/origin/bytes"), DecodeFault::NumberOutOfRange);
        }
        let requestor = self.agents.iter().position(|agent| agent.requestor == Some(true));
        let index = requestor.unwrap_or_default();
        match self.agents.get(index) {
            None => report(fixed("/agents"), DecodeFault::EmptyField),
            Some(actor) => {
                let identity = actor.identity().unwrap_or_default();
                column(Place("/agents", Some(index), "/id"), identity, ID_BYTES_MAX, &mut report);
            }
        }
        for (index, patient) in self.patients.iter().enumerate() {
            column(Place("/patients", Some(index), "/id"), &patient.id, ID_BYTES_MAX, &mut report);
        }
        for (index, object) in self.objects.iter().enumerate() {
            column(Place("/objects", Some(index), "/kind"), &object.kind, WORD_BYTES_MAX, &mut report);
            if let Some(id) = &object.id {
                column(Place("/objects", Some(index), "/id"), id, ID_BYTES_MAX, &mut report);
            }
        }
    }
}

#[inline(always)]
fn column(place: Place, text: &str, most: usize, report: &mut impl FnMut(Place, DecodeFault)) {
    if text.is_empty() {
        report(place, DecodeFault::EmptyField);
    } else if text.len() > most {
        // A store's index cannot hold it, and the sink would stand still on it for good.
        report(place, DecodeFault::TooLong);
    }
    // PostgreSQL's text cannot hold it, and no identifier needs it.
    if has_nul(text.as_bytes()) {
        report(place, DecodeFault::NulCharacter);
    }
}

/// Eight bytes at a time, the last eight once more: subtracting one from each borrows into the high bit only of a byte that
/// was zero.
#[inline(always)]
fn has_nul(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    match (bytes.last_chunk::<8>(), bytes.last_chunk::<4>(), bytes.first_chunk::<4>()) {
        (Some(last), ..) => {
            let (words, _) = bytes.as_chunks::<8>();
            let found = words
                .iter()
                .fold(zeros(u64::from_ne_bytes(*last)), |found, word| found | zeros(u64::from_ne_bytes(*word)));
            found != 0
        }
        (None, Some(last), Some(first)) => {
            let word = u64::from(u32::from_ne_bytes(*last)) << 32 | u64::from(u32::from_ne_bytes(*first));
            zeros(word) != 0
        }
        _ => bytes.contains(&0),
    }
}
