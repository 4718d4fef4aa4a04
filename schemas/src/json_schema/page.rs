//! The reference page of the event's fields, made from its shape.

use super::{Form, rule};
use crate::shape::{self, Field, Kind, Record, Rule};

const INTRODUCTION: &str = "# The audit event

Every field of an event as JSON, in the canonical order. This page and the [JSON Schema](audit-event.schema.json) are made from the
Avro schema in `schemas/avsc/audit_event.avsc` by `audit-cli event schema`; a test keeps them fresh.

An optional field may be left out, and where it is a single value it may be `null`. A list or map has at most 1,000 entries. A member that is not named here is
refused: what has no place of its own goes into `extras`. A list of values such as *read, update* names the values that mean the same to everybody; other words may be used.

The least that makes an event: an id, a type, what was done and how it ended, when, who, and which system says so. The tenant comes from the
caller's key at the gateway. Exactly one agent is the one who acted: the first whose `requestor` is true, else the first. It needs an id, a name or an identifier.
";

/// The page as Markdown.
#[must_use]
pub fn reference_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for record in shape::records() {
        section(&mut page, record);
    }
    page
}

fn section(page: &mut String, record: &Record) {
    page.push_str(&format!("\n## {}\n\n{}\n\n", record.name, record.doc));
    page.push_str("| field | type | required | meaning | example |\n|---|---|---|---|---|\n");
    for field in &record.fields {
        let required = if Form::WHOLE.requires(record, field) { "yes" } else { "" };
        let known = if field.known.is_empty() { String::new() } else { format!(" *{}*", field.known.join(", ")) };
        let meaning = field.doc.replace('|', "\\|");
        let (name, kind, example) = (&field.name, kind(record, field), example(record, field));
        page.push_str(&format!("| `{name}` | {kind} | {required} | {meaning}{known} | {example} |\n"));
    }
}

fn kind(record: &Record, field: &Field) -> String {
    let rule = match rule(record, field) {
        Some(Rule::Word) => return "word, at most 128 bytes".to_owned(),
        Some(Rule::Moment) => return "time with date and zone".to_owned(),
        Some(Rule::Size) => return "whole number, 0 to 2^53".to_owned(),
        Some(Rule::Name(most)) => format!(", 1 to {most} bytes, no control characters"),
        Some(Rule::Id) => ", at most 512 bytes, no control characters".to_owned(),
        Some(Rule::Printable) => ", no control characters".to_owned(),
        None => String::new(),
    };
    format!("{}{rule}", plain(&field.kind))
}

fn plain(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Int => "whole number (32 bits)".to_owned(),
        Kind::Long => "whole number (64 bits)".to_owned(),
        Kind::Bytes => "base64".to_owned(),
        Kind::Time => "time, date, month or year".to_owned(),
        Kind::List(entry) => format!("list of {}", plain(entry)),
        Kind::Texts => "map of text to text".to_owned(),
        Kind::Record(record) => format!("[{}](#{})", record.name, record.name.to_lowercase()),
    }
}

/// A value to copy.
fn example(record: &Record, field: &Field) -> String {
    shape::example(record, field).map(|value| format!("`{value}`")).unwrap_or_default()
}
