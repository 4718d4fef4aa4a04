//! Any text as a time: what is taken stays as it was given and names one instant.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemas::Time;

fuzz_target!(|text: &str| {
    let Some(time) = Time::parse(text) else { return };
    assert_eq!(time.to_string(), text);
    assert_eq!(Time::parse(text), Some(time.clone()));
    // The same instant in its one plain spelling.
    let plain = Time::from_micros(time.micros());
    assert_eq!(Time::parse(plain.to_string()), Some(plain));
    let json = serde_json::to_string(&time).expect("a time has a JSON form");
    assert_eq!(serde_json::from_str::<Time<'_>>(&json).expect("its JSON is a time"), time);
});
