//! A batch's answer: one result per event, in the order they came, written straight into the body.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use schemas::topic;
use serde::Serialize;
use stream::publish::Receipt as Place;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Ref, Schema, Type,
};
use utoipa::{PartialSchema as _, ToSchema};

use super::Line;
use crate::metric::IngestMetric;
use crate::problem::{Document, Problem};
use crate::publish::{self, Handed};
use crate::remember::Landing;

/// What most results take.
const RESULT_BYTES: usize = 128;
/// What a result may take without the fields that it names, which are bounded per batch.
pub(super) const RESULT_BYTES_MAX: usize = 256;

#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Accepted<'a> {
    /// The event's place in the batch, from 0; blank lines do not count.
    index: usize,
    status: u16,
    event_id: &'a str,
    partition: i32,
    offset: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refused<'a> {
    /// The event's place in the batch, from 0; blank lines do not count.
    index: usize,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    event_id: Option<&'a str>,
    problem: Document,
}

/// One result, for the description.
pub fn result_schema() -> Schema {
    OneOfBuilder::new().item(Accepted::schema()).item(Refused::schema()).build().into()
}

/// What [`answer`] writes, for the description.
pub fn schema() -> Object {
    let count = || ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    ObjectBuilder::new()
        .property("accepted", count())
        .property("refused", count())
        .property("topic", ObjectBuilder::new().schema_type(Type::String))
        .property("results", ArrayBuilder::new().items(Ref::from_schema_name("Result")))
        .property("problem", Ref::from_schema_name("Problem"))
        .required("accepted")
        .required("refused")
        .required("topic")
        .required("results")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .build()
}

#[derive(Default)]
struct Results {
    text: Vec<u8>,
    accepted: u64,
    replayed: u64,
    refused: u64,
}

/// Decides every line now: what is not acknowledged yet is told as that. `end` is why the batch was not read to its end.
pub(super) fn answer(lines: Vec<Line>, ids: &str, end: Option<Problem>) -> Response<Bytes> {
    IngestMetric::BatchEvents.record(lines.len() as f64);
    let mut results = Results { text: Vec::with_capacity(lines.len() * RESULT_BYTES), ..Results::default() };
    for (index, line) in lines.into_iter().enumerate() {
        results.push(index, line, ids);
    }
    IngestMetric::EventsAccepted.increment(results.accepted - results.replayed);
    IngestMetric::EventsReplayed.increment(results.replayed);
    let all = results.refused == 0 && end.is_none();
    let (accepted, refused, topic) = (results.accepted, results.refused, topic::EVENTS.name);
    let head = format!("{{\"accepted\":{accepted},\"refused\":{refused},\"topic\":\"{topic}\",\"results\":[");
    let mut body = Vec::with_capacity(head.len() + results.text.len() + 2);
    body.extend_from_slice(head.as_bytes());
    body.append(&mut results.text);
    body.push(b']');
    if let Some(end) = end {
        body.extend_from_slice(b",\"problem\":");
        write(&mut body, &end.count().document());
    }
    body.push(b'}');
    let status = if all { StatusCode::CREATED } else { StatusCode::MULTI_STATUS };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

impl Results {
    fn push(&mut self, index: usize, line: Line, ids: &str) {
        if index > 0 {
            self.text.push(b',');
        }
        match line {
            Line::Refused(problem) => self.refuse(index, None, *problem),
            Line::Handed { id, handed } => {
                let event_id = ids.get(id).unwrap_or_default();
                match place(&handed) {
                    Ok((place, is_replay)) => {
                        self.accepted += 1;
                        self.replayed += u64::from(is_replay);
                        let status = if is_replay { StatusCode::OK } else { StatusCode::CREATED }.as_u16();
                        let (partition, offset) = (place.partition.0, place.offset.0);
                        write(&mut self.text, &Accepted { index, status, event_id, partition, offset });
                    }
                    Err(problem) => self.refuse(index, Some(event_id), problem),
                }
            }
        }
    }

    fn refuse(&mut self, index: usize, event_id: Option<&str>, problem: Problem) {
        self.refused += 1;
        IngestMetric::EventsRefused.with(&[("reason", problem.kind().label())]).increment(1);
        let status = problem.status().as_u16();
        write(&mut self.text, &Refused { index, status, event_id, problem: problem.document() });
    }
}

/// Where an event lies, and whether it was there before this line.
fn place(handed: &Handed) -> Result<(Place, bool), Problem> {
    let (landing, is_replay) = handed.landing().map_err(publish::not_taken)?;
    match landing {
        Some(Landing::Stored(place)) => Ok((place, is_replay)),
        Some(Landing::Unknown) | None => Err(publish::unacknowledged()),
    }
}

/// Numbers and strings always have a JSON form, and a vector always takes it.
fn write(out: &mut Vec<u8>, value: &impl Serialize) {
    if let Err(error) = serde_json::to_writer(out, value) {
        tracing::error!(%error, "a result has no JSON form");
    }
}
