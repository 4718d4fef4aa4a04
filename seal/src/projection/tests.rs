//! The columns are what the event itself says, wherever its values stand in clear.

use std::fs;
use std::path::Path;

use schemas::{AuditEvent, Text};

use super::*;

const HASH: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

pub(super) fn leaf(kind: &str, class: &str, next: i64, what: &str) -> String {
    format!(
        "{{\"chain\":\"t/0\"{class},\"prev\":\"{HASH}\",\"seq\":7,\"source\":{{\"from\":41,\"next\":{next},\
         \"partition\":3,\"time\":5}},\"type\":\"{kind}\",\"v\":1,\"what\":{what}}}"
    )
}

fn event_leaf(what: &str) -> String {
    leaf("event", ",\"class\":{\"level\":\"restricted\",\"policy\":\"p\"}", 42, what)
}

/// What schemas reads out of the event.
fn expected<'a>(event: &'a AuditEvent<'a>, leaf: &[u8]) -> Projection<'a> {
    let text = |text: Option<&'a Text<'_>>| Cow::Borrowed(text.map(Text::as_str).unwrap_or_default());
    let object = event.objects.first();
    Projection {
        partition: 3,
        sequence: 7,
        source_offset: 41,
        kind: "event",
        reason: "".into(),
        event_id: event.event_id.as_str().into(),
        tenant: event.tenant.as_str().into(),
        event_type: event.event_type.as_str().into(),
        action: event.action.as_str().into(),
        outcome: event.outcome.as_str().into(),
        occurred_at: event.occurred_at.micros(),
        agent_id: event.actor().and_then(|actor| actor.identity()).unwrap_or_default().into(),
        patient_id: event.patient_id().unwrap_or_default().into(),
        object_kind: text(object.map(|object| &object.kind)),
        object_id: text(object.and_then(|object| object.id.as_ref())),
        level: "restricted",
        leaf_hash: LeafHash::of(leaf).0,
    }
}

#[test]
fn the_columns_of_every_golden_event_are_what_schemas_reads() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/golden/audit_event/1");
    let mut seen = 0;
    for entry in fs::read_dir(golden).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let json = fs::read(&path).unwrap();
            let event: AuditEvent<'_> = serde_json::from_slice(&json).unwrap();
            let leaf = event_leaf(&serde_json::to_string(&event).unwrap());
            assert_eq!(Projection::of(leaf.as_bytes()), Ok(expected(&event, leaf.as_bytes())), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 10);
}

fn agent(what: &str) -> String {
    let leaf = event_leaf(&format!("{{\"agents\":[{what}]}}"));
    Projection::of(leaf.as_bytes()).unwrap().agent_id.into_owned()
}

#[test]
fn the_actor_is_the_first_that_asked_for_it_known_by_id_identifier_or_name() {
    assert_eq!(agent("{\"id\":\"a\"},{\"id\":\"b\"}"), "a");
    assert_eq!(agent("{\"id\":\"a\"},{\"id\":\"b\",\"requestor\":true},{\"id\":\"c\",\"requestor\":true}"), "b");
    assert_eq!(agent("{\"id\":\"a\",\"requestor\":false},{\"id\":\"b\",\"requestor\":false}"), "a");
    let identifiers =
        "\"detail\":{\"identifiers\":[{\"system\":\"s\"},{\"value\":\"\"},{\"value\":\"i\"},{\"value\":\"j\"}]}";
    assert_eq!(agent(&format!("{{{identifiers},\"id\":\"a\",\"name\":\"n\"}}")), "a");
    assert_eq!(agent(&format!("{{{identifiers},\"id\":\"\",\"name\":\"n\"}}")), "i");
    assert_eq!(agent("{\"detail\":{\"display\":\"d\",\"identifiers\":[{\"value\":\"\"}]},\"name\":\"n\"}"), "n");
    assert_eq!(agent("{\"role\":\"nurse\"}"), "");
    assert_eq!(agent(""), "");
}

#[test]
fn a_hidden_value_gives_no_column_and_its_digest_is_found() {
    let digest = "A".repeat(43);
    let sd = format!("\"_sd\":[\"{digest}\"]");
    let what = format!(
        "{{{sd},\"agents\":[{{{sd},\"kind\":\"human\"}}],\"event_id\":\"e\",\"extras\":{{\"k\":\"v\"}},\
         \"objects\":[{{{sd},\"kind\":\"chart\"}},{{\"id\":\"second\",\"kind\":\"x\"}}],\
         \"patients\":[{{{sd}}},{{\"id\":\"second\"}}],\"source\":{{\"detail\":{{{sd}}},\"system\":\"s\"}}}}"
    );
    let text = event_leaf(&what);
    let columns = Projection::of(text.as_bytes()).unwrap();
    assert_eq!((&*columns.agent_id, &*columns.patient_id, &*columns.object_id), ("", "", ""));
    assert_eq!((&*columns.object_kind, &*columns.event_id), ("chart", "e"));
    let leaf = Leaf::read(text.as_bytes()).unwrap();
    assert_eq!(read(&leaf, None, LeafHash::NONE).unwrap().1, [[0; 32]; 5]);
}

