//! Where personal health information sits in an audit event, how sensitive it is, and what must not stand in clear. Pure: no I/O.
//!
//! ```text
//! event ─▶ paths (what each field may hold) ─▶ encoded (base64, URLs, JSON, SQL, HL7, XML inside of values)
//!             └──▶ text (free text) ──▶ findings ─▶ policy ─▶ level, the rule that set it, hidden members, search tokens
//! ```
//!
//! Read in this order: [`Engine`] (what is to be called), [`finding`], [`hidden`], [`paths`], [`text`].

mod encoded;
pub mod engine;
pub mod finding;
pub mod gazetteer;
pub mod hidden;
pub mod label;
mod level;
pub mod listed;
mod names;
mod offsets;
pub mod paths;
mod places;
mod policy;
pub mod text;

pub use engine::{Classified, Engine, EventFinding, Located, Reloadable, RuleError, RuleInfo, Scratch};
pub use finding::{Evidence, Finding, RuleId};
pub use label::Label;
pub use level::Level;
pub use offsets::CodePoints;
pub use policy::redact::Tagger;
pub use policy::token::{SearchToken, normalise};

use std::cell::RefCell;
use std::sync::LazyLock;

use schemas::AuditEvent;

/// Judges an event by the rules that come with the product. Services hold an [`Engine`] and a [`Scratch`] of their own.
/// Without rules, every event is restricted and hidden.
#[must_use]
pub fn classify(event: AuditEvent<'_>) -> Classified<'_> {
    static ENGINE: LazyLock<Option<Engine>> = LazyLock::new(|| Engine::builtin().ok());
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    let Some(engine) = &*ENGINE else { return Classified::unjudged(event) };
    SCRATCH.with_borrow_mut(|scratch| engine.classify(event, scratch))
}
