//! What can go wrong in this package, by what the caller must do next.

use std::fmt;

use schemas::{DecodeFault, Fault};
use stream::Disposition;

/// The closed set of failures of this package.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the event cannot be accepted: {0}")]
    Event(Faults),
    #[error("the routing secret is shorter than 16 bytes; give the deployment's own")]
    NoRoutingSecret,
    #[error("the event's schema has no id: {0}")]
    Schema(#[source] stream::Error),
    #[error("the event is not acknowledged: {0}; it may be stored, so send it again with the same event_id")]
    Unacknowledged(#[source] stream::Error),
    #[error(transparent)]
    Stream(#[from] stream::Error),
}

impl Error {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Event(_) => Disposition::Reject,
            // The event may or may not be stored: send it again with the same `event_id`.
            Self::Unacknowledged(_) => Disposition::Unknown,
            Self::NoRoutingSecret => Disposition::Fatal,
            Self::Schema(error) | Self::Stream(error) => error.disposition(),
        }
    }
}

/// Everything that is wrong with an event. Shows fields and labels, never content.
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
            let before = if number == 0 { "" } else { ", " };
            let place = if pointer.is_empty() { "the event" } else { pointer };
            write!(out, "{before}{place} ({fault})")?;
        }
        Ok(())
    }
}
