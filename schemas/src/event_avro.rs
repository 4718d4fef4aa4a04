//! The event's Avro form: decode and encode in schema order.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::avro::{Reader, write_long, write_optional_string, write_string};
use crate::error::{DecodeError, DecodeFault};
use crate::event::{Agent, AuditEvent, EVENT_BYTES_MAX, Object, Patient, Source};

impl<'a> AuditEvent<'a> {
    /// Decodes a whole record written with our own schema; strings stay borrowed.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        if bytes.len() > EVENT_BYTES_MAX {
            return Err(reader.error(DecodeFault::Oversized));
        }
        let event = Self {
            event_id: Cow::Borrowed(reader.string()?),
            tenant: Cow::Borrowed(reader.string()?),
            event_type: Cow::Borrowed(reader.string()?),
            action: Cow::Borrowed(reader.string()?),
            outcome: Cow::Borrowed(reader.string()?),
            occurred_at: reader.long()?,
            agent: Agent {
                id: Cow::Borrowed(reader.string()?),
                name: optional(&mut reader)?,
                role: optional(&mut reader)?,
            },
            patient: if reader.is_some()? {
                Some(Patient { id: Cow::Borrowed(reader.string()?), name: optional(&mut reader)? })
            } else {
                None
            },
            object: if reader.is_some()? {
                Some(Object { kind: Cow::Borrowed(reader.string()?), id: Cow::Borrowed(reader.string()?) })
            } else {
                None
            },
            source: Source { system: Cow::Borrowed(reader.string()?), address: optional(&mut reader)? },
            purpose: optional(&mut reader)?,
            trace_id: optional(&mut reader)?,
            note: optional(&mut reader)?,
            extras: extras(&mut reader)?,
        };
        event.check(reader.position())?;
        reader.finish()?;
        Ok(event)
    }

    /// Appends the Avro form to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        for text in [&self.event_id, &self.tenant, &self.event_type, &self.action, &self.outcome] {
            write_string(out, text);
        }
        write_long(out, self.occurred_at);
        write_string(out, &self.agent.id);
        write_optional_string(out, self.agent.name.as_deref());
        write_optional_string(out, self.agent.role.as_deref());
        write_long(out, self.patient.is_some().into());
        if let Some(patient) = &self.patient {
            write_string(out, &patient.id);
            write_optional_string(out, patient.name.as_deref());
        }
        write_long(out, self.object.is_some().into());
        if let Some(object) = &self.object {
            write_string(out, &object.kind);
            write_string(out, &object.id);
        }
        write_string(out, &self.source.system);
        for text in [&self.source.address, &self.purpose, &self.trace_id, &self.note] {
            write_optional_string(out, text.as_deref());
        }
        if !self.extras.is_empty() {
            write_long(out, self.extras.len() as i64);
            for (key, value) in &self.extras {
                write_string(out, key);
                write_string(out, value);
            }
        }
        write_long(out, 0);
    }
}

fn optional<'a>(reader: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>, DecodeError> {
    Ok(reader.optional_string()?.map(Cow::Borrowed))
}

/// A map comes in blocks; a negative count is followed by the block's size in bytes.
fn extras<'a>(reader: &mut Reader<'a>) -> Result<BTreeMap<Cow<'a, str>, Cow<'a, str>>, DecodeError> {
    let mut entries = BTreeMap::new();
    loop {
        let count = reader.long()?;
        if count == 0 {
            return Ok(entries);
        }
        if count < 0 {
            reader.long()?;
        }
        // Each entry takes at least two bytes, so a lying count ends as `truncated`, without an allocation up front.
        for _ in 0..count.unsigned_abs() {
            let key = reader.string()?;
            let value = reader.string()?;
            if entries.insert(Cow::Borrowed(key), Cow::Borrowed(value)).is_some() {
                return Err(reader.error(DecodeFault::DuplicateKey));
            }
        }
    }
}
