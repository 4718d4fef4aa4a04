//! Stage 4, decode: from a body in one of its forms to an event, or to everything that is wrong with it, without its content.

mod avro;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use schemas::AuditEvent;
use serde::Deserialize as _;
use serde_json::error::Category;

pub use avro::Schemas;

use crate::cloudevents::{self, Attributes};
use crate::problem::{FieldError, Kind, Problem};

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Avro,
    /// A CloudEvent as one JSON object.
    Structured,
    /// A CloudEvent whose attributes are headers; its body is the event.
    Binary,
}

/// What the request knows of an event, so that its body need not say it.
#[derive(Debug, Clone, Copy)]
pub struct Defaults<'a> {
    /// The caller's; a body that names another tenant is refused.
    pub tenant: &'a str,
    /// The id of an event that has none.
    pub event_id: Option<&'a str>,
}

impl Form {
    /// What the head says. The content type was admitted before.
    pub fn of(headers: &HeaderMap) -> Self {
        let essence = essence(headers);
        match essence.as_str() {
            "application/avro" => Self::Avro,
            "application/cloudevents+json" => Self::Structured,
            _ if headers.contains_key(cloudevents::SPECVERSION) => Self::Binary,
            _ => Self::Json,
        }
    }
}

/// The media type without its parameters, in lower case.
pub fn essence(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The plain JSON of an event that came as a CloudEvent; `None` where the body is taken as it is.
pub fn unwrap(form: Form, headers: &HeaderMap, body: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    match form {
        Form::Json | Form::Avro => Ok(None),
        Form::Structured => cloudevents::structured(body).map(Some),
        Form::Binary => Attributes::from_headers(headers)?.plain(body).map(Some),
    }
}

/// Decodes an event from JSON. Its strings stay borrowed.
pub fn decode_json<'a>(body: &'a [u8], defaults: &Defaults<'a>) -> Result<AuditEvent<'a>, Problem> {
    let event = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(error) => fill(body, defaults).ok_or_else(|| explain(&error))?,
    };
    own(event, defaults)
}

/// Decodes an event from Avro.
pub fn decode_avro<'a>(body: &'a [u8], schemas: &Schemas, defaults: &Defaults<'a>) -> Result<AuditEvent<'a>, Problem> {
    own(schemas.decode(body)?, defaults)
}

fn own<'a>(event: AuditEvent<'a>, defaults: &Defaults<'_>) -> Result<AuditEvent<'a>, Problem> {
    if event.tenant == defaults.tenant {
        return Ok(event);
    }
    let fix = "leave it out, or send the tenant that the key belongs to".to_owned();
    Err(Problem::fields(vec![FieldError { pointer: "/tenant".to_owned(), reason: "other-tenant", fix }]))
}

fn fill(body: &[u8], defaults: &Defaults<'_>) -> Option<AuditEvent<'static>> {
    let mut value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let members = value.as_object_mut()?;
    members.entry("tenant").or_insert_with(|| defaults.tenant.into());
    if let Some(event_id) = defaults.event_id {
        members.entry("event_id").or_insert_with(|| event_id.into());
    }
    AuditEvent::deserialize(value).ok()
}

/// Why serde refused a body. Its own message quotes what was sent, so only its position is used.
fn explain(error: &serde_json::Error) -> Problem {
    let what = match error.classify() {
        Category::Eof => "the JSON ends too early",
        Category::Data => "a field is missing, unknown, given twice or of another type",
        Category::Syntax | Category::Io => "this is not valid JSON",
    };
    Problem::new(Kind::MalformedJson, format!("{what}: line {}, column {}", error.line(), error.column()))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub const EVENT: &str = r#"{"event_id":"e-1","tenant":"north","event_type":"record","action":"read",
        "outcome":"success","occurred_at":"2023-11-14T22:13:20Z","agents":[{"id":"a-1"}],"source":{"system":"ehr"}}"#;

    const NORTH: Defaults<'static> = Defaults { tenant: "north", event_id: None };

    /// The problem as its answer would say it.
    fn refusal(body: &str) -> Problem {
        decode_json(body.as_bytes(), &NORTH).unwrap_err()
    }

    #[test]
    fn an_event_is_decoded() {
        assert_eq!(decode_json(EVENT.as_bytes(), &NORTH).unwrap().agents[0].id.as_deref(), Some("a-1"));
    }

    #[test]
    fn the_tenant_and_the_id_may_come_from_the_request() {
        let bare = EVENT.replace(r#""event_id":"e-1","tenant":"north","#, "");
        let given = Defaults { tenant: "south", event_id: Some("ik-1") };
        let event = decode_json(bare.as_bytes(), &given).unwrap();
        assert_eq!((event.tenant.as_str(), event.event_id.as_str()), ("south", "ik-1"));
        assert_eq!(decode_json(EVENT.as_bytes(), &given).unwrap_err().errors(), [("/tenant", "other-tenant")]);
    }

    #[test]
    fn malformed_json_names_its_place() {
        for (body, said) in [
            ("", "the JSON ends too early: line 1, column 0"),
            ("{\n  \"event_id\": Jane Doe }", "this is not valid JSON: line 2, column 15"),
            ("[", "the JSON ends too early: line 1, column 1"),
        ] {
            assert_eq!(refusal(body), Problem::new(Kind::MalformedJson, said), "{body}");
        }
        assert_eq!(decode_json(b"{\"event_id\": \"\xff\"}", &NORTH).unwrap_err().errors(), [], "not UTF-8");
    }

    #[test]
    fn no_problem_repeats_what_was_sent() {
        let secrets = ["Jane Doe", "1969"];
        for body in [
            EVENT.replace("\"e-1\"", "{\"Jane Doe\":1969}"),
            EVENT.replace("\"agent\"", "\"Jane Doe\""),
            EVENT.replace("2023-11-14T22:13:20Z", "Jane Doe 1969"),
            EVENT.replace("2023-11-14T22:13:20Z", "1969.5"),
            EVENT.replace("\"e-1\",", "\"Jane Doe 1969\" Jane"),
        ] {
            let Err(problem) = decode_json(body.as_bytes(), &NORTH) else { continue };
            let said = format!("{problem:?}");
            assert!(!secrets.iter().any(|secret| said.contains(secret)), "{said}");
        }
    }
}
