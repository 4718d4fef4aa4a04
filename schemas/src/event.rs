//! The canonical event: one declaration for its Rust, Avro and JSON forms.
//!
//! What every application sends stands here; what only the standards know stands in [`detail`](crate::detail).

use crate::detail::{
    AgentDetail, Authority, Codes, Coding, Context, ObjectDetail, Origin, PatientDetail, SourceDetail,
};
use crate::list::{Extras, List};
use crate::record::records;
use crate::text::Text;
use crate::time::Time;

/// A record above this is refused unread. Kafka's own limit on our topics is twice that.
pub const EVENT_BYTES_MAX: usize = 1 << 20;

records! {
    /// Who did what to whose record, when, from where, why, and did it work.
    AuditEvent {
        /// What was done, in our own words; unknown is a value.
        action: Text<'a>,
        /// Who took part. The actor is the first that asked for it (requestor), else the first.
        agents: List<Agent<'a>>,
        /// What allowed it.
        authority: Option<Box<Authority<'a>>>,
        /// The standards' codes beside our own words.
        codes: Option<Box<Codes<'a>>>,
        /// What it belonged to.
        context: Option<Box<Context<'a>>>,
        /// Chosen by the producer, unique per tenant; a repeated id is the same event.
        event_id: Text<'a>,
        /// What happened, dotted: patient-record.viewed. The catalogue names the common ones.
        event_type: Text<'a>,
        /// Keeps what has no place of its own. A key that begins with `/` is a JSON pointer into the original, its value JSON text.
        extras: Extras<'a>,
        /// Free text; assume that it holds PHI.
        note: Option<Text<'a>>,
        /// What was touched, the main object first.
        objects: List<Object<'a>>,
        /// When it happened; the start, where it took a while.
        occurred_at: Time<'a>,
        /// The message that the event was made from.
        origin: Option<Box<Origin<'a>>>,
        /// How it ended, in our own words; unknown is a value.
        outcome: Text<'a>,
        /// Whose record. Events of the first patient keep their order.
        patients: List<Patient<'a>>,
        /// Why it was done, in our own words.
        purpose: Option<Text<'a>>,
        /// The session that it was done in.
        session_id: Option<Text<'a>>,
        /// Which system says so.
        source: Source<'a>,
        /// The organisation that the event belongs to. The gateway sets it from the caller's key.
        tenant: Text<'a>,
        /// Further times.
        times: Option<Box<Times<'a>>>,
        /// The trace that it was part of (W3C trace context).
        trace_id: Option<Text<'a>>,
    }

    /// Somebody or something that took part.
    Agent {
        /// What the standards know beyond the common fields.
        detail: Option<Box<AgentDetail<'a>>>,
        /// The agent's id; the actor needs one, or a name or an identifier.
        id: Option<Text<'a>>,
        /// What the agent is.
        kind: Option<Text<'a>>,
        /// The agent's name.
        name: Option<Text<'a>>,
        /// Where the agent acted from.
        network: Option<Network<'a>>,
        /// Whether this agent asked for it.
        requestor: Option<bool>,
        /// The agent's role in our own words, such as nurse.
        role: Option<Text<'a>>,
    }

    /// A place in a network, as given and as understood.
    Network {
        /// The address as given: IP address, host name, URI, telephone number.
        address: Option<Text<'a>>,
        /// The host name in it.
        host: Option<Text<'a>>,
        /// The IP address in it.
        ip: Option<Text<'a>>,
        /// What the sender says the address is.
        kind: Option<Box<Coding<'a>>>,
        /// The port in it.
        port: Option<i32>,
        /// The URI in it.
        uri: Option<Text<'a>>,
        /// The program that was used.
        user_agent: Option<Text<'a>>,
    }

    /// Somebody whose record was touched.
    Patient {
        /// What the standards know beyond the common fields.
        detail: Option<Box<PatientDetail<'a>>>,
        /// The patient's id.
        id: Text<'a>,
        /// The patient's name.
        name: Option<Text<'a>>,
    }

    /// Something that was touched.
    Object {
        /// What was changed in it.
        changes: List<Change<'a>>,
        /// What the standards know beyond the common fields.
        detail: Option<Box<ObjectDetail<'a>>>,
        /// The object's id.
        id: Option<Text<'a>>,
        /// What the object is in our own words, such as chart or lab-result.
        kind: Text<'a>,
        /// The object's name.
        name: Option<Text<'a>>,
        /// Which version of it.
        version: Option<Text<'a>>,
    }

    /// One changed value.
    Change {
        /// The value afterwards; absent when it was removed.
        after: Option<Text<'a>>,
        /// The value before; absent when it was added.
        before: Option<Text<'a>>,
        /// Which value.
        path: Text<'a>,
    }

    /// The system that observed the event.
    Source {
        /// The system's address.
        address: Option<Text<'a>>,
        /// What the standards know beyond the common fields.
        detail: Option<Box<SourceDetail<'a>>>,
        /// The site that the system serves.
        site: Option<Text<'a>>,
        /// The system's name.
        system: Text<'a>,
    }

    /// Further times of an event.
    Times {
        /// When it ended.
        ended_at: Option<Time<'a>>,
        /// When the system recorded it.
        recorded_at: Option<Time<'a>>,
    }
}

impl<'a> AuditEvent<'a> {
    /// Who acted: the first agent that asked for it, else the first.
    #[must_use]
    pub fn actor(&self) -> Option<&Agent<'a>> {
        self.agents.iter().find(|agent| agent.requestor == Some(true)).or_else(|| self.agents.first())
    }

    /// The first patient's id.
    #[must_use]
    pub fn patient_id(&self) -> Option<&str> {
        self.patients.first().map(|patient| patient.id.as_str())
    }
}

impl Agent<'_> {
    /// What the agent is known by: its id, else an identifier, else its name.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        let present = |text: &&str| !text.is_empty();
        let identifier = || {
            let identifiers = &self.detail.as_ref()?.identifiers;
            identifiers.iter().find_map(|identifier| identifier.value.as_deref().filter(present))
        };
        let id = self.id.as_deref().filter(present);
        id.or_else(identifier).or_else(|| self.name.as_deref().filter(present))
    }
}
