//! Records of other schema versions, translated into ours: the writer's schema is compiled once into a plan, and the plan rewrites bytes.
//!
//! ```text
//! writer's schema ──┐
//!                   ├─ plan ─▶ steps        body ─ run ─▶ the same record in our schema ─▶ AuditEvent::decode
//! our schema ───────┘
//! ```
//!
//! Not through `apache-avro`'s own resolution: it reads a string or a union that was cut off as null, keeps only the last of two equal
//! keys, takes milliseconds for microseconds, and knows no aliases. An audit trail must refuse what it would guess at. It parses the
//! schemas, and judges us in the tests.
//!
//! Bounds: schemas as in [`foreign`](crate::foreign); a body of [`EVENT_BYTES_MAX`]; twice that as the result; [`STEPS_MAX`] values read.

mod plan;
mod run;

use crate::error::{DecodeError, DecodeFault, SchemaError};
use crate::event::EVENT_BYTES_MAX;
use crate::foreign;
use crate::released;

/// The most values that one record may make us look at; a record of ours at its largest has a quarter of that.
pub const STEPS_MAX: usize = 4 << 20;

/// Translates bodies of one writer's schema into bodies of a reader's.
#[derive(Debug)]
pub struct Resolver {
    plan: plan::Plan,
}

impl Resolver {
    /// From a writer's schema to the event as we know it today.
    pub fn new(writer: &str) -> Result<Self, SchemaError> {
        Self::between(writer, released::AUDIT_EVENT.text)
    }

    /// From any schema to another.
    pub fn between(writer: &str, reader: &str) -> Result<Self, SchemaError> {
        let (writer, reader) = (foreign::parse(writer)?, foreign::parse(reader)?);
        plan::compile(&writer, &reader).map(|plan| Self { plan })
    }

    /// Fields that the writer has and we do not, as paths. Their values are not carried over.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.plan.ignored
    }

    /// Appends the body in the reader's schema to `out`. After an error `out` is as it was before.
    pub fn translate(&self, body: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
        if body.len() > EVENT_BYTES_MAX {
            return Err(DecodeError { fault: DecodeFault::Oversized, position: 0 });
        }
        let before = out.len();
        run::run(&self.plan, body, out).inspect_err(|_| out.truncate(before))
    }
}

#[cfg(test)]
mod tests;
