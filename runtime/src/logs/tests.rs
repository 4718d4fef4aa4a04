//! The filter's words, and the JSON line.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::*;

#[test]
fn a_misspelt_level_is_refused_and_not_taken_for_a_module() {
    for good in ["info", "INFO", "off", "info,stream=debug", "warn, stream::sealed_log=trace"] {
        assert!(parse_filter(good).is_ok(), "{good}");
    }
    for bad in ["inof", "", "info,stream", "stream=loud", "info,"] {
        assert!(parse_filter(bad).is_err(), "{bad}");
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn json_line(log: impl FnOnce()) -> Value {
    let sink = Sink::default();
    let writer = sink.clone();
    let lines =
        tracing_subscriber::fmt::layer().with_writer(move || writer.clone()).event_format(Json { service: "mill" });
    tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), log);
    let bytes = sink.0.lock().unwrap().clone();
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1, "one line");
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_line_holds_typed_fields_and_survives_hostile_text() {
    let line = json_line(|| tracing::warn!(count = 3, share = 0.5, done = true, text = "a\"b\n{", "turn {}\n", 1));
    assert_eq!(line["level"], "warn");
    assert_eq!(line["message"], "turn 1\n");
    assert_eq!(line["count"], 3);
    assert_eq!(line["share"], 0.5);
    assert_eq!(line["done"], true);
    assert_eq!(line["text"], "a\"b\n{");
    assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z')));
}

#[test]
fn a_field_cannot_pose_as_the_level() {
    let line = json_line(|| tracing::info!(level = "error", service = "bank", "hello"));
    assert_eq!(line["level"], "info");
    assert_eq!(line["service"], "mill");
    assert_eq!(line["field_level"], "error");
}