#[test]
fn digests_are_sorted_stand_once_and_have_one_spelling() {
    let a = "A".repeat(43);
    let b = format!("B{}", "A".repeat(42));
    let fine = |list: &str| Projection::of(event_leaf(&format!("{{\"_sd\":{list}}}")).as_bytes()).is_ok();
    assert!(fine(&format!("[\"{a}\"]")) && fine(&format!("[\"{a}\",\"{b}\"]")));
    for wrong in [
        "[]".to_owned(),
        "{}".to_owned(),
        "1".to_owned(),
        format!("[\"{b}\",\"{a}\"]"),
        format!("[\"{a}\",\"{a}\"]"),
        format!("[\"{}\"]", "A".repeat(42)),
        format!("[\"{}\"]", "A".repeat(44)),
        format!("[\"{}B\"]", "A".repeat(42)),
        format!("[\"{}=\"]", "A".repeat(43)),
        format!("[\"+{}\"]", "A".repeat(42)),
    ] {
        assert!(!fine(&wrong), "{wrong}");
    }
    let dots = event_leaf(&format!("{{\"agents\":[{{\"...\":\"{a}\"}}]}}"));
    assert!(matches!(Projection::of(dots.as_bytes()), Err(ReadError::NotCanonical { .. })));
}

#[test]
fn a_members_value_may_be_nested_only_so_deep() {
    let nested = |depth: usize| {
        let text = event_leaf(&format!("{{\"zone\":{}{}}}", "[".repeat(depth), "]".repeat(depth)));
        Projection::of(text.as_bytes()).is_ok()
    };
    assert!(nested(28) && !nested(29));
}

#[test]
fn other_leaves_fill_the_columns_that_they_have() {
    let reject = leaf("reject", "", 42, &format!("{{\"bytes\":1,\"digest\":\"{HASH}\",\"reason\":\"bad\"}}"));
    let columns = Projection::of(reject.as_bytes()).unwrap();
    let expected = Projection {
        partition: 3,
        sequence: 7,
        source_offset: 41,
        kind: "reject",
        reason: "bad".into(),
        leaf_hash: LeafHash::of(reject.as_bytes()).0,
        ..Projection::default()
    };
    assert_eq!(columns, expected);
    let gap = leaf("source-gap", "", 60, "{\"reason\":\"aborted\"}");
    assert_eq!(Projection::of(gap.as_bytes()).unwrap().reason, "aborted");
    let duplicate = leaf("duplicate", "", 42, "{\"event_id\":\"e\",\"first\":1,\"tenant\":\"t\"}");
    let columns = Projection::of(duplicate.as_bytes()).unwrap();
    assert_eq!((&*columns.event_id, &*columns.tenant, columns.kind), ("e", "t", "duplicate"));
    let config = leaf("config-change", "", 41, &format!("{{\"digest\":\"{HASH}\",\"part\":\"p\",\"version\":\"2\"}}"));
    assert_eq!(Projection::of(config.as_bytes()).unwrap().kind, "config-change");
}

#[test]
fn what_cannot_be_read_is_named_by_the_byte() {
    let text = event_leaf("{\"action\":\"read\",\"agents\":[{}],\"zone\":1.5}");
    let byte = text.find(".5").unwrap();
    assert_eq!(Projection::of(text.as_bytes()), Err(ReadError::NotCanonical { byte }));
    let text = leaf("source-gap", "", 60, "{\"reason\":\"Aborted\"}");
    assert!(matches!(Projection::of(text.as_bytes()), Err(ReadError::NotCanonical { byte }) if byte > 100));
    let text = event_leaf("{\"occurred_at\":\"yesterday\"}");
    assert_eq!(Projection::of(text.as_bytes()).unwrap().occurred_at, 0);
    let text = event_leaf("{\"tenant\":1}");
    assert!(matches!(Projection::of(text.as_bytes()), Err(ReadError::NotCanonical { .. })));
    assert_eq!(Projection::of(b"{\"v\":2}"), Err(ReadError::UnknownVersion));
}

#[test]
fn each_column_that_differs_is_named() {
    let text = event_leaf("{\"action\":\"read\"}");
    let said = Projection::of(text.as_bytes()).unwrap();
    type Change = fn(&mut Projection<'_>);
    let changes: [(&str, Change); 17] = [
        ("partition", |stored| stored.partition += 1),
        ("sequence", |stored| stored.sequence += 1),
        ("source_offset", |stored| stored.source_offset += 1),
        ("kind", |stored| stored.kind = "reject"),
        ("reason", |stored| stored.reason = "x".into()),
        ("event_id", |stored| stored.event_id = "x".into()),
        ("tenant", |stored| stored.tenant = "x".into()),
        ("event_type", |stored| stored.event_type = "x".into()),
        ("action", |stored| stored.action = "x".into()),
        ("outcome", |stored| stored.outcome = "x".into()),
        ("occurred_at", |stored| stored.occurred_at += 1),
        ("agent_id", |stored| stored.agent_id = "x".into()),
        ("patient_id", |stored| stored.patient_id = "x".into()),
        ("object_kind", |stored| stored.object_kind = "x".into()),
        ("object_id", |stored| stored.object_id = "x".into()),
        ("level", |stored| stored.level = "public"),
        ("leaf_hash", |stored| stored.leaf_hash[31] ^= 1),
    ];
    for (column, change) in changes {
        let mut stored = said.clone();
        change(&mut stored);
        let mut named = Vec::new();
        said.differences(&stored, |name| named.push(name));
        assert_eq!(named, [column]);
    }
    said.differences(&said, |name| panic!("{name}"));
}
