//! Holds an event against what the catalogue says of its type.

use serde_json::Value;

use super::presence::is_present;
use super::{EventType, find, outcome_codes};
use crate::event::AuditEvent;
use crate::shape::Mistake;

/// Where FHIR keeps the outcome codes; DICOM's have the same numbers and no system.
const OUTCOME_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/audit-event-outcome";

/// What an event of a known type lacks or says against its type. Of an unknown type nothing is known to be wrong.
#[must_use]
pub fn check(event: &AuditEvent<'_>) -> Vec<Mistake> {
    let Some(found) = find(&event.event_type) else { return Vec::new() };
    let mut mistakes = Vec::new();
    for (pointer, said, allowed) in
        [("/action", &event.action, &found.actions), ("/outcome", &event.outcome, &found.outcomes)]
    {
        // Not to know is always allowed to say.
        if said != "unknown" && !allowed.iter().any(|allowed| said == allowed.as_str()) {
            let fix = format!("{} has {}", found.id, allowed.join(", "));
            mistakes.push(Mistake::new(pointer, "not-of-this-type", fix));
        }
    }
    mistakes.extend(contradiction(event));
    if !found.mandatory.iter().all(|pointer| is_there(event, pointer)) {
        mistakes.extend(missing(event, found));
    }
    mistakes
}

/// An outcome whose code says something else.
fn contradiction(event: &AuditEvent<'_>) -> Option<Mistake> {
    let outcome = event.codes.as_ref()?.outcome.as_ref()?;
    let is_ours = outcome.system.as_deref().is_none_or(|system| system == OUTCOME_SYSTEM);
    let code = outcome.code.as_deref().filter(|code| is_ours && ["0", "4", "8", "12"].contains(code))?;
    let agreeing = outcome_codes(&event.outcome);
    let contradicts = !agreeing.is_empty() && !agreeing.iter().any(|agreeing| agreeing == code);
    let fix = || format!("with this outcome the code is one of {}", agreeing.join(", "));
    contradicts.then(|| Mistake::new("/codes/outcome/code", "contradicts-outcome", fix()))
}

/// The record path's question, without an allocation; which places are empty is asked only where one is.
fn is_there(event: &AuditEvent<'_>, pointer: &str) -> bool {
    let actor = event.actor();
    if let (Some(rest), Some(actor)) = (pointer.strip_prefix("/agents/0"), actor) {
        return is_present(actor, rest);
    }
    if let (Some(rest), Some(actor)) = (pointer.strip_prefix("/agents/1"), actor) {
        let other = event.agents.iter().find(|agent| !std::ptr::eq(*agent, actor));
        return other.is_some_and(|other| is_present(other, rest));
    }
    is_present(event, pointer)
}

/// The mistakes of an event in which something is missing.
fn missing(event: &AuditEvent<'_>, found: &EventType) -> Vec<Mistake> {
    let Ok(mut json) = serde_json::to_value(event) else { return Vec::new() };
    let actor = event.actor().and_then(|actor| event.agents.iter().position(|agent| std::ptr::eq(agent, actor)));
    let actor = actor.unwrap_or_default();
    if let Some(Value::Array(agents)) = json.get_mut("agents")
        && let Some(first) = agents.get_mut(..=actor)
    {
        first.rotate_right(1);
    }
    let mut absent = Vec::new();
    for pointer in &found.mandatory {
        look(&json, "", pointer, &mut absent);
    }
    let fix = || format!("add it: {} needs it", found.id);
    absent.into_iter().map(|pointer| Mistake::new(as_sent(pointer, actor), "missing-field", fix())).collect()
}

/// The pointers at which nothing stands.
fn look(value: &Value, before: &str, rest: &str, absent: &mut Vec<String>) {
    let Some((segment, after)) = rest.strip_prefix('/').map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len())))
    else {
        if is_empty(value) {
            absent.push(before.to_owned());
        }
        return;
    };
    match (segment, value) {
        ("*", Value::Array(entries)) if !entries.is_empty() => {
            for (index, entry) in entries.iter().enumerate() {
                look(entry, &format!("{before}/{index}"), after, absent);
            }
        }
        _ => match value.pointer(&format!("/{segment}")) {
            Some(inner) => look(inner, &format!("{before}/{segment}"), after, absent),
            None => absent.push(format!("{before}{}", rest.replace('*', "0"))),
        },
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Agents were looked at with the one who acted in front.
fn as_sent(pointer: String, actor: usize) -> String {
    let place = pointer.strip_prefix("/agents/").and_then(|rest| rest.split_once('/'));
    match place.and_then(|(index, rest)| Some((index.parse::<usize>().ok()?, rest))) {
        Some((0, rest)) => format!("/agents/{actor}/{rest}"),
        Some((index, rest)) if index <= actor => format!("/agents/{}/{rest}", index - 1),
        _ => pointer,
    }
}
