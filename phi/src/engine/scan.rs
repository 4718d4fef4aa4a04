//! One pass over a document or an event: the tables, the buffers, and how much work is left.

use schemas::AuditEvent;

use crate::Label;
use crate::encoded::origin::Decoded;
use crate::engine::walker::Outcome;
use crate::finding::Finding;
use crate::paths::load::Tables;
use crate::paths::walk::Sheet;
use crate::text::{KnownValues, Scanner};

/// Buffers that are used again, so that a scan allocates nothing in the long run. One per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) pool: Pool,
    pub(crate) found: Vec<Finding>,
    pub(crate) outcome: Outcome,
}

/// Buffers that are lent out, one for each level of nesting.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    pub text: crate::text::Scratch,
    /// Names and ids of the event that is looked at.
    pub known: KnownValues,
    pub decoded: Vec<Decoded>,
    pub bytes: Vec<Vec<u8>>,
    pub findings: Vec<Vec<Finding>>,
    pub sheets: Vec<Sheet>,
}

impl Pool {
    /// Takes in the names and ids of an event's people, to be found in its texts.
    pub fn know(&mut self, event: &AuditEvent<'_>) {
        self.known.clear();
        let mut add = |value: Option<&str>, label| {
            if let Some(value) = value {
                self.known.add(value, label);
            }
        };
        for patient in &event.patients {
            add(Some(&patient.id), Label::Mrn);
            add(patient.name.as_deref(), Label::Name);
            let Some(detail) = &patient.detail else { continue };
            add(detail.display.as_deref(), Label::Name);
            detail.identifiers.iter().for_each(|identifier| add(identifier.value.as_deref(), Label::Mrn));
        }
        for agent in &event.agents {
            add(agent.id.as_deref(), Label::OtherId);
            add(agent.name.as_deref(), Label::Name);
            add(agent.detail.as_ref().and_then(|detail| detail.display.as_deref()), Label::Name);
        }
    }
}

/// How much may still be done. There is no clock here, so a limit on time is a limit on bytes looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work {
    left: usize,
    /// Something was not looked at.
    pub exceeded: bool,
    /// Something could not be decoded.
    pub opaque: bool,
}

/// What a value costs beside its bytes.
const VALUE_COST: usize = 16;

impl Work {
    pub fn of(bytes: usize) -> Self {
        Self { left: bytes, exceeded: false, opaque: false }
    }

    /// False when the work is used up.
    pub fn spend(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes + VALUE_COST) {
            Some(left) => self.left = left,
            None => {
                self.left = 0;
                self.exceeded = true;
            }
        }
        !self.exceeded
    }
}

/// A pass over a document or an event.
pub(crate) struct Scan<'r, 's> {
    pub tables: &'r Tables,
    pub scanner: &'r Scanner,
    pub pool: &'s mut Pool,
    pub work: Work,
    /// How often what is looked at was decoded.
    pub depth: u8,
}

impl Scan<'_, '_> {
    /// Runs with a list of findings that is given back afterwards.
    pub fn with_findings(&mut self, run: impl FnOnce(&mut Self, &mut Vec<Finding>)) {
        let mut found = self.pool.findings.pop().unwrap_or_default();
        run(self, &mut found);
        found.clear();
        self.pool.findings.push(found);
    }

    /// Runs one level of encoding deeper.
    pub fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let answer = run(self);
        self.depth -= 1;
        answer
    }

    /// Runs with a buffer for decoded text that is given back afterwards.
    pub fn with_decoded<T>(&mut self, run: impl FnOnce(&mut Self, &mut Decoded) -> T) -> T {
        let mut decoded = self.pool.decoded.pop().unwrap_or_default();
        let answer = run(self, &mut decoded);
        decoded.clear();
        self.pool.decoded.push(decoded);
        answer
    }
}
