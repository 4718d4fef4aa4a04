//! Any bytes as a whole record, and any header as a schema id.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemas::wire::{self, Frame, Framing, SchemaRef};
use schemas::{AuditEvent, header_id};

fuzz_target!(|bytes: &[u8]| {
    for name in ["__value_schema_id", "apicurio.value.contentId", "apicurio.value.globalId"] {
        let _ = header_id::read(|asked| (asked == name).then_some(bytes));
    }
    let Ok(frame) = Frame::parse(bytes) else { return };
    let framing = match frame.schema {
        SchemaRef::Id(id) => Framing::Registry(id),
        SchemaRef::Fingerprint(fingerprint) => Framing::SingleObject(fingerprint),
        other => panic!("nothing before a body says {other:?}"),
    };
    let mut again = Vec::new();
    wire::write_header(&mut again, framing);
    assert_eq!(again.len(), frame.body_start());
    again.extend_from_slice(frame.body);
    assert_eq!(again, bytes);
    if let Ok(event) = AuditEvent::decode(frame.body) {
        sealtrail_fuzz::assert_sound(&event);
    }
});
