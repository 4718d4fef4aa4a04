//! The audit event, its codecs, and the topics it travels on. Pure: no I/O.
//!
//! Read in this order: [`event`] (what an event is), [`wire`] (how it looks on Kafka), [`topic`] (where it travels).

pub mod avro;
pub mod canonical_form;
pub mod catalogue;
pub mod check;
pub mod compat;
pub mod dead_letter;
pub mod decode_json;
pub mod detail;
mod error;
pub mod event;
mod event_avro;
pub mod foreign;
pub mod header_id;
pub mod json_schema;
pub mod list;
mod record;
pub mod released;
pub mod resolve;
pub mod routing;
pub mod sealed;
pub mod shape;
mod text;
pub mod time;
pub mod topic;
pub mod wire;

pub use check::Fault;
pub use dead_letter::DeadLetter;
pub use decode_json::{Defaults, Malformation, Malformed, Refusal, decode_json};
pub use error::{DecodeError, DecodeFault, SchemaError};
pub use event::{Agent, AuditEvent, Change, Network, Object, Patient, Source, Times};
pub use list::{Extras, List};
pub use sealed::{Disclosure, Fence, Owner, SealedRecord};
pub use shape::Mistake;
pub use text::{Bytes, Text};
pub use time::Time;
