//! CloudEvents as the specification writes them, and what is left of them as events.

use axum::http::{HeaderMap, HeaderValue};
use schemas::{AuditEvent, Defaults, decode_json};

use super::*;

const DATA: &str = r#"{"action":"read","outcome":"success","agents":[{"id":"a-1"}]}"#;

fn envelope(members: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","type":"patient-record.viewed","source":"/ehr/ward-3","id":"A234-1234-1234",
        "time":"2018-04-05T17:31:00Z"{members}}}"#
    )
}

fn decoded(plain: &[u8], check: impl FnOnce(&AuditEvent<'_>)) {
    let defaults = Defaults { tenant: Some("north"), event_id: None };
    match decode_json(plain, &defaults) {
        Ok(event) => check(&event),
        Err(refusal) => panic!("{refusal:?}: {}", String::from_utf8_lossy(plain)),
    }
}

fn refused(body: &str) -> String {
    format!("{:?}", structured(body.as_bytes()).unwrap_err())
}

#[test]
fn the_attributes_give_what_the_data_does_not_say() {
    let sent = envelope(&format!(
        r#","subject":"123","comexampleextension1":"value","comexampleothervalue":5,"unset":null,
        "datacontenttype":"application/json","data":{DATA}"#
    ));
    decoded(&structured(sent.as_bytes()).unwrap(), |event| {
        assert_eq!(event.event_id, "/ehr/ward-3/A234-1234-1234");
        assert_eq!(event.event_type, "patient-record.viewed");
        assert_eq!(event.occurred_at.to_string(), "2018-04-05T17:31:00Z");
        assert_eq!(event.source.system, "/ehr/ward-3");
        assert_eq!(event.origin.as_ref().unwrap().native_id.as_deref(), Some("A234-1234-1234"));
        assert_eq!(event.origin.as_ref().unwrap().format.as_deref(), Some("cloudevents"));
        let extras: Vec<_> = event.extras.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            extras,
            [
                ("cloudevents.comexampleextension1", "value"),
                ("cloudevents.comexampleothervalue", "5"),
                ("cloudevents.subject", "123"),
            ]
        );
    });
}

#[test]
fn what_the_data_says_itself_stays_and_no_attribute_is_lost() {
    let data = r#"{"event_id":"own","event_type":"own.type","occurred_at":"2020-01-01T00:00:00Z","source":{"system":"own"},
        "extras":{"ward":"3B"},"action":"read","outcome":"success","agents":[{"id":"a-1"}]}"#;
    decoded(&structured(envelope(&format!(",\"data\":{data}")).as_bytes()).unwrap(), |event| {
        assert_eq!((event.event_id.as_str(), event.event_type.as_str()), ("own", "own.type"));
        assert_eq!((event.source.system.as_str(), event.extras.get("ward")), ("own", Some("3B")));
        assert_eq!(event.extras.get("cloudevents.source"), Some("/ehr/ward-3"));
        assert_eq!(event.extras.get("cloudevents.type"), Some("patient-record.viewed"));
        assert_eq!(event.extras.get("cloudevents.time"), Some("2018-04-05T17:31:00Z"));
        assert_eq!(event.origin.as_ref().unwrap().native_id.as_deref(), Some("A234-1234-1234"));
    });
    let site = DATA.replacen('{', "{\"source\":{\"site\":\"3B\"},", 1);
    decoded(&structured(envelope(&format!(",\"data\":{site}")).as_bytes()).unwrap(), |event| {
        assert_eq!((event.source.system.as_str(), event.source.site.as_deref()), ("/ehr/ward-3", Some("3B")));
    });
}

#[test]
fn data_may_come_as_base64() {
    let sent = envelope(&format!(",\"data_base64\":\"{}\"", STANDARD.encode(DATA)));
    decoded(&structured(sent.as_bytes()).unwrap(), |event| assert_eq!(event.action, "read"));
}

