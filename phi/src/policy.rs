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

/// Highest first, so that the first hit decides. Groups that only the standards fill count as a whole.
const RULES: [Rule; 16] = [
    rule!("patients", Restricted, |event| !event.patients.is_empty()),
    // Free text may hold anything until it is searched.
    rule!("note", Restricted, |event| event.note.is_some()),
    rule!("authority", Restricted, |event| event.authority.is_some()),
    rule!("codes", Restricted, |event| event.codes.is_some()),
    rule!("objects.detail", Restricted, |event| event.objects.iter().any(|object| object.detail.is_some())),
    rule!("objects.changes", Restricted, |event| event.objects.iter().any(|object| !object.changes.is_empty())),
    rule!("objects.name", Restricted, |event| event.objects.iter().any(|object| object.name.is_some())),
    rule!("agents.detail", Confidential, |event| event.agents.iter().any(|agent| agent.detail.is_some())),
    rule!("agents.name", Confidential, |event| event.agents.iter().any(|agent| agent.name.is_some())),
    rule!("agents.network", Confidential, |event| event.agents.iter().any(|agent| agent.network.is_some())),
    rule!("context", Confidential, |event| event.context.is_some()),
    rule!("origin", Confidential, |event| event.origin.is_some()),
    rule!("source", Confidential, |event| event.source.address.is_some() || event.source.detail.is_some()),
    // Unknown by definition, so it fails closed.
    rule!("extras", Confidential, |event| !event.extras.is_empty()),
    rule!("objects.id", Confidential, |event| event.objects.iter().any(|object| object.id.is_some())),
    rule!("agents.id", Internal, |_| true),
];

pub(crate) fn highest_level(event: &AuditEvent<'_>) -> Level {
    RULES.iter().find(|rule| (rule.present)(event)).map_or(Level::Confidential, |rule| rule.level)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"{"event_id":"1","tenant":"t","event_type":"login","action":"execute","outcome":"success",
        "occurred_at":"1970-01-01T00:00:00Z","agents":[{"id":"u"}],"source":{"system":"s"}}"#;

    #[test]
    fn rules_stand_highest_first_and_once_each() {
        assert!(RULES.windows(2).all(|pair| pair[0].level >= pair[1].level));
        let mut paths: Vec<_> = RULES.iter().map(|rule| rule.path).collect();
        paths.sort_unstable();
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
        event.extras.insert("k", "v");
        assert_eq!(highest_level(&event), Level::Confidential);
        event.note = Some("seen".into());
        assert_eq!(highest_level(&event), Level::Restricted);
    }

    fn serde(json: &str) -> AuditEvent<'_> {
        serde_json::from_str(json).unwrap()
    }
}
