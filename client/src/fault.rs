//! Everything that is wrong with an event, told at once. Shows fields and fixes, never content.

use std::fmt;

use schemas::list::ENTRIES_MAX;
use schemas::{AuditEvent, DecodeFault, Fault};

/// The faults of one event, each with its place as a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    pub(crate) fn one(pointer: &str, fault: DecodeFault) -> Self {
        Self(vec![Fault { pointer: pointer.to_owned(), fault }])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Fault { pointer, fault }) in self.0.iter().enumerate() {
            let before = if number == 0 { "" } else { "; " };
            let place = if pointer.is_empty() { "the event" } else { pointer };
            write!(out, "{before}{place} ({fault}): {}", fix(*fault))?;
        }
        Ok(())
    }
}

/// What the caller can do about it.
fn fix(fault: DecodeFault) -> &'static str {
    match fault {
        DecodeFault::EmptyField => "give it a value",
        DecodeFault::TooLong => "shorten it; ids have at most 512 bytes, words such as the action 128",
        DecodeFault::NulCharacter => "remove the NUL character",
        DecodeFault::TimeOutOfRange => "give a time between the years 1900 and 2255",
        DecodeFault::NumberOutOfRange => "give a number from 0 to 2^53",
        DecodeFault::TooMany => "give at most 1000 entries, or send several events",
        DecodeFault::Oversized => "shorten the event to 1 MiB; refer to large content",
        _ => "correct it",
    }
}

/// The gateway's rule, and the reader's: what would not be sealed is not sent.
pub(crate) fn check(event: &AuditEvent<'_>) -> Vec<Fault> {
    let mut faults = event.faults();
    for (pointer, entries) in [
        ("/agents", event.agents.len()),
        ("/patients", event.patients.len()),
        ("/objects", event.objects.len()),
        ("/extras", event.extras.len()),
    ] {
        if entries > ENTRIES_MAX {
            faults.push(Fault { pointer: pointer.to_owned(), fault: DecodeFault::TooMany });
        }
    }
    for (index, object) in event.objects.iter().enumerate() {
        if object.changes.len() > ENTRIES_MAX {
            faults.push(Fault { pointer: format!("/objects/{index}/changes"), fault: DecodeFault::TooMany });
        }
    }
    faults
}
