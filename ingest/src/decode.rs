//! Stage 1, decode: from a body of JSON to an event, or to a problem that names the place and never the content.

mod shape;

use schemas::AuditEvent;
use serde_json::Value;
use serde_json::error::Category;

use crate::problem::{FieldError, Kind, Problem};
use crate::validate;

/// Decodes one body. The strings stay borrowed from it.
pub fn decode(body: &[u8]) -> Result<AuditEvent<'_>, Problem> {
    let event = serde_json::from_slice(body).map_err(|error| explain(body, &error))?;
    // For an object, serde also takes a list of its values in order. No event holds a list, so one is worth a closer look.
    if body.contains(&b'[') {
        let errors = mistakes(body);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
    }
    Ok(event)
}

/// Everything that is wrong with a body of sound JSON.
fn mistakes(body: &[u8]) -> Vec<FieldError> {
    let Ok(value) = serde_json::from_slice(body) else { return Vec::new() };
    let Value::Object(mut fields) = value else {
        return vec![FieldError { pointer: String::new(), reason: "wrong-type", fix: "send an object".to_owned() }];
    };
    let mut errors = shape::correct(&mut fields);
    // With the shape put right, what is wrong with the remaining values can be told in the same answer.
    let corrected = Value::Object(fields).to_string();
    if let Ok(event) = serde_json::from_str::<AuditEvent<'_>>(&corrected) {
        errors.extend(validate::faults(&event));
    }
    errors
}

/// Why serde refused a body. Its own message quotes what was sent, so only its position is used.
fn explain(body: &[u8], error: &serde_json::Error) -> Problem {
    let errors = if error.classify() == Category::Data { mistakes(body) } else { Vec::new() };
    if !errors.is_empty() {
        return Problem::fields(errors);
    }
    let what = match error.classify() {
        Category::Eof => "the JSON ends too early",
        Category::Data => "a field is given twice",
        Category::Syntax | Category::Io => "this is not valid JSON",
    };
    Problem::new(Kind::MalformedJson, format!("{what}: line {}, column {}", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"event_id":"e-1","tenant":"north","event_type":"record","action":"read",
        "outcome":"success","occurred_at":1700000000000000,"agent":{"id":"a-1"},"source":{"system":"ehr"}}"#;

    /// The problem as its answer would say it.
    fn refusal(body: &str) -> Problem {
        decode(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn an_event_is_decoded() {
        assert_eq!(decode(EVENT.as_bytes()).unwrap().agent.id, "a-1");
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
        assert!(format!("{:?}", refusal(&twice)).contains("a field is given twice"));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let body = r#"{"event_id":"","tenant":7,"action":"read","outcome":"success","occurred_at":"today",
            "agent":{"id":"a-1","Jane Doe":"x"},"patient":{"name":"Jane Doe"},"extras":{"ward":3},"object":[]}"#;
        let mut expected = [
            ("/tenant", "wrong-type"),
            ("/event_type", "missing-field"),
            ("/occurred_at", "wrong-type"),
            ("/agent", "unknown-field"),
            ("/patient/id", "missing-field"),
            ("/object", "wrong-type"),
            ("/source/system", "missing-field"),
            ("/extras", "wrong-type"),
            ("/event_id", "empty-field"),
        ];
        let problem = refusal(body);
        let mut found = problem.errors();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_list_does_not_pass_for_an_object() {
        let agent = EVENT.replace("{\"id\":\"a-1\"}", "[\"a-1\"]");
        assert_eq!(refusal(&agent).errors(), [("/agent", "wrong-type")]);
        let whole = r#"["e-1","north","record","read","success",1,["a-1"],null,null,["ehr"]]"#;
        assert_eq!(refusal(whole).errors(), [("", "wrong-type")]);
        let in_a_text = EVENT.replace("north", "[north]");
        assert_eq!(decode(in_a_text.as_bytes()).unwrap().tenant, "[north]");
    }

    #[test]
    fn no_problem_repeats_what_was_sent() {
        let secrets = ["Jane Doe", "1969"];
        for body in [
            EVENT.replace("\"e-1\"", "{\"Jane Doe\":1969}"),
            EVENT.replace("\"agent\"", "\"Jane Doe\""),
            EVENT.replace("1700000000000000", "\"Jane Doe 1969\""),
            EVENT.replace("1700000000000000", "1969.5"),
            EVENT.replace("\"e-1\",", "\"Jane Doe 1969\" Jane"),
        ] {
            let said = format!("{:?}", refusal(&body));
            assert!(!secrets.iter().any(|secret| said.contains(secret)), "{said}");
        }
    }
}
