//! Any text as events, one per line.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| text.split(|byte| *byte == b'\n').for_each(sealtrail_fuzz::assert_json));
