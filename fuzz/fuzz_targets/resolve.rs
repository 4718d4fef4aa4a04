//! Any bytes as a record of another version, and of ours through the resolver, which must agree with the decoder.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use schemas::resolve::Resolver;
use schemas::{AuditEvent, released};

static OURS: LazyLock<Resolver> =
    LazyLock::new(|| Resolver::new(released::AUDIT_EVENT.text).expect("our schema resolves to itself"));

/// A version that lost a field, gained some that must be stepped over, and writes its fields in another order.
static ANOTHER: LazyLock<Resolver> = LazyLock::new(|| {
    let mut schema: serde_json::Value = serde_json::from_str(released::AUDIT_EVENT.text).expect("our schema is JSON");
    let fields = schema["fields"].as_array_mut().expect("a record has fields");
    let position = |fields: &[serde_json::Value], name: &str| fields.iter().position(|field| field["name"] == name);
    let note = position(fields, "note").expect("it has a note");
    fields.remove(note);
    let tenant = position(fields, "tenant").expect("it has a tenant");
    let tenant = fields.remove(tenant);
    fields.insert(0, tenant);
    for (index, kind) in [
        serde_json::json!({"type": "array", "items": ["null", "long", "boolean"]}),
        serde_json::json!({"type": "map", "values": {"type": "array", "items": "null"}}),
        serde_json::json!({"type": "record", "name": "Tree", "fields": [{"name": "next", "type": ["null", "Tree"]}]}),
        serde_json::json!({"type": "enum", "name": "E", "symbols": ["A", "B"]}),
    ]
    .into_iter()
    .enumerate()
    {
        fields.insert(index * 3, serde_json::json!({"name": format!("theirs{index}"), "type": kind}));
    }
    Resolver::new(&schema.to_string()).expect("the other version resolves")
});

fuzz_target!(|bytes: &[u8]| {
    let mut out = Vec::new();
    if ANOTHER.translate(bytes, &mut out).is_ok() && let Ok(event) = AuditEvent::decode(&out) {
        sealtrail_fuzz::assert_sound(&event);
    }
    out.clear();
    let direct = AuditEvent::decode(bytes);
    match OURS.translate(bytes, &mut out) {
        // A default written out may cross the size limit; nothing else may differ.
        Ok(()) => assert_eq!(AuditEvent::decode(&out).ok(), direct.ok()),
        Err(_) => assert!(direct.is_err()),
    }
});
