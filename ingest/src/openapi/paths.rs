//! The paths: what each takes, and every answer that it has.

use std::collections::BTreeMap;

use schemas::catalogue;
use serde_json::{Value, json};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths, PathsBuilder,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Content, ContentBuilder, Header, Ref, RefOr, Required, ResponseBuilder, ResponsesBuilder};

use crate::problem::{Kind, Problem};
use crate::receive::{EVENTS, ONE_EVENT};

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
    Kind::UnknownSchema,
    Kind::UnresolvableSchema,
    Kind::RegistryAway,
    Kind::InvalidEvent,
    Kind::EventIdReused,
    Kind::KeyReused,
    Kind::Unacknowledged,
    Kind::NotStored,
];
const BATCH: &[Kind] = &[Kind::MalformedJson, Kind::EmptyBatch];

pub fn paths() -> Paths {
    let get = |operation| PathItem::new(HttpMethod::Get, operation);
    let post = |operation| PathItem::new(HttpMethod::Post, operation);
    PathsBuilder::new()
        .path("/", get(public("describeGateway", "Where everything else is told", "application/json")))
        .path("/docs", get(public("readDescription", "This description for people", "text/html")))
        .path("/openapi.json", get(public("fetchDescription", "This description", "application/json")))
        .path("/v1/events", post(one_event()))
        .path("/v1/events:batch", post(batch()))
        .build()
}

/// A path that asks for no key.
fn public(id: &str, summary: &str, content_type: &str) -> Operation {
    let response = ResponseBuilder::new().description(summary).content(content_type, Content::default());
    OperationBuilder::new()
        .operation_id(Some(id))
        .summary(Some(summary))
        .securities(Some([]))
        .response("200", response)
        .build()
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

fn body(types: &[&str]) -> RequestBody {
    let event = || Ref::from_schema_name("AuditEvent");
    let list = |items: RefOr<Schema>| {
        ArrayBuilder::new().items(items).min_items(Some(1)).max_items(Some(crate::batch::EVENTS_MAX))
    };
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let is_batch = types.contains(&"application/x-ndjson");
    let described =
        types.iter().fold(RequestBodyBuilder::new().required(Some(Required::True)), |body, content_type| {
            let content = match *content_type {
                "application/json" if is_batch => content(list(event().into()), json!([example()])),
                "application/json" => content(event(), example()),
                "application/avro" => ContentBuilder::new()
                    .schema(Some(text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))))
                    .build(),
                "application/cloudevents+json" => content(envelope(), cloudevent()),
                "application/cloudevents-batch+json" => content(list(envelope().into()), json!([cloudevent()])),
                _ => content(text(), json!(format!("{}\n", example()))),
            };
            body.content(*content_type, content)
        });
    described.build()
}

/// A CloudEvent. What is not described is an attribute: a string, a whole number, or true or false; null is none.
fn envelope() -> ObjectBuilder {
    let text = || ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
    let attribute = SchemaType::from_iter([Type::String, Type::Integer, Type::Boolean, Type::Null]);
    let attribute = ObjectBuilder::new().schema_type(attribute).build();
    ObjectBuilder::new()
        .property("specversion", text().enum_values(Some(["1.0"])))
        .property("id", text())
        .property("source", text())
        .property("type", text())
        .property("data", ObjectBuilder::new().schema_type(Type::Object))
        .required("specversion")
        .required("id")
        .required("source")
        .required("type")
        .additional_properties(Some(Schema::Object(attribute)))
}

fn content(schema: impl Into<RefOr<Schema>>, example: Value) -> Content {
    ContentBuilder::new().schema(Some(schema)).example(Some(example)).build()
}

fn answered(description: &str, schema: &str, example: Value) -> ResponseBuilder {
    let content = content(Ref::from_schema_name(schema), example);
    ResponseBuilder::new().description(description).content("application/json", content)
}

fn one_event() -> Operation {
    let receipt = json!({
        "event_id": "e-1", "topic": "audit.events", "partition": 7, "offset": 3, "time": "2026-03-01T09:30:00.120Z",
    });
    let replayed = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"]));
    let first = answered("All in-sync replicas of Kafka hold the event.", "Receipt", receipt.clone());
    let again = "They held it already: the same event came before. The receipt is the first one.";
    let again = answered(again, "Receipt", receipt).header("idempotency-replayed", Header::new(replayed));
    let key = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
    let key = header("idempotency-key", "Gives an id to an event that has none: the same key is the same event.", key);
    OperationBuilder::new()
        .operation_id(Some("takeEvent"))
        .summary(Some("Take one event"))
        .description(Some("The event as JSON, as Avro, or as a CloudEvent: structured, or binary with `ce-` headers."))
        .parameter(trace())
        .parameter(key)
        .request_body(Some(body(ONE_EVENT.types)))
        .responses(problems(&[COMMON, EVENT].concat()).response("201", first).response("200", again).build())
        .build()
}

fn batch() -> Operation {
    let whole = json!({
        "accepted": 1, "refused": 0, "topic": "audit.events",
        "results": [{"index": 0, "status": 201, "event_id": "e-1", "partition": 7, "offset": 3}],
    });
    let partly = json!({
        "accepted": 0, "refused": 1, "topic": "audit.events",
        "results": [{"index": 0, "status": 422, "problem": told(Kind::EventIdReused)}],
    });
    let whole = answered("Every event was accepted.", "BatchAnswer", whole);
    let partly = answered("Not every event was accepted; each result says which.", "BatchAnswer", partly);
    OperationBuilder::new()
        .operation_id(Some("takeEvents"))
        .summary(Some("Take many events"))
        .description(Some(
            "One event per line, or a JSON array, or a CloudEvents batch. Each event has its own result.",
        ))
        .parameter(trace())
        .request_body(Some(body(EVENTS.types)))
        .responses(problems(&[COMMON, BATCH].concat()).response("201", whole).response("207", partly).build())
        .build()
}

fn header(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn trace() -> Parameter {
    let description = "W3C trace context; gives `trace_id` where the event has none, and goes on with the record.";
    header("traceparent", description, ObjectBuilder::new().schema_type(Type::String))
}

/// The problems of a path by their status, each with an example.
fn problems(kinds: &[Kind]) -> ResponsesBuilder {
    let mut by_status: BTreeMap<String, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(Problem::new(*kind, "").status().as_u16().to_string()).or_default().push(*kind);
    }
    by_status.into_iter().fold(ResponsesBuilder::new(), |responses, (status, kinds)| {
        let labels: Vec<&str> = kinds.iter().map(|kind| kind.label()).collect();
        let examples = kinds.iter().map(|kind| {
            let example = ExampleBuilder::new().value(Some(told(*kind)));
            (kind.label(), example.build())
        });
        let content =
            ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(examples).build();
        let response = ResponseBuilder::new().description(labels.join(", "));
        responses.response(status, response.content("application/problem+json", content))
    })
}

/// A problem as an answer tells it.
fn told(kind: Kind) -> Value {
    let problem = match kind {
        Kind::InvalidEvent => Problem::fields(vec![schemas::Mistake::new("/event_id", "missing-field", "add it")]),
        kind => Problem::new(kind, "what is wrong, and how to put it right"),
    };
    serde_json::to_value(problem.document()).unwrap_or_default()
}
