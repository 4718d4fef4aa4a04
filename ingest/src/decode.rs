//! Stage 1, decode: from a body of JSON to an event, or to a problem that names the place and never the content.

use schemas::AuditEvent;
use serde_json::error::Category;

use crate::problem::{Kind, Problem};

/// Decodes one body. The strings stay borrowed from it.
pub fn decode(body: &[u8]) -> Result<AuditEvent<'_>, Problem> {
    serde_json::from_slice(body).map_err(|error| explain(&error))
}

/// Why serde refused a body. Its own message quotes what was sent, so only its position is used.
fn explain(error: &serde_json::Error) -> Problem {
    let what = match error.classify() {
        Category::Eof => "the JSON ends too early",
        Category::Data => "a field is missing, unknown, given twice or of another type",
        Category::Syntax | Category::Io => "this is not valid JSON",
    };
    Problem::new(Kind::MalformedJson, format!("{what}: line {}, column {}", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"event_id":"e-1","tenant":"north","event_type":"record","action":"read",
        "outcome":"success","occurred_at":"2023-11-14T22:13:20Z","agents":[{"id":"a-1"}],"source":{"system":"ehr"}}"#;

    /// The problem as its answer would say it.
    fn refusal(body: &str) -> Problem {
        decode(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn an_event_is_decoded() {
        assert_eq!(decode(EVENT.as_bytes()).unwrap().agents[0].id.as_deref(), Some("a-1"));
    }

    #[test]
    fn malformed_json_names_its_place() {
        for (body, said) in [
            ("", "the JSON ends too early: line 1, column 0"),
            ("{\n  \"event_id\": Jane Doe }", "this is not valid JSON: line 2, column 15"),
            ("[", "the JSON ends too early: line 1, column 1"),
        ] {
            assert_eq!(refusal(body), Problem::new(Kind::MalformedJson, said), "{body}");
        }
        assert_eq!(decode(b"{\"event_id\": \"\xff\"}").unwrap_err().errors(), [], "not UTF-8");
        let twice = EVENT.replace("{\"event_id\"", "{\"tenant\":\"x\",\"event_id\"");
        assert!(format!("{:?}", refusal(&twice)).contains("given twice"));
    }

    #[test]
    fn no_problem_repeats_what_was_sent() {
        let secrets = ["Jane Doe", "1969"];
        for body in [
            EVENT.replace("\"e-1\"", "{\"Jane Doe\":1969}"),
            EVENT.replace("\"agent\"", "\"Jane Doe\""),
            EVENT.replace("2023-11-14T22:13:20Z", "Jane Doe 1969"),
            EVENT.replace("2023-11-14T22:13:20Z", "1969.5"),
            EVENT.replace("\"e-1\",", "\"Jane Doe 1969\" Jane"),
        ] {
            let said = format!("{:?}", refusal(&body));
            assert!(!secrets.iter().any(|secret| said.contains(secret)), "{said}");
        }
    }
}
