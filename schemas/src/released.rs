//! Our own schemas, embedded, and how to recognise one of them in a registry's answer.

use apache_avro::Schema;

/// One of our schemas: its registry subject and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    pub subject: &'static str,
    pub text: &'static str,
}

pub const AUDIT_EVENT: Released =
    Released { subject: "audit.events-value", text: include_str!("../avsc/audit_event.avsc") };
pub const SEALED_EVENT: Released =
    Released { subject: "audit.sealed-value", text: include_str!("../avsc/sealed_event.avsc") };
pub const DEAD_LETTER: Released =
    Released { subject: "audit.dead-value", text: include_str!("../avsc/dead_letter.avsc") };

impl Released {
    /// True when `text` describes the same bytes as this schema (equal parsing canonical forms).
    #[must_use]
    pub fn same_bytes(&self, text: &str) -> bool {
        match (Schema::parse_str(self.text), Schema::parse_str(text)) {
            (Ok(ours), Ok(theirs)) => ours.canonical_form() == theirs.canonical_form(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_recognised_whatever_its_docs_and_spaces() {
        let stripped = AUDIT_EVENT.text.replace("Who acted.", "").replace('\n', " ");
        assert!(AUDIT_EVENT.same_bytes(&stripped));
    }

    #[test]
    fn another_schema_is_not_taken_for_ours() {
        assert!(!AUDIT_EVENT.same_bytes(SEALED_EVENT.text));
        assert!(!AUDIT_EVENT.same_bytes(&AUDIT_EVENT.text.replace("\"long\"", "\"int\"")));
        assert!(!AUDIT_EVENT.same_bytes("{"));
    }
}
