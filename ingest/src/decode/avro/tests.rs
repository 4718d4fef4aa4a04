//! What a body's frame says of its schema. The registry is away in all of these; the real one is asked in systest.

use std::time::Instant;

use schemas::AuditEvent;
use stream::registry::{CacheSettings, Registry};

use super::*;

/// Our schema has the id 7; port 1 of this machine refuses connections at once.
fn schemas() -> Schemas {
    let registry = CachedRegistry::new(Registry::new("http://127.0.0.1:1"), CacheSettings::default());
    Schemas::new(registry, OwnSchema::known_as(7), Shutdown::new())
}

fn encoded(head: &[u8]) -> Vec<u8> {
    let json = crate::decode::tests::EVENT;
    let event: AuditEvent<'_> = serde_json::from_str(json).unwrap();
    let mut body = head.to_vec();
    event.encode(&mut body);
    body
}

async fn decoded(schemas: &Schemas, body: &[u8]) -> Result<String, Problem> {
    let plain = schemas.plain(body).await?;
    let event = crate::decode::decode_avro(&plain, "north")?;
    Ok(event.event_id.to_string())
}

#[tokio::test]
async fn both_framings_carry_the_event() {
    let mut single = Vec::new();
    schemas::wire::write_header(&mut single, released::AUDIT_EVENT.fingerprint());
    for head in [[0, 0, 0, 0, 7].as_slice(), &single] {
        assert_eq!(decoded(&schemas(), &encoded(head)).await.unwrap(), "e-1");
    }
}

#[tokio::test]
async fn broken_bytes_and_unknown_schemas_are_told_apart() {
    for (body, kind, said) in [
        (encoded(b"\xc3\x0112345678"), Kind::UnknownSchema, "this fingerprint"),
        (b"\xc3\x011234".to_vec(), Kind::MalformedAvro, "truncated at byte 6"),
        (b"{}".to_vec(), Kind::MalformedAvro, "bad-wire-format at byte 0"),
        (vec![], Kind::MalformedAvro, "truncated at byte 0"),
        ([encoded(&[0, 0, 0, 0, 7]), vec![0]].concat(), Kind::MalformedAvro, "trailing-bytes"),
    ] {
        let problem = decoded(&schemas(), &body).await.unwrap_err();
        assert!(problem.kind() == kind && problem.to_string().contains(said), "{said}: {problem:?}");
    }
}

#[tokio::test]
async fn a_schema_that_nobody_can_be_asked_about_is_no_mistake_of_the_sender() {
    let began = Instant::now();
    let problem = decoded(&schemas(), &encoded(&[0, 0, 0, 0, 8])).await.unwrap_err();
    assert_eq!(problem.kind(), Kind::RegistryAway, "{problem:?}");
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
}
