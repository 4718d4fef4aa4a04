//! The gateway's own description: OpenAPI 3.1, and a page for people made from it. Both are made once, at the start.
//!
//! Every part comes from what the code does: the paths' types from what they accept, the problems from their closed set,
//! the event from its schema. A test holds the paths against the router and every example against its schema.

mod page;
mod paths;

use axum::body::Bytes;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use schemas::json_schema::{Form, json_schema};
use serde_json::{Map, Value, json};

use crate::problem::Kind;

/// The two forms of the description, ready to be sent.
pub struct Description {
    document: Bytes,
    page: Bytes,
    policy: String,
}

impl Description {
    pub fn new() -> Self {
        let document = document();
        let (page, policy) = page::page(&document);
        Self { document: document.to_string().into(), page: page.into(), policy }
    }

    pub fn document(&self) -> Response {
        public("application/json", self.document.clone()).into_response()
    }

    pub fn page(&self) -> Response {
        let policy = [(CONTENT_SECURITY_POLICY, self.policy.clone())];
        (policy, public("text/html; charset=utf-8", self.page.clone())).into_response()
    }

    /// Where everything else is told.
    pub fn root() -> Response {
        let text = r#"{"name":"sealtrail-ingest","openapi":"/openapi.json","docs":"/docs"}"#;
        public("application/json", Bytes::from_static(text.as_bytes())).into_response()
    }
}

fn public(content_type: &'static str, body: Bytes) -> ([(HeaderName, &'static str); 2], Bytes) {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], body)
}

/// The OpenAPI document.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sealtrail gateway",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Takes audit events. A 2xx means that all in-sync replicas of Kafka hold the event.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths::paths(),
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer <key>`"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "signature": {
                    "type": "apiKey", "in": "header", "name": "signature",
                    "description": "RFC 9421 with HMAC-SHA256, together with signature-input and content-digest",
                },
            },
        },
        "security": [{"bearer": []}, {"apiKey": []}, {"signature": []}],
    })
}

/// The schemas by name; those of the event stand beside each other.
fn schemas() -> Value {
    let mut event = json_schema(Form::HTTP);
    let mut schemas = Map::new();
    if let Some(object) = event.as_object_mut() {
        object.remove("$schema");
        if let Some(Value::Object(inner)) = object.remove("$defs") {
            schemas.extend(inner);
        }
    }
    schemas.insert("AuditEvent".to_owned(), event);
    let text = Value::Object(schemas).to_string().replace("#/$defs/", "#/components/schemas/");
    let mut schemas: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    schemas.extend(answers());
    schemas.into()
}

fn answers() -> Map<String, Value> {
    let place = json!({
        "event_id": {"type": "string"}, "partition": {"type": "integer"}, "offset": {"type": "integer"},
    });
    let mut receipt = place.clone();
    extend(&mut receipt, json!({"topic": {"type": "string"}, "time": {"type": "string", "format": "date-time"}}));
    let mut result = place;
    extend(
        &mut result,
        json!({
            "index": {"type": "integer", "description": "The event's place in the batch, from 0; blank lines do not count."},
            "status": {"type": "integer"},
            "problem": {"$ref": "#/components/schemas/Problem"},
        }),
    );
    let mistake = json!({
        "type": "object", "required": ["pointer", "reason", "fix"], "additionalProperties": false,
        "properties": {"pointer": {"type": "string"}, "reason": {"type": "string"}, "fix": {"type": "string"}},
    });
    let kinds: Vec<String> = Kind::ALL.iter().map(|kind| kind.urn()).collect();
    let problem = json!({
        "type": "object", "required": ["type", "title", "status", "detail"], "additionalProperties": false,
        "properties": {
            "type": {"enum": kinds}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"}, "errors": {"type": "array", "items": mistake},
        },
    });
    let batch = json!({
        "type": "object", "required": ["accepted", "refused", "topic", "results"], "additionalProperties": false,
        "properties": {
            "accepted": {"type": "integer"}, "refused": {"type": "integer"}, "topic": {"type": "string"},
            "results": {"type": "array", "items": {"$ref": "#/components/schemas/Result"}},
            "problem": {"$ref": "#/components/schemas/Problem"},
        },
    });
    let strict = |properties: Value, required: &[&str]| json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties});
    let mut answers = Map::new();
    answers.insert("Receipt".to_owned(), strict(receipt, &["event_id", "topic", "partition", "offset", "time"]));
    answers.insert("Result".to_owned(), strict(result, &["index", "status"]));
    answers.insert("BatchAnswer".to_owned(), batch);
    answers.insert("Problem".to_owned(), problem);
    answers
}

fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (value, more) {
        object.extend(more);
    }
}

#[cfg(test)]
mod tests;
