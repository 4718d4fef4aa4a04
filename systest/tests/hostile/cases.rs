//! The table: what is sent, what must come back, and how many records Kafka must hold afterwards.

use loadtest::gateway::requests::post;

const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";
const EVENT: &str = r#"{"event_id":"ID","event_type":"custom.thing","action":"read","outcome":"success",
    "occurred_at":"2026-03-01T09:30:00Z","agents":[{"id":"u-1","name":"Jane Doe"}],"source":{"system":"ehr"}}"#;

/// One hostile input.
pub struct Case {
    pub name: &'static str,
    pub request: Vec<u8>,
    pub expected: &'static str,
    pub records: u32,
}

fn refused(name: &'static str, expected: &'static str, request: Vec<u8>) -> Case {
    Case { name, request, expected, records: 0 }
}

/// An event with one part of it replaced.
fn with(from: &str, to: &str) -> Vec<u8> {
    assert!(EVENT.contains(from), "{from}");
    post("/v1/events", JSON, EVENT.replace(from, to).as_bytes())
}

fn json(body: &[u8]) -> Vec<u8> {
    post("/v1/events", JSON, body)
}

fn line(id: &str) -> String {
    EVENT.replace("ID", id).replace('\n', " ")
}

fn encoded(path: &str, content_type: &str, encoding: &str, body: &[u8]) -> Vec<u8> {
    let content_type = format!("{content_type}\r\ncontent-encoding: {encoding}");
    post(path, &content_type, body)
}

pub fn all() -> Vec<Case> {
    let groups = [texts(), shapes(), values(), transport(), compression(), batches(), other_forms()];
    groups.into_iter().flatten().collect()
}