#[test]
fn a_repeated_member_of_the_data_is_kept_for_the_decoder_to_refuse() {
    let data = DATA.replacen('{', "{\"action\":\"erase\",", 1);
    let plain = structured(envelope(&format!(",\"data\":{data}")).as_bytes()).unwrap();
    assert!(decode_json(&plain, &Defaults { tenant: Some("north"), event_id: None }).is_err());
    let extras = DATA.replacen('{', "{\"extras\":{\"cloudevents.subject\":\"a\"},", 1);
    let plain = structured(envelope(&format!(",\"subject\":\"b\",\"data\":{extras}")).as_bytes()).unwrap();
    assert!(decode_json(&plain, &Defaults { tenant: Some("north"), event_id: None }).is_err());
}

#[test]
fn what_is_no_cloudevent_of_an_event_is_refused_by_name() {
    let with_data = envelope(&format!(",\"data\":{DATA}"));
    for (sent, said) in [
        (with_data.replace("\"1.0\"", "\"0.3\""), "must be 1.0"),
        (with_data.replace("\"specversion\":\"1.0\",", ""), "`specversion` is missing"),
        (with_data.replace("A234-1234-1234", ""), "`id` is missing or empty"),
        (envelope(""), "`data` is missing"),
        (envelope(",\"data\":null"), "`data` is missing"),
        (envelope(",\"data\":\"<xml/>\""), "the data must be the event"),
        (envelope(",\"data\":{},\"data_base64\":\"e30=\""), "not both"),
        (envelope(",\"data_base64\":\"?\""), "base64, with its padding"),
        (envelope(&(0..101).map(|name| format!(",\"a{name}\":1")).collect::<String>()), "at most 100 attributes"),
        (envelope(",\"data\":{},\"data\":{}"), "given twice"),
        (envelope(",\"id\":\"2\",\"data\":{}"), "given twice"),
        (envelope(",\"Jane Doe\":\"1969\",\"data\":{}"), "lower-case letters and digits"),
        (envelope(",\"nested\":{\"a\":1},\"data\":{}"), "attributes are strings"),
        (envelope(",\"datacontenttype\":\"application/xml\",\"data\":{}"), "must be application/json"),
        ("[]".to_owned(), "one JSON object"),
    ] {
        let problem = refused(&sent);
        assert!(problem.contains(said), "{said}: {problem}");
        assert!(!problem.contains("Jane") && !problem.contains("1969"), "{problem}");
    }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_static(value));
    }
    headers
}

/// The encoding and the decoding examples of the HTTP binding.
#[test]
fn binary_mode_reads_headers_as_the_binding_says() {
    let sent = headers(&[
        ("ce-specversion", "1.0"),
        ("ce-type", "patient-record.viewed"),
        ("ce-source", "/ehr/ward-3"),
        ("ce-id", "A%20B%E2%82%AC"),
        ("ce-time", "2018-04-05T03:56:24Z"),
        ("ce-subject", "\"Euro \\\"%E2%82%AC\\\" %F0%9F%98%80\""),
        ("ce-euro", "%e2%82%ac"),
        ("ce-percent", "100%25"),
        ("content-type", "application/json; charset=utf-8"),
        ("other", "not an attribute"),
    ]);
    decoded(&Attributes::from_headers(&sent).unwrap().plain(DATA.as_bytes()).unwrap(), |event| {
        assert_eq!(event.event_id, "/ehr/ward-3/A B€");
        assert_eq!(event.extras.get("cloudevents.subject"), Some("Euro \"€\" 😀"));
        assert_eq!(event.extras.get("cloudevents.euro"), Some("€"));
        assert_eq!(event.extras.get("cloudevents.percent"), Some("100%"));
        assert_eq!(event.extras.len(), 3);
    });
}

#[test]
fn a_header_that_cannot_be_read_is_refused() {
    for (name, value) in [("ce-note", "%ff"), ("ce-bad-name", "x"), ("ce-datacontenttype", "application/json")] {
        let mut sent = headers(&[("ce-specversion", "1.0"), ("ce-type", "t"), ("ce-source", "s"), ("ce-id", "i")]);
        sent.append(name, HeaderValue::from_static(value));
        assert!(Attributes::from_headers(&sent).is_err(), "{name}");
    }
    let twice =
        headers(&[("ce-specversion", "1.0"), ("ce-type", "t"), ("ce-source", "s"), ("ce-id", "i"), ("ce-id", "j")]);
    assert!(Attributes::from_headers(&twice).is_err());
}
