//! Security tools' copy: each sealed event once in `audit.siem`, in their own words, without free text and identifiers.
//!
//! ```text
//! audit.sealed ─▶ decode ─▶ accept ─▶ account (codes and tokens only) ─▶ OCSF, ECS or CEF ─▶ audit.siem, offsets (one transaction)
//! ```

mod account;
mod cef;
mod class;
mod ecs;
mod ocsf;

use std::collections::HashMap;

use schemas::SealedRecord;
use seal::LeafHash;
use stream::relay::{Relay, Rendered};
use stream::{Offset, Partition, Position, Record};

use crate::accept::{Acceptance, Stored};
use crate::config::{SiemFormat, SiemSettings};
use crate::decode::{self, Decoded};
use crate::error::Error;
use account::Account;

/// What stands where a tool shows which product and version an event comes from.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Renders accepted events.
pub struct Siem {
    settings: SiemSettings,
    acceptance: Acceptance,
    /// The last accepted leaf of each partition: what its hint says.
    last: HashMap<Partition, Stored>,
}

impl Siem {
    #[must_use]
    pub fn new(settings: SiemSettings) -> Self {
        Self { settings, acceptance: Acceptance::default(), last: HashMap::new() }
    }

    fn render_all(&mut self, batch: &[Record<'_>], out: &mut Vec<Rendered>) -> Result<(), Error> {
        let (accepted, progress) = self.acceptance.judge(decode::batch(batch))?.split();
        let mut last = HashMap::new();
        for decoded in &accepted {
            let Some(sealed) = &decoded.sealed else { continue };
            if let Some(payload) = self.render_one(decoded, sealed)? {
                out.push(Rendered { partition: decoded.partition, payload });
            }
            last.insert(decoded.partition, (decoded.offset, sealed.leaf));
        }
        for (partition, (offset, leaf)) in last {
            self.last.insert(partition, Stored { offset, leaf_hash: LeafHash::of(leaf).0 });
        }
        // A batch that is given up begins its partitions anew, so nothing has to be taken back.
        self.acceptance.stored(progress);
        Ok(())
    }

    /// `None` where the leaf is no event.
    fn render_one(&self, decoded: &Decoded<'_>, sealed: &SealedRecord<'_>) -> Result<Option<Vec<u8>>, Error> {
        let row = decode::row(decoded)?;
        if row.columns.kind != "event" {
            return Ok(None);
        }
        let (partition, offset) = (decoded.partition, decoded.offset);
        let unreadable = |reason: String| Error::Unreadable { partition, offset, reason };
        let told = account::Told::read(sealed.leaf).map_err(|error| unreadable(error.to_string()))?;
        let account = Account::of(&row.columns, &told, sealed, self.settings.addresses);
        Ok(Some(match self.settings.format {
            SiemFormat::Ocsf => ocsf::render(&account).to_string().into_bytes(),
            SiemFormat::Ecs => ecs::render(&account).to_string().into_bytes(),
            SiemFormat::Cef => cef::render(&account).into_bytes(),
        }))
    }
}

impl Relay for Siem {
    fn begin(&mut self, partition: Partition, hint: Option<&[u8]>) -> Result<Position, stream::Error> {
        let stored = match hint {
            None => {
                tracing::info!(%partition, "nothing was relayed yet; reading from the start");
                None
            }
            Some(text) => {
                Some(std::str::from_utf8(text).ok().and_then(read_hint).ok_or(Error::StrangeHint { partition })?)
            }
        };
        self.last.remove(&partition);
        self.last.extend(stored.map(|stored| (partition, stored)));
        Ok(self.acceptance.begin(partition, stored))
    }

    fn render(&mut self, batch: &[Record<'_>], out: &mut Vec<Rendered>) -> Result<(), stream::Error> {
        Ok(self.render_all(batch, out)?)
    }

    fn hint(&self, partition: Partition) -> Option<String> {
        let Stored { offset, leaf_hash } = self.last.get(&partition)?;
        Some(format!("1;{offset};{}", LeafHash(*leaf_hash)))
    }
}

/// The last accepted leaf, as a hint names it.
fn read_hint(text: &str) -> Option<Stored> {
    let mut fields = text.split(';');
    let (version, offset, hash) = (fields.next()?, fields.next()?, fields.next()?);
    let stored = Stored { offset: Offset(offset.parse().ok()?), leaf_hash: LeafHash::from_hex(hash)?.0 };
    (version == "1" && fields.next().is_none()).then_some(stored)
}

/// Leaves out what is not known, also in what stands inside.
fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            let kept = kept.map(|(name, value)| (name, without_nulls(value)));
            Value::Object(kept.filter(|(_, value)| value.as_object().is_none_or(|inner| !inner.is_empty())).collect())
        }
        Value::Array(entries) => Value::Array(entries.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
