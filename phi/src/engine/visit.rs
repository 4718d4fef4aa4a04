//! How an event's fields are visited: in the order of their names, which is the order of canonical JSON.

use schemas::detail::{
    AgentDetail, Authority, Codes, Coding, Concept, Context, Dicom, Fact, Http, Identifier, ObjectDetail, Origin,
    PatientDetail, SopClass, SourceDetail,
};
use schemas::{Agent, AuditEvent, Bytes, Change, Extras, List, Network, Object, Patient, Source, Text, Time, Times};

use crate::engine::leaf::Beside;
use crate::engine::walker::{At, Walker};
use crate::hidden::Step;

/// A value of an event.
pub(crate) trait Visit {
    fn is_absent(&self) -> bool {
        false
    }

    fn visit<'b>(&'b self, walker: &mut Walker<'_, '_>, at: At<'b>);
}

impl Visit for Text<'_> {
    fn visit<'b>(&'b self, walker: &mut Walker<'_, '_>, at: At<'b>) {
        walker.leaf(self, at);
    }
}

impl Visit for Bytes<'_> {
    fn visit<'b>(&'b self, walker: &mut Walker<'_, '_>, at: At<'b>) {
        walker.bytes(self, at);
    }
}

impl Visit for Extras<'_> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn visit<'b>(&'b self, walker: &mut Walker<'_, '_>, _: At<'b>) {
        for (key, value) in self.iter() {
            walker.extra(key, value);
        }
    }
}

/// Numbers, truth values and times are the event's own.
macro_rules! nobodys {
    ($($type:ty),*) => {$(
        impl Visit for $type {
            fn visit<'b>(&'b self, _: &mut Walker<'_, '_>, _: At<'b>) {}
        }
    )*};
}

nobodys!(bool, i32, i64, Time<'_>);

impl<T: Visit> Visit for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn visit<'b>(&'b self, walker: &mut Walker<'_, '_>, at: At<'b>) {
        if let Some(value) = self {
            value.visit(walker, at);
        }
    }
}

impl<T: Visit> Visit for Box<T> {
    fn visit<'b>(&'b self, walker: &mut Walker<'_, '_>, at: At<'b>) {
        (**self).visit(walker, at);
    }
}

impl<T: Visit> Visit for List<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn visit<'b>(&'b self, walker: &mut Walker<'_, '_>, at: At<'b>) {
        for (index, entry) in self.iter().enumerate() {
            // A list is bounded far below that.
            walker.step(Step::Index(u16::try_from(index).unwrap_or(u16::MAX)), |walker| entry.visit(walker, at));
        }
    }
}

/// A record visits its fields; the pattern fails to compile when one is forgotten.
macro_rules! records {
    ($($name:ident ($beside:path) { $($field:ident),* $(,)? })*) => {$(
        impl Visit for $name<'_> {
            fn visit<'b>(&'b self, walker: &mut Walker<'_, '_>, at: At<'b>) {
                let $name { $($field),* } = self;
                let at = At { beside: $beside(self), ..at };
                let mut place = 0..;
                $(walker.member(at, place.next().unwrap_or(0), stringify!($field), $field);)*
            }
        }
    )*};
}

records! {
    AuditEvent (nothing) {
        action, agents, authority, codes, context, event_id, event_type, extras, note, objects, occurred_at, origin, outcome, patients,
        purpose, session_id, source, tenant, times, trace_id,
    }
    Agent (nothing) { detail, id, kind, name, network, requestor, role }
    AgentDetail (nothing) {
        display, id_given, id_system, identifiers, location, media, policies, purposes, reference, roles, session_id, types,
    }
    Identifier (of_identifier) { assigner, given, kind, system, usage, value }
    Concept (nothing) { codings, text }
    Coding (nothing) { code, display, system, user_selected, version }
    Network (of_network) { address, host, ip, kind, port, uri, user_agent }
    Authority (nothing) { consents, legal_basis, policies, purposes, reason }
    Codes (nothing) { action, categories, labels, outcome, outcome_details, outcome_text, severity, subtypes }
    Context (nothing) { based_on, device, encounter, facility, http, request_id, span_id }
    Http (nothing) { method, status, url }
    Object (of_object) { changes, detail, id, kind, name, version }
    Change (of_change) { after, before, path }
    ObjectDetail (of_object_detail) {
        description, dicom, display, facts, id_given, id_kind, id_system, identifiers, kinds, labels, lifecycle, query, reference, roles,
    }
    Dicom (nothing) { accession_numbers, anonymized, contains_study, encrypted, mpps_uids, sop_classes, study_uids }
    SopClass (nothing) { count, instance_uids, uid }
    Fact (of_fact) { bytes, kind, value, value_type }
    Origin (nothing) {
        bytes, format, format_version, language, media_type, native_id, native_version, profiles, sha256, warnings,
    }
    Patient (nothing) { detail, id, name }
    PatientDetail (nothing) { display, found_at, id_given, id_system, identifiers, reference }
    Source (nothing) { address, detail, site, system }
    SourceDetail (nothing) { display, id_given, id_system, identifiers, instance, reference, types, version }
    Times (nothing) { ended_at, recorded_at }
}

fn nothing<T>(_: &T) -> Beside<'_> {
    Beside::default()
}

/// The first code of a concept, else its text.
fn code<'b>(concept: Option<&'b Concept<'_>>) -> Option<&'b str> {
    let concept = concept?;
    let coded = concept.codings.iter().find_map(|coding| coding.code.as_deref());
    coded.or(concept.text.as_deref())
}

fn of_identifier<'b>(identifier: &'b Identifier<'_>) -> Beside<'b> {
    Beside { code: code(identifier.kind.as_deref()), system: identifier.system.as_deref(), ..Beside::default() }
}

fn of_network<'b>(network: &'b Network<'_>) -> Beside<'b> {
    Beside { code: network.kind.as_ref().and_then(|kind| kind.code.as_deref()), ..Beside::default() }
}

fn of_object<'b>(object: &'b Object<'_>) -> Beside<'b> {
    Beside { code: Some(&object.kind), ..Beside::default() }
}

fn of_object_detail<'b>(detail: &'b ObjectDetail<'_>) -> Beside<'b> {
    Beside { code: code(detail.id_kind.as_deref()), system: detail.id_system.as_deref(), ..Beside::default() }
}

/// `/patient/phone` is about a phone.
fn of_change<'b>(change: &'b Change<'_>) -> Beside<'b> {
    Beside { name: change.path.rsplit(['/', '.']).next(), ..Beside::default() }
}

fn of_fact<'b>(fact: &'b Fact<'_>) -> Beside<'b> {
    let text = fact.kind.as_ref().and_then(|kind| kind.text.as_deref());
    Beside { name: text.or_else(|| code(fact.kind.as_deref())), ..Beside::default() }
}
