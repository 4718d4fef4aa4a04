//! Every schema version ever released, embedded, and how to recognise one: by its fingerprint, or by a registry's text.
//!
//! `avsc/` is where the next version is written; `released/<record>/<version>.avsc` is frozen. What is registered and written is the newest
//! released text. Tests hold `avsc/` to it, and all versions to FULL_TRANSITIVE.

use std::sync::LazyLock;

use apache_avro::Schema;

use crate::canonical_form::{canonical_form, fingerprint};
use crate::foreign;
use crate::wire::Fingerprint;

/// One version of one of our schemas: frozen text under a registry subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    /// The folder's name under `released/` and the file's under `avsc/`.
    pub record: &'static str,
    pub subject: &'static str,
    pub version: u32,
    pub text: &'static str,
}

macro_rules! released {
    ($record:literal, $subject:literal, [$($version:literal),+]) => {
        [$(Released {
            record: $record,
            subject: $subject,
            version: $version,
            text: include_str!(concat!("../released/", $record, "/", $version, ".avsc")),
        }),+]
    };
}

/// Every version, the newest last.
pub const AUDIT_EVENTS: [Released; 1] = released!("audit_event", "audit.events-value", [1]);
pub const SEALED_EVENTS: [Released; 1] = released!("sealed_event", "audit.sealed-value", [1]);
pub const DEAD_LETTERS: [Released; 1] = released!("dead_letter", "audit.dead-value", [1]);

/// All records, each with its versions.
pub const ALL: [&[Released]; 3] = [&AUDIT_EVENTS, &SEALED_EVENTS, &DEAD_LETTERS];

/// The current versions: what we write.
pub const AUDIT_EVENT: Released = AUDIT_EVENTS[AUDIT_EVENTS.len() - 1];
pub const SEALED_EVENT: Released = SEALED_EVENTS[SEALED_EVENTS.len() - 1];
pub const DEAD_LETTER: Released = DEAD_LETTERS[DEAD_LETTERS.len() - 1];

/// The current versions, one per subject.
pub const CURRENT: [Released; 3] = [AUDIT_EVENT, SEALED_EVENT, DEAD_LETTER];

struct Identity {
    released: Released,
    fingerprint: Fingerprint,
    canonical: String,
}

static IDENTITIES: LazyLock<Vec<Identity>> = LazyLock::new(|| {
    let versions = ALL.into_iter().flatten();
    // A text of ours that does not parse has no identity; a test holds that none is missing.
    versions
        .filter_map(|released| {
            let schema = Schema::parse_str(released.text).ok()?;
            Some(Identity {
                released: *released,
                fingerprint: fingerprint(&schema),
                canonical: canonical_form(&schema),
            })
        })
        .collect()
});

/// The version with this fingerprint, if it is one of ours.
#[must_use]
pub fn by_fingerprint(fingerprint: Fingerprint) -> Option<Released> {
    IDENTITIES.iter().find(|identity| identity.fingerprint == fingerprint).map(|identity| identity.released)
}

/// The version that describes the same bytes as `text` (equal parsing canonical forms), if it is one of ours.
#[must_use]
pub fn by_text(text: &str) -> Option<Released> {
    let canonical = canonical_form(&foreign::parse(text).ok()?);
    IDENTITIES.iter().find(|identity| identity.canonical == canonical).map(|identity| identity.released)
}

impl Released {
    /// This version's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let own = IDENTITIES.iter().find(|identity| identity.released == *self);
        own.map_or(Fingerprint(0), |identity| identity.fingerprint)
    }

    /// True when `text` describes the same bytes as this version.
    #[must_use]
    pub fn same_bytes(&self, text: &str) -> bool {
        by_text(text) == Some(*self)
    }

    /// True for the version that we write.
    #[must_use]
    pub fn is_current(&self) -> bool {
        CURRENT.contains(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_recognised_whatever_its_docs_and_spaces() {
        let changed = AUDIT_EVENT.text.replace("Who took part.", "").replace('\n', " ");
        assert_ne!(changed, AUDIT_EVENT.text.replace('\n', " "));
        assert!(AUDIT_EVENT.same_bytes(&changed));
        assert_eq!(by_text(&changed), Some(AUDIT_EVENT));
    }

    #[test]
    fn another_schema_is_not_taken_for_ours() {
        assert!(!AUDIT_EVENT.same_bytes(SEALED_EVENT.text));
        assert!(!AUDIT_EVENT.same_bytes(&AUDIT_EVENT.text.replace("\"long\"", "\"int\"")));
        assert_eq!(by_text("{"), None);
        assert_eq!(by_text("\"string\""), None);
        assert_eq!(by_fingerprint(Fingerprint(0)), None);
    }

    #[test]
    fn every_version_is_found_by_its_fingerprint_and_by_its_text() {
        for released in ALL.into_iter().flatten() {
            assert_eq!(by_fingerprint(released.fingerprint()), Some(*released));
            assert_eq!(by_text(released.text), Some(*released));
        }
    }
}
