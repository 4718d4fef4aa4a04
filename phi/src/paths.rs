//! The path rules: what each field of the canonical event may hold.

use schemas::AuditEvent;

use crate::Level;

/// One rule: a path, whether the event has it, and the level that it brings.
struct Rule {
    #[cfg(test)]
    path: &'static str,
    present: fn(&AuditEvent<'_>) -> bool,
    level: Level,
}

macro_rules! rule {
    ($path:literal, $level:ident, $present:expr) => {
        Rule {
            #[cfg(test)]
            path: $path,
            present: $present,
            level: Level::$level,
        }
    };
}

/// Highest first, so that the first hit decides.
const RULES: [Rule; 8] = [
    rule!("patient.id", Restricted, |event| event.patient.is_some()),
    rule!("patient.name", Restricted, |event| event.patient.as_ref().is_some_and(|p| p.name.is_some())),
    // Free text may hold anything until it is searched.
    rule!("note", Restricted, |event| event.note.is_some()),
    rule!("agent.name", Confidential, |event| event.agent.name.is_some()),
    rule!("source.address", Confidential, |event| event.source.address.is_some()),
    // Unknown by definition, so it fails closed.
    rule!("extras", Confidential, |event| !event.extras.is_empty()),
    rule!("object.id", Confidential, |event| event.object.is_some()),
    rule!("agent.id", Internal, |_| true),
];

pub(crate) fn highest_level(event: &AuditEvent<'_>) -> Level {
    RULES.iter().find(|rule| (rule.present)(event)).map_or(Level::Confidential, |rule| rule.level)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    const PLAIN: &str = r#"{"event_id":"1","tenant":"t","event_type":"login","action":"execute","outcome":"success",
        "occurred_at":0,"agent":{"id":"u"},"source":{"system":"s"}}"#;

    #[test]
    fn rules_stand_highest_first_and_once_each() {
        assert!(RULES.windows(2).all(|pair| pair[0].level >= pair[1].level));
        let mut paths: Vec<_> = RULES.iter().map(|rule| rule.path).collect();
        paths.dedup();
        assert_eq!(paths.len(), RULES.len());
    }

    #[test]
    fn a_login_without_a_patient_is_internal() {
        assert_eq!(highest_level(&serde(PLAIN)), Level::Internal);
    }

    #[test]
    fn free_text_and_patients_are_restricted_and_extras_fail_closed() {
        let mut event = serde(PLAIN);
        event.extras.insert(Cow::Borrowed("k"), Cow::Borrowed("v"));
        assert_eq!(highest_level(&event), Level::Confidential);
        event.note = Some(Cow::Borrowed("seen"));
        assert_eq!(highest_level(&event), Level::Restricted);
    }

    fn serde(json: &str) -> AuditEvent<'_> {
        serde_json::from_str(json).unwrap()
    }
}
