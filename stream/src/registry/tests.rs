//! The client against a server that misbehaves; the real registry is asked in `systest`.

use std::time::{Duration, Instant};

use runtime::Disposition;

use super::*;

mod server;
pub(super) use server::{Reply, Server};

const SUBJECT_MISSING: &str = r#"{"message":"No artifact with ID 'x' in group 'null' was found.","error_code":40401}"#;
const SCHEMA: &str = r#"{"schema":"{\"type\":\"string\"}"}"#;

fn failure(reply: Reply) -> Error {
    let server = Server::start(move |_| reply.clone());
    Registry::new(&server.url()).schema(SchemaKey::Id(7)).unwrap_err()
}

#[test]
fn odd_answers_are_errors_that_may_pass_and_name_what_was_asked() {
    let huge = "x".repeat(2 * 1024 * 1024);
    for (reply, reason) in [
        (Reply::new(500, "oops"), "status 500"),
        (Reply::new(503, r#"{"error_code":50301,"message":"not now"}"#), "not now"),
        (Reply::new(429, ""), "status 429"),
        (Reply::new(200, "<html>"), "not what its interface promises"),
        (Reply::new(200, r#"{"schema":7}"#), "not what its interface promises"),
        (Reply::new(200, huge), "larger than 1 MiB"),
        (Reply::new(404, "<html>not here</html>"), "give the root of its Confluent interface"),
        (
            Reply::new(404, r#"{"message":"no Route matched with those values"}"#),
            "give the root of its Confluent interface",
        ),
        (Reply::new(404, r#"{"status":404,"name":"NotFoundException"}"#), "give the root of its Confluent interface"),
        (Reply::garbage(), "no answer"),
        (Reply::reset(), "no answer"),
    ] {
        let error = failure(reply);
        let text = error.to_string();
        assert_eq!(error.disposition(), Disposition::Retry, "{text}");
        assert!(text.contains(reason) && text.contains("schema id 7") && text.contains("http://127.0.0.1:"), "{text}");
    }
}

#[test]
fn refusals_do_not_pass_and_name_the_fix() {
    for (reply, reason) in [
        (Reply::new(401, ""), "give it a user or token"),
        (Reply::new(403, r#"{"message":"no rights"}"#), "no rights; give it a user or token"),
        (Reply::new(302, "").header("location: http://elsewhere/"), "give the final address"),
        (Reply::new(422, r#"{"error_code":42201,"message":"bad schema"}"#), "bad schema"),
    ] {
        let error = failure(reply);
        assert_eq!(error.disposition(), Disposition::Fatal, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    let error = Registry::new("not a url").schema(SchemaKey::Id(1)).unwrap_err();
    assert!(error.to_string().contains("write it like http://host:port"), "{error}");
    let server = Server::start(|_| Reply::new(200, SCHEMA));
    let https = server.url().replace("http:", "https:");
    let error = Registry::new(&https).schema(SchemaKey::Id(1)).unwrap_err();
    assert!(
        error.disposition() == Disposition::Fatal && error.to_string().contains("https is not built in"),
        "{error}"
    );
}

#[test]
fn a_slow_answer_is_given_up() {
    let server = Server::start(|_| Reply::new(200, SCHEMA).after(Duration::from_secs(20)));
    let started = Instant::now();
    let error = Registry::new(&server.url()).schema(SchemaKey::Id(1)).unwrap_err();
    assert_eq!(error.disposition(), Disposition::Retry);
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[test]
fn only_the_registry_s_own_word_makes_a_schema_unknown() {
    let server = Server::start(|_| Reply::new(404, r#"{"error_code":40403,"message":"Schema not found"}"#));
    assert_eq!(Registry::new(&server.url()).schema(SchemaKey::Id(7)).unwrap(), None);
    // A registry without the question: everything else about it is right.
    let server = Server::start(|path| match path {
        "/schemas/types" => Reply::new(200, r#"["AVRO"]"#),
        _ => Reply::new(404, ""),
    });
    assert_eq!(Registry::new(&server.url()).schema(SchemaKey::Guid([7; 16])).unwrap(), None);
}

#[test]
fn a_subject_may_hold_anything() {
    let server = Server::start(|path| match path {
        "/subjects/a%2Fb%20%3F%C3%A9-value.x_y/versions" => Reply::new(200, "[1,2]"),
        _ => Reply::new(404, SUBJECT_MISSING),
    });
    let registry = Registry::new(&server.url());
    assert_eq!(registry.versions("a/b ?é-value.x_y").unwrap(), Some(vec![1, 2]));
    assert_eq!(registry.versions("other").unwrap(), None);
    assert!(registry.check("other", "\"string\"").unwrap().compatible);
}

#[test]
fn the_reasons_of_an_incompatible_schema_are_told() {
    let server =
        Server::start(|_| Reply::new(200, r#"{"is_compatible":false,"messages":["field b lacks a default"]}"#));
    let found = Registry::new(&server.url()).check("s", "\"string\"").unwrap();
    assert_eq!(found, Compatibility { compatible: false, reasons: vec!["field b lacks a default".to_owned()] });
}

#[test]
fn credentials_are_sent_and_never_shown() {
    let password = Secret::from_variable("PASSWORD", "hunter2:x").unwrap();
    let server = Server::start(|_| Reply::new(401, ""));
    let registry = Registry::new(&server.url()).with_basic("me", &password).unwrap();
    let error = registry.subjects().unwrap_err();
    assert!(server.requests()[0].contains("authorization: Basic bWU6aHVudGVyMjp4"), "{:?}", server.requests());
    let token = Secret::from_variable("TOKEN", "abc.def").unwrap();
    registry.with_bearer(&token).unwrap().subjects().unwrap_err();
    assert!(server.requests()[1].contains("authorization: Bearer abc.def"));
    assert!(Registry::new("http://h").with_bearer(&Secret::from_variable("T", "a\nb").unwrap()).is_err());
    let other = Registry::new("http://me:hunter2@127.0.0.1:1/x@y").subjects().unwrap_err();
    for error in [error, other] {
        assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn a_guid_is_written_as_everybody_writes_it() {
    let guid: Vec<u8> = (0..16).collect();
    let key = SchemaKey::Guid(guid.try_into().unwrap());
    assert_eq!(key.to_string(), "schema guid 00010203-0405-0607-0809-0a0b0c0d0e0f");
}
