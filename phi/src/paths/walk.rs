//! Walks a JSON document by the path rules and hands every value, and every telling name, to be looked at.

use crate::encoded::json_string;
use crate::encoded::look::shifted;
use crate::engine::leaf::{Beside, Leaf};
use crate::engine::scan::Scan;
use crate::finding::{Evidence, Finding, RuleId};
use crate::paths::keys::Verdict;
use crate::paths::load::Tables;
use crate::paths::tape::{Kind, NONE, Node, NotJson, Tape};
use crate::paths::treatment::Treatment;
use crate::paths::types::{Member, TypeId};

/// How many parents' names count for a name that says little.
const PARENTS_MAX: usize = 3;
/// Members that say what kind of identifier or address stands beside them.
const CODES: [&str; 4] = ["type", "kind", "NetworkAccessPointTypeCode", "ParticipantObjectIDTypeCode"];
/// Members that name the value beside them, and members that hold such values.
const NAMES: [&str; 10] = ["key", "name", "type", "url", "label", "field", "attribute", "code", "kind", "path"];
const VALUES: [&str; 7] = ["value", "val", "valueString", "content", "data", "before", "after"];
/// Bare numbers with fewer digits identify nobody.
const DIGITS_MIN: usize = 9;

/// What is known of a container on the way down.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct State {
    kind: Option<TypeId>,
    member: Option<Member>,
    /// The object that says whose record this is: its node.
    record: Option<u32>,
    owner: Option<TypeId>,
}

/// A document's values and what is known of each.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub tape: Tape,
    states: Vec<State>,
}

/// A finding and the node that it is in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub node: u32,
    pub in_key: bool,
    /// Inside of the value as text.
    pub finding: Finding,
    /// Inside of the document.
    pub start: u32,
    pub end: u32,
}

impl Scan<'_, '_> {
    /// JSON inside of another value. False when it is none.
    pub fn json_inside(&mut self, text: &str, out: &mut Vec<Finding>) -> bool {
        let mut hit = |hit: Hit, _: &Tape| {
            let evidence = hit.finding.evidence.with(Evidence::DECODED);
            out.push(Finding { start: hit.start, end: hit.end, evidence, ..hit.finding });
        };
        match self.json(text, &mut hit) {
            Ok(()) => true,
            Err(NotJson::Malformed) => false,
            Err(NotJson::TooDeep) => {
                self.work.opaque = true;
                false
            }
        }
    }

    /// Looks at every value of a document, in its order.
    pub fn json(&mut self, text: &str, hit: &mut dyn FnMut(Hit, &Tape)) -> Result<(), NotJson> {
        let mut sheet = self.pool.sheets.pop().unwrap_or_default();
        let read = sheet.tape.read(text);
        if read.is_ok() {
            self.walk(text, &mut sheet, hit);
        }
        self.pool.sheets.push(sheet);
        read
    }

    fn walk(&mut self, text: &str, sheet: &mut Sheet, hit: &mut dyn FnMut(Hit, &Tape)) {
        let Sheet { tape, states } = sheet;
        let doc = Doc { text, tape };
        states.clear();
        for index in 0..tape.nodes.len() as u32 {
            let Some(node) = tape.node(index).copied() else { break };
            let above = states.get(node.parent as usize).copied().unwrap_or_default();
            let state = self.state(doc, above, index);
            states.push(state);
            if node.keyed && state.member.is_none() {
                self.key(doc, index, hit);
            }
            if matches!(node.kind, Kind::String | Kind::Number) {
                let place = Place { doc, index, node, state };
                self.value(&place, hit);
            }
            if self.work.exceeded {
                break;
            }
        }
    }

    fn state(&self, doc: Doc<'_>, above: State, index: u32) -> State {
        let Doc { text, tape } = doc;
        let Some(node) = tape.node(index) else { return above };
        let types = &self.tables.types;
        let mut state = above;
        if node.keyed {
            // What is in something harmless is harmless.
            state.member = match above.kind {
                Some(kind) => self.member(kind, node.key.of(text)),
                None => above.member.filter(|member| harmless(Some(*member))),
            };
            state.kind = state.member.and_then(|member| member.into);
        }
        if node.kind == Kind::Object {
            if let Some(resource) = tape.text_of(text, index, "resourceType") {
                state.kind = types.find(resource).or(self.tables.resource);
                state.record = Some(index);
            } else if state.kind.is_none_or(|kind| Some(kind) == self.tables.element) && !harmless(state.member) {
                state.kind = types.shaped(|name| tape.member(text, index, name).is_some()).or(state.kind);
            }
            if let Some(kind) = state.kind.filter(|kind| types.is_owner(*kind)) {
                state.owner = Some(kind);
                state.record = None;
            }
        }
        state
    }

