//! Whose key: subjects by the names that events know them by.

use std::fmt;

use phi::hidden::{Hidden, SubjectRef};
use schemas::AuditEvent;

use crate::protect::SubjectClass;

/// A subject as an event names it. Says who it is: not for logs, errors or stores.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubjectName<'e> {
    pub tenant: &'e str,
    pub class: SubjectClass,
    pub id: &'e str,
}

impl<'e> SubjectName<'e> {
    /// Whose value a hidden member of the event is; `None` where the event has no such patient or agent.
    #[must_use]
    pub fn of(event: &'e AuditEvent<'_>, subject: SubjectRef) -> Option<Self> {
        let tenant = event.tenant.as_str();
        let nobody = Self { tenant, class: SubjectClass::Tenant, id: tenant };
        match subject {
            SubjectRef::Patient(index) => {
                let patient = event.patients.get(usize::from(index))?;
                Some(Self { tenant, class: SubjectClass::Patient, id: patient.id.as_str() })
            }
            SubjectRef::Agent(index) => {
                let agent = event.agents.get(usize::from(index))?;
                // An agent that has nothing to be known by has no key of its own.
                Some(agent.identity().map_or(nobody, |id| Self { tenant, class: SubjectClass::Workforce, id }))
            }
            SubjectRef::Tenant => Some(nobody),
        }
    }

    /// Everyone whose key a sealer may ask for when it seals the event, some more than once: whom the hidden members belong
    /// to, and whom the ones that it hides beyond the policy would.
    pub fn all<'h>(event: &'e AuditEvent<'_>, hidden: &'h [Hidden]) -> impl Iterator<Item = Self> + use<'e, 'h> {
        let actor = event.actor().and_then(|actor| event.agents.iter().position(|agent| std::ptr::eq(agent, actor)));
        let fallback = match actor.and_then(|index| u16::try_from(index).ok()) {
            _ if !event.patients.is_empty() => SubjectRef::Patient(0),
            Some(index) => SubjectRef::Agent(index),
            None => SubjectRef::Tenant,
        };
        let mut before = None;
        // Members of one subject mostly stand together.
        let each = hidden.iter().map(|hidden| hidden.subject).chain([fallback]);
        each.filter(move |subject| before.replace(*subject) != Some(*subject))
            .filter_map(|subject| Self::of(event, subject))
    }
}

impl fmt::Debug for SubjectName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubjectName({})", self.class.name())
    }
}
