//! Records of every framing and of other versions through the decoder, with a registry that answers over a real socket.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use schemas::wire::{self, Fingerprint, SchemaId};
use schemas::{Agent, Source, Time};
use stream::registry::{CacheSettings, Registry};

use super::*;

/// The event as another team writes it: a field more, a field less, `id` before `detail`, in a namespace of their own.
fn another_schema() -> String {
    let text = released::AUDIT_EVENT.text.replace("\"sealtrail\"", "\"their.own\"");
    let mut schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    let fields = schema["fields"].as_array_mut().unwrap();
    fields.retain(|field| field["name"] != "trace_id");
    fields.insert(0, serde_json::json!({"name": "aaa_theirs", "type": "string"}));
    schema.to_string()
}

const REFERRING: &str = r#"{"type":"record","name":"AuditEvent","fields":[{"name":"x","type":"other.Type"}]}"#;

/// Answers by path; a path that is not listed is unknown.
fn registry(answers: Vec<(&'static str, serde_json::Value)>) -> (CachedRegistry, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/apis/ccompat/v7", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            count.fetch_add(1, Ordering::SeqCst);
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let found = answers.iter().find(|(known, _)| path.ends_with(known));
            let unknown = serde_json::json!({"error_code": 40403, "message": "no such schema"});
            let (status, body) = found.map_or((404, &unknown), |(_, body)| (200, body));
            // Apicurio's own interface answers with the schema itself.
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(&[head.into_bytes(), body.into_bytes()].concat()).unwrap();
        }
    });
    (CachedRegistry::new(Registry::new(&url), CacheSettings::default()), asked)
}

fn decoder() -> (Decoder, Arc<AtomicUsize>) {
    let ours = serde_json::json!({"schema": released::AUDIT_EVENT.text});
    let (registry, asked) = registry(vec![
        ("/schemas/ids/1", ours.clone()),
        ("/schemas/ids/2", serde_json::json!({"schema": another_schema()})),
        ("/schemas/ids/3", serde_json::json!({"schema": released::SEALED_EVENT.text})),
        ("/schemas/ids/4", serde_json::json!({"schema": released::AUDIT_EVENT.text, "schemaType": "JSON"})),
        (
            "/schemas/ids/5",
            serde_json::json!({"schema": REFERRING, "references": [{"name": "other.Type", "subject": "s", "version": 1}]}),
        ),
        ("/schemas/ids/6", serde_json::json!({"schema": "no schema"})),
        ("/schemas/guids/00010203-0405-0607-0809-0a0b0c0d0e0f", ours),
        ("/ids/globalIds/7", serde_json::from_str(released::AUDIT_EVENT.text).unwrap()),
    ]);
    (Decoder::new(registry), asked)
}

fn event() -> AuditEvent<'static> {
    AuditEvent {
        event_id: "e-1".into(),
        tenant: "north".into(),
        event_type: "record.viewed".into(),
        action: "read".into(),
        outcome: "success".into(),
        occurred_at: Time::parse("2026-03-01T09:30:00+01:00").unwrap(),
        agents: vec![Agent { id: Some("a-1".into()), ..Agent::default() }].into(),
        source: Source { system: "ehr".into(), ..Source::default() },
        note: Some("größer".into()),
        ..AuditEvent::default()
    }
}

fn framed(framing: impl Into<wire::Framing>) -> Vec<u8> {
    let mut record = Vec::new();
    wire::encode_event(&mut record, framing, &event()).unwrap();
    record
}

fn body() -> Vec<u8> {
    let mut body = Vec::new();
    event().encode(&mut body);
    body
}

/// The other team's record of the same event: their field first, no trace id last.
fn theirs(id: u32) -> Vec<u8> {
    let mut record = Vec::new();
    wire::write_header(&mut record, SchemaId(id));
    schemas::avro::write_string(&mut record, "what they alone know");
    let mut ours = body();
    assert_eq!(ours.pop(), Some(0), "a trace id that is not there");
    record.extend_from_slice(&ours);
    record
}

