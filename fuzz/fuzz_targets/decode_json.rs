//! Any text as an event's JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| sealtrail_fuzz::assert_json(text));
