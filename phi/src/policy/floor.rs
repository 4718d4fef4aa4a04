//! Marks that set a level whatever is found: security labels, purposes, laws.

use schemas::AuditEvent;
use schemas::detail::Concept;

/// One rule's marks.
#[derive(Debug)]
pub(crate) struct Floor {
    pub term: u16,
    pub codes: Vec<Box<str>>,
    pub purposes: Vec<Box<str>>,
    /// In lower case.
    pub phrases: Vec<Box<str>>,
}

impl Floor {
    /// Whether an event carries one of the marks.
    pub fn holds(&self, event: &AuditEvent<'_>) -> bool {
        let purpose = event.purpose.as_deref();
        if purpose.is_some_and(|purpose| self.purposes.iter().any(|known| **known == *purpose)) {
            return true;
        }
        let coded = |concept: &Concept<'_>| self.coded(concept);
        if let Some(codes) = &event.codes
            && codes.labels.iter().any(coded)
        {
            return true;
        }
        let details = event.objects.iter().filter_map(|object| object.detail.as_deref());
        if details.flat_map(|detail| detail.labels.iter()).any(coded) {
            return true;
        }
        let agents = event.agents.iter().filter_map(|agent| agent.detail.as_deref());
        if agents.flat_map(|detail| detail.purposes.iter()).any(coded) {
            return true;
        }
        event.authority.as_deref().is_some_and(|authority| {
            let policies = authority.policies.iter().map(|policy| policy.as_str());
            let mut words = authority.legal_basis.as_deref().into_iter().chain(policies);
            authority.purposes.iter().any(coded) || words.any(|text| self.named(text))
        })
    }

    fn coded(&self, concept: &Concept<'_>) -> bool {
        let codes = concept.codings.iter().filter_map(|coding| coding.code.as_deref());
        codes.into_iter().any(|code| self.codes.iter().any(|known| **known == *code))
            || concept.text.as_deref().is_some_and(|text| self.named(text))
    }

    fn named(&self, text: &str) -> bool {
        self.phrases.iter().any(|phrase| {
            let windows = text.as_bytes().windows(phrase.len());
            windows.into_iter().any(|part| part.eq_ignore_ascii_case(phrase.as_bytes()))
        })
    }
}
