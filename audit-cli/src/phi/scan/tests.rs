//! Answers to lines: offsets, paths, and what is refused.

use super::*;

fn searcher() -> Searcher {
    Searcher { engine: Engine::builtin().unwrap(), scratch: Scratch::default(), found: Vec::new() }
}

fn answer(line: &Value) -> Value {
    serde_json::from_str(&searcher().answer(line.to_string().as_bytes()).unwrap()).unwrap()
}

/// What the spans of an answer cut out of a text.
fn cut(answer: &Value, text: &str) -> Vec<(String, String)> {
    let spans = answer["spans"].as_array().unwrap().iter();
    let each = spans.map(|span| {
        let (start, end) = (span["start"].as_u64().unwrap() as usize, span["end"].as_u64().unwrap() as usize);
        let value = text.chars().skip(start).take(end - start).collect();
        (span["label"].as_str().unwrap().to_owned(), value)
    });
    each.collect()
}

fn pair(label: &str, value: &str) -> (String, String) {
    (label.to_owned(), value.to_owned())
}

#[test]
fn offsets_of_prose_are_code_points() {
    let text = "ąęł 😀 MRN: 448291, SSN 078-05-1120";
    let told = answer(&serde_json::json!({"id": "a", "text": text}));
    assert_eq!(told["id"], "a");
    assert_eq!(cut(&told, text), [pair("MRN", "448291"), pair("SSN", "078-05-1120")]);
    assert!(told["spans"][0].get("path").is_none());
}

#[test]
fn a_document_as_text_has_offsets_into_the_text() {
    let text = r#"{"resourceType":"Patient","name":[{"family":"Żółty"}],"birthDate":"1961-04-12"}"#;
    let told = answer(&serde_json::json!({"id": 1, "text": text}));
    assert_eq!(cut(&told, text), [pair("NAME", "Żółty"), pair("DATE", "1961-04-12")]);
}

#[test]
fn a_document_has_paths_and_offsets_inside_of_the_value() {
    let text = "é: call 212-555-0147";
    for kind in ["json", "event"] {
        let told = answer(&serde_json::json!({"id": 1, kind: {"note": text, "mrn": 448291}}));
        let paths: Vec<&str> = told["spans"].as_array().unwrap().iter().map(|s| s["path"].as_str().unwrap()).collect();
        assert!(paths.contains(&"/note") && paths.contains(&"/mrn"), "{told}");
        let phone = told["spans"].as_array().unwrap().iter().find(|span| span["path"] == "/note").unwrap();
        assert_eq!((phone["start"].as_u64(), phone["end"].as_u64()), (Some(8), Some(20)));
    }
}

#[test]
fn a_line_that_says_not_what_to_search_is_refused_without_its_content() {
    for line in [
        "SECRET",
        r#"{"id":1}"#,
        r#"{"id":1,"text":"SECRET","json":{}}"#,
        r#"{"id":1,"event":{},"json":{"SECRET":1}}"#,
        r#"{"id":1,"text":"a","SECRET":1}"#,
        r#"{"id":1,"text":"#,
    ] {
        let told = format!("{:#}", searcher().answer(line.as_bytes()).unwrap_err());
        assert!(!told.contains("SECRET") && !told.is_empty(), "{told}");
    }
}

#[test]
fn a_line_ends_with_the_file_or_a_line_feed() {
    let mut reader = std::io::Cursor::new(b"a\nb".to_vec());
    let mut line = Vec::new();
    let mut lines = Vec::new();
    while next_line(&mut reader, &mut line).unwrap() {
        lines.push(line.clone());
    }
    assert_eq!(lines, [b"a\n".to_vec(), b"b".to_vec()]);
}