    /// A member of a type, by its name or by its dotted path: `user.name`.
    fn member(&self, kind: TypeId, name: &str) -> Option<Member> {
        let types = &self.tables.types;
        // Attributes of XML that was made JSON.
        let bare =
            name.strip_prefix('@').filter(|_| types.member(kind, name).is_none_or(|member| member.into.is_none()));
        let Some((first, rest)) = name.split_once('.') else {
            return bare.and_then(|bare| types.member(kind, bare)).or_else(|| types.member(kind, name));
        };
        let dotted = types.member(kind, first).and_then(|member| member.into);
        dotted.and_then(|inner| self.member(inner, rest)).or_else(|| types.member(kind, name))
    }

    fn value(&mut self, place: &Place<'_>, hit: &mut dyn FnMut(Hit, &Tape)) {
        let node = place.node;
        let raw = node.value.of(place.doc.text);
        self.with_findings(|scan, found| {
            if node.escaped {
                scan.with_decoded(|scan, decoded| {
                    json_string::decode(raw, decoded);
                    let Some(plain) = decoded.text() else { return };
                    scan.look(place, plain, found);
                    for finding in found.iter() {
                        let (start, end) = decoded.origin.source(finding.start, finding.end);
                        let (start, end) = (node.value.start + start, node.value.start + end);
                        hit(Hit { node: place.index, in_key: false, finding: *finding, start, end }, place.doc.tape);
                    }
                });
                return;
            }
            scan.look(place, raw, found);
            for finding in found.iter() {
                let placed = shifted(finding, node.value.start as usize);
                let (start, end) = (placed.start, placed.end);
                hit(Hit { node: place.index, in_key: false, finding: *finding, start, end }, place.doc.tape);
            }
        });
    }

    fn look(&mut self, place: &Place<'_>, text: &str, found: &mut Vec<Finding>) {
        let member = place.state.member;
        let treatment = member.map_or(Treatment::Unknown, |member| member.treatment);
        let rule = member.map_or(RuleId(0), |member| member.rule);
        let beside = place.beside(self.tables, treatment);
        let leaf = Leaf { text, treatment, rule, beside };
        if treatment != Treatment::Unknown {
            return self.leaf(&leaf, found);
        }
        if !self.work.spend(text.len()) {
            return;
        }
        let mut parents = place.doc.tape.keys_above(place.doc.text, place.index);
        let verdict = match beside.name {
            _ if place.names_another() => Verdict::Nothing,
            Some(name) => self.tables.keys.verdict(name, parents),
            None => match parents.next() {
                Some(key) => self.tables.keys.verdict(key, parents),
                None => Verdict::Nothing,
            },
        };
        // `"patient": "4471-90-22"`: an owner's name before an id.
        let verdict = match beside.name {
            Some(name) if verdict == Verdict::Nothing && place.node.kind == Kind::String && is_code(text) => {
                self.tables.keys.verdict("id", std::iter::once(name))
            }
            _ => verdict,
        };
        let bare_number = place.node.kind == Kind::Number && verdict == Verdict::Nothing;
        if bare_number && text.bytes().filter(u8::is_ascii_digit).count() < DIGITS_MIN {
            return;
        }
        self.judged(verdict, &leaf, found);
    }

    /// A name may be a value itself: `{"MRN-123456": {..}}`.
    fn key(&mut self, doc: Doc<'_>, index: u32, hit: &mut dyn FnMut(Hit, &Tape)) {
        let Doc { text, tape } = doc;
        let Some(node) = tape.node(index) else { return };
        let key = node.key.of(text);
        let digits = key.bytes().filter(u8::is_ascii_digit).count();
        if digits < 4 && !key.contains(['@', ' ']) {
            return;
        }
        self.with_findings(|scan, found| {
            let parent = tape.keys_above(text, node.parent).next();
            let verdict = match parent {
                Some(parent) if digits >= 4 => scan.tables.keys.verdict("id", std::iter::once(parent)),
                _ => Verdict::Nothing,
            };
            let leaf = Leaf { text: key, treatment: Treatment::Unknown, rule: RuleId(0), beside: Beside::default() };
            if scan.work.spend(key.len()) {
                scan.judged(verdict, &leaf, found);
            }
            for finding in found.iter() {
                let placed = shifted(finding, node.key.start as usize);
                hit(Hit { node: index, in_key: true, finding: *finding, start: placed.start, end: placed.end }, tape);
            }
        });
    }
}

/// One word with four digits and more, and hardly anything else.
fn is_code(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    plain && digits >= DIGITS_MIN && digits * 2 >= text.len() && text.len() <= 24
}

