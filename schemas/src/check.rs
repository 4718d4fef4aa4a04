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

    fn each_fault(&self, mut report: impl FnMut(Place, DecodeFault)) {
        for (field, text, most) in [
            ("/event_id", &self.event_id, ID_BYTES_MAX),
            ("/tenant", &self.tenant, WORD_BYTES_MAX),
            ("/event_type", &self.event_type, WORD_BYTES_MAX),
            ("/action", &self.action, WORD_BYTES_MAX),
            ("/outcome", &self.outcome, WORD_BYTES_MAX),
            ("/source/system", &self.source.system, ID_BYTES_MAX),
        ] {
            column(Place(field, None, ""), text, most, &mut report);
        }
        // Further times too: an instant that no text can hold would not come back from the leaf.
        let further = self.times.as_deref();
        for (field, time) in [
            ("/occurred_at", Some(&self.occurred_at)),
            ("/times/ended_at", further.and_then(|times| times.ended_at.as_ref())),
            ("/times/recorded_at", further.and_then(|times| times.recorded_at.as_ref())),
        ] {
            if time.is_some_and(|time| !TIMES.contains(&time.micros())) {
                report(Place(field, None, ""), DecodeFault::TimeOutOfRange);
            }
        }
        // Canonical JSON knows doubles only.
        let bytes = self.origin.as_ref().and_then(|origin| origin.bytes);
        if bytes.is_some_and(|bytes| !(0..=1 << 53).contains(&bytes)) {
            report(Place("/origin/bytes", None, ""), DecodeFault::NumberOutOfRange);
        }
        let actor = self.actor();
        if actor.is_none() {
            report(Place("/agents", None, ""), DecodeFault::EmptyField);
        }
        for (index, agent) in self.agents.iter().enumerate() {
            let is_actor = actor.is_some_and(|actor| std::ptr::eq(actor, agent));
            if is_actor {
                let identity = agent.identity().unwrap_or_default();
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

fn column(place: Place, text: &str, most: usize, report: &mut impl FnMut(Place, DecodeFault)) {
    if text.is_empty() {
        report(place, DecodeFault::EmptyField);
    } else if text.len() > most {
        // A store's index cannot hold it, and the sink would stand still on it for good.
        report(place, DecodeFault::TooLong);
    }
    // PostgreSQL's text cannot hold it, and no identifier needs it.
    if has_nul(text) {
        report(place, DecodeFault::NulCharacter);
    }
}

/// Eight bytes at a time: subtracting one from each borrows into the high bit only of a byte that was zero.
fn has_nul(text: &str) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let in_words = words.iter().fold(0, |found, word| {
        let word = u64::from_ne_bytes(*word);
        found | (word.wrapping_sub(ONES) & !word)
    });
    in_words & (ONES << 7) != 0 || rest.contains(&0)
}
