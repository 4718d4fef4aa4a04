//! What findings mean: the level of an event and the rule that set it, what is hidden, what can be searched for.

pub(crate) mod fields;
pub(crate) mod file;
pub(crate) mod floor;
pub(crate) mod load;
pub(crate) mod redact;
pub(crate) mod token;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::finding::RuleId;
use crate::{Label, Level};
use fields::Fields;
use floor::Floor;

/// Whose value a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Patient,
    /// Of the workforce, or of a machine.
    Agent,
    Anybody,
}

/// A rule that can set a level.
#[derive(Debug)]
pub struct Term {
    pub name: Arc<str>,
    pub level: Level,
}

/// The terms that every policy has, by number; the policy's own follow.
pub(crate) const NOTHING: u16 = 0;
pub(crate) const UNKNOWN: u16 = 1;
pub(crate) const UNDECODABLE: u16 = 2;
pub(crate) const FAULT: u16 = 3;
pub(crate) const WORK_USED_UP: u16 = 4;
/// As many as fit into the set of those that apply to an event.
pub(crate) const TERMS_MAX: usize = 64;

/// Labels that, found with this owner, make a term apply.
#[derive(Debug)]
pub(crate) struct LevelTerm {
    pub owner: Option<Owner>,
    pub labels: Labels,
    pub at_least: u32,
    pub term: u16,
}

/// A set of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Labels(u32);

impl Labels {
    pub(crate) const ALL: Self = Self(u32::MAX);

    pub(crate) fn insert(&mut self, label: Label) {
        self.0 |= 1 << label as u8;
    }

    #[must_use]
    pub fn has(self, label: Label) -> bool {
        self.0 & (1 << label as u8) != 0
    }

    fn shared(self, other: Self) -> u32 {
        (self.0 & other.0).count_ones()
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What was found of whom.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    pub patient: Labels,
    pub agent: Labels,
    pub anybody: Labels,
}

impl Seen {
    pub fn insert(&mut self, owner: Owner, label: Label) {
        match owner {
            Owner::Patient => self.patient.insert(label),
            Owner::Agent => self.agent.insert(label),
            Owner::Anybody => self.anybody.insert(label),
        }
    }
}

/// What one tenant has otherwise.
#[derive(Debug, Default)]
pub(crate) struct Tenant {
    pub off: Labels,
    pub levels: Vec<(u16, Level)>,
}

/// Findings that are dropped for a while.
#[derive(Debug)]
pub(crate) struct Suppressed {
    pub rule: RuleId,
    pub path: Option<Box<str>>,
    pub tenant: Option<Box<str>>,
    /// Microseconds since 1970; it ends there.
    pub until: i64,
}

/// The compiled policy.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    pub terms: Vec<Term>,
    pub levels: Vec<LevelTerm>,
    pub floors: Vec<Floor>,
    pub fields: Fields,
    /// Names of the fields of search tokens.
    pub tokens: Vec<Arc<str>>,
    pub tenants: FxHashMap<Box<str>, Tenant>,
    pub suppressed: Vec<Suppressed>,
}

/// The terms that apply to an event.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Applied(u64);

impl Applied {
    pub fn insert(&mut self, term: u16) {
        self.0 |= 1 << term;
    }

    pub fn has(self, term: u16) -> bool {
        self.0 & (1 << term) != 0
    }
}

impl Policy {
    /// Adds the terms that apply by what was found.
    pub fn judge(&self, seen: &Seen, applied: &mut Applied) {
        let anybody = seen.patient.with(seen.anybody);
        for rule in &self.levels {
            let labels = match rule.owner {
                Some(Owner::Patient) => seen.patient,
                Some(Owner::Agent) => seen.agent,
                Some(Owner::Anybody) | None => anybody,
            };
            if rule.labels.shared(labels) >= rule.at_least {
                applied.insert(rule.term);
            }
        }
    }

    /// The highest level of the terms that apply, and the first term that has it.
    pub fn level(&self, applied: Applied, tenant: Option<&Tenant>) -> (Level, Arc<str>) {
        let other = |term: u16| tenant.and_then(|tenant| tenant.levels.iter().find(|(known, _)| *known == term));
        // What holds where nothing is found gives way to everything that applies.
        let mut highest: Option<(Level, &Arc<str>)> = None;
        for (number, term) in (0..).zip(&self.terms).filter(|(number, _)| *number != NOTHING && applied.has(*number)) {
            let level = other(number).map_or(term.level, |(_, level)| *level);
            if highest.is_none_or(|(before, _)| level > before) {
                highest = Some((level, &term.name));
            }
        }
        let nothing =
            self.terms.first().map(|term| (other(NOTHING).map_or(term.level, |(_, level)| *level), &term.name));
        let highest = highest.filter(|(level, _)| nothing.is_none_or(|(least, _)| *level >= least)).or(nothing);
        highest.map_or_else(|| (Level::Restricted, "no-policy".into()), |(level, name)| (level, name.clone()))
    }
}
