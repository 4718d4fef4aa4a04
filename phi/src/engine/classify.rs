//! An event judged: its level and why, what was found in it, what its leaf must not show.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use schemas::AuditEvent;

use crate::Level;
use crate::engine::scan::Scratch;
use crate::engine::walker::{EventFinding, Facts, Outcome, Walker};
use crate::engine::{Engine, Terms};
use crate::hidden::{Hidden, Place, Step, SubjectRef};
use crate::policy::token::{self, SearchToken};
use crate::policy::{Applied, FAULT, UNDECODABLE, WORK_USED_UP};

/// Bytes that are looked at for one event, decoded ones included. An event has at most 1 MiB.
const EVENT_BYTES_MAX: usize = 4 << 20;

/// An event whose sensitivity is known; only this form can be sealed.
#[derive(Debug, Clone)]
pub struct Classified<'a> {
    event: AuditEvent<'a>,
    level: Level,
    because: Arc<str>,
    applied: Applied,
    terms: Arc<Terms>,
    findings: Vec<EventFinding>,
    hidden: Vec<Hidden>,
}

impl<'a> Classified<'a> {
    /// An event that nobody could judge.
    pub(crate) fn unjudged(event: AuditEvent<'a>) -> Self {
        let members = ["agents", "authority", "codes", "context", "extras", "note", "objects", "patients", "source"];
        let place = |name| Place::new(&[Step::Member(name)]);
        let hidden = members.into_iter().filter_map(place).map(|place| Hidden { place, subject: SubjectRef::Tenant });
        Self {
            event,
            level: Level::Restricted,
            because: "no-rules".into(),
            applied: Applied::default(),
            terms: Arc::default(),
            findings: Vec::new(),
            hidden: hidden.collect(),
        }
    }

    #[must_use]
    pub fn event(&self) -> &AuditEvent<'a> {
        &self.event
    }

    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The rule that set the level.
    #[must_use]
    pub fn because(&self) -> &str {
        &self.because
    }

    /// The version of the rules and the policy that it was judged by.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.terms.version
    }

    #[must_use]
    pub fn findings(&self) -> &[EventFinding] {
        &self.findings
    }

    /// What must not stand in clear in the leaf: in the order of canonical JSON, none inside of another.
    #[must_use]
    pub fn hidden(&self) -> &[Hidden] {
        &self.hidden
    }

    pub(crate) fn applied(&self) -> Applied {
        self.applied
    }

    /// Whether nothing in the event was left unread: too much of it, or encoded beyond reading.
    pub(crate) fn was_looked_through(&self) -> bool {
        ![FAULT, WORK_USED_UP, UNDECODABLE].into_iter().any(|term| self.applied.has(term))
    }

    /// What the event can be searched for, once keyed.
    pub fn tokens(&self) -> impl Iterator<Item = SearchToken<'_>> {
        token::of(&self.event, &self.terms.policy)
    }

    /// Gives the buffers back, so that the next event needs no new ones.
    pub fn recycle(self, scratch: &mut Scratch) -> AuditEvent<'a> {
        scratch.outcome.findings = self.findings;
        scratch.outcome.hidden = self.hidden;
        self.event
    }
}

impl Engine {
    /// Judges an event. A recogniser that fails, and work without end, make it restricted and hide whatever was not looked at.
    #[must_use]
    pub fn classify<'a>(&self, event: AuditEvent<'a>, scratch: &mut Scratch) -> Classified<'a> {
        let mut outcome = std::mem::take(&mut scratch.outcome);
        let judged = catch_unwind(AssertUnwindSafe(|| self.judge(&event, scratch, &mut outcome, false)));
        if judged.is_err() {
            // The buffers may be in any state.
            *scratch = Scratch::default();
            outcome = Outcome::default();
            self.judge(&event, scratch, &mut outcome, true);
            outcome.applied.insert(FAULT);
        }
        let (level, because) = self.terms.policy.level(outcome.applied, self.terms.policy.tenants.get(&*event.tenant));
        let terms = Arc::clone(&self.terms);
        let applied = outcome.applied;
        Classified { event, level, because, applied, terms, findings: outcome.findings, hidden: outcome.hidden }
    }

    fn judge(&self, event: &AuditEvent<'_>, scratch: &mut Scratch, outcome: &mut Outcome, gave_up: bool) {
        outcome.findings.clear();
        outcome.hidden.clear();
        (outcome.seen, outcome.applied) = Default::default();
        let has_patient = !event.patients.is_empty();
        let facts = Facts { tenant: &event.tenant, micros: event.occurred_at.micros(), has_patient };
        scratch.pool.know(event);
        let scan = self.scan(scratch, EVENT_BYTES_MAX);
        let mut walker = Walker::new(scan, &self.terms.policy, facts, outcome);
        if gave_up {
            walker.give_up();
        }
        walker.event(event);
        tidy(&mut outcome.hidden);
    }
}

/// Puts hidden members in order, and drops those inside of others.
fn tidy(hidden: &mut Vec<Hidden>) {
    if !hidden.is_sorted_by_key(|hidden| hidden.place) {
        hidden.sort_by_key(|hidden| hidden.place);
    }
    hidden.dedup_by(|later, earlier| later.place.steps().starts_with(earlier.place.steps()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_whose_judging_failed_shows_nothing_that_was_not_looked_at() {
        let text = r#"{"event_id":"1","tenant":"t","event_type":"x","action":"read","outcome":"success","occurred_at":"2026-03-01T09:30:00Z",
            "agents":[{"id":"u","network":{"address":"10.1.2.3"}}],"codes":{"outcome_text":"done"},"context":{"device":"ws-17"},
            "objects":[{"kind":"report","name":"usage"}],"source":{"system":"s","site":"north"}}"#;
        let event: AuditEvent<'_> = serde_json::from_str(text).unwrap();
        let engine = Engine::builtin().unwrap();
        let mut outcome = Outcome::default();
        engine.judge(&event, &mut Scratch::default(), &mut outcome, true);
        let hidden: Vec<String> = outcome.hidden.iter().map(|hidden| hidden.place.pointer()).collect();
        assert_eq!(hidden, ["/agents/0/id", "/codes/outcome_text", "/context/device", "/objects/0/name"]);
        assert!(outcome.findings.is_empty());
        let (level, _) = engine.terms.policy.level(outcome.applied, None);
        assert_eq!(level, Level::Restricted);
    }
}
