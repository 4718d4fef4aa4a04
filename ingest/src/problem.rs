//! Every refusal as a problem document (RFC 9457): what is wrong, in which fields, and the fix. Never what was sent.

use std::fmt;

use axum::Json;
use axum::body::Bytes;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use schemas::Mistake;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, Array, ArrayBuilder, Object, ObjectBuilder, Type};

use crate::metric::IngestMetric;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<Mistake>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The closed set of refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    BadRequest,
    MalformedJson,
    MalformedAvro,
    MalformedCloudEvent,
    BrokenOff,
    BrokenCompression,
    Unauthenticated,
    Forbidden,
    NotFound,
    WrongMethod,
    SlowHead,
    TooSlow,
    TooLarge,
    Bomb,
    WrongType,
    WrongEncoding,
    UnknownSchema,
    UnresolvableSchema,
    InvalidEvent,
    EventIdReused,
    KeyReused,
    EmptyBatch,
    TooBusy,
    RateLimited,
    HeadTooLarge,
    TooManyConnections,
    Stopping,
    KafkaAway,
    RegistryAway,
    Unacknowledged,
    NotStored,
}

impl Kind {
    /// All of them; a test holds this against the declaration.
    pub const ALL: [Self; 31] = [
        Self::BadRequest,
        Self::MalformedJson,
        Self::MalformedAvro,
        Self::MalformedCloudEvent,
        Self::BrokenOff,
        Self::BrokenCompression,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::WrongMethod,
        Self::SlowHead,
        Self::TooSlow,
        Self::TooLarge,
        Self::Bomb,
        Self::WrongType,
        Self::WrongEncoding,
        Self::UnknownSchema,
        Self::UnresolvableSchema,
        Self::InvalidEvent,
        Self::EventIdReused,
        Self::KeyReused,
        Self::EmptyBatch,
        Self::TooBusy,
        Self::RateLimited,
        Self::HeadTooLarge,
        Self::TooManyConnections,
        Self::Stopping,
        Self::KafkaAway,
        Self::RegistryAway,
        Self::Unacknowledged,
        Self::NotStored,
    ];

