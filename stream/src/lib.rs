//! The Kafka core: consume, transform, append, store; knows nothing of audit events.
//!
//! Three loops carry the pipeline, each on one OS thread with one consumer:
//!
//! ```text
//! transform:  topic A, partition p ──▶ Transform ──▶ topic B, partition p     resumes after B's accepted head
//! store:      topic B ──▶ batches ──▶ Store                                   resumes where the store says
//! relay:      topic B ──▶ Relay ──▶ topic C, one transaction with the offsets     resumes where the group says
//! ```
//!
//! Only the relay trusts the group's committed offsets, as they are part of its transactions. The others read what is done from where
//! it was done; to them the committed offset is a hint.

pub mod admin;
pub mod append;
mod backoff;
pub mod consume;
mod error;
mod ffi;
pub mod hints;
mod ids;
mod metric;
pub mod publish;
pub mod registry;
pub mod relay;
pub mod sealed_log;
mod settings;
pub mod store;
pub mod tail;
mod transaction;
pub mod transform;

pub use consume::Record;
pub use error::Error;
pub use ids::{Offset, Partition, Position};
pub use metric::{RegistryMetric, StreamMetric};
pub use runtime::Disposition;
pub use settings::{KafkaSettings, Link, Patience, ProducerSettings};
