//! The audit event, its codecs, and the topics it travels on. Pure: no I/O.
//!
//! Read in this order: [`event`] (what an event is), [`wire`] (how it looks on Kafka), [`topic`] (where it travels).

pub mod avro;
pub mod dead_letter;
mod error;
pub mod event;
mod event_avro;
pub mod released;
pub mod routing;
pub mod sealed;
pub mod topic;
pub mod wire;

pub use dead_letter::DeadLetter;
pub use error::{DecodeError, DecodeFault};
pub use event::{Agent, AuditEvent, Object, Patient, Source};
pub use sealed::SealedRecord;
