//! Stage 4, decode: from a body in one of its forms to an event, or to everything that is wrong with it, without its content.

mod avro;

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use schemas::{AuditEvent, Defaults, Mistake, Refusal};

pub use avro::Schemas;

use crate::cloudevents::{self, Attributes};
use crate::problem::{Kind, Problem};

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

/// The event in its plain form: its JSON, or its Avro in our own schema. Waits where the registry has to be asked.
pub async fn unwrap<'a>(
    form: Form,
    headers: &HeaderMap,
    body: &'a [u8],
    schemas: &Schemas,
) -> Result<Cow<'a, [u8]>, Problem> {
    match form {
        Form::Json => Ok(Cow::Borrowed(body)),
        Form::Avro => schemas.plain(body).await,
        Form::Structured => cloudevents::structured(body).map(Cow::Owned),
        Form::Binary => Attributes::from_headers(headers)?.plain(body).map(Cow::Owned),
    }
}

/// Decodes an event from JSON. Its strings stay borrowed.
pub fn decode_json<'a>(body: &'a [u8], defaults: &Defaults<'a>) -> Result<AuditEvent<'a>, Problem> {
    schemas::decode_json(body, defaults).map_err(|refusal| match refusal {
        Refusal::Malformed(malformed) => Problem::new(Kind::MalformedJson, malformed.to_string()),
        Refusal::Mistakes(mistakes) => Problem::fields(mistakes),
    })
}

/// Decodes an event from Avro in our own schema, which has a tenant and an id always.
pub fn decode_avro<'a>(body: &'a [u8], tenant: &str) -> Result<AuditEvent<'a>, Problem> {
    let event = AuditEvent::decode(body).map_err(avro::refused)?;
    let mut mistakes = schemas::shape::value_mistakes(&event);
    if event.tenant != tenant {
        mistakes.push(Mistake::new("/tenant", "other-tenant", "send the tenant that the key belongs to"));
    }
    if mistakes.is_empty() { Ok(event) } else { Err(Problem::fields(mistakes.into_vec())) }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub const EVENT: &str = r#"{"event_id":"e-1","tenant":"north","event_type":"record","action":"read",
        "outcome":"success","occurred_at":"2023-11-14T22:13:20Z","agents":[{"id":"a-1"}],"source":{"system":"ehr"}}"#;

    const NORTH: Defaults<'static> = Defaults { tenant: Some("north"), event_id: None };

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
        let given = Defaults { tenant: Some("south"), event_id: Some("ik-1") };
        let event = decode_json(bare.as_bytes(), &given).unwrap();
        assert_eq!((event.tenant.as_str(), event.event_id.as_str()), ("south", "ik-1"));
        assert_eq!(decode_json(EVENT.as_bytes(), &given).unwrap_err().errors(), [("/tenant", "other-tenant")]);
    }

    #[test]
    fn what_is_wrong_is_told_by_place_and_never_repeated() {
        assert_eq!(refusal("{").kind(), Kind::MalformedJson);
        let problem = refusal(&EVENT.replace("\"e-1\"", "{\"Jane Doe\":1969}"));
        assert_eq!((problem.kind(), problem.errors()), (Kind::InvalidEvent, vec![("/event_id", "wrong-type")]));
        assert!(!format!("{problem:?}").contains("Jane"), "{problem:?}");
    }

    #[test]
    fn avro_is_held_against_the_same_rules_as_json() {
        let json = EVENT.replace("22:13:20Z", "22:13:20").replace("\"record\"", "\"A Record\"");
        let event: AuditEvent<'_> = serde_json::from_str(&json).unwrap();
        let mut body = Vec::new();
        event.encode(&mut body);
        let errors =
            [("/event_type", "not-a-word"), ("/occurred_at", "time-without-zone"), ("/tenant", "other-tenant")];
        assert_eq!(decode_avro(&body, "south").unwrap_err().errors(), errors);
    }
}
