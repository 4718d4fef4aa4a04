//! One event, from a whole body to the receipt: decode, validate, publish, and the wait for Kafka.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use schemas::{AuditEvent, Defaults};
use sha2::{Digest as _, Sha256};

use crate::decode::{self, Form};
use crate::metric::IngestMetric;
use crate::pipeline::Gateway;
use crate::problem::{Kind, Problem};
use crate::publish::{self, Handed, Unhanded};
use crate::receipt::Receipt;
use crate::receive::Received;
use crate::remember::{Gathering, Landing};
use crate::trace::RequestId;

/// How long a request waits for Kafka. The record waits on; sent again, the event joins it.
const PATIENCE: Duration = Duration::from_secs(10);
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_BYTES_MAX: usize = 255;

/// Kafka holds the event: 201, or 200 where another request had brought it in.
#[derive(Debug)]
pub struct Stored {
    receipt: serde_json::Value,
    is_replay: bool,
}

impl IntoResponse for Stored {
    fn into_response(self) -> Response {
        let body = Json(self.receipt);
        if self.is_replay {
            return (StatusCode::OK, [(REPLAYED, HeaderValue::from_static("true"))], body).into_response();
        }
        (StatusCode::CREATED, body).into_response()
    }
}

pub async fn store(gateway: &Gateway, mut received: Received) -> Result<Stored, Problem> {
    let gathering = Gathering::new();
    let (event_id, handed) = {
        let headers = &received.head.headers;
        let form = Form::of(headers);
        let plain = decode::unwrap(form, headers, &received.body, &gateway.schemas).await?;
        hand_over(gateway, &received, (form, &plain), &gathering)?
    };
    // Kafka's queue has its own copy, and an absent broker keeps thousands of requests waiting here.
    received.body = Bytes::new();
    gathering.wait(PATIENCE, &gateway.shutdown).await;
    answer(&event_id, &handed)
}

/// All that is done without waiting. The event is gone afterwards; its id stays for the receipt.
fn hand_over(
    gateway: &Gateway,
    received: &Received,
    (form, plain): (Form, &[u8]),
    gathering: &Arc<Gathering>,
) -> Result<(String, Handed), Problem> {
    let (headers, tenant) = (&received.head.headers, received.caller.tenant.as_str());
    let request_id = received.request_id().map(RequestId::as_str);
    tracing::debug!(request_id, caller = %received.caller, bytes = received.body.len(), "an event was received");
    let key = Key::of(headers)?;
    let own_id = key.map(|key| key.event_id(tenant));
    let defaults = Defaults { tenant: Some(tenant), event_id: own_id.as_deref() };
    let event = match form {
        Form::Avro => decode::decode_avro(plain, tenant)?,
        _ => decode::decode_json(plain, &defaults).map_err(|problem| told(problem, form))?,
    };
    let id_is_from_key = own_id.as_deref().is_some_and(|id| event.event_id == id);
    let valid = gateway.validate.validate(event)?;
    if let Some(key) = key {
        key.tie(gateway, valid.event())?;
    }
    let handed = gateway.publish.hand_over(&valid, received.trace(), &mut Vec::new(), gathering);
    let handed = handed.map_err(|unhanded| match unhanded {
        Unhanded::Full => publish::no_room(),
        Unhanded::Refused(problem) if problem.kind() == Kind::EventIdReused && id_is_from_key => key_reused(),
        Unhanded::Refused(problem) => problem,
    })?;
    Ok((valid.event().event_id.to_string(), handed))
}

/// What the head can do for an event without an id, and where a CloudEvent's event stands.
fn told(problem: Problem, form: Form) -> Problem {
    let fix = "give the event an id of its own, or send the header `idempotency-key`";
    let problem = problem.with_fix("/event_id", "missing-field", fix);
    if form == Form::Structured { problem.under("/data") } else { problem }
}

fn answer(event_id: &str, handed: &Handed) -> Result<Stored, Problem> {
    let (landing, is_replay) = handed.landing().map_err(publish::not_taken)?;
    let Some(Landing::Stored(place)) = landing else { return Err(publish::unacknowledged()) };
    let counter = if is_replay { IngestMetric::EventsReplayed } else { IngestMetric::EventsAccepted };
    counter.increment(1);
    let receipt = serde_json::to_value(Receipt::new(event_id, place)).unwrap_or_default();
    Ok(Stored { receipt, is_replay })
}

/// The request's idempotency key.
#[derive(Debug, Clone, Copy)]
struct Key<'a>(&'a str);

impl<'a> Key<'a> {
    /// As the IETF's draft writes it, a quoted string, or without the quotes.
    fn of(headers: &'a HeaderMap) -> Result<Option<Self>, Problem> {
        let mut given = headers.get_all(KEY).iter();
        let Some(value) = given.next() else { return Ok(None) };
        let text = value.to_str().unwrap_or_default();
        let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        let is_key =
            (1..=KEY_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if given.next().is_some() || !is_key {
            let detail =
                format!("send one header `idempotency-key` of 1 to {KEY_BYTES_MAX} printable ASCII characters");
            return Err(Problem::new(Kind::BadRequest, detail));
        }
        Ok(Some(Self(text)))
    }

    /// The id of an event without one: the same key means the same event, for every gateway.
    fn event_id(self, tenant: &str) -> String {
        let mut digest = Sha256::new();
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        digest.update((tenant.len() as u64).to_be_bytes());
        digest.update(tenant.as_bytes());
        digest.update(self.0.as_bytes());
        let digest: [u8; 32] = digest.finalize().into();
        format!("ik-{}", hex::encode(digest.first_chunk::<16>().unwrap_or(&[0; 16])))
    }

    fn tie(self, gateway: &Gateway, event: &AuditEvent<'_>) -> Result<(), Problem> {
        let remember = &gateway.publish.remember;
        let id = remember.event(&event.tenant, &event.event_id);
        if remember.tie(&event.tenant, self.0, id) { Ok(()) } else { Err(key_reused()) }
    }
}

fn key_reused() -> Problem {
    let detail = "another event came with this idempotency key; give each event a key of its own";
    Problem::new(Kind::KeyReused, detail)
}
