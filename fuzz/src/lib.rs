//! What every target asserts of an event that got through.

use schemas::AuditEvent;

/// A sound event comes back from its own bytes and from its own JSON, unchanged.
///
/// # Panics
/// When it does not: that is the finding.
pub fn assert_sound(event: &AuditEvent<'_>) {
    let mut bytes = Vec::new();
    event.encode(&mut bytes);
    assert_eq!(AuditEvent::decode(&bytes).as_ref(), Ok(event), "its bytes say something else");
    let json = serde_json::to_string(event).expect("an event has a JSON form");
    let back: AuditEvent<'_> = serde_json::from_str(&json).expect("its JSON is an event");
    assert_eq!(&back, event, "its JSON says something else");
}

/// A JSON event that may be published becomes a record that is read as the same event.
///
/// # Panics
/// When it does not: that is the finding.
pub fn assert_json(text: &[u8]) {
    let Ok(event) = serde_json::from_slice::<AuditEvent<'_>>(text) else { return };
    if event.faults().is_empty() {
        let mut bytes = Vec::new();
        event.encode(&mut bytes);
        if bytes.len() <= schemas::event::EVENT_BYTES_MAX {
            assert_sound(&event);
        }
    }
}
