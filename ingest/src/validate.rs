//! Stage 2, validate: only an event that a worker would seal goes on, and what keeps it from that is told field by field.

use schemas::{AuditEvent, DecodeFault};

use crate::problem::{FieldError, Problem};

/// An event that has been looked at. The publish stage takes nothing else.
#[derive(Debug, PartialEq, Eq)]
pub struct Valid<'a>(AuditEvent<'a>);

impl<'a> Valid<'a> {
    pub fn event(&self) -> &AuditEvent<'a> {
        &self.0
    }
}

pub fn validate(event: AuditEvent<'_>) -> Result<Valid<'_>, Problem> {
    let errors = faults(&event);
    if errors.is_empty() { Ok(Valid(event)) } else { Err(Problem::fields(errors)) }
}

/// What is wrong with the values of an event of the right shape.
pub fn faults(event: &AuditEvent<'_>) -> Vec<FieldError> {
    event.faults().into_iter().map(|fault| explain(&fault.pointer, fault.fault)).collect()
}

/// A fault with its fix.
pub fn explain(field: &str, fault: DecodeFault) -> FieldError {
    let fix = match fault {
        DecodeFault::EmptyField => "give it a value",
        DecodeFault::NulCharacter => "remove the NUL character (\\u0000)",
        DecodeFault::TimeOutOfRange => "give microseconds since 1970-01-01T00:00:00Z, between the years 1900 and 2255",
        DecodeFault::Oversized => "shorten the event, or refer to the content instead of carrying it",
        _ => "correct it",
    };
    FieldError { pointer: field.to_owned(), reason: fault.reason(), fix: fix.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode;

    #[test]
    fn every_fault_has_its_field_and_its_fix() {
        let body = r#"{"event_id":"","tenant":"north","event_type":"record","action":"re\u0000ad","outcome":"success",
            "occurred_at":"9999-12-31T23:59:59Z","agents":[{"id":""}],"patients":[{"id":"p\u0000"}],"source":{"system":"ehr"}}"#;
        let problem = validate(decode(body.as_bytes()).unwrap()).unwrap_err();
        assert_eq!(
            problem.errors(),
            [
                ("/event_id", "empty-field"),
                ("/action", "nul-character"),
                ("/occurred_at", "time-out-of-range"),
                ("/agents/0/id", "empty-field"),
                ("/patients/0/id", "nul-character"),
            ]
        );
        assert!(!format!("{problem:?}").contains("correct it"), "a fault without a fix of its own: {problem:?}");
    }
}
