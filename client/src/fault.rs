//! Everything that is wrong with an event, told at once: places, reasons and fixes, never content.

use std::fmt;

use schemas::list::ENTRIES_MAX;
use schemas::{AuditEvent, DecodeFault, Mistake, catalogue};

/// The mistakes of one event, each with its place as a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Mistake>);

impl Faults {
    pub(crate) fn whole(fault: DecodeFault) -> Self {
        Self(vec![mistake("", fault)])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Mistake { pointer, reason, fix }) in self.0.iter().enumerate() {
            let before = if number == 0 { "" } else { "; " };
            let place = if pointer.is_empty() { "the event" } else { pointer };
            write!(out, "{before}{place} ({reason}): {fix}")?;
        }
        Ok(())
    }
}

pub(crate) fn mistake(pointer: &str, fault: DecodeFault) -> Mistake {
    let fix = match fault {
        DecodeFault::EmptyField => "give it a value",
        DecodeFault::TooLong => "shorten it; ids have at most 512 bytes, words such as the action 128",
        DecodeFault::NulCharacter => "remove the NUL character",
        DecodeFault::TimeOutOfRange => "give a time between the years 1900 and 2255",
        DecodeFault::NumberOutOfRange => "give a number from 0 to 2^53",
        DecodeFault::TooMany => "give at most 1000 entries, or send several events",
        DecodeFault::Oversized => "shorten the event to 1 MiB; refer to large content",
        _ => "correct it",
    };
    Mistake::new(pointer, fault.reason(), fix)
}

/// The gateway's rule, and the reader's: what would not be sealed is not sent.
pub(crate) fn check(event: &AuditEvent<'_>) -> Vec<Mistake> {
    let mut found: Vec<Mistake> = event.faults().iter().map(|fault| mistake(&fault.pointer, fault.fault)).collect();
    for (pointer, entries) in [
        ("/agents", event.agents.len()),
        ("/patients", event.patients.len()),
        ("/objects", event.objects.len()),
        ("/extras", event.extras.len()),
    ] {
        if entries > ENTRIES_MAX {
            found.push(mistake(pointer, DecodeFault::TooMany));
        }
    }
    for (index, object) in event.objects.iter().enumerate() {
        if object.changes.len() > ENTRIES_MAX {
            found.push(mistake(&format!("/objects/{index}/changes"), DecodeFault::TooMany));
        }
    }
    let known: Vec<String> = found.iter().map(|mistake| mistake.pointer.clone()).collect();
    // What is empty is also missing; once is enough.
    found.extend(catalogue::check(event).into_iter().filter(|mistake| !known.contains(&mistake.pointer)));
    found
}
