//! Walks an event by the path rules and the policy at once: what is found, what it means, what must not stand in clear.

use schemas::AuditEvent;

use crate::encoded::base64_text;
use crate::engine::leaf::{Beside, Leaf};
use crate::engine::scan::{Scan, Work};
use crate::engine::visit::Visit;
use crate::finding::{Finding, RuleId};
use crate::hidden::{Hidden, Place, STEPS_MAX, Step, SubjectRef};
use crate::paths::keys::Verdict;
use crate::paths::treatment::Treatment;
use crate::paths::types::{Member, TypeId};
use crate::policy::fields::{FieldId, Fields, When};
use crate::policy::{Applied, Owner, Policy, Seen, Tenant, UNDECODABLE, UNKNOWN, WORK_USED_UP};

/// Deeper than any path of an event.
const PATH_STEPS_MAX: usize = 16;

/// A finding and the member of the event that it is in; offsets are inside of the member's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventFinding {
    /// Of what lies deeper than a place can say, and of extras, the member around it.
    pub place: Place,
    pub finding: Finding,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct At<'b> {
    pub kind: Option<TypeId>,
    pub member: Option<Member>,
    pub field: Option<FieldId>,
    pub beside: Beside<'b>,
}

/// What holds for a member and all that is in it.
#[derive(Debug, Clone, Copy, Default)]
struct Cover {
    /// How many steps lead to the member that is hidden when something is found here.
    hides: Option<usize>,
    hidden: bool,
    readable: bool,
}

/// What a walk has come to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub findings: Vec<EventFinding>,
    pub hidden: Vec<Hidden>,
    pub seen: Seen,
    pub applied: Applied,
}

pub(crate) struct Walker<'r, 's> {
    pub scan: Scan<'r, 's>,
    pub policy: &'r Policy,
    pub tenant: Option<&'r Tenant>,
    pub outcome: &'s mut Outcome,
    pub facts: Facts<'s>,
    steps: [Step; PATH_STEPS_MAX],
    len: usize,
    cover: Cover,
}

/// What is known of the event as a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'e> {
    pub tenant: &'e str,
    pub micros: i64,
    pub has_patient: bool,
}

impl<'r, 's> Walker<'r, 's> {
    pub fn new(scan: Scan<'r, 's>, policy: &'r Policy, facts: Facts<'s>, outcome: &'s mut Outcome) -> Self {
        let tenant = policy.tenants.get(facts.tenant);
        let steps = [Step::Index(0); PATH_STEPS_MAX];
        Self { scan, policy, tenant, outcome, facts, steps, len: 0, cover: Cover::default() }
    }

    pub fn event(&mut self, event: &AuditEvent<'_>) {
        for floor in self.policy.floors.iter().filter(|floor| floor.holds(event)) {
            self.outcome.applied.insert(floor.term);
        }
        let kind = self.scan.tables.event;
        event.visit(self, At { kind, field: Some(Fields::ROOT), ..At::default() });
        self.policy.judge(&self.outcome.seen, &mut self.outcome.applied);
    }

    /// From now on nothing is looked at, and everything that would have been is hidden.
    pub fn give_up(&mut self) {
        self.scan.work = Work::of(0);
        self.scan.work.exceeded = true;
        (self.len, self.cover) = (0, Cover::default());
    }

    pub fn step(&mut self, step: Step, run: impl FnOnce(&mut Self)) {
        if let Some(slot) = self.steps.get_mut(self.len) {
            *slot = step;
        }
        self.len += 1;
        run(self);
        self.len -= 1;
    }

    pub fn member<T: Visit>(&mut self, at: At<'_>, place: usize, name: &'static str, value: &T) {
        if value.is_absent() {
            return;
        }
        let field = at.field.and_then(|field| self.policy.fields.child(field, name));
        let rule = field.and_then(|field| self.policy.fields.get(field));
        if let Some(term) = rule.and_then(|rule| rule.presence) {
            self.outcome.applied.insert(term);
        }
        let member = at.kind.and_then(|kind| self.scan.tables.types.member_at(kind, place, name));
        let harmless = member.is_some_and(|member| member.treatment == Treatment::Safe && member.into.is_none());
        let hide = rule.and_then(|rule| rule.hide);
        if harmless && hide.is_none() {
            return;
        }
        self.step(Step::Member(name), |walker| {
            let before = walker.cover;
            walker.apply(hide);
            if !harmless {
                value.visit(
                    walker,
                    At { kind: member.and_then(|member| member.into), member, field, beside: at.beside },
                );
            }
            walker.cover = before;
        });
    }

    fn apply(&mut self, hide: Option<When>) {
        let now = match hide {
            None => return,
            Some(When::Always) => true,
            Some(When::Patient) => self.facts.has_patient,
            Some(When::Found | When::Unknown) => false,
            Some(When::Never) => {
                self.cover.readable = true;
                return;
            }
        };
        self.cover.readable = false;
        if now && !self.cover.hidden {
            self.hide(self.len);
            self.cover.hidden = true;
        } else if self.cover.hides.is_none() {
            self.cover.hides = Some(self.len);
        }
    }

    pub fn leaf(&mut self, text: &str, at: At<'_>) {
        let treatment = at.member.map_or(Treatment::Unknown, |member| member.treatment);
        let rule = at.member.map_or(RuleId(0), |member| member.rule);
        let beside = Beside { owner: self.record(), ..at.beside };
        self.look(|scan, found| scan.leaf(&Leaf { text, treatment, rule, beside }, found));
    }

