//! What can go wrong around a service's body, and what to do about it.

use std::io;
use std::net::SocketAddr;

use crate::config::ConfigError;

/// What the caller should do with a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// The same attempt may work later.
    Retry,
    /// This input can never work: put it aside with the reason.
    Reject,
    /// The process can't go on.
    Fatal,
    /// The outcome isn't known: find out before doing anything again.
    Unknown,
}

/// An error with its causes, each told once: many messages already hold what their cause says.
pub fn told_once(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told.push_str(": ");
            told.push_str(&cause);
        }
    }
    told
}

/// A failure to start or to keep the process frame running.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration has problems; the message lists all of them.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log filter or subscriber could not be installed.
    #[error("cannot set up logs: {0}")]
    Logs(String),
    /// The metrics recorder could not be installed.
    #[error("cannot set up metrics: {0}")]
    Metrics(String),
    /// The address for health and metrics could not be bound.
    #[error("cannot listen on {address} for health and metrics: {source}; set process.listen to a free address")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why the system refused.
        source: io::Error,
    },
    /// The background thread that serves health and waits for signals could not start.
    #[error("cannot start the background thread for health and signals: {0}")]
    Background(#[source] io::Error),
    /// A secret that must be text isn't.
    #[error("the secret from {0} is not UTF-8 text")]
    SecretNotText(String),
}

impl Error {
    /// What to do about it. Everything here happens at start, so none of it is worth a retry inside the process.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Config(_)
            | Self::Logs(_)
            | Self::Metrics(_)
            | Self::Listen { .. }
            | Self::Background(_)
            | Self::SecretNotText(_) => Disposition::Fatal,
        }
    }

    /// A stable label for logs and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Logs(_) => "logs",
            Self::Metrics(_) => "metrics",
            Self::Listen { .. } => "listen",
            Self::Background(_) => "background",
            Self::SecretNotText(_) => "secret_not_text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the store is away: {0}")]
    struct Away(#[source] io::Error);

    #[test]
    fn a_cause_that_is_already_told_is_not_told_again() {
        let error = anyhow::Error::new(Away(io::Error::other("refused"))).context("starting");
        assert_eq!(told_once(&error), "starting: the store is away: refused");
    }
}
