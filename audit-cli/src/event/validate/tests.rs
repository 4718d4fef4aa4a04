//! Files of events, sound and not.
use super::*;

fn validate() -> Validate {
    Validate { file: "-".to_owned(), tenant: None, known_types: false }
}

fn findings(of: &Validate, text: &str) -> (usize, Vec<(usize, usize, String, &'static str)>) {
    let parts = document::parts(text.as_bytes());
    let found = parts.iter().enumerate().flat_map(|(index, part)| of.findings(index + 1, part));
    let told = found.map(|Finding { event, line, mistake }| (event, line, mistake.pointer, mistake.reason)).collect();
    (parts.len(), told)
}

fn event(id: &str) -> serde_json::Value {
    catalogue::template(catalogue::find(id).unwrap())
}

#[test]
fn what_new_prints_is_sound_alone_in_an_array_and_line_by_line() {
    let events: Vec<_> = catalogue::all().map(catalogue::template).collect();
    let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
    assert_eq!(findings(&validate(), &lines.join("\n")), (events.len(), Vec::new()));
    assert_eq!(findings(&validate(), &serde_json::to_string_pretty(&events).unwrap()), (events.len(), Vec::new()));
    let strict = Validate { known_types: true, ..validate() };
    for event in &events {
        assert_eq!(findings(&strict, &serde_json::to_string_pretty(event).unwrap()), (1, Vec::new()));
    }
}

#[test]
fn a_mistake_is_told_with_its_own_line() {
    let mut second = event("user.login");
    second["agents"][0]["requestor"] = "Zyxwvut".into();
    let both = serde_json::to_string_pretty(&[event("user.login"), second]).unwrap();
    let line = both.lines().position(|line| line.contains("Zyxwvut")).unwrap() + 1;
    assert_eq!(findings(&validate(), &both), (2, vec![(2, line, "/agents/0/requestor".to_owned(), "wrong-type")]));
    let sound = event("user.login").to_string();
    let lines = format!("{sound}\n\n{}\n{{\"event_id\"\n{sound}\n", sound.replace("user.login", "user.log in"));
    let expected = vec![(2, 3, "/event_type".to_owned(), "not-a-word"), (3, 4, String::new(), "ends-early")];
    assert_eq!(findings(&validate(), &lines), (4, expected));
}

#[test]
fn one_broken_document_is_told_once() {
    let broken = serde_json::to_string_pretty(&event("user.login")).unwrap().replace("\"outcome\":", "\"outcome\"");
    let (count, told) = findings(&validate(), &broken);
    assert_eq!((count, told.len(), told[0].3), (1, 1, "not-json"));
    assert_eq!(findings(&validate(), "").1[0].3, "empty-body");
    assert_eq!(findings(&validate(), "[]"), (0, Vec::new()));
}

#[test]
fn the_catalogue_and_the_tenant_are_looked_at() {
    let mut event = event("patient-record.viewed");
    event.as_object_mut().unwrap().remove("purpose");
    assert_eq!(findings(&validate(), &event.to_string()).1, [(1, 1, "/purpose".to_owned(), "missing-field")]);
    event["event_type"] = "house.own".into();
    assert_eq!(findings(&validate(), &event.to_string()).1, []);
    let strict = Validate { known_types: true, ..validate() };
    assert_eq!(findings(&strict, &event.to_string()).1, [(1, 1, "/event_type".to_owned(), "unknown-type")]);
    let north = Validate { tenant: Some("north".to_owned()), ..validate() };
    assert_eq!(findings(&north, &event.to_string()).1, [(1, 1, "/tenant".to_owned(), "other-tenant")]);
    event.as_object_mut().unwrap().retain(|name, _| name != "tenant" && name != "event_id");
    assert_eq!(findings(&north, &event.to_string()).1, []);
    assert_eq!(findings(&validate(), &event.to_string()).1.len(), 2);
}
