//! Any text as a schema that a registry holds: judged, recognised, compared and compiled without a panic, in bounded time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemas::canonical_form::{canonical_form, fingerprint};
use schemas::resolve::Resolver;
use schemas::{compat, foreign, released};

fuzz_target!(|text: &str| {
    let Ok(schema) = foreign::parse(text) else { return };
    let form = canonical_form(&schema);
    // The form is a schema of its own, and its own form.
    if let Ok(again) = foreign::parse(&form) {
        assert_eq!(canonical_form(&again), form);
        assert_eq!(fingerprint(&again), fingerprint(&schema));
    }
    let _ = released::by_text(text);
    let _ = compat::breaks(released::AUDIT_EVENT.text, text);
    assert_eq!(compat::breaks(text, text).map(|breaks| breaks.len()), Ok(0));
    if let Ok(resolver) = Resolver::between(text, text) {
        let _ = resolver.translate(&[0; 64], &mut Vec::new());
    }
    if let Ok(resolver) = Resolver::new(text) {
        let _ = resolver.translate(&[2; 64], &mut Vec::new());
    }
});
