//! Whose identifier it is: by the code of its type, by its system, by the record that holds it.

use crate::Label;
use crate::finding::RuleId;

/// A kind of identifier; `None` as label: nobody's.
#[derive(Debug)]
pub struct IdentifierRule {
    pub label: Option<Label>,
    pub rule: RuleId,
    /// Codes of its type, such as MR of HL7's table 0203.
    pub codes: Vec<Box<str>>,
    /// Parts of its system, in lower case, such as the object identifier that issues it.
    pub systems: Vec<Box<str>>,
    /// Records whose identifiers are of this kind when nothing else is said.
    pub owners: Vec<Box<str>>,
    /// Records whose own id, as in `Patient/123`, is of this kind.
    pub references: Vec<Box<str>>,
}

/// All kinds, the most specific first.
#[derive(Debug, Default)]
pub struct Identifiers {
    pub rules: Vec<IdentifierRule>,
}

type Found = Option<(Option<Label>, RuleId)>;

impl Identifiers {
    /// What an identifier is; `None` when nothing is known of it.
    #[must_use]
    pub fn label(&self, code: Option<&str>, system: Option<&str>, owner: Option<&str>) -> Found {
        let by_code = |code: &str| self.find(|rule| rule.codes.iter().any(|known| known.eq_ignore_ascii_case(code)));
        let by_system = |system: &str| self.find(|rule| rule.systems.iter().any(|known| is_part(known, system)));
        let by_owner = |owner: &str| self.find(|rule| rule.owners.iter().any(|known| **known == *owner));
        code.and_then(by_code).or_else(|| system.and_then(by_system)).or_else(|| owner.and_then(by_owner))
    }

    /// What the id in a reference to such a record is.
    #[must_use]
    pub fn reference(&self, record: &str) -> Found {
        self.find(|rule| rule.references.iter().any(|known| **known == *record))
    }

    fn find(&self, matches: impl Fn(&IdentifierRule) -> bool) -> Found {
        self.rules.iter().find(|rule| matches(rule)).map(|rule| (rule.label, rule.rule))
    }
}

/// Whether a system names a known one. An object identifier must stand there whole: 1.2.3 is no part of 1.2.34.
fn is_part(known: &str, system: &str) -> bool {
    let ends_whole = |rest: &[u8]| !rest.first().is_some_and(|next| next.is_ascii_digit() || *next == b'.');
    let oid = known.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let places = system.as_bytes().windows(known.len()).enumerate();
    places
        .filter(|(_, part)| part.eq_ignore_ascii_case(known.as_bytes()))
        .any(|(at, _)| !oid || ends_whole(system.as_bytes().get(at + known.len()..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_identifier_counts_whole() {
        assert!(is_part("2.16.840.1.113883.4.1", "urn:oid:2.16.840.1.113883.4.1"));
        assert!(!is_part("2.16.840.1.113883.4.1", "urn:oid:2.16.840.1.113883.4.12"));
        assert!(is_part("us-ssn", "http://hl7.org/fhir/sid/US-SSN"));
    }
}
