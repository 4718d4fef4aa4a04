//! What the values of an event must keep to: what every store needs, and what we ask of applications beyond that.
//!
//! Events translated from a standard keep their words and their times as they came; only the first part binds them.

use super::{Mistake, Mistakes};
use crate::check::{Fault, ID_BYTES_MAX, WORD_BYTES_MAX};
use crate::error::DecodeFault;
use crate::event::AuditEvent;

/// What a text of an application's event must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Lower-case letters, digits, `.`, `_` and `-`; begins with a letter or digit.
    Word,
    /// A name of 1 to so many bytes without control characters.
    Name(usize),
    /// The same, but it may be empty.
    Id,
    /// No control characters.
    Printable,
    /// A date, a time and a zone, in a year that every store can hold.
    Moment,
    /// A number that a double holds exactly, and not below zero.
    Size,
}

/// Where which rule holds; `*` stands for every index. A test holds this table against what is done.
pub(crate) const RULES: [(&str, Rule); 15] = [
    ("/action", Rule::Word),
    ("/agents/*/id", Rule::Id),
    ("/agents/*/kind", Rule::Word),
    ("/event_id", Rule::Name(ID_BYTES_MAX)),
    ("/event_type", Rule::Word),
    ("/objects/*/id", Rule::Name(ID_BYTES_MAX)),
    ("/objects/*/kind", Rule::Word),
    ("/occurred_at", Rule::Moment),
    ("/origin/bytes", Rule::Size),
    ("/outcome", Rule::Word),
    ("/patients/*/id", Rule::Name(ID_BYTES_MAX)),
    ("/session_id", Rule::Printable),
    ("/source/system", Rule::Name(ID_BYTES_MAX)),
    ("/tenant", Rule::Name(WORD_BYTES_MAX)),
    ("/trace_id", Rule::Printable),
];

/// Everything wrong with the values of an event. Empty means: publish it.
#[must_use]
pub fn value_mistakes(event: &AuditEvent<'_>) -> Mistakes {
    let mut mistakes = Mistakes::default();
    mistakes.extend(event.faults().into_iter().map(explain));
    rule_mistakes(event, &mut mistakes);
    mistakes
}

/// What an application's event breaks beyond [`AuditEvent::faults`]. A sound event costs no allocation.
fn rule_mistakes(event: &AuditEvent<'_>, mistakes: &mut Mistakes) {
    for (place, text) in [("/event_type", &event.event_type), ("/action", &event.action), ("/outcome", &event.outcome)]
    {
        word(mistakes, text, || place.to_owned());
    }
    for (place, text) in
        [("/event_id", &event.event_id), ("/tenant", &event.tenant), ("/source/system", &event.source.system)]
    {
        printable(mistakes, text, || place.to_owned());
    }
    for (place, text) in [("/session_id", &event.session_id), ("/trace_id", &event.trace_id)] {
        printable(mistakes, text.as_deref().unwrap_or_default(), || place.to_owned());
    }
    for (index, agent) in event.agents.iter().enumerate() {
        if let Some(kind) = &agent.kind {
            word(mistakes, kind, || format!("/agents/{index}/kind"));
        }
        let id = agent.id.as_deref().unwrap_or_default();
        printable(mistakes, id, || format!("/agents/{index}/id"));
        if id.len() > ID_BYTES_MAX {
            add(mistakes, too_long(format!("/agents/{index}/id"), ID_BYTES_MAX));
        }
    }
    for (index, patient) in event.patients.iter().enumerate() {
        printable(mistakes, &patient.id, || format!("/patients/{index}/id"));
    }
    for (index, object) in event.objects.iter().enumerate() {
        word(mistakes, &object.kind, || format!("/objects/{index}/kind"));
        printable(mistakes, object.id.as_deref().unwrap_or_default(), || format!("/objects/{index}/id"));
    }
    moment(event, mistakes);
}

fn moment(event: &AuditEvent<'_>, mistakes: &mut Mistakes) {
    let precision = event.occurred_at.precision();
    let example = "such as 2026-03-01T09:30:00+01:00";
    if !precision.has_time {
        let fix = format!("give the date, the time and the zone, {example}");
        add(mistakes, Mistake::new("/occurred_at", "time-incomplete", fix));
    } else if !precision.has_zone {
        let fix = format!("add Z for UTC or the distance from it, {example}");
        add(mistakes, Mistake::new("/occurred_at", "time-without-zone", fix));
    }
}

/// An empty word is told as empty.
fn word(mistakes: &mut Mistakes, text: &str, place: impl Fn() -> String) {
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(byte);
    let first = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(first) || !bytes.iter().all(inner) {
        let fix =
            "use lower-case letters, digits, full stops, hyphens and underscores, beginning with a letter or digit";
        add(mistakes, Mistake::new(place(), "not-a-word", fix));
    } else if bytes.len() > WORD_BYTES_MAX {
        add(mistakes, too_long(place(), WORD_BYTES_MAX));
    }
}

fn printable(mistakes: &mut Mistakes, text: &str, place: impl Fn() -> String) {
    // Most texts are ASCII, where no look at the characters is needed.
    let suspicious = text.bytes().any(|byte| !(0x20..0x7f).contains(&byte));
    if suspicious && text.chars().any(char::is_control) {
        add(
            mistakes,
            Mistake::new(place(), "control-character", "remove the control characters, line ends among them"),
        );
    }
}

/// Of one place the first mistake is enough.
fn add(mistakes: &mut Mistakes, mistake: Mistake) {
    if !mistakes.iter().any(|told| told.pointer == mistake.pointer) {
        mistakes.push(mistake);
    }
}

fn too_long(place: String, most: usize) -> Mistake {
    Mistake::new(place, DecodeFault::TooLong.reason(), format!("shorten it to at most {most} bytes"))
}

/// A fault with its fix.
fn explain(fault: Fault) -> Mistake {
    let Fault { pointer, fault } = fault;
    let fix = match fault {
        DecodeFault::EmptyField if pointer == "/agents" => "say who did it: add an agent with an id",
        DecodeFault::EmptyField if pointer.starts_with("/agents/") => {
            "give the one who acted an id, else a name or an identifier"
        }
        DecodeFault::EmptyField => "give it a value",
        DecodeFault::TooLong => {
            let is_name =
                RULES.iter().any(|(place, rule)| *rule == Rule::Name(ID_BYTES_MAX) && ends_alike(place, &pointer));
            let most = if is_name || pointer.starts_with("/agents/") { ID_BYTES_MAX } else { WORD_BYTES_MAX };
            return too_long(pointer, most);
        }
        DecodeFault::NulCharacter => "remove the NUL character (\\u0000)",
        DecodeFault::TimeOutOfRange => "give a time between the years 1900 and 2255",
        DecodeFault::NumberOutOfRange => "give a whole number between 0 and 9007199254740991",
        _ => "correct it",
    };
    Mistake::new(pointer, fault.reason(), fix)
}

/// `/patients/*/id` is `/patients/3/id`.
fn ends_alike(pattern: &str, pointer: &str) -> bool {
    let mut pointer = pointer.split('/');
    pattern.split('/').all(|part| pointer.next().is_some_and(|found| part == "*" || part == found))
        && pointer.next().is_none()
}
