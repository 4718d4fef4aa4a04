//! Where personal health information sits in an audit event and how sensitive it is. Pure: no I/O.
//!
//! Today: the first layer only. The field says what its value may be; the highest level of the fields
//! that are present is the event's level. Nothing is searched for inside free text and nothing is masked.

mod encoded;
pub mod engine;
pub mod finding;
pub mod gazetteer;
pub mod hidden;
pub mod label;
mod level;
pub mod listed;
mod names;
pub mod paths;
mod places;
mod policy;
pub mod text;

pub use engine::{Engine, Located, RuleError, Scratch};
pub use finding::{Evidence, Finding, RuleId};
pub use label::Label;
pub use level::Level;

use schemas::AuditEvent;

/// An event whose sensitivity is known; only this form can be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified<'a> {
    event: AuditEvent<'a>,
    level: Level,
}

impl<'a> Classified<'a> {
    #[must_use]
    pub fn event(&self) -> &AuditEvent<'a> {
        &self.event
    }

    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }
}

/// Gives an event its level. A field that no rule knows fails closed to [`Level::Confidential`].
#[must_use]
pub fn classify(event: AuditEvent<'_>) -> Classified<'_> {
    let level = policy::highest_level(&event);
    Classified { event, level }
}
