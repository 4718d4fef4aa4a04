//! From a body of JSON to an event, or to everything that is wrong with it. Never repeats what was sent.
//!
//! ```text
//! body ─▶ text? ─▶ serde straight into the event, borrowed ─▶ values sound? ─▶ event
//!           │            │ no                                      │ no
//!           ▼            ▼                                         ▼
//!        malformed    the body as a tree: everything wrong with its shape and its values
//! ```

mod fill;
mod malformed;
mod tree;

use serde::Deserialize as _;
use serde_json::Value;
use serde_json::error::Category;

use crate::event::AuditEvent;
use crate::shape::{self, Mistake, Mistakes};
pub use malformed::{Malformation, Malformed};

/// What the surroundings know of an event, so that its body need not say it. Of a time nobody but the sender knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Defaults<'a> {
    /// The caller's tenant; a body that names another is refused.
    pub tenant: Option<&'a str>,
    /// The id of an event that has none.
    pub event_id: Option<&'a str>,
}

/// Why a body is not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Malformed(Malformed),
    #[error("the event has {} mistakes", .0.len())]
    Mistakes(Vec<Mistake>),
}

/// Decodes an application's event and holds it against every rule. The strings stay borrowed from the body.
pub fn decode_json<'a>(body: &'a [u8], defaults: &Defaults<'a>) -> Result<AuditEvent<'a>, Refusal> {
    let text = malformed::text(body).map_err(Refusal::Malformed)?;
    let event = match read(text, defaults) {
        Ok(event) => event,
        Err(error) if error.classify() == Category::Data => return Err(explain(text, defaults)),
        Err(error) => return Err(Refusal::Malformed(Malformed::from_json(&error))),
    };
    let mut mistakes = shape::value_mistakes(&event);
    if other_tenant(&event, defaults) {
        mistakes.push(told_other_tenant());
    }
    if mistakes.is_empty() { Ok(event) } else { Err(Refusal::Mistakes(mistakes.into_vec())) }
}

/// Everything wrong with an event's JSON. Empty means that [`decode_json`] takes it.
#[must_use]
pub fn mistakes(event: &Value, defaults: &Defaults<'_>) -> Vec<Mistake> {
    let mut mistakes = Mistakes::default();
    tell(event.clone(), defaults, &mut mistakes);
    mistakes.into_vec()
}

fn read<'a>(text: &'a str, defaults: &Defaults<'a>) -> serde_json::Result<AuditEvent<'a>> {
    let mut json = serde_json::Deserializer::from_str(text);
    let event = AuditEvent::deserialize(fill::Filling::new(&mut json, defaults))?;
    json.end()?;
    Ok(event)
}

/// The slow way of a body that serde refused at its first mistake.
fn explain(text: &str, defaults: &Defaults<'_>) -> Refusal {
    let mut mistakes = Mistakes::default();
    match tree::read(text, &mut mistakes) {
        Ok(event) => tell(event, defaults, &mut mistakes),
        Err(error) => return Refusal::Malformed(Malformed::from_json(&error)),
    }
    if mistakes.is_empty() {
        // A test holds the two ways together, so this stands here only to refuse what could not be explained.
        mistakes.push(Mistake::new("", "not-an-event", "hold the event against the JSON Schema of the reference"));
    }
    Refusal::Mistakes(mistakes.into_vec())
}

fn tell(mut event: Value, defaults: &Defaults<'_>, mistakes: &mut Mistakes) {
    if let Value::Object(members) = &mut event {
        for (name, default) in [("tenant", defaults.tenant), ("event_id", defaults.event_id)] {
            if let Some(default) = default {
                members.entry(name).or_insert_with(|| Value::from(default));
            }
        }
    }
    shape::correct(&mut event, shape::event(), mistakes);
    let corrected = event.to_string();
    let Ok(event) = serde_json::from_str::<AuditEvent<'_>>(&corrected) else { return };
    let further = shape::value_mistakes(&event).into_vec();
    let other = other_tenant(&event, defaults).then(told_other_tenant);
    let known: Vec<Mistake> = mistakes.iter().filter(|mistake| mistake.reason != "unknown-field").cloned().collect();
    // Beneath a place that had to be put right stands our own stand-in.
    let ours = |pointer: &str| {
        known.iter().any(|told| {
            pointer.strip_prefix(&told.pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    mistakes.extend(further.into_iter().chain(other).filter(|mistake| !ours(&mistake.pointer)));
}

fn other_tenant(event: &AuditEvent<'_>, defaults: &Defaults<'_>) -> bool {
    defaults.tenant.is_some_and(|tenant| event.tenant != tenant)
}

fn told_other_tenant() -> Mistake {
    Mistake::new("/tenant", "other-tenant", "leave it out, or send the tenant that the key belongs to")
}

#[cfg(test)]
mod tests;
