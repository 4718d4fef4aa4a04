//! A gateway's refusal (RFC 9457): what is wrong, in which fields, and the fix.

use std::fmt;

use serde::Deserialize;
use stream::Disposition;

/// Why the gateway refused an event. It names fields and fixes and repeats nothing that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Problem {
    pub status: u16,
    /// The stable name of the kind, such as `urn:sealtrail:problem:invalid-event`.
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub detail: String,
    #[serde(default)]
    pub errors: Vec<FieldError>,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FieldError {
    /// Its place, as a JSON pointer; empty for the event as a whole.
    #[serde(alias = "field", default)]
    pub pointer: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub fix: String,
}

impl Problem {
    /// The problem in an answer's body, or what the status alone says: a proxy in between need not know problem documents.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let read = serde_json::from_slice::<Self>(body).ok();
        read.map_or_else(|| Self::bare(status), |problem| Self { status, ..problem })
    }

    pub(crate) fn bare(status: u16) -> Self {
        let title = match status {
            300..=399 => "The address leads elsewhere; give the gateway's own",
            401 => "The gateway does not know this API key",
            403 => "The API key may not do this",
            404 | 405 => "There is no gateway at this address",
            _ => "The gateway refused the event without saying why",
        };
        Self { status, kind: String::new(), title: title.to_owned(), detail: String::new(), errors: Vec::new() }
    }

    /// What is wrong with the event must be corrected; what is wrong with the set-up is wrong for every event.
    pub(crate) fn disposition(&self) -> Disposition {
        match self.status {
            400 | 409 | 413 | 422 => Disposition::Reject,
            _ => Disposition::Fatal,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.status, self.title)?;
        if !self.detail.is_empty() {
            write!(out, ", {}", self.detail)?;
        }
        for FieldError { pointer, reason, fix } in &self.errors {
            let place = if pointer.is_empty() { "the event" } else { pointer };
            write!(out, "; {place} ({reason}): {fix}")?;
        }
        Ok(())
    }
}