fn harmless(member: Option<Member>) -> bool {
    member.is_some_and(|member| member.treatment == Treatment::Safe && member.into.is_none())
}

/// A document as text and as tape.
#[derive(Clone, Copy)]
struct Doc<'t> {
    text: &'t str,
    tape: &'t Tape,
}

/// A value and all that is known of where it stands.
struct Place<'t> {
    doc: Doc<'t>,
    index: u32,
    node: Node,
    state: State,
}

impl<'t> Place<'t> {
    fn beside<'b>(&'b self, tables: &'b Tables, treatment: Treatment) -> Beside<'b> {
        let object = self.object();
        let sibling = |name: &str| self.doc.tape.text_of(self.doc.text, object, name);
        let record = self.state.record.and_then(|record| self.doc.tape.text_of(self.doc.text, record, "resourceType"));
        let owner = record.or_else(|| self.state.owner.map(|kind| tables.types.name(kind)));
        match treatment {
            Treatment::Identifier | Treatment::Contact | Treatment::Network => {
                // In `subject.identifier.value` the subject is whose it is, not the record.
                let mut keys = self.doc.tape.keys_above(self.doc.text, self.index).skip(1);
                let owner = match (keys.next(), keys.next()) {
                    (Some("identifier"), Some("subject" | "patient" | "beneficiary")) => Some("Patient"),
                    (Some("identifier"), Some("coverage" | "insurance")) => Some("Coverage"),
                    _ => owner,
                };
                let code = CODES.iter().find_map(|name| self.code(object, name));
                Beside { code, system: sibling("system"), owner, name: None }
            }
            Treatment::OwnId => Beside { owner, ..Beside::default() },
            Treatment::Display => {
                let name = self.doc.tape.keys_above(self.doc.text, self.index).nth(1);
                Beside { code: sibling("reference").or_else(|| sibling("type")), name, ..Beside::default() }
            }
            Treatment::Reference => Beside { code: sibling("type"), ..Beside::default() },
            Treatment::Named | Treatment::Unknown => Beside { name: self.name_beside(object), ..Beside::default() },
            _ => Beside::default(),
        }
    }

    /// The object that the value is in; arrays do not count.
    fn object(&self) -> u32 {
        let mut at = self.node.parent;
        while let Some(node) = self.doc.tape.node(at).filter(|node| node.kind == Kind::Array) {
            at = node.parent;
        }
        at
    }

    /// A code, or the first code of a concept, or its text.
    fn code(&self, object: u32, name: &str) -> Option<&'t str> {
        if let Some(code) = self.doc.tape.text_of(self.doc.text, object, name) {
            return Some(code);
        }
        let concept = self.doc.tape.member(self.doc.text, object, name)?;
        let codings = ["coding", "codings"].iter().find_map(|name| self.doc.tape.member(self.doc.text, concept, name));
        let first = codings.and_then(|codings| self.doc.tape.children(codings).next());
        let text_of = |of, names: &[&str]| names.iter().find_map(|name| self.doc.tape.text_of(self.doc.text, of, name));
        first
            .and_then(|first| text_of(first, &["code"]))
            .or_else(|| text_of(concept, &["code", "csd-code", "@csd-code", "@code", "text"]))
    }

    /// In `{"name": "ssn", "value": ..}` the name, which is nobody's.
    fn names_another(&self) -> bool {
        let own = self.node.key.of(self.doc.text);
        self.node.keyed
            && NAMES.contains(&own)
            && VALUES.iter().take(3).any(|value| self.doc.tape.member(self.doc.text, self.node.parent, value).is_some())
    }

    /// In `{"key": "ssn", "value": ..}` the name of the value.
    fn name_beside(&self, object: u32) -> Option<&'t str> {
        let own = self.doc.tape.keys_above(self.doc.text, self.index).next()?;
        if !(own.starts_with("value") || VALUES.contains(&own)) {
            return None;
        }
        let found = NAMES.iter().find_map(|name| self.code(object, name))?;
        // Of an extension's address the last step names it.
        Some(found.rsplit(['/', '#']).next().unwrap_or(found))
    }
}

impl Tape {
    /// The names on the way from a value to the root, its own first; arrays have none.
    fn keys_above<'t>(&'t self, text: &'t str, index: u32) -> impl Iterator<Item = &'t str> {
        let mut at = index;
        let keys = std::iter::from_fn(move || {
            while at != NONE {
                let node = self.node(at)?;
                at = node.parent;
                if node.keyed {
                    return Some(node.key.of(text));
                }
            }
            None
        });
        keys.take(PARENTS_MAX)
    }
}
