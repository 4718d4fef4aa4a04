//! An event judged by the engine, in the words of the table and of JSON.

use phi::hidden::SubjectRef;
use phi::{Classified, Engine, Finding, Scratch};
use schemas::{Defaults, decode_json};
use serde_json::{Value, json};

use super::evidence;

pub struct Judgement {
    /// None for what is no event.
    pub level: Option<LevelSet>,
    /// Of the rules.
    pub version: String,
    pub found: Vec<Found>,
    pub hidden: Vec<HiddenMember>,
}

pub struct LevelSet {
    pub name: &'static str,
    /// The rule that set it.
    pub because: String,
}

pub struct Found {
    /// A JSON pointer; empty in plain text.
    pub path: String,
    pub label: &'static str,
    pub rule: String,
    /// In percent.
    pub score: u8,
    pub evidence: Vec<&'static str>,
    /// What was found: masked before anybody sees it.
    pub value: String,
}

pub struct HiddenMember {
    pub path: String,
    pub subject: String,
}

/// Judges an event; anything else is searched as a document or a text.
pub fn judge(engine: &Engine, text: &str) -> Judgement {
    let mut scratch = Scratch::default();
    match decode_json(text.as_bytes(), &Defaults::default()) {
        Ok(event) => of_event(engine, &engine.classify(event, &mut scratch), text),
        Err(_) => of_text(engine, &mut scratch, text),
    }
}

fn of_event(engine: &Engine, classified: &Classified<'_>, text: &str) -> Judgement {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let found = classified.findings().iter().map(|found| {
        let path = found.place.pointer();
        let value = document.pointer(&path).and_then(Value::as_str).and_then(|value| cut(value, &found.finding));
        told(engine, path, &found.finding, value.unwrap_or_default())
    });
    let hidden = classified.hidden().iter().map(|hidden| HiddenMember {
        path: hidden.place.pointer(),
        subject: match hidden.subject {
            SubjectRef::Patient(number) => format!("patient {number}"),
            SubjectRef::Agent(number) => format!("agent {number}"),
            SubjectRef::Tenant => "tenant".to_owned(),
        },
    });
    Judgement {
        level: Some(LevelSet { name: classified.level().name(), because: classified.because().to_owned() }),
        version: engine.version().to_owned(),
        found: found.collect(),
        hidden: hidden.collect(),
    }
}

fn of_text(engine: &Engine, scratch: &mut Scratch, text: &str) -> Judgement {
    let mut located = Vec::new();
    engine.scan_any(text, scratch, &mut located);
    let found = located.into_iter().map(|located| {
        let value = text.get(located.start as usize..located.end as usize).unwrap_or_default();
        told(engine, located.pointer, &located.finding, value)
    });
    Judgement { level: None, version: engine.version().to_owned(), found: found.collect(), hidden: Vec::new() }
}

fn cut<'v>(value: &'v str, finding: &Finding) -> Option<&'v str> {
    value.get(finding.start as usize..finding.end as usize)
}

fn told(engine: &Engine, path: String, finding: &Finding, value: &str) -> Found {
    Found {
        path,
        label: finding.label.name(),
        rule: engine.rule_name(finding.rule).to_owned(),
        score: finding.score,
        evidence: evidence::words(finding.evidence),
        value: value.to_owned(),
    }
}

impl Judgement {
    /// For programs; the values only when they may be shown.
    pub fn json(&self, reveal: bool) -> Value {
        let found = self.found.iter().map(|found| {
            let mut told = json!({
                "path": found.path, "label": found.label, "rule": found.rule,
                "score": f64::from(found.score) / 100.0, "evidence": found.evidence
            });
            if reveal {
                told["value"] = found.value.as_str().into();
            }
            told
        });
        let found: Vec<Value> = found.collect();
        let hidden: Vec<Value> =
            self.hidden.iter().map(|hidden| json!({"path": hidden.path, "subject": hidden.subject})).collect();
        json!({
            "level": self.level.as_ref().map(|level| level.name),
            "because": self.level.as_ref().map(|level| &level.because),
            "rules": self.version, "findings": found, "hidden": hidden
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"event_id":"1","tenant":"t","event_type":"chart.viewed","action":"read","outcome":"success",
        "occurred_at":"2024-03-01T10:15:00Z","agents":[{"id":"u7"}],"patients":[{"id":"MRN-448291"}],
        "note":"Łukasz Żółty called from 212-555-0147","source":{"system":"ehr"}}"#;

    #[test]
    fn an_event_has_a_level_its_rule_findings_and_hidden_members() {
        let judgement = judge(&Engine::builtin().unwrap(), EVENT);
        assert_eq!(judgement.level.as_ref().unwrap().name, "restricted");
        let values: Vec<(&str, &str)> =
            judgement.found.iter().map(|found| (found.path.as_str(), found.value.as_str())).collect();
        assert!(values.contains(&("/note", "Łukasz Żółty")) && values.contains(&("/note", "212-555-0147")), "{values:?}");
        assert!(judgement.hidden.iter().any(|hidden| hidden.path == "/note"));
        assert!(judgement.found.iter().all(|found| !found.evidence.is_empty() && !found.rule.is_empty()));
    }

    #[test]
    fn nothing_but_reveal_brings_a_value_into_the_json() {
        let judgement = judge(&Engine::builtin().unwrap(), EVENT);
        assert!(!judgement.json(false).to_string().contains("212-555-0147"));
        assert!(judgement.json(true).to_string().contains("212-555-0147"));
    }

    #[test]
    fn what_is_no_event_has_findings_and_no_level() {
        let engine = Engine::builtin().unwrap();
        for text in [r#"{"resourceType":"Patient","birthDate":"1961-04-12"}"#, "born 04/12/1961"] {
            let judgement = judge(&engine, text);
            assert!(judgement.level.is_none() && judgement.found.len() == 1, "{text}");
        }
    }
}
