//! Stage 5, validate: only an event that keeps to the catalogue goes on.

use schemas::{AuditEvent, DecodeFault, Mistake};

use crate::problem::Problem;

/// An event that has been looked at. The publish stage takes nothing else.
#[derive(Debug, PartialEq, Eq)]
pub struct Valid<'a>(AuditEvent<'a>);

impl<'a> Valid<'a> {
    pub fn event(&self) -> &AuditEvent<'a> {
        &self.0
    }
}

pub fn validate(event: AuditEvent<'_>) -> Result<Valid<'_>, Problem> {
    Ok(Valid(event))
}

/// A fault of an encoded event, with its fix.
pub fn explain(fault: DecodeFault) -> Mistake {
    let fix = match fault {
        DecodeFault::EmptyField => "give every mandatory field a value, and the one who acted an id",
        DecodeFault::TooLong => "shorten ids to at most 512 bytes, and words to at most 128",
        DecodeFault::NulCharacter => "remove the NUL character",
        DecodeFault::TimeOutOfRange => "give a time between the years 1900 and 2255",
        DecodeFault::NumberOutOfRange => "give a size between 0 and 2^53",
        DecodeFault::Oversized => "shorten the event, or refer to the content instead of carrying it",
        _ => "correct it",
    };
    Mistake::new("", fault.reason(), fix)
}
