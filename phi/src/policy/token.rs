//! What an event can be searched for without its values in clear: fields and their values, ready to be keyed.

use std::borrow::Cow;

use schemas::detail::Identifier;
use schemas::{AuditEvent, List, Text};

use crate::hidden::SubjectRef;
use crate::policy::Policy;
use crate::policy::fields::Fields;

/// A field and a value in the form in which it is keyed: without white space, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchToken<'e> {
    /// As the policy names it: `patient`, `actor`.
    pub field: &'e str,
    pub value: Cow<'e, str>,
    pub subject: SubjectRef,
}

/// The same value spelt differently is keyed the same.
#[must_use]
pub fn normalise(value: &str) -> Cow<'_, str> {
    let plain = |letter: char| !letter.is_whitespace() && !letter.is_uppercase();
    if value.chars().all(plain) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect())
}

/// The tokens of an event. Which fields have them is the policy's choice among these paths.
pub(crate) fn of<'e>(event: &'e AuditEvent<'_>, policy: &'e Policy) -> impl Iterator<Item = SearchToken<'e>> {
    let patients = (0..).zip(event.patients.iter()).flat_map(|(index, patient)| {
        let detail = patient.detail.as_deref();
        let given = detail.and_then(|detail| detail.id_given.as_deref());
        let ids = [("patients.id", Some(patient.id.as_str())), ("patients.detail.id_given", given)];
        let further = values("patients.detail.identifiers.value", detail.map(|detail| &detail.identifiers));
        ids.into_iter().chain(further).map(move |(path, value)| (SubjectRef::Patient(index), path, value))
    });
    let agents = (0..).zip(event.agents.iter()).flat_map(|(index, agent)| {
        let detail = agent.detail.as_deref();
        let given = detail.and_then(|detail| detail.id_given.as_deref());
        let ids = [("agents.id", agent.id.as_deref()), ("agents.detail.id_given", given)];
        let further = values("agents.detail.identifiers.value", detail.map(|detail| &detail.identifiers));
        ids.into_iter().chain(further).map(move |(path, value)| (SubjectRef::Agent(index), path, value))
    });
    let subject = if event.patients.is_empty() { SubjectRef::Tenant } else { SubjectRef::Patient(0) };
    let objects = event.objects.iter().map(move |object| (subject, "objects.id", object.id.as_deref()));
    patients.chain(agents).chain(objects).filter_map(|(subject, path, value)| {
        let value = normalise(value?);
        let field = field(policy, path)?;
        (!value.is_empty()).then_some(SearchToken { field, value, subject })
    })
}

fn values<'e>(
    path: &'static str,
    identifiers: Option<&'e List<Identifier<'_>>>,
) -> impl Iterator<Item = (&'static str, Option<&'e str>)> {
    let all = identifiers.into_iter().flat_map(|identifiers| identifiers.iter());
    all.map(move |identifier| (path, identifier.value.as_ref().map(Text::as_str)))
}

fn field<'p>(policy: &'p Policy, path: &str) -> Option<&'p str> {
    let id = path.split('.').try_fold(Fields::ROOT, |at, name| policy.fields.child(at, name))?;
    let number = policy.fields.get(id)?.token?;
    policy.tokens.get(usize::from(number)).map(|name| &**name)
}

/// The paths that can have tokens.
pub(crate) const PATHS: [&str; 7] = [
    "patients.id",
    "patients.detail.id_given",
    "patients.detail.identifiers.value",
    "agents.id",
    "agents.detail.id_given",
    "agents.detail.identifiers.value",
    "objects.id",
];
