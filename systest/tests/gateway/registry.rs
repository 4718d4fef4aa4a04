//! The schema registry, away and back, and events that others wrote with their own schema.

use loadtest::harness::wait_until;
use schemas::released::AUDIT_EVENT;
use schemas::resolve::Resolver;
use schemas::wire::{Fingerprint, Frame, SchemaId, SchemaRef, encode_event, write_header};
use stream::registry::Registry;

use super::*;

const JSON: (&str, &str) = ("content-type", "application/json");
const AVRO: (&str, &str) = ("content-type", "application/avro");
const PATIENCE: Duration = Duration::from_secs(60);

/// Brings the registry back, whatever becomes of the test: the next one needs it.
struct Away<'a>(&'a Ground);

impl<'a> Away<'a> {
    fn kill(ground: &'a Ground) -> Self {
        ground.dev("kill", &["registry", "-9"]).unwrap();
        Self(ground)
    }
}

impl Drop for Away<'_> {
    fn drop(&mut self) {
        self.0.dev("restart", &["registry"]).unwrap();
    }
}

fn sealed(ground: &Ground) -> u64 {
    loadtest::judge::count(&ground.pipeline).unwrap().sealed.total
}

/// How each event of Kafka names its schema.
fn frames(ground: &Ground) -> BTreeMap<String, SchemaRef> {
    let reader = TailReader::new(&ground.kafka(), topic::EVENTS.name).unwrap();
    let mut frames = BTreeMap::new();
    for partition in reader.partitions().unwrap() {
        let note = |_, payload: &[u8]| {
            let Frame { schema, body } = Frame::parse(payload).unwrap();
            frames.insert(AuditEvent::decode(body).unwrap().event_id.to_string(), schema);
            Ok::<_, stream::Error>(())
        };
        reader.read_all(partition, note).unwrap();
    }
    frames
}

/// An event in our schema, without a frame.
fn body(id: &str) -> Vec<u8> {
    let mut json = event(id);
    json["tenant"] = json!(TENANT);
    let json = json.to_string();
    let mut framed = Vec::new();
    encode_event(&mut framed, Fingerprint(0), &serde_json::from_str::<AuditEvent<'_>>(&json).unwrap()).unwrap();
    Frame::parse(&framed).unwrap().body.to_vec()
}

fn in_frame(id: u32, body: &[u8]) -> Vec<u8> {
    let mut record = Vec::new();
    write_header(&mut record, SchemaId(id));
    record.extend_from_slice(body);
    record
}

#[test]
fn without_the_registry_events_are_accepted_and_sealed_and_afterwards_they_carry_its_id() {
    let ground = Ground::fresh().unwrap();
    let id = Registry::new(&ground.stack().registry_url).register(AUDIT_EVENT.subject, AUDIT_EVENT.text).unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let away = Away::kill(&ground);
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    let (agent, url) = (agent(), ingest.url("/v1/events").unwrap());
    let first = event("away").to_string();
    let (status, _, receipt) = send(&agent, &url, &[JSON], first.as_bytes()).unwrap();
    assert_eq!(status, 201, "{receipt}");
    assert_eq!(frames(&ground)["away"], SchemaRef::Fingerprint(AUDIT_EVENT.fingerprint()));
    assert_eq!(ingest.metric("audit_ingest_schema_id_known").unwrap(), 0.0);
    wait_until("the event being sealed", PATIENCE, || Ok(sealed(&ground) == 1)).unwrap();
    let (status, _, problem) = send(&agent, &url, &[AVRO], &in_frame(id, &body("avro"))).unwrap();
    assert_eq!((status, problem["type"].as_str()), (503, Some("urn:sealtrail:problem:registry-away")));

    drop(away);
    wait_until("the gateway knowing the id", PATIENCE, || Ok(ingest.metric("audit_ingest_schema_id_known")? == 1.0))
        .unwrap();
    let (status, _, answer) = send(&agent, &url, &[AVRO], &in_frame(id, &body("avro"))).unwrap();
    assert_eq!(status, 201, "{answer}");
    assert_eq!(frames(&ground)["avro"], SchemaRef::Id(SchemaId(id)));
    // The frame is no part of what an event says: sent again it is still the same one.
    let (status, is_replay, again) = send(&agent, &url, &[JSON], first.as_bytes()).unwrap();
    assert_eq!((status, is_replay, &again), (200, true, &receipt));
    wait_until("both being sealed", PATIENCE, || Ok(sealed(&ground) == 2)).unwrap();
    ingest.stop().unwrap();
    enrich.stop().unwrap();
}

#[test]
fn an_event_in_a_schema_of_its_sender_is_taken_as_ours() {
    let (ground, ingest) = start();
    let (agent, url) = (agent(), ingest.url("/v1/events").unwrap());
    // The same event behind a field of the sender's own, so that every byte of ours stands elsewhere.
    let mut theirs: Value = serde_json::from_str(AUDIT_EVENT.text).unwrap();
    let own = json!({"name": "ward_round", "type": "string", "default": "none"});
    theirs["fields"].as_array_mut().unwrap().insert(0, own);
    let theirs = theirs.to_string();
    let registry = Registry::new(&ground.stack().registry_url);
    let id = registry.register("systest.their-event-value", &theirs).unwrap();
    let mut written = Vec::new();
    Resolver::between(AUDIT_EVENT.text, &theirs).unwrap().translate(&body("theirs"), &mut written).unwrap();
    assert_ne!(written, body("theirs"));
    let (status, _, receipt) = send(&agent, &url, &[AVRO], &in_frame(id, &written)).unwrap();
    assert_eq!((status, &receipt["event_id"]), (201, &json!("theirs")), "{receipt}");
    // What it says is what counts: as JSON it is the same event.
    let (status, is_replay, again) = send(&agent, &url, &[JSON], event("theirs").to_string().as_bytes()).unwrap();
    assert_eq!((status, is_replay, again), (200, true, receipt.clone()));

    let text = registry.register("systest.a-text-value", r#"{"type": "string"}"#).unwrap();
    for (schema, kind) in [(text, "unresolvable-schema"), (u32::MAX >> 1, "unknown-schema")] {
        let (status, _, problem) = send(&agent, &url, &[AVRO], &in_frame(schema, &written)).unwrap();
        assert_eq!((status, problem["type"].as_str()), (422, Some(&*format!("urn:sealtrail:problem:{kind}"))));
    }
    ingest.stop().unwrap();
    assert_eq!(held(&ground), BTreeMap::from([("theirs".to_owned(), vec![place(&receipt)])]));
}
