//! An event in the making: type and action come first, everything else by name.

mod trace;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use schemas::detail::Context;
use schemas::{Agent, AuditEvent, Change, DecodeFault, Mistake, Network, Object, Patient, Time};
use uuid::Uuid;

use crate::error::Error;
use crate::fault::{self, Faults};

/// Who did what to whose record. It keeps its id however often it is sent, so it is stored once.
///
/// ```
/// use client::Event;
///
/// let event = Event::new("ward.dose-changed", "update")
///     .actor("u-1204")
///     .actor_role("nurse")
///     .patient("MRN-0004711")
///     .object("medication-order", "o-17")
///     .change("/dose", "5 mg", "10 mg")
///     .purpose("treatment")
///     .source("ehr")
///     .tenant("north-clinic");
/// assert!(event.build().is_ok());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    inner: AuditEvent<'static>,
    /// What could not be put into the event.
    misplaced: Vec<Mistake>,
}

impl Event {
    /// What happened (`patient-record.viewed`) and what was done (`read`); it happened now and succeeded unless told otherwise.
    #[must_use]
    pub fn new(event_type: impl Into<String>, action: impl Into<String>) -> Self {
        let inner = AuditEvent {
            event_id: Uuid::now_v7().to_string().into(),
            event_type: event_type.into().into(),
            action: action.into().into(),
            outcome: "success".into(),
            occurred_at: at(SystemTime::now()),
            ..AuditEvent::default()
        };
        Self::from(inner)
    }

    /// How it ended: `success` unless told otherwise.
    #[must_use]
    pub fn outcome(mut self, outcome: impl Into<String>) -> Self {
        self.inner.outcome = outcome.into().into();
        self
    }

    /// An id of your own instead of the fresh one, unique within the tenant.
    #[must_use]
    pub fn event_id(mut self, id: impl Into<String>) -> Self {
        self.inner.event_id = id.into().into();
        self
    }

    #[must_use]
    pub fn occurred_at(mut self, time: SystemTime) -> Self {
        self.inner.occurred_at = at(time);
        self
    }

    /// Who did it.
    #[must_use]
    pub fn actor(self, id: impl Into<String>) -> Self {
        self.with_actor(|actor| actor.id = Some(id.into().into()))
    }

    #[must_use]
    pub fn actor_name(self, name: impl Into<String>) -> Self {
        self.with_actor(|actor| actor.name = Some(name.into().into()))
    }

    /// The actor's role in your own words, such as `nurse`.
    #[must_use]
    pub fn actor_role(self, role: impl Into<String>) -> Self {
        self.with_actor(|actor| actor.role = Some(role.into().into()))
    }

    /// The network address that the actor came from.
    #[must_use]
    pub fn actor_address(self, address: impl Into<String>) -> Self {
        self.with_actor(|actor| {
            actor.network = Some(Network { address: Some(address.into().into()), ..Network::default() })
        })
    }

    /// One more who took part.
    #[must_use]
    pub fn agent(mut self, agent: Agent<'static>) -> Self {
        push(&mut self.inner.agents, agent);
        self
    }

    /// Whose record it was; once more for each further patient. Events of the first patient keep their order.
    #[must_use]
    pub fn patient(mut self, id: impl Into<String>) -> Self {
        push(&mut self.inner.patients, Patient { id: id.into().into(), ..Patient::default() });
        self
    }

    #[must_use]
    pub fn patients<I: Into<String>>(self, ids: impl IntoIterator<Item = I>) -> Self {
        ids.into_iter().fold(self, Self::patient)
    }

    /// What was touched; once more for each further object.
    #[must_use]
    pub fn object(mut self, kind: impl Into<String>, id: impl Into<String>) -> Self {
        let object = Object { kind: kind.into().into(), id: Some(id.into().into()), ..Object::default() };
        push(&mut self.inner.objects, object);
        self
    }