    /// Bytes that came as base64: text, or nothing that could be looked into.
    pub fn bytes(&mut self, bytes: &[u8], at: At<'_>) {
        let harmless = at.member.is_some_and(|member| member.treatment == Treatment::Safe);
        if harmless || bytes.is_empty() {
            return;
        }
        let text = std::str::from_utf8(bytes).ok().filter(|_| bytes.len() < 4 || base64_text::is_text(bytes));
        self.look(|scan, found| match text {
            Some(text) if scan.work.spend(text.len()) => scan.deeper(|scan| scan.content(text, found)),
            Some(_) => {}
            None => scan.work.opaque = true,
        });
    }

    /// An entry of the extras: its name is all that is known of it.
    pub fn extra(&mut self, key: &str, value: &str) {
        let name = key.rsplit('/').next().unwrap_or(key);
        let verdict = self.scan.tables.keys.verdict(name, std::iter::empty());
        if verdict == Verdict::Nothing {
            self.outcome.applied.insert(UNKNOWN);
            self.hide_around();
        }
        let leaf = Leaf { text: value, treatment: Treatment::Unknown, rule: RuleId(0), beside: Beside::default() };
        self.look(|scan, found| {
            if scan.work.spend(value.len() + key.len()) {
                scan.judged(verdict, &leaf, found);
                // A name can be a value itself.
                let telling = key.contains(['@', ' ']) || key.bytes().filter(u8::is_ascii_digit).count() > 3;
                if telling {
                    scan.content(key, found);
                }
            }
        });
    }

    fn look(&mut self, run: impl FnOnce(&mut Scan<'r, 's>, &mut Vec<Finding>)) {
        let mut found = self.scan.pool.findings.pop().unwrap_or_default();
        if !self.scan.work.exceeded {
            run(&mut self.scan, &mut found);
        }
        let opaque = std::mem::take(&mut self.scan.work.opaque);
        if opaque {
            self.outcome.applied.insert(UNDECODABLE);
        }
        if self.scan.work.exceeded {
            self.outcome.applied.insert(WORK_USED_UP);
        }
        let mut counts = opaque || self.scan.work.exceeded;
        for finding in &found {
            counts |= self.take(finding);
        }
        if counts {
            self.hide_around();
        }
        found.clear();
        self.scan.pool.findings.push(found);
    }

    /// Keeps a finding, unless the tenant does not want it or it is known to be wrong.
    fn take(&mut self, finding: &Finding) -> bool {
        let unwanted = self.tenant.is_some_and(|tenant| tenant.off.has(finding.label));
        if unwanted || self.is_suppressed(finding.rule) {
            return false;
        }
        self.outcome.seen.insert(self.owner(), finding.label);
        if let Some(place) = self.place(self.len) {
            self.outcome.findings.push(EventFinding { place, finding: *finding });
        }
        true
    }

    fn is_suppressed(&self, rule: RuleId) -> bool {
        let policy = self.policy;
        policy.suppressed.iter().any(|suppressed| {
            suppressed.rule == rule
                && self.facts.micros < suppressed.until
                && suppressed.tenant.as_deref().is_none_or(|tenant| tenant == self.facts.tenant)
                && suppressed.path.as_deref().is_none_or(|path| self.is_at(path))
        })
    }

    /// Whether the way leads through a dotted path.
    fn is_at(&self, path: &str) -> bool {
        let mut members = self.steps.iter().take(self.len).filter_map(|step| match step {
            Step::Member(name) => Some(*name),
            Step::Index(_) => None,
        });
        path.split('.').all(|name| members.next() == Some(name))
    }

    /// Hides the member that the policy names for what is found here, or else the member itself.
    fn hide_around(&mut self) {
        if !self.cover.hidden && !self.cover.readable {
            self.hide(self.cover.hides.unwrap_or(self.len));
        }
    }

    fn hide(&mut self, len: usize) {
        let Some(place) = self.place(len) else { return };
        if self.outcome.hidden.last().is_none_or(|last| last.place != place) {
            self.outcome.hidden.push(Hidden { place, subject: self.subject() });
        }
    }

    /// The first so many steps, less those that lead into a list's entry or deeper than a place can say.
    fn place(&self, len: usize) -> Option<Place> {
        let steps = self.steps.get(..len.min(STEPS_MAX))?;
        let members = steps.iter().rposition(|step| matches!(step, Step::Member(_)))?;
        Place::new(steps.get(..=members)?)
    }

    fn root(&self) -> &'static str {
        match self.steps.first() {
            Some(Step::Member(name)) => name,
            _ => "",
        }
    }

    fn index(&self) -> u16 {
        match self.steps.get(1) {
            Some(Step::Index(index)) => *index,
            _ => 0,
        }
    }

    fn owner(&self) -> Owner {
        match self.root() {
            "patients" => Owner::Patient,
            "agents" | "source" => Owner::Agent,
            _ => Owner::Anybody,
        }
    }

    /// The type whose identifiers are in this part of the event.
    fn record(&self) -> Option<&'static str> {
        match self.root() {
            "patients" => Some("event.Patient"),
            "agents" => Some("event.Agent"),
            "objects" => Some("event.Object"),
            "source" => Some("event.Source"),
            _ => None,
        }
    }

    fn subject(&self) -> SubjectRef {
        match self.root() {
            "patients" => SubjectRef::Patient(self.index()),
            "agents" => SubjectRef::Agent(self.index()),
            "source" | "origin" | "times" => SubjectRef::Tenant,
            _ if self.facts.has_patient => SubjectRef::Patient(0),
            _ => SubjectRef::Tenant,
        }
    }
}
