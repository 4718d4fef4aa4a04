//! What comes in is what Kafka holds: every form, every line, and each event once.

use std::collections::BTreeSet;

use schemas::released::AUDIT_EVENT;
use schemas::wire::{SchemaId, encode_event};
use stream::registry::Registry;

use super::*;

#[test]
fn every_form_of_an_event_gets_a_receipt_for_its_place() {
    let (ground, ingest) = start();
    let (agent, url) = (agent(), ingest.url("/v1/events").unwrap());
    let mut expected = BTreeMap::new();
    let mut post = |id: &str, headers: &[(&str, &str)], body: &[u8]| {
        let (status, is_replay, receipt) = send(&agent, &url, headers, body).unwrap();
        assert_eq!((status, is_replay, receipt["event_id"].as_str()), (201, false, Some(id)), "{receipt}");
        assert_eq!(receipt["topic"], "audit.events");
        assert!(schemas::Time::parse(receipt["time"].as_str().unwrap()).is_some(), "{receipt}");
        expected.insert(id.to_owned(), vec![place(&receipt)]);
    };
    let json = ("content-type", "application/json");
    post("json", &[json], event("json").to_string().as_bytes());

    let id = Registry::new(&ground.stack().registry_url).register(AUDIT_EVENT.subject, AUDIT_EVENT.text).unwrap();
    let mut avro = event("avro");
    avro["tenant"] = json!(TENANT);
    let avro = avro.to_string();
    let mut record = Vec::new();
    encode_event(&mut record, SchemaId(id), &serde_json::from_str::<AuditEvent<'_>>(&avro).unwrap()).unwrap();
    post("avro", &[("content-type", "application/avro")], &record);

    let mut data = event("");
    data.as_object_mut().unwrap().remove("event_id");
    let structured = json!({"specversion": "1.0", "id": "1", "source": "/ehr", "type": "t", "data": data});
    post("/ehr/1", &[("content-type", "application/cloudevents+json")], structured.to_string().as_bytes());
    let binary = [json, ("ce-specversion", "1.0"), ("ce-id", "2"), ("ce-source", "/ehr"), ("ce-type", "t")];
    post("/ehr/2", &binary, data.to_string().as_bytes());

    let (status, _, problem) = send(&agent, &url, &[json], data.to_string().as_bytes()).unwrap();
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/event_id")), "{problem}");
    assert!(problem["errors"][0]["fix"].as_str().unwrap().contains("idempotency-key"), "{problem}");
    let (_, _, receipt) = send(&agent, &url, &[json, ("idempotency-key", "k-1")], data.to_string().as_bytes()).unwrap();
    let (status, is_replay, again) =
        send(&agent, &url, &[json, ("idempotency-key", "\"k-1\"")], data.to_string().as_bytes()).unwrap();
    assert_eq!((status, is_replay, &again), (200, true, &receipt));
    expected.insert(receipt["event_id"].as_str().unwrap().to_owned(), vec![place(&receipt)]);
    let other = event("other").to_string();
    let (status, _, problem) = send(&agent, &url, &[json, ("idempotency-key", "k-1")], other.as_bytes()).unwrap();
    assert_eq!((status, problem["type"].as_str()), (422, Some("urn:sealtrail:problem:idempotency-key-reused")));

    ingest.stop().unwrap();
    assert_eq!(held(&ground), expected);
}

#[test]
fn an_event_sent_fifty_times_at_once_is_one_record_with_one_receipt() {
    let (ground, ingest) = start();
    let url = ingest.url("/v1/events").unwrap();
    let body = event("once").to_string();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..50)
            .map(|_| {
                scope.spawn(|| send(&agent(), &url, &[("content-type", "application/json")], body.as_bytes()).unwrap())
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|(status, is_replay, _)| (*status, *is_replay) == (201, false)).count(), 1);
    assert_eq!(answers.iter().filter(|(status, is_replay, _)| (*status, *is_replay) == (200, true)).count(), 49);
    let receipts: BTreeSet<_> = answers.iter().map(|(_, _, receipt)| receipt.to_string()).collect();
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    let other = body.replace("\"read\"", "\"update\"");
    let (status, _, problem) = send(&agent(), &url, &[("content-type", "application/json")], other.as_bytes()).unwrap();
    assert_eq!((status, problem["type"].as_str()), (422, Some("urn:sealtrail:problem:event-id-reused")));
    ingest.stop().unwrap();
    assert_eq!(held(&ground), BTreeMap::from([("once".to_owned(), vec![place(&answers[0].2)])]));
}

#[test]
fn every_line_of_a_batch_has_its_own_answer_and_it_is_true() {
    let (ground, ingest) = start();
    let (agent, url) = (agent(), ingest.url("/v1/events:batch").unwrap());
    let mut foreign = event("foreign");
    foreign["tenant"] = json!("other-hospital");
    let body = [
        event("one").to_string(),
        String::new(),
        "{\"event_id\": Jane Doe}".to_owned(),
        event("two").to_string(),
        foreign.to_string(),
        event("one").to_string(),
        event("two").to_string().replace("\"read\"", "\"update\""),
        format!("{{\"note\":\"{}\"}}", "x".repeat(1 << 20)),
        event("three").to_string(),
    ];
    let (status, _, answer) = send(&agent, &url, &[("content-type", NDJSON)], body.join("\n").as_bytes()).unwrap();
    assert_eq!(status, 207, "{answer}");
    assert_eq!((&answer["accepted"], &answer["refused"]), (&json!(4), &json!(4)));
    let results = answer["results"].as_array().unwrap();
    let told: Vec<_> = results
        .iter()
        .map(|result| (result["status"].as_u64().unwrap(), result["problem"]["type"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [
            (201, ""),
            (400, "urn:sealtrail:problem:malformed-json"),
            (201, ""),
            (422, "urn:sealtrail:problem:invalid-event"),
            (200, ""),
            (422, "urn:sealtrail:problem:event-id-reused"),
            (413, "urn:sealtrail:problem:too-large"),
            (201, ""),
        ]
    );
    assert_eq!(results[3]["problem"]["errors"][0]["pointer"], "/tenant");
    assert!(!answer.to_string().contains("Jane"), "{answer}");

    let array = json!([event("four"), event("three")]).to_string();
    let broken = format!("{} {{", array.trim_end_matches(']'));
    let (status, _, partly) = send(&agent, &url, &[("content-type", "application/json")], broken.as_bytes()).unwrap();
    assert_eq!((status, partly["problem"]["type"].as_str()), (207, Some("urn:sealtrail:problem:malformed-json")));
    assert_eq!(accepted(&partly).len(), 2, "{partly}");
    let (status, _, whole) = send(&agent, &url, &[("content-type", "application/json")], array.as_bytes()).unwrap();
    assert_eq!((status, accepted(&whole)), (201, accepted(&partly)), "{whole}");

    ingest.stop().unwrap();
    let told: BTreeMap<_, _> =
        accepted(&answer).into_iter().chain(accepted(&partly)).map(|(id, place)| (id, vec![place])).collect();
    assert_eq!(held(&ground), told);
}
