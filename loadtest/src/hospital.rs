//! A synthetic hospital: the same seed always gives the same events. Nobody in it exists.

use schemas::detail::Authority;
use schemas::{Agent, AuditEvent, Extras, Network, Object, Patient, Source, Text, Time};

/// The hospital's own tenant.
pub const TENANT: &str = "general-hospital";

/// Type, action, object kind, and how often out of a hundred.
const HAPPENINGS: [(&str, &str, &str, u64); 8] = [
    ("patient-record.viewed", "read", "chart", 46),
    ("patient-record.searched", "execute", "search", 12),
    ("order.placed", "create", "order", 12),
    ("result.released", "update", "lab-result", 10),
    ("user.login", "execute", "", 9),
    ("record.exported", "export", "document", 5),
    ("consent.changed", "update", "consent", 4),
    ("break-glass.started", "execute", "chart", 2),
];
const ROLES: [&str; 5] = ["nurse", "physician", "registrar", "pharmacist", "technician"];
const SYSTEMS: [&str; 4] = ["ehr", "laboratory", "pharmacy", "radiology"];
const PURPOSES: [&str; 3] = ["treatment", "payment", "operations"];
const NOTES: [&str; 4] = [
    "Opened before the ward round; the discharge letter was still missing and the patient asked for a copy of it.",
    "Checked the medication list against the admission note because the pharmacy had called about an interaction.",
    "Second look at the imaging report, requested by the attending physician on the evening of the admission.",
    "Record opened under emergency access; the usual consent could not be obtained in time. To be reviewed by the officer.",
];

/// Makes events one after the other.
#[derive(Debug, Clone)]
pub struct Hospital {
    seed: u64,
    state: u64,
    made: u64,
}

impl Hospital {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, state: seed ^ 0x5ea1_7a11, made: 0 }
    }

    /// SplitMix64: small, fast, and the same everywhere.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random() % bound
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let index = self.below(from.len() as u64) as usize;
        from.get(index).copied()
    }

    /// The next event, as of `now` in microseconds since 1970.
    pub fn next_event(&mut self, now: i64) -> AuditEvent<'static> {
        let mut roll = self.below(100);
        let mut happening = HAPPENINGS[0];
        for candidate in HAPPENINGS {
            happening = candidate;
            if roll < candidate.3 {
                break;
            }
            roll -= candidate.3;
        }
        let (event_type, action, kind, _) = happening;
        let agent = self.below(400);
        let patient = self.below(5_000);
        let with_patient = !kind.is_empty();
        let number = self.made;
        self.made += 1;
        AuditEvent {
            event_id: format!("{:016x}-{number:012}", self.seed).into(),
            tenant: TENANT.into(),
            event_type: event_type.into(),
            action: action.into(),
            // A login that is denied is an event of another type.
            outcome: if self.below(50) == 0 && with_patient { "denied" } else { "success" }.into(),
            occurred_at: Time::from_micros(now),
            agents: vec![self.staff_member(agent)].into(),
            patients: with_patient.then(|| patient_number(patient)).into_iter().collect(),
            objects: with_patient.then(|| object(kind, patient * 7 + agent % 7)).into_iter().collect(),
            authority: (event_type == "break-glass.started").then(emergency),
            source: Source { system: self.pick(&SYSTEMS).unwrap_or("ehr").into(), ..Source::default() },
            purpose: self.pick(&PURPOSES).map(Text::from),
            trace_id: Some(format!("{:016x}{:016x}", self.random(), self.random()).into()),
            note: if self.below(3) == 0 { self.pick(&NOTES).map(Text::from) } else { None },
            extras: ward(patient),
            ..AuditEvent::default()
        }
    }

    fn staff_member(&mut self, agent: u64) -> Agent<'static> {
        let address = format!("10.20.{}.{}", agent / 100, agent % 100 + 1);
        Agent {
            id: Some(format!("u-{agent:04}").into()),
            name: Some(format!("Staff Member {agent}").into()),
            role: self.pick(&ROLES).map(Text::from),
            requestor: Some(true),
            network: Some(Network { address: Some(address.into()), ..Network::default() }),
            ..Agent::default()
        }
    }
}

fn emergency() -> Box<Authority<'static>> {
    Box::new(Authority { reason: Some("no consent could be obtained in time".into()), ..Authority::default() })
}

fn patient_number(patient: u64) -> Patient<'static> {
    let name = Some(format!("Patient {patient}").into());
    Patient { id: format!("MRN-{patient:07}").into(), name, ..Patient::default() }
}

fn object(kind: &'static str, number: u64) -> Object<'static> {
    Object { kind: kind.into(), id: Some(format!("{kind}-{number}").into()), ..Object::default() }
}

fn ward(patient: u64) -> Extras<'static> {
    let mut extras = Extras::default();
    extras.insert("ward", format!("{}B", patient % 12));
    extras
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_day_and_another_seed_another() {
        let day = |seed| {
            let mut hospital = Hospital::new(seed);
            (0..50).map(|_| hospital.next_event(0)).collect::<Vec<_>>()
        };
        assert_eq!(day(7), day(7));
        assert_ne!(day(7), day(8));
    }

    #[test]
    fn every_event_is_sound_and_has_an_id_of_its_own() {
        let mut hospital = Hospital::new(1);
        let events: Vec<_> = (0..2_000).map(|_| hospital.next_event(0)).collect();
        for event in &events {
            assert_eq!(event.faults(), []);
            assert_eq!(schemas::catalogue::check(event), [], "{}", event.event_type);
        }
        assert_eq!(events.iter().map(|event| &event.event_id).collect::<BTreeSet<_>>().len(), events.len());
    }
}
