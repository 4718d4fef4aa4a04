//! Building an event: what every event needs by name, the rest by methods.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use schemas::{Agent, AuditEvent, Object, Patient, Source};

use crate::error::{Error, Fault, Faults};

/// What makes an event an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Essentials<'a> {
    /// Unique within the tenant, and the same when the event is sent again.
    pub event_id: &'a str,
    pub tenant: &'a str,
    /// What kind of thing happened, such as `record` or `login`.
    pub event_type: &'a str,
    pub action: &'a str,
    pub outcome: &'a str,
    pub occurred_at: SystemTime,
    /// Who acted.
    pub agent_id: &'a str,
    /// Which system says so.
    pub system: &'a str,
}

/// Puts an event together.
#[derive(Debug, Clone)]
pub struct EventBuilder<'a> {
    event: AuditEvent<'a>,
}

impl<'a> EventBuilder<'a> {
    #[must_use]
    pub fn new(of: Essentials<'a>) -> Self {
        let event = AuditEvent {
            event_id: of.event_id.into(),
            tenant: of.tenant.into(),
            event_type: of.event_type.into(),
            action: of.action.into(),
            outcome: of.outcome.into(),
            occurred_at: micros(of.occurred_at),
            agent: Agent { id: of.agent_id.into(), name: None, role: None },
            patient: None,
            object: None,
            source: Source { system: of.system.into(), address: None },
            purpose: None,
            trace_id: None,
            note: None,
            extras: BTreeMap::new(),
        };
        Self { event }
    }

    /// Whose record it was. Events of one patient keep their order.
    #[must_use]
    pub fn patient(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        let name = self.event.patient.and_then(|patient| patient.name);
        self.event.patient = Some(Patient { id: id.into(), name });
        self
    }

    /// What was touched.
    #[must_use]
    pub fn object(mut self, kind: impl Into<Cow<'a, str>>, id: impl Into<Cow<'a, str>>) -> Self {
        self.event.object = Some(Object { kind: kind.into(), id: id.into() });
        self
    }

    #[must_use]
    pub fn agent_name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.event.agent.name = Some(name.into());
        self
    }

    #[must_use]
    pub fn agent_role(mut self, role: impl Into<Cow<'a, str>>) -> Self {
        self.event.agent.role = Some(role.into());
        self
    }

    /// The network address that the action came from.
    #[must_use]
    pub fn address(mut self, address: impl Into<Cow<'a, str>>) -> Self {
        self.event.source.address = Some(address.into());
        self
    }

    /// Why it was done, such as `treatment`.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<Cow<'a, str>>) -> Self {
        self.event.purpose = Some(purpose.into());
        self
    }

    #[must_use]
    pub fn trace_id(mut self, trace_id: impl Into<Cow<'a, str>>) -> Self {
        self.event.trace_id = Some(trace_id.into());
        self
    }

    /// Free text; it is treated as if it held PHI.
    #[must_use]
    pub fn note(mut self, note: impl Into<Cow<'a, str>>) -> Self {
        self.event.note = Some(note.into());
        self
    }

    /// One more fact, under a name of your own. The last value of a name counts.
    #[must_use]
    pub fn extra(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.event.extras.insert(name.into(), value.into());
        self
    }

    /// The event, or everything that is wrong with it.
    pub fn build(self) -> Result<AuditEvent<'a>, Error> {
        check(&self.event)?;
        Ok(self.event)
    }
}

/// The gateway's rule: what would not be sealed is not sent.
pub(crate) fn check(event: &AuditEvent<'_>) -> Result<(), Error> {
    let faults: Vec<Fault> = event.faults().into_iter().map(|(field, fault)| Fault { field, fault }).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Event(Faults(faults))) }
}

/// Times that no event can have stay out of range, so that `build` tells.
fn micros(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(error) => i64::try_from(error.duration().as_micros()).map_or(i64::MIN, |before| -before),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use schemas::DecodeFault;

    use super::*;
    use crate::Disposition;

    const ESSENTIALS: Essentials<'static> = Essentials {
        event_id: "e-1",
        tenant: "north",
        event_type: "record",
        action: "read",
        outcome: "success",
        occurred_at: UNIX_EPOCH,
        agent_id: "a-1",
        system: "ehr",
    };

    #[test]
    fn an_event_holds_what_it_was_given() {
        let built = EventBuilder::new(ESSENTIALS)
            .patient("p-1")
            .object("Observation", "o-1")
            .agent_name("A. Example")
            .agent_role("nurse")
            .address("10.0.0.1")
            .purpose("treatment")
            .trace_id("t-1")
            .note("seen")
            .extra("ward", "4")
            .build()
            .unwrap();
        let mut bytes = Vec::new();
        built.encode(&mut bytes);
        assert_eq!(AuditEvent::decode(&bytes).unwrap(), built);
        assert_eq!(built.patient, Some(Patient { id: "p-1".into(), name: None }));
        assert_eq!(built.object, Some(Object { kind: "Observation".into(), id: "o-1".into() }));
        let agent = Agent { id: "a-1".into(), name: Some("A. Example".into()), role: Some("nurse".into()) };
        assert_eq!(built.agent, agent);
        assert_eq!(built.source, Source { system: "ehr".into(), address: Some("10.0.0.1".into()) });
        let texts = [built.purpose, built.trace_id, built.note].map(Option::unwrap_or_default);
        assert_eq!(texts, ["treatment", "t-1", "seen"]);
        assert_eq!(built.extras, BTreeMap::from([("ward".into(), "4".into())]));
    }

    #[test]
    fn all_faults_come_together_and_without_content() {
        let wrong = Essentials { tenant: "", agent_id: "a\0secret", ..ESSENTIALS };
        let error = EventBuilder::new(wrong).patient("p\0").build().unwrap_err();
        assert_eq!(error.disposition(), Disposition::Reject);
        assert_eq!(
            error.to_string(),
            "the event cannot be accepted: tenant (empty-field), agent.id (nul-character), patient.id (nul-character)"
        );
    }

    #[test]
    fn times_are_whole_microseconds_on_both_sides_of_1970() {
        let second = Duration::from_secs(1);
        for (time, expected) in [(UNIX_EPOCH + second, 1_000_000), (UNIX_EPOCH - second, -1_000_000)] {
            let event = EventBuilder::new(Essentials { occurred_at: time, ..ESSENTIALS }).build().unwrap();
            assert_eq!(event.occurred_at, expected);
        }
        let late = UNIX_EPOCH + Duration::from_secs(300 * 366 * 24 * 60 * 60);
        let error = EventBuilder::new(Essentials { occurred_at: late, ..ESSENTIALS }).build().unwrap_err();
        let Error::Event(faults) = error else { panic!("{error}") };
        assert_eq!(faults, Faults::one("occurred_at", DecodeFault::TimeOutOfRange));
    }
}
