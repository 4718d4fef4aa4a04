//! What can go wrong in this package, by what the caller must do next. An error about an event holds that event, and never shows it.

use std::fmt;
use std::time::Duration;

use stream::Disposition;

use crate::event::Event;
use crate::fault::Faults;
use crate::problem::Problem;

/// The closed set of failures of this package.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the event is incomplete or wrong, so it was not sent: {faults}")]
    Invalid { event: Box<Event>, faults: Faults },
    #[error("the event was refused and is not stored: {problem}")]
    Refused { event: Box<Event>, problem: Box<Problem> },
    #[error("the event was not acknowledged within {} s ({last}); {}", after.as_secs_f32(), advice(*maybe_stored))]
    Undelivered { event: Box<Event>, after: Duration, last: String, maybe_stored: bool },
    #[error(
        "the client's queue is full, so nothing was taken; use `send`, which waits for room, or try again in a moment"
    )]
    Full { event: Box<Event> },
    #[error("the client was shut down, so nothing was taken; send the event with another client")]
    Closed { event: Box<Event> },
    #[error("the client was shut down before the event was decided; `shutdown` gave the event back")]
    GivenBack,
    #[error("this client was made before a fork and does not work in the new process; make one after the fork")]
    Forked { event: Box<Event> },
    #[error("{setting} {fix}")]
    Setting { setting: &'static str, fix: String },
    #[error("the client's thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
    #[error(transparent)]
    Stream(#[from] stream::Error),
}

fn advice(maybe_stored: bool) -> &'static str {
    if maybe_stored {
        "it may be stored, so send it again with the same event_id"
    } else {
        "it is not stored, so send it again"
    }
}

impl Error {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Invalid { .. } => Disposition::Reject,
            Self::Refused { problem, .. } => problem.disposition(),
            // The event keeps its id, so that sending it again stores it once.
            Self::Undelivered { maybe_stored: true, .. } | Self::GivenBack => Disposition::Unknown,
            Self::Undelivered { .. } | Self::Full { .. } => Disposition::Retry,
            Self::Closed { .. } | Self::Forked { .. } | Self::Setting { .. } | Self::Thread(_) => Disposition::Fatal,
            Self::Stream(error) => error.disposition(),
        }
    }

    /// The event that the error is about, unchanged and with its id.
    #[must_use]
    pub fn into_event(self) -> Option<Event> {
        match self {
            Self::Invalid { event, .. }
            | Self::Refused { event, .. }
            | Self::Undelivered { event, .. }
            | Self::Full { event }
            | Self::Closed { event }
            | Self::Forked { event } => Some(*event),
            Self::GivenBack | Self::Setting { .. } | Self::Thread(_) | Self::Stream(_) => None,
        }
    }

    pub(crate) fn setting(setting: &'static str, fix: impl Into<String>) -> Self {
        Self::Setting { setting, fix: fix.into() }
    }
}

/// The events that were undecided when the client was shut down. Some may be stored: send them again with their ids.
pub struct Undelivered(pub Vec<Event>);

impl fmt::Display for Undelivered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} events were not acknowledged before the deadline; send them again, or keep them", self.0.len())
    }
}

impl fmt::Debug for Undelivered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Undelivered({} events)", self.0.len())
    }
}

impl std::error::Error for Undelivered {}
