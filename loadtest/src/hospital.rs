//! A synthetic hospital: the same seed always gives the same events. Nobody in it exists.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemas::{Agent, AuditEvent, Object, Patient, Source};

/// Type, action, object kind, and how often out of a hundred.
const HAPPENINGS: [(&str, &str, &str, u64); 8] = [
    ("patient-record.viewed", "read", "chart", 46),
    ("patient-record.searched", "execute", "search", 12),
    ("order.placed", "create", "order", 12),
    ("result.released", "update", "lab-result", 10),
    ("user.login", "execute", "", 9),
    ("record.exported", "read", "document", 5),
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
            event_id: Cow::Owned(format!("{:016x}-{number:012}", self.seed)),
            tenant: Cow::Borrowed("general-hospital"),
            event_type: Cow::Borrowed(event_type),
            action: Cow::Borrowed(action),
            outcome: Cow::Borrowed(if self.below(50) == 0 { "denied" } else { "success" }),
            occurred_at: now,
            agent: Agent {
                id: Cow::Owned(format!("u-{agent:04}")),
                name: Some(Cow::Owned(format!("Staff Member {agent}"))),
                role: self.pick(&ROLES).map(Cow::Borrowed),
            },
            patient: with_patient.then(|| Patient {
                id: Cow::Owned(format!("MRN-{patient:07}")),
                name: Some(Cow::Owned(format!("Patient {patient}"))),
            }),
            object: with_patient.then(|| Object {
                kind: Cow::Borrowed(kind),
                id: Cow::Owned(format!("{kind}-{}", patient * 7 + agent % 7)),
            }),
            source: Source {
                system: self.pick(&SYSTEMS).map_or(Cow::Borrowed("ehr"), Cow::Borrowed),
                address: Some(Cow::Owned(format!("10.20.{}.{}", agent / 100, agent % 100 + 1))),
            },
            purpose: self.pick(&PURPOSES).map(Cow::Borrowed),
            trace_id: Some(Cow::Owned(format!("{:016x}{:016x}", self.random(), self.random()))),
            note: if self.below(3) == 0 { self.pick(&NOTES).map(Cow::Borrowed) } else { None },
            extras: BTreeMap::from([(Cow::Borrowed("ward"), Cow::Owned(format!("{}B", patient % 12)))]),
        }
    }
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
        assert!(events.iter().all(|event| event.faults().is_empty()));
        assert_eq!(events.iter().map(|event| &event.event_id).collect::<BTreeSet<_>>().len(), events.len());
    }
}