fn fault(decoder: &mut Decoder, record: &[u8]) -> DecodeFault {
    decoder.decode(record, &mut Vec::new(), |_| None).unwrap().unwrap_err().fault
}

#[test]
fn every_framing_gives_the_same_event() {
    let (mut decoder, asked) = decoder();
    let fingerprint = released::AUDIT_EVENT.fingerprint();
    assert_eq!(decoder.decode(&framed(fingerprint), &mut Vec::new(), |_| None).unwrap(), Ok(event()));
    assert_eq!(asked.load(Ordering::SeqCst), 0, "a fingerprint of ours needs no registry");
    assert_eq!(decoder.decode(&framed(SchemaId(1)), &mut Vec::new(), |_| None).unwrap(), Ok(event()));
    let guid: Vec<u8> = std::iter::once(1).chain(0..16).collect();
    for (name, value) in [
        ("__value_schema_id", guid),
        ("__value_schema_id", vec![0, 0, 0, 0, 1]),
        ("apicurio.value.contentId", 1_u64.to_be_bytes().to_vec()),
        ("apicurio.value.globalId", 7_u64.to_be_bytes().to_vec()),
    ] {
        let header = |asked_for: &str| (asked_for == name).then_some(value.as_slice());
        assert_eq!(decoder.decode(&body(), &mut Vec::new(), header).unwrap(), Ok(event()), "{name}");
    }
}

#[test]
fn another_version_is_translated_and_its_schema_is_asked_for_once() {
    let (mut decoder, asked) = decoder();
    for _ in 0..3 {
        assert_eq!(decoder.decode(&theirs(2), &mut Vec::new(), |_| None).unwrap(), Ok(event()));
        assert_eq!(decoder.decode(&framed(SchemaId(1)), &mut Vec::new(), |_| None).unwrap(), Ok(event()));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let whole = theirs(2);
    assert_eq!(fault(&mut decoder, &whole[..whole.len() - 1]), DecodeFault::Truncated);
    assert_eq!(fault(&mut decoder, &[whole.as_slice(), &[0]].concat()), DecodeFault::TrailingBytes);
    assert_eq!(
        decoder.decode(&whole, &mut Vec::new(), |_| None).unwrap(),
        Ok(event()),
        "a refused record leaves nothing behind"
    );
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let (mut decoder, asked) = decoder();
    for id in [3, 4, 5, 6] {
        for _ in 0..2 {
            assert_eq!(fault(&mut decoder, &framed(SchemaId(id))), DecodeFault::UnresolvableSchema, "id {id}");
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 4);
    assert_eq!(fault(&mut decoder, &framed(SchemaId(99))), DecodeFault::UnknownSchema);
    assert_eq!(fault(&mut decoder, &framed(Fingerprint(1))), DecodeFault::UnknownSchema);
    let header = |name: &str| (name == "apicurio.value.globalId").then_some(&[0_u8; 8][..]);
    assert_eq!(
        decoder.decode(&body(), &mut Vec::new(), header).unwrap().unwrap_err().fault,
        DecodeFault::UnknownSchema
    );
    let broken = |name: &str| (name == "__value_schema_id").then_some(&b"x"[..]);
    assert_eq!(
        decoder.decode(&framed(SchemaId(1)), &mut Vec::new(), broken).unwrap().unwrap_err().fault,
        DecodeFault::BadWireFormat
    );
    assert_eq!(fault(&mut decoder, b"{\"json\": true}"), DecodeFault::BadWireFormat);
    assert_eq!(fault(&mut decoder, &[]), DecodeFault::Truncated);
}

#[test]
fn a_flood_of_schemas_does_not_fill_the_memory() {
    let (mut decoder, _) = decoder();
    for id in 0..MEANINGS_MAX as u32 * 3 {
        decoder.meanings.insert(SchemaRef::Id(SchemaId(1_000 + id)), Meaning::Unresolvable);
        decoder.meanings.remove(&SchemaRef::Id(SchemaId(1)));
        assert_eq!(decoder.decode(&framed(SchemaId(1)), &mut Vec::new(), |_| None).unwrap(), Ok(event()));
        assert!(decoder.meanings.len() <= MEANINGS_MAX + 1);
    }
}
