//! The paths: what each takes, and every answer that it has.

use std::collections::BTreeMap;

use schemas::catalogue;
use serde_json::{Map, Value, json};

use crate::pipeline::{EVENTS, ONE_EVENT};
use crate::problem::{Kind, Problem};

/// Answers of every path that takes events; they come from the stages before the event is looked at.
const COMMON: &[Kind] = &[
    Kind::BadRequest,
    Kind::BrokenOff,
    Kind::BrokenCompression,
    Kind::Unauthenticated,
    Kind::Forbidden,
    Kind::SlowHead,
    Kind::TooSlow,
    Kind::TooLarge,
    Kind::Bomb,
    Kind::WrongType,
    Kind::WrongEncoding,
    Kind::TooBusy,
    Kind::RateLimited,
    Kind::HeadTooLarge,
    Kind::TooManyConnections,
    Kind::Stopping,
    Kind::KafkaAway,
];
/// What may be wrong with one event. In a batch these stand in the results.
const EVENT: &[Kind] = &[
    Kind::MalformedJson,
    Kind::MalformedAvro,
    Kind::MalformedCloudEvent,
    Kind::InvalidEvent,
    Kind::EventIdReused,
    Kind::KeyReused,
    Kind::Unacknowledged,
    Kind::NotStored,
];
const BATCH: &[Kind] = &[Kind::MalformedJson, Kind::EmptyBatch];

pub fn paths() -> Value {
    json!({
        "/": {"get": public("Where everything else is told", "application/json")},
        "/docs": {"get": public("This description for people", "text/html")},
        "/openapi.json": {"get": public("This description", "application/json")},
        "/v1/events": {"post": one_event()},
        "/v1/events:batch": {"post": batch()},
    })
}

fn public(summary: &str, content_type: &str) -> Value {
    json!({"summary": summary, "security": [], "responses": {"200": {"description": summary, "content": {content_type: {}}}}})
}

/// A plain event that every rule lets through.
pub fn example() -> Value {
    let mut event = catalogue::find("patient-record.viewed").map(catalogue::template).unwrap_or_default();
    if let Some(event) = event.as_object_mut() {
        event.remove("tenant");
    }
    event
}

fn cloudevent() -> Value {
    let mut data = example();
    if let Some(data) = data.as_object_mut() {
        for said_by_attributes in ["event_id", "event_type", "occurred_at", "source"] {
            data.remove(said_by_attributes);
        }
    }
    json!({
        "specversion": "1.0", "id": "A234-1234-1234", "source": "/ehr/ward-3", "type": "patient-record.viewed",
        "time": "2026-03-01T09:30:00Z", "data": data,
    })
}

fn content(types: &[&str]) -> Value {
    let event = json!({"$ref": "#/components/schemas/AuditEvent"});
    let list = json!({"type": "array", "items": event, "maxItems": crate::batch::EVENTS_MAX});
    let is_batch = types.contains(&"application/x-ndjson");
    let described = types.iter().map(|content_type| {
        let described = match *content_type {
            "application/json" if is_batch => json!({"schema": list, "example": [example()]}),
            "application/json" => json!({"schema": event, "example": example()}),
            "application/avro" => json!({"schema": {"type": "string", "format": "binary"}}),
            "application/cloudevents+json" => json!({"schema": {"type": "object"}, "example": cloudevent()}),
            "application/cloudevents-batch+json" => {
                json!({"schema": {"type": "array", "items": {"type": "object"}}, "example": [cloudevent()]})
            }
            _ => json!({"schema": {"type": "string"}, "example": format!("{}\n", example())}),
        };
        ((*content_type).to_owned(), described)
    });
    Value::Object(described.collect())
}

fn one_event() -> Value {
    let receipt = json!({
        "event_id": "e-1", "topic": "audit.events", "partition": 7, "offset": 3, "time": "2026-03-01T09:30:00.120Z",
    });
    let stored = |description: &str| {
        let schema = json!({"$ref": "#/components/schemas/Receipt"});
        json!({"description": description, "content": {"application/json": {"schema": schema, "example": receipt}}})
    };
    let mut responses = problems(&[COMMON, EVENT].concat());
    responses.insert("201".to_owned(), stored("All in-sync replicas of Kafka hold the event."));
    let mut again = stored("They held it already: the same event came before. The receipt is the first one.");
    super::extend(&mut again, json!({"headers": {"idempotency-replayed": {"schema": {"const": "true"}}}}));
    responses.insert("200".to_owned(), again);
    json!({
        "summary": "Take one event",
        "description": "The event as JSON, as Avro, or as a CloudEvent: structured, or binary with `ce-` headers.",
        "parameters": [trace(), {
            "name": "idempotency-key", "in": "header", "required": false,
            "description": "Gives an id to an event that has none: the same key is the same event.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }],
        "requestBody": {"required": true, "content": content(ONE_EVENT.types)},
        "responses": responses,
    })
}

fn batch() -> Value {
    let whole = json!({
        "accepted": 1, "refused": 0, "topic": "audit.events",
        "results": [{"index": 0, "status": 201, "event_id": "e-1", "partition": 7, "offset": 3}],
    });
    let partly = json!({
        "accepted": 0, "refused": 1, "topic": "audit.events",
        "results": [{"index": 0, "status": 422, "problem": told(Kind::EventIdReused)}],
    });
    let answered = |description: &str, example: Value| {
        let schema = json!({"$ref": "#/components/schemas/BatchAnswer"});
        json!({"description": description, "content": {"application/json": {"schema": schema, "example": example}}})
    };
    let mut responses = problems(&[COMMON, BATCH].concat());
    responses.insert("201".to_owned(), answered("Every event was accepted.", whole));
    responses.insert("207".to_owned(), answered("Not every event was accepted; each result says which.", partly));
    json!({
        "summary": "Take many events",
        "description": "One event per line, or a JSON array, or a CloudEvents batch. Each event has its own result.",
        "parameters": [trace()],
        "requestBody": {"required": true, "content": content(EVENTS.types)},
        "responses": responses,
    })
}

fn trace() -> Value {
    json!({
        "name": "traceparent", "in": "header", "required": false,
        "description": "W3C trace context; gives `trace_id` where the event has none, and goes on with the record.",
        "schema": {"type": "string"},
    })
}

/// The problems of a path by their status, each with an example.
fn problems(kinds: &[Kind]) -> Map<String, Value> {
    let mut by_status: BTreeMap<String, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(Problem::new(*kind, "").status().as_u16().to_string()).or_default().push(*kind);
    }
    let described = by_status.into_iter().map(|(status, kinds)| {
        let labels: Vec<&str> = kinds.iter().map(|kind| kind.label()).collect();
        let examples: Map<String, Value> =
            kinds.iter().map(|kind| (kind.label().to_owned(), json!({"value": told(*kind)}))).collect();
        let schema = json!({"$ref": "#/components/schemas/Problem"});
        let content = json!({"application/problem+json": {"schema": schema, "examples": examples}});
        (status, json!({"description": labels.join(", "), "content": content}))
    });
    described.collect()
}

/// A problem as an answer tells it.
fn told(kind: Kind) -> Value {
    let problem = match kind {
        Kind::InvalidEvent => Problem::fields(vec![schemas::Mistake::new("/event_id", "missing-field", "add it")]),
        kind => Problem::new(kind, "what is wrong, and how to put it right"),
    };
    serde_json::to_value(problem.document()).unwrap_or_default()
}
