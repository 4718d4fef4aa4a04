//! Building an event: what every event needs by name, the rest by methods.

use std::time::{SystemTime, UNIX_EPOCH};

use schemas::{Agent, AuditEvent, Network, Object, Patient, Source, Text, Time};

use crate::error::{Error, Faults};

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
    actor: Agent<'a>,
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
            occurred_at: Time::from_micros(micros(of.occurred_at)),
            source: Source { system: of.system.into(), ..Source::default() },
            ..AuditEvent::default()
        };
        let actor = Agent { id: Some(of.agent_id.into()), requestor: Some(true), ..Agent::default() };
        Self { event, actor }
    }

    /// Whose record it was. Events of one patient keep their order.
    #[must_use]
    pub fn patient(mut self, id: impl Into<Text<'a>>) -> Self {
        self.event.patients = vec![Patient { id: id.into(), ..Patient::default() }].into();
        self
    }

    /// What was touched.
    #[must_use]
    pub fn object(mut self, kind: impl Into<Text<'a>>, id: impl Into<Text<'a>>) -> Self {
        self.event.objects = vec![Object { kind: kind.into(), id: Some(id.into()), ..Object::default() }].into();
        self
    }

    #[must_use]
    pub fn agent_name(mut self, name: impl Into<Text<'a>>) -> Self {
        self.actor.name = Some(name.into());
        self
    }

    #[must_use]
    pub fn agent_role(mut self, role: impl Into<Text<'a>>) -> Self {
        self.actor.role = Some(role.into());
        self
    }

    /// The network address that the action came from.
    #[must_use]
    pub fn address(mut self, address: impl Into<Text<'a>>) -> Self {
        self.actor.network = Some(Network { address: Some(address.into()), ..Network::default() });
        self
    }

    /// Why it was done, such as `treatment`.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<Text<'a>>) -> Self {
        self.event.purpose = Some(purpose.into());
        self
    }

    #[must_use]
    pub fn trace_id(mut self, trace_id: impl Into<Text<'a>>) -> Self {
        self.event.trace_id = Some(trace_id.into());
        self
    }

    /// Free text; it is treated as if it held PHI.
    #[must_use]
    pub fn note(mut self, note: impl Into<Text<'a>>) -> Self {
        self.event.note = Some(note.into());
        self
    }

    /// One more fact, under a name of your own. The last value of a name counts.
    #[must_use]
    pub fn extra(mut self, name: impl Into<Text<'a>>, value: impl Into<Text<'a>>) -> Self {
        self.event.extras.insert(name, value);
        self
    }

    /// The event, or everything that is wrong with it.
    pub fn build(mut self) -> Result<AuditEvent<'a>, Error> {
        self.event.agents = vec![self.actor].into();
        check(&self.event)?;
        Ok(self.event)
    }
}

/// The gateway's rule: what would not be sealed is not sent.
pub(crate) fn check(event: &AuditEvent<'_>) -> Result<(), Error> {
    let faults = event.faults();
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
        let json = serde_json::json!({
            "action": "read", "agents": [{"id": "a-1", "name": "A. Example", "network": {"address": "10.0.0.1"},
            "requestor": true, "role": "nurse"}], "event_id": "e-1", "event_type": "record", "extras": {"ward": "4"},
            "note": "seen", "objects": [{"id": "o-1", "kind": "Observation"}], "occurred_at": "1970-01-01T00:00:00Z",
            "outcome": "success", "patients": [{"id": "p-1"}], "purpose": "treatment", "source": {"system": "ehr"},
            "tenant": "north", "trace_id": "t-1",
        });
        assert_eq!(serde_json::to_value(&built).unwrap(), json);
    }

    #[test]
    fn all_faults_come_together_and_without_content() {
        let wrong = Essentials { tenant: "", agent_id: "a\0secret", ..ESSENTIALS };
        let error = EventBuilder::new(wrong).patient("p\0").build().unwrap_err();
        assert_eq!(error.disposition(), Disposition::Reject);
        assert_eq!(
            error.to_string(),
            "the event cannot be accepted: /tenant (empty-field), /agents/0/id (nul-character), /patients/0/id (nul-character)"
        );
    }

    #[test]
    fn times_are_whole_microseconds_on_both_sides_of_1970() {
        let second = Duration::from_secs(1);
        for (time, expected) in [(UNIX_EPOCH + second, 1_000_000), (UNIX_EPOCH - second, -1_000_000)] {
            let event = EventBuilder::new(Essentials { occurred_at: time, ..ESSENTIALS }).build().unwrap();
            assert_eq!(event.occurred_at.micros(), expected);
        }
        let late = UNIX_EPOCH + Duration::from_secs(300 * 366 * 24 * 60 * 60);
        let error = EventBuilder::new(Essentials { occurred_at: late, ..ESSENTIALS }).build().unwrap_err();
        let Error::Event(faults) = error else { panic!("{error}") };
        assert_eq!(faults, Faults::one("/occurred_at", DecodeFault::TimeOutOfRange));
    }
}