fn texts() -> Vec<Case> {
    vec![
        refused("empty body", "400 malformed-json", json(b"")),
        refused("not JSON", "400 malformed-json", json(b"Jane Doe")),
        refused("JSON cut off", "400 malformed-json", json(&EVENT.as_bytes()[..80])),
        refused("something after the event", "400 malformed-json", json(format!("{EVENT} {{}}").as_bytes())),
        refused("byte order mark", "400 malformed-json", json(format!("\u{feff}{EVENT}").as_bytes())),
        refused(
            "invalid UTF-8",
            "400 malformed-json",
            json(&[b"{\"event_id\":\"", &[0xff, 0xfe][..], b"\"}"].concat()),
        ),
        refused("lone surrogate", "400 malformed-json", with("ID", "\\ud800")),
        refused("NaN", "400 malformed-json", with("\"ID\"", "NaN")),
        refused(
            "10,000 nested arrays",
            "422 invalid-event",
            with("\"ID\"", &("[".repeat(10_000) + &"]".repeat(10_000))),
        ),
        refused("duplicate key", "422 invalid-event", with("\"action\"", "\"event_id\":\"Jane Doe\",\"action\"")),
        refused(
            "duplicate key in extras",
            "422 invalid-event",
            with("\"action\"", r#""extras":{"ward":"1","ward":"2"},"action""#),
        ),
    ]
}

fn shapes() -> Vec<Case> {
    vec![
        refused("a list instead of an event", "422 invalid-event", json(b"[\"e-1\",\"record\"]")),
        refused("null", "422 invalid-event", json(b"null")),
        refused("unknown field", "422 invalid-event", with("\"action\"", "\"Jane Doe\":1,\"action\"")),
        refused("missing field", "422 invalid-event", with("\"outcome\":\"success\",", "")),
        refused("no event_id and no Idempotency-Key", "422 invalid-event", with("\"event_id\":\"ID\",", "")),
        refused("number for a text", "422 invalid-event", with("\"ID\"", "7")),
        refused("2^63 for a text", "422 invalid-event", with("\"ID\"", "9223372036854775808")),
        refused(
            "2^63 for a number",
            "422 invalid-event",
            with("\"action\"", r#""origin":{"bytes":9223372036854775808},"action""#),
        ),
        refused(
            "1,001 agents",
            "422 invalid-event",
            with(r#"[{"id":"u-1","name":"Jane Doe"}]"#, &format!("[{}]", vec![r#"{"id":"u"}"#; 1_001].join(","))),
        ),
        refused("not base64", "422 invalid-event", with("\"action\"", r#""origin":{"sha256":"Jane Doe"},"action""#)),
    ]
}

fn values() -> Vec<Case> {
    vec![
        refused("empty id", "422 invalid-event", with("ID", "")),
        refused("NUL in an id", "422 invalid-event", with("ID", "a\\u0000b")),
        refused("id of 513 bytes", "422 invalid-event", with("ID", &"x".repeat(513))),
        refused(
            "a tenant of one's own choice",
            "422 invalid-event",
            with("\"action\"", "\"tenant\":\"other\",\"action\""),
        ),
        refused("year 9999", "422 invalid-event", with("2026-03-01T09:30:00Z", "9999-12-31T23:59:59Z")),
        refused("year 0001", "422 invalid-event", with("2026-03-01T09:30:00Z", "0001-01-01T00:00:00Z")),
        refused("30 February", "422 invalid-event", with("2026-03-01", "2026-02-30")),
        refused("time without a zone", "422 invalid-event", with("09:30:00Z", "09:30:00")),
        refused("seconds since 1970", "422 invalid-event", with("\"2026-03-01T09:30:00Z\"", "1772357400")),
        Case {
            name: "leap second",
            request: with("2026-03-01T09:30:00Z", "2016-12-31T23:59:60Z"),
            expected: "201",
            records: 1,
        },
        Case {
            name: "the same id with other content",
            request: with("2026-03-01T09:30:00Z", "2016-12-31T23:59:59Z"),
            expected: "422 event-id-reused",
            records: 0,
        },
    ]
}

fn transport() -> Vec<Case> {
    let big = 100 * 1024 * 1024;
    let announced =
        format!("POST /v1/events HTTP/1.1\r\nhost: g\r\ncontent-type: {JSON}\r\ncontent-length: {big}\r\n\r\n");
    let both = format!(
        "POST /v1/events HTTP/1.1\r\nhost: g\r\ncontent-type: {JSON}\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n\
         0\r\n\r\n"
    );
    let chunk = format!(
        "POST /v1/events HTTP/1.1\r\nhost: g\r\ncontent-type: {JSON}\r\ntransfer-encoding: chunked\r\n\r\nJane\r\nDoe\r\n0\r\n\r\n"
    );
    let chunked =
        format!("POST /v1/events HTTP/1.1\r\nhost: g\r\ncontent-type: {JSON}\r\ntransfer-encoding: chunked\r\n\r\n");
    let mega = format!("100000\r\n{}\r\n", "x".repeat(1 << 20));
    let headers = (0..300).map(|number| format!("x-{number}: y\r\n")).collect::<String>();
    vec![
        refused("100 MB announced", "413 too-large", [announced.as_bytes(), &[b'x'; 4_096][..]].concat()),
        refused("2 MB in chunks", "413 too-large", format!("{chunked}{mega}{mega}0\r\n\r\n").into_bytes()),
        refused("event of more than 1 MiB", "413 too-large", with("ID", &"x".repeat(1 << 20))),
        refused("no length that is a number", "400 broken-off", chunk.into_bytes()),
        refused("length and chunks at once (the chunks count)", "400 malformed-json", both.into_bytes()),
        refused(
            "300 headers",
            "431 head-too-large",
            format!("GET /v1/events HTTP/1.1\r\nhost: g\r\n{headers}\r\n").into_bytes(),
        ),
        refused(
            "not HTTP",
            "400 bad-request",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 Jane Doe\r\n\r\n".to_vec(),
        ),
        refused("unknown path", "404 not-found", post("/v1/Jane-Doe", JSON, b"{}")),
        refused("wrong method", "405 wrong-method", b"DELETE /v1/events HTTP/1.1\r\nhost: g\r\n\r\n".to_vec()),
        refused("text for JSON", "415 wrong-content-type", post("/v1/events", "text/plain", EVENT.as_bytes())),
    ]
}

fn compression() -> Vec<Case> {
    // One byte of input becomes more than a thousand.
    let zeros = vec![b' '; 256 << 20];
    let gzip = {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&zeros).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = zstd::bulk::compress(&zeros, 1).unwrap();
    vec![
        refused("gzip bomb", "413 too-large", encoded("/v1/events", JSON, "gzip", &gzip)),
        refused("zstd bomb", "413 bomb", encoded("/v1/events", JSON, "zstd", &zstd)),
        refused("gzip bomb as a batch", "413 bomb", encoded("/v1/events:batch", NDJSON, "gzip", &gzip)),
        refused("zstd bomb as a batch", "413 bomb", encoded("/v1/events:batch", NDJSON, "zstd", &zstd)),
        refused("not gzip", "400 broken-compression", encoded("/v1/events", JSON, "gzip", EVENT.as_bytes())),
        refused("gzip cut off", "400 broken-compression", encoded("/v1/events", JSON, "gzip", &gzip[..20])),
        refused("not zstd", "400 broken-compression", encoded("/v1/events", JSON, "zstd", EVENT.as_bytes())),
        refused("unknown encoding", "415 wrong-content-encoding", encoded("/v1/events", JSON, "br", EVENT.as_bytes())),
    ]
}

fn batches() -> Vec<Case> {
    let lines = |count: usize| (0..count).map(|number| line(&format!("b{number}")) + "\n").collect::<String>();
    let mixed = format!("{}\nJane Doe\n{}\n", line("m-1"), line("m-2"));
    let array = format!("[{},{}", line("a-1"), line("a-2"));
    let giant = format!("{}\n{}\n", line("g-1"), line(&"x".repeat(1 << 20)));
    let batch = |content_type: &str, body: &str| post("/v1/events:batch", content_type, body.as_bytes());
    vec![
        Case { name: "batch with a bad line", request: batch(NDJSON, &mixed), expected: "207", records: 2 },
        Case { name: "batch with a line above 1 MiB", request: batch(NDJSON, &giant), expected: "207", records: 1 },
        Case { name: "array cut off after two events", request: batch(JSON, &array), expected: "207", records: 2 },
        refused("empty batch", "422 empty-batch", batch(NDJSON, "\n\n")),
        refused("batch that is no array", "400 malformed-json", batch(JSON, "{}")),
        Case { name: "10,001 lines", request: batch(NDJSON, &lines(10_001)), expected: "207", records: 10_000 },
    ]
}

fn other_forms() -> Vec<Case> {
    let avro = |body: &[u8]| post("/v1/events", "application/avro", body);
    let cloud = |body: &str| post("/v1/events", "application/cloudevents+json", body.as_bytes());
    vec![
        refused("Avro without a frame", "400 malformed-avro", avro(b"Jane Doe")),
        refused("Avro of an unknown schema", "422 unknown-schema", avro(&[0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3])),
        refused(
            "CloudEvent of another version",
            "400 malformed-cloudevent",
            cloud(r#"{"specversion":"0.3","id":"1"}"#),
        ),
        refused("CloudEvent without data", "400 malformed-cloudevent", {
            cloud(r#"{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"2026-03-01T09:30:00Z"}"#)
        }),
    ]
}
