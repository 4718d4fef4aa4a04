//! Process life: configuration, logs, metrics, health, signals and the ordered drain.
//!
//! A service's `main` parses its arguments and calls [`service::run`] with its body; everything a process needs around
//! that body is here. This package knows nothing of audit events or Kafka.

pub mod config;
pub mod drain;
pub mod error;
pub mod health;
pub mod metrics;
pub mod service;
pub mod shutdown;

mod background;
mod http;
mod logs;
mod process;

pub use error::{Disposition, Error};
pub use logs::LogMetric;
