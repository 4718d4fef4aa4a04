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
use serde_json::{Map, Value};
use utoipa::PartialSchema as _;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApiBuilder};

use crate::batch::answer;
use crate::problem::Document;
use crate::receipt::Receipt;

/// The two forms of the description, ready to be sent.
pub struct Description {
    document: Bytes,
    page: Bytes,
    policy: String,
}

impl Description {
    pub fn new(asks_for_keys: bool) -> Self {
        let document = document(asks_for_keys);
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

/// The OpenAPI document of a gateway that asks who somebody is, or of one that asks nobody.
pub fn document(asks_for_keys: bool) -> Value {
    let description = "Takes audit events. A 2xx means that all in-sync replicas of Kafka hold the event.";
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0"));
    let info = InfoBuilder::new()
        .title("Sealtrail gateway")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description))
        .license(Some(license.build()));
    let security = ["bearer", "apiKey", "signature"].map(|name| SecurityRequirement::new(name, [""; 0]));
    let security = security.into_iter().filter(|_| asks_for_keys);
    let document = OpenApiBuilder::new()
        .info(info)
        .paths(paths::paths())
        .components(Some(components()))
        .security(Some(security))
        .build();
    with_event(serde_json::to_value(document).unwrap_or_default())
}

/// What the answers are made of, and the ways to be let in.
fn components() -> Components {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("`Authorization: Bearer <key>`"));
    let signature = "RFC 9421 with HMAC-SHA256, together with signature-input and content-digest";
    let header = |name: &str, description: &str| {
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, description)))
    };
    ComponentsBuilder::new()
        .schema("Receipt", Receipt::schema())
        .schema("Result", answer::result_schema())
        .schema("BatchAnswer", answer::schema())
        .schema("Problem", Document::schema())
        .security_scheme("bearer", SecurityScheme::Http(bearer.build()))
        .security_scheme("apiKey", header("x-api-key", "the key alone"))
        .security_scheme("signature", header("signature", signature))
        .build()
}

/// The event's own JSON Schema, which says more than the builder's types can carry; its parts stand beside it.
fn with_event(mut document: Value) -> Value {
    let text = json_schema(Form::HTTP).to_string().replace("#/$defs/", "#/components/schemas/");
    let mut event: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    event.remove("$schema");
    let parts = event.remove("$defs").unwrap_or_default();
    if let Some(schemas) = document["components"]["schemas"].as_object_mut()
        && let Value::Object(parts) = parts
    {
        schemas.extend(parts);
        schemas.insert("AuditEvent".to_owned(), event.into());
    }
    document
}

#[cfg(test)]
mod tests;