    /// What was changed in the object named last; `None` where there was nothing before or is nothing after.
    #[must_use]
    pub fn change<'t>(
        mut self,
        path: impl Into<String>,
        before: impl Into<Option<&'t str>>,
        after: impl Into<Option<&'t str>>,
    ) -> Self {
        let text = |value: Option<&str>| value.map(|value| value.to_owned().into());
        let change = Change { path: path.into().into(), before: text(before.into()), after: text(after.into()) };
        let mut objects = std::mem::take(&mut self.inner.objects).into_vec();
        match objects.last_mut() {
            Some(object) => push(&mut object.changes, change),
            None => self.misplaced.push(fault::mistake("/objects", DecodeFault::EmptyField)),
        }
        self.inner.objects = objects.into();
        self
    }

    /// Which system says so, instead of the client's own.
    #[must_use]
    pub fn source(mut self, system: impl Into<String>) -> Self {
        self.inner.source.system = system.into().into();
        self
    }

    /// The organisation; not needed where the gateway takes it from the API key.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.inner.tenant = tenant.into().into();
        self
    }

    /// Why it was done, such as `treatment`.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<String>) -> Self {
        self.inner.purpose = Some(purpose.into().into());
        self
    }

    /// The justification that a person gave, such as for break-glass.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.inner.authority.get_or_insert_default().reason = Some(reason.into().into());
        self
    }

    /// Free text; it is treated as if it held PHI.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.inner.note = Some(note.into().into());
        self
    }

    /// The `traceparent` header that the work came with. One that is not sound is left out, as W3C asks: whoever calls you must
    /// not be able to spoil your trail.
    #[must_use]
    pub fn trace(mut self, traceparent: &str) -> Self {
        if let Some((trace_id, span_id)) = trace::read(traceparent) {
            self.inner.trace_id = Some(trace_id.to_owned().into());
            self.inner.context.get_or_insert_default().span_id = Some(span_id.to_owned().into());
        }
        self
    }

    #[must_use]
    pub fn session(mut self, id: impl Into<String>) -> Self {
        self.inner.session_id = Some(id.into().into());
        self
    }

    /// Encounter, device, facility, request; a span that `trace` gave stays unless this one has its own.
    #[must_use]
    pub fn context(mut self, mut context: Context<'static>) -> Self {
        let span = self.inner.context.take().and_then(|before| before.span_id);
        context.span_id = context.span_id.or(span);
        self.inner.context = Some(Box::new(context));
        self
    }

    /// One more fact, under a name of your own. The last value of a name counts.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.inner.extras.insert(name.into(), value.into());
        self
    }

    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.event_id
    }

    /// The event as the rest of the pipeline knows it.
    #[must_use]
    pub fn as_audit_event(&self) -> &AuditEvent<'static> {
        &self.inner
    }

    /// The event, or everything that is wrong with it.
    pub fn build(self) -> Result<AuditEvent<'static>, Error> {
        let faults = self.faults();
        if faults.is_empty() {
            return Ok(self.inner);
        }
        Err(Error::Invalid { event: Box::new(self), faults: Faults(faults) })
    }

    pub(crate) fn faults(&self) -> Vec<Mistake> {
        let mut faults = fault::check(&self.inner);
        faults.extend(self.misplaced.iter().cloned());
        faults
    }

    /// Fills in what the client knows and the event does not say.
    pub(crate) fn or_default(mut self, system: &str, tenant: &str) -> Self {
        if self.inner.source.system.is_empty() {
            self.inner.source.system = system.to_owned().into();
        }
        if self.inner.tenant.is_empty() {
            self.inner.tenant = tenant.to_owned().into();
        }
        self
    }

    /// The actor is the agent that asked for it.
    fn with_actor(mut self, change: impl FnOnce(&mut Agent<'static>)) -> Self {
        let mut agents = std::mem::take(&mut self.inner.agents).into_vec();
        if !agents.iter().any(|agent| agent.requestor == Some(true)) {
            agents.insert(0, Agent { requestor: Some(true), ..Agent::default() });
        }
        if let Some(actor) = agents.iter_mut().find(|agent| agent.requestor == Some(true)) {
            change(actor);
        }
        self.inner.agents = agents.into();
        self
    }
}

/// For everything that the builder does not name.
impl From<AuditEvent<'static>> for Event {
    fn from(inner: AuditEvent<'static>) -> Self {
        Self { inner, misplaced: Vec::new() }
    }
}

/// An event may hold PHI, so only its name is shown.
impl fmt::Debug for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Event({})", self.id())
    }
}

fn push<T>(list: &mut schemas::List<T>, entry: T) {
    let mut entries = std::mem::take(list).into_vec();
    entries.push(entry);
    *list = entries.into();
}

/// Times that no event can have stay out of range, so that `build` tells.
fn at(time: SystemTime) -> Time<'static> {
    let micros = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(error) => i64::try_from(error.duration().as_micros()).map_or(i64::MIN, |before| -before),
    };
    Time::from_micros(micros)
}

#[cfg(test)]
mod tests;