    /// The stable label, of the `type` and of the metric.
    pub fn label(self) -> &'static str {
        self.words().1
    }

    /// The `type` of its documents.
    pub fn urn(self) -> String {
        format!("urn:sealtrail:problem:{}", self.label())
    }

    /// The status, the label of the `type` and of the metric, and the title.
    fn words(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::BadRequest => (S::BAD_REQUEST, "bad-request", "The request cannot be read"),
            Self::MalformedJson => (S::BAD_REQUEST, "malformed-json", "The body is not a JSON event"),
            Self::MalformedAvro => (S::BAD_REQUEST, "malformed-avro", "The body is not an Avro event"),
            Self::MalformedCloudEvent => (S::BAD_REQUEST, "malformed-cloudevent", "The body is not a CloudEvent"),
            Self::BrokenOff => (S::BAD_REQUEST, "broken-off", "The body broke off"),
            Self::BrokenCompression => (S::BAD_REQUEST, "broken-compression", "The body cannot be decompressed"),
            Self::Unauthenticated => (S::UNAUTHORIZED, "unauthenticated", "The sender is not known"),
            Self::Forbidden => (S::FORBIDDEN, "forbidden", "The key does not allow this"),
            Self::NotFound => (S::NOT_FOUND, "not-found", "There is nothing at this path"),
            Self::WrongMethod => (S::METHOD_NOT_ALLOWED, "wrong-method", "This path takes another method"),
            Self::SlowHead => (S::REQUEST_TIMEOUT, "slow-head", "The head of the request took too long to arrive"),
            Self::TooSlow => (S::REQUEST_TIMEOUT, "too-slow", "The body took too long to arrive"),
            Self::TooLarge => (S::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
            Self::Bomb => (S::PAYLOAD_TOO_LARGE, "bomb", "The body grows too much when it is decompressed"),
            Self::WrongType => {
                (S::UNSUPPORTED_MEDIA_TYPE, "wrong-content-type", "The body is not of a type that this path takes")
            }
            Self::WrongEncoding => {
                (S::UNSUPPORTED_MEDIA_TYPE, "wrong-content-encoding", "The body is compressed in an unknown way")
            }
            Self::UnknownSchema => (S::UNPROCESSABLE_ENTITY, "unknown-schema", "The body's schema is not known"),
            Self::UnresolvableSchema => {
                (S::UNPROCESSABLE_ENTITY, "unresolvable-schema", "The body's schema cannot be read as an event")
            }
            Self::InvalidEvent => {
                (S::UNPROCESSABLE_ENTITY, "invalid-event", "The event has fields that cannot be accepted")
            }
            Self::EventIdReused => (S::UNPROCESSABLE_ENTITY, "event-id-reused", "Another event has the same event_id"),
            Self::KeyReused => {
                (S::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Another event has the same idempotency key")
            }
            Self::EmptyBatch => (S::UNPROCESSABLE_ENTITY, "empty-batch", "The batch has no event"),
            Self::TooBusy => (S::TOO_MANY_REQUESTS, "too-busy", "Too much is in flight"),
            Self::RateLimited => (S::TOO_MANY_REQUESTS, "rate-limited", "The key's limit is used up"),
            Self::HeadTooLarge => {
                (S::REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large", "The head of the request is too large")
            }
            Self::TooManyConnections => {
                (S::SERVICE_UNAVAILABLE, "too-many-connections", "Too many connections are open")
            }
            Self::Stopping => (S::SERVICE_UNAVAILABLE, "stopping", "The gateway is being stopped"),
            Self::KafkaAway => (S::SERVICE_UNAVAILABLE, "kafka-away", "Kafka cannot be reached"),
            Self::RegistryAway => (S::SERVICE_UNAVAILABLE, "registry-away", "The schema registry cannot be asked"),
            Self::Unacknowledged => (S::SERVICE_UNAVAILABLE, "unacknowledged", "Kafka did not acknowledge the event"),
            Self::NotStored => (S::SERVICE_UNAVAILABLE, "not-stored", "Kafka does not take the event"),
        }
    }

    /// Seconds after which the same request may work.
    fn retry_after(self) -> Option<u32> {
        match self {
            Self::TooBusy | Self::Stopping | Self::TooManyConnections => Some(1),
            Self::KafkaAway | Self::RegistryAway | Self::Unacknowledged | Self::NotStored => Some(5),
            _ => None,
        }
    }

    /// A header that belongs to every refusal of this kind.
    fn header(self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Unauthenticated => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"sealtrail\""))),
            Self::WrongEncoding => Some((ACCEPT_ENCODING, HeaderValue::from_static("gzip, zstd, identity"))),
            _ => None,
        }
    }
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    /// All wrong fields at once.
    pub fn fields(errors: Vec<Mistake>) -> Self {
        let detail = format!("fields to correct: {}; nothing was stored", errors.len());
        Self { kind: Kind::InvalidEvent, detail, errors, headers: Vec::new() }
    }

    /// The same with one more header, for what only the place of the refusal knows.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn status(&self) -> StatusCode {
        self.kind.words().0
    }

    /// The document alone, as part of an answer to many events.
    pub fn document(self) -> Document {
        self.into_document().2
    }

    /// Puts the place of the event before the places of its mistakes.
    #[must_use]
    pub fn under(mut self, place: &str) -> Self {
        for error in &mut self.errors {
            error.pointer.insert_str(0, place);
        }
        self
    }

    /// Another fix for one mistake, where the place of the refusal knows a better one.
    #[must_use]
    pub fn with_fix(mut self, pointer: &str, reason: &str, fix: &str) -> Self {
        for error in self.errors.iter_mut().filter(|error| error.pointer == pointer && error.reason == reason) {
            fix.clone_into(&mut error.fix);
        }
        self
    }

    /// Without the list of its mistakes where it does not fit into what is left of a budget.
    #[must_use]
    pub fn at_most(mut self, mistakes_left: &mut usize) -> Self {
        match mistakes_left.checked_sub(self.errors.len()) {
            Some(left) => *mistakes_left = left,
            None => self.errors.clear(),
        }
        self
    }

    /// Counts the refusal where it is made.
    pub fn count(self) -> Self {
        IngestMetric::RequestsRefused.with(&[("reason", self.kind.words().1)]).increment(1);
        self
    }

    #[cfg(test)]
    pub fn errors(&self) -> Vec<(&str, &'static str)> {
        self.errors.iter().map(|error| (error.pointer.as_str(), error.reason)).collect()
    }
}

/// The document's form.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Problem)]
pub struct Document {
    #[schema(schema_with = types)]
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = mistakes)]
    errors: Vec<Mistake>,
}

/// Every `type` that a document may have.
fn types() -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Kind::ALL.map(Kind::urn))).build()
}

/// The pure package of [`Mistake`] knows nothing of this description; an example holds the two together.
fn mistakes() -> Array {
    let members = ["pointer", "reason", "fix"];
    let mistake = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let mistake = members.iter().fold(mistake, |mistake, name| mistake.property(*name, text()).required(*name));
    ArrayBuilder::new().items(mistake).build()
}

impl Problem {
    fn into_document(self) -> (Kind, HeaderMap, Document) {
        let Self { kind, detail, errors, headers: own } = self;
        let (status, _, title) = kind.words();
        let r#type = kind.urn();
        let document = Document { r#type, title, status: status.as_u16(), detail, errors };
        let mut headers = HeaderMap::from_iter(own);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = kind.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some((name, value)) = kind.header() {
            headers.insert(name, value);
        }
        (kind, headers, document)
    }

    /// The whole answer as bytes, for a connection that ends with it and where no server is at work.
    pub fn into_wire(self) -> Bytes {
        let (kind, headers, document) = self.into_document();
        // The document has text and numbers only, which always have a JSON form.
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut wire = format!("HTTP/1.1 {}\r\nconnection: close\r\n", kind.words().0);
        for (name, value) in &headers {
            wire.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
        }
        wire.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        Bytes::from(wire)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (kind, headers, document) = self.into_document();
        let mut response = (kind.words().0, Json(document)).into_response();
        response.headers_mut().extend(headers);
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.detail)
    }
}

/// So that a refusal finds its way through readers that know I/O errors only.
impl std::error::Error for Problem {}
