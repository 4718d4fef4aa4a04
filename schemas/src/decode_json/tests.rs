//! Bodies that are no event, each with its typed refusal.
use super::*;

const EVENT: &str = r#"{"event_id":"e-1","tenant":"north","event_type":"patient-record.viewed","action":"read",
    "outcome":"success","occurred_at":"2026-03-01T09:30:00+01:00","agents":[{"id":"u-1"}],"source":{"system":"ehr"}}"#;

fn refusal(body: &str) -> Refusal {
    decode_json(body.as_bytes(), &Defaults::default()).unwrap_err()
}

/// The places and reasons of the mistakes, in order of their places.
fn told(body: &str, defaults: &Defaults<'_>) -> Vec<(String, &'static str)> {
    let Err(Refusal::Mistakes(mistakes)) = decode_json(body.as_bytes(), defaults) else { return Vec::new() };
    let mut told: Vec<_> = mistakes.into_iter().map(|mistake| (mistake.pointer, mistake.reason)).collect();
    told.sort_unstable();
    told
}

fn owned(expected: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    expected.iter().map(|(pointer, reason)| ((*pointer).to_owned(), *reason)).collect()
}

fn assert_told(body: &str, expected: &[(&str, &'static str)]) {
    assert_eq!(told(body, &Defaults::default()), owned(expected), "{}", body.get(..200).unwrap_or(body));
}

#[test]
fn a_sound_body_is_an_event_that_borrows_from_it() {
    let event = decode_json(EVENT.as_bytes(), &Defaults::default()).unwrap();
    assert_eq!(event.actor().and_then(|agent| agent.id.as_deref()), Some("u-1"));
    assert!(matches!(event.tenant.into_cow(), std::borrow::Cow::Borrowed("north")));
}

#[test]
fn a_body_that_is_not_json_is_told_by_kind_and_place() {
    use Malformation::*;
    for (body, line, column, what) in [
        (b"".as_slice(), 1, 1, Empty),
        (b" \r\n\t", 1, 1, Empty),
        (b"\xef\xbb\xbf{}", 1, 1, ByteOrderMark),
        (b"{\n \"a\xff\"", 2, 4, NotUtf8),
        (b"\xff\xfe{\0}\0", 1, 1, NotUtf8),
        (b"{", 1, 1, EndsEarly),
        (b"{\n\"event_id\": ", 2, 12, EndsEarly),
        (b"{\"event_id\": NaN}", 1, 14, NotJson),
        (b"{'event_id': 1}", 1, 2, NotJson),
        (b"{\"event_id\": 1,}", 1, 16, NotJson),
        (b"{\"event_id\": \"\\ud800\"}", 1, 21, LoneSurrogate),
        (b"{\"event_id\": \"\\udc00x\"}", 1, 20, LoneSurrogate),
        (b"{\"event_id\": \"\\ud800\\u0041\"}", 1, 26, LoneSurrogate),
        (b"{\"event_id\": \"a\nb\"}", 2, 0, ControlCharacter),
        (b"{\"event_id\": 1e999}", 1, 18, NumberTooLarge),
    ] {
        let found = decode_json(body, &Defaults::default());
        let expected = Malformed { line, column, what };
        match found {
            Err(Refusal::Malformed(found)) => {
                assert_eq!((found.what, found.line), (what, line), "{expected}: {}", String::from_utf8_lossy(body));
                assert!(found.column.abs_diff(column.max(1)) <= 1, "{found} is not {expected}");
            }
            other => panic!("{other:?} is not {expected}"),
        }
    }
    let two = format!("{EVENT} {EVENT}");
    assert!(
        matches!(refusal(&two), Refusal::Malformed(Malformed { what: Trailing, line: 2, .. })),
        "{:?}",
        refusal(&two)
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let body = r#"{"event_id":"","tenant":7,"action":"Read it","outcome":"success","occurred_at":"today",
        "agents":[{"name":"","Jane Doe":"x","requestor":"yes"}],"patients":[{"name":"Jane Doe"},null],
        "objects":{},"extras":{"ward":3},"context":{"http":{"status":9223372036854775808}},
        "origin":{"sha256":"?"},"times":{"ended_at":17}}"#;
    assert_told(
        body,
        &[
            ("/action", "not-a-word"),
            ("/agents/0", "unknown-field"),
            ("/agents/0/id", "empty-field"),
            ("/agents/0/requestor", "wrong-type"),
            ("/context/http/status", "integer-out-of-range"),
            ("/event_id", "empty-field"),
            ("/event_type", "missing-field"),
            ("/extras", "wrong-type"),
            ("/objects", "wrong-type"),
            ("/occurred_at", "not-a-time"),
            ("/origin/sha256", "not-base64"),
            ("/patients/0/id", "missing-field"),
            ("/patients/1", "null"),
            ("/source", "missing-field"),
            ("/tenant", "wrong-type"),
            ("/times/ended_at", "wrong-type"),
        ],
    );
}

#[test]
fn the_tenant_and_the_id_may_come_from_outside() {
    let without = EVENT.replace(r#""event_id":"e-1","tenant":"north","#, "");
    assert_told(&without, &[("/event_id", "missing-field"), ("/tenant", "missing-field")]);
    let defaults = Defaults { tenant: Some("north"), event_id: Some("e-9") };
    let event = decode_json(without.as_bytes(), &defaults).unwrap();
    assert_eq!((event.tenant.as_str(), event.event_id.as_str()), ("north", "e-9"));
    let event = decode_json(EVENT.as_bytes(), &defaults).unwrap();
    assert_eq!((event.tenant.as_str(), event.event_id.as_str()), ("north", "e-1"), "the body's own id stays");
    let south = Defaults { tenant: Some("south"), event_id: None };
    assert_eq!(told(EVENT, &south), owned(&[("/tenant", "other-tenant")]));
    let worse = EVENT.replace("\"read\"", "7");
    assert_eq!(told(&worse, &south), owned(&[("/action", "wrong-type"), ("/tenant", "other-tenant")]));
    let null = EVENT.replace("\"north\"", "null");
    assert_eq!(told(&null, &south), owned(&[("/tenant", "null")]));
    let escaped = EVENT.replace("\"tenant\"", "\"t\\u0065nant\"");
    assert_eq!(told(&escaped, &south), owned(&[("/tenant", "other-tenant")]), "an escaped name is the same name");
}

#[test]
fn a_member_given_twice_is_refused_wherever_it_stands() {
    for (from, to, place) in [
        ("{\"event_id\"", "{\"tenant\":\"x\",\"event_id\"", "/tenant"),
        ("{\"event_id\"", "{\"t\\u0065nant\":\"x\",\"event_id\"", "/tenant"),
        ("{\"id\":\"u-1\"}", "{\"id\":\"u-1\",\"id\":\"u-1\"}", "/agents/0/id"),
        ("{\"event_id\"", "{\"extras\":{\"a\":\"1\",\"a\":\"2\",\"a\":\"3\"},\"event_id\"", "/extras"),
        ("{\"event_id\"", "{\"context\":{\"http\":{\"url\":\"a\",\"url\":\"b\"}},\"event_id\"", "/context/http/url"),
    ] {
        assert_told(&EVENT.replacen(from, to, 1), &[(place, "duplicate-member")]);
    }
}

#[test]
fn depth_costs_no_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = |count: usize| format!("{}1{}", open.repeat(count), close.repeat(count));
        assert_eq!(told(&deep(10_000), &Defaults::default())[0], (String::new(), "too-deep"));
        let inside = EVENT.replace("\"read\"", &deep(10_000));
        assert_told(&inside, &[("/action", "too-deep"), ("/action", "wrong-type")]);
        let entry = EVENT.replace("\"u-1\"", &deep(200));
        assert_told(&entry, &[("/agents/0/id", "too-deep"), ("/agents/0/id", "wrong-type")]);
        assert!(matches!(
            refusal(&open.repeat(10_000)),
            Refusal::Malformed(Malformed { what: Malformation::EndsEarly, .. })
        ));
    }
}

#[test]
fn a_list_does_not_pass_for_an_object() {
    assert_told(&EVENT.replace("{\"id\":\"u-1\"}", "[\"u-1\"]"), &[("/agents/0", "wrong-type")]);
    assert_told(r#"["e-1","north"]"#, &[("", "wrong-type")]);
    assert_told("7", &[("", "wrong-type")]);
    assert_told("null", &[("", "wrong-type")]);
}

#[test]
fn a_number_is_whole_and_fits_or_is_told() {
    for (number, expected) in [
        ("2147483647", None),
        ("2147483648", Some("integer-out-of-range")),
        ("9223372036854775808", Some("integer-out-of-range")),
        ("-9223372036854775809", Some("integer-out-of-range")),
        ("123456789012345678901234567890", Some("integer-out-of-range")),
        ("1.5", Some("wrong-type")),
        ("\"1\"", Some("wrong-type")),
    ] {
        let body = EVENT.replacen('{', &format!("{{\"context\":{{\"http\":{{\"status\":{number}}}}},"), 1);
        let expected: Vec<_> = expected.into_iter().map(|reason| ("/context/http/status", reason)).collect();
        assert_told(&body, &expected);
    }
}

#[test]
fn a_time_of_an_event_is_whole() {
    for (time, reason) in [
        ("2026-03-01T09:30:00", "time-without-zone"),
        ("2026-03-01T09:30", "time-without-zone"),
        ("2026-03-01", "time-incomplete"),
        ("2026-03", "time-incomplete"),
        ("2026", "time-incomplete"),
        ("1899-12-31T23:59:59Z", "time-out-of-range"),
        ("2255-06-06T00:00:00Z", "time-out-of-range"),
        ("2026-02-30T09:30:00Z", "not-a-time"),
        ("1760000000", "not-a-time"),
    ] {
        assert_told(&EVENT.replace("2026-03-01T09:30:00+01:00", time), &[("/occurred_at", reason)]);
    }
}

#[test]
fn what_a_list_may_hold_is_bounded() {
    let agents =
        |count: usize| EVENT.replace("[{\"id\":\"u-1\"}]", &format!("[{}]", vec!["{\"id\":\"u\"}"; count].join(",")));
    assert_told(&agents(1_000), &[]);
    assert_told(&agents(1_001), &[("/agents", "too-many-entries")]);
    assert_told(&agents(0), &[("/agents", "empty-field")]);
    let extras = |count: usize| {
        let entries: Vec<String> = (0..count).map(|index| format!("\"{index}\":\"\"")).collect();
        EVENT.replacen('{', &format!("{{\"extras\":{{{}}},", entries.join(",")), 1)
    };
    assert_told(&extras(1_000), &[]);
    assert_told(&extras(1_001), &[("/extras", "too-many-entries")]);
}

#[test]
fn a_near_miss_is_answered_with_our_own_name() {
    let fix = |body: &str| match refusal(body) {
        Refusal::Mistakes(mistakes) => {
            mistakes.into_iter().find(|mistake| mistake.reason == "unknown-field").unwrap().fix
        }
        Refusal::Malformed(malformed) => panic!("{malformed}"),
    };
    for (sent, meant) in
        [("patient", "patients"), ("occurredAt", "occurred_at"), ("Trace-Id", "trace_id"), ("objekts", "objects")]
    {
        let said = fix(&EVENT.replacen('{', &format!("{{\"{sent}\":1,"), 1));
        assert!(
            said.starts_with(&format!("one member is not known: did you mean `{meant}`? use only action, ")),
            "{said}"
        );
        assert!(!said.contains(sent) || meant.contains(sent), "{said}");
    }
    let strange = fix(&EVENT.replacen('{', "{\"Jane Doe\":1,\"born 1969\":2,", 1));
    assert!(strange.starts_with("2 members are not known: use only "), "{strange}");
    assert!(!strange.contains("Jane") && !strange.contains("1969"), "{strange}");
}

#[test]
fn a_thousand_mistakes_are_told_as_a_hundred() {
    let body = EVENT.replace("[{\"id\":\"u-1\"}]", &format!("[{}]", vec!["1"; 900].join(",")));
    let told = told(&body, &Defaults::default());
    assert_eq!(told.len(), crate::shape::MISTAKES_MAX);
    assert_eq!(told[0], (String::new(), "too-many-mistakes"));
}

#[test]
fn no_refusal_repeats_what_was_sent() {
    for body in [
        EVENT.replace("\"e-1\"", "{\"Jane Doe\":1969}"),
        EVENT.replace("\"agents\"", "\"Jane Doe\""),
        EVENT.replace("2026-03-01T09:30:00+01:00", "Jane Doe 1969"),
        EVENT.replace("\"e-1\"", "\"Jane Doe 1969\" Jane"),
        EVENT.replace("\"read\"", "\"Jane Doe 1969\""),
        EVENT.replacen('{', "{\"extras\":{\"Jane Doe\":1969},", 1),
        EVENT.replacen('{', "{\"extras\":{\"Jane Doe\":\"1\",\"Jane Doe\":\"1969\"},", 1),
        EVENT.replacen('{', "{\"context\":{\"http\":{\"status\":19690000000}},", 1),
    ] {
        let refusal = refusal(&body);
        let said = format!("{refusal:?} {refusal}");
        assert!(!said.contains("Jane") && !said.contains("1969"), "{said}");
    }
}
