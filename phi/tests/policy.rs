//! Events and what they come to: the level and the rule that set it, what is hidden and whose it is, tokens, redaction.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::LazyLock;

use phi::hidden::SubjectRef;
use phi::{Classified, Engine, Label, Level, Scratch, Tagger};
use schemas::AuditEvent;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin().unwrap());

fn text(members: &str) -> String {
    format!(
        r#"{{"event_id":"1","tenant":"t","event_type":"x","action":"read","outcome":"success","occurred_at":"2026-03-01T09:30:00Z","source":{{"system":"s"}},{members}}}"#
    )
}

fn with<T>(engine: &Engine, members: &str, check: impl FnOnce(&Classified<'_>) -> T) -> T {
    let text = text(members);
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    check(&engine.classify(event, &mut Scratch::default()))
}

fn level(engine: &Engine, members: &str) -> (Level, String) {
    with(engine, members, |classified| (classified.level(), classified.because().to_owned()))
}

fn hidden(members: &str) -> Vec<(String, SubjectRef)> {
    with(&ENGINE, members, |classified| {
        classified.hidden().iter().map(|hidden| (hidden.place.pointer(), hidden.subject)).collect()
    })
}

#[test]
fn the_level_is_the_highest_and_the_rule_that_set_it_is_named() {
    for (members, level_expected, because) in [
        (r#""agents":[{"id":"u"}]"#, Level::Internal, "nothing-found"),
        (r#""agents":[{"id":"u","name":"A. Nurse"}]"#, Level::Confidential, "workforce-identity"),
        (r#""note":"The chart was opened before the round.""#, Level::Confidential, "free-text"),
        (r#""note":"MRN 4711223 was opened.""#, Level::Restricted, "direct-identifier"),
        (r#""patients":[{"id":"7"}]"#, Level::Restricted, "patient"),
        (r#""purpose":"break-glass","patients":[{"id":"7"}]"#, Level::Restricted, "break-glass"),
        (r#""codes":{"labels":[{"codings":[{"code":"HIV"}]}]}"#, Level::Restricted, "sensitive-by-label"),
        (r#""authority":{"legal_basis":"42 CFR Part 2"}"#, Level::Restricted, "sensitive-by-law"),
        (r#""extras":{"zorb":"x"}"#, Level::Confidential, "unknown-content"),
        (r#""extras":{"dob":"1970-01-02","city":"Springfield"}"#, Level::Restricted, "two-quasi-identifiers"),
        (r#""objects":[{"kind":"x","detail":{"query":"AAECAwQFBgcICQ=="}}]"#, Level::Restricted, "undecodable-content"),
    ] {
        assert_eq!(level(&ENGINE, members), (level_expected, because.to_owned()), "{members}");
    }
}

#[test]
fn members_are_hidden_in_order_with_their_subjects() {
    use SubjectRef::{Agent, Patient, Tenant};
    let expected = |list: &[(&str, SubjectRef)]| -> Vec<(String, SubjectRef)> {
        list.iter().map(|(pointer, subject)| ((*pointer).to_owned(), *subject)).collect()
    };
    let members = r#""agents":[{"id":"u","name":"A. Nurse","network":{"address":"10.1.2.3"}},{"detail":{"display":"B"}}],
        "context":{"facility":"north","http":{"url":"/Patient?family=Smith"}},"extras":{"zorb":"x"},"note":"seen",
        "objects":[{"kind":"chart","id":"chart-99"}],"patients":[{"id":"1","name":"P"},{"id":"2"}]"#;
    assert_eq!(
        hidden(members),
        expected(&[
            ("/agents/0/id", Agent(0)),
            ("/agents/0/name", Agent(0)),
            ("/agents/1/detail", Agent(1)),
            ("/context/http/url", Patient(0)),
            ("/extras", Patient(0)),
            ("/note", Patient(0)),
            ("/objects/0/id", Patient(0)),
            ("/patients/0/id", Patient(0)),
            ("/patients/0/name", Patient(0)),
            ("/patients/1/id", Patient(1)),
        ])
    );
    assert_eq!(
        hidden(
            r#""agents":[{"kind":"software"}],"objects":[{"kind":"report","id":"daily"}],"note":"seen","extras":{"ward":"3B"}"#
        ),
        expected(&[("/note", Tenant)])
    );
    // What is found deep inside is hidden by the member that the policy names.
    assert_eq!(
        hidden(r#""objects":[{"kind":"x","detail":{"facts":[{"kind":{"text":"patient name"},"value":"Jane Doe"}]}}]"#),
        expected(&[("/objects/0/detail", Tenant)])
    );
}

#[test]
fn names_of_the_events_people_are_found_in_its_texts() {
    let members = r#""note":"asked Ms Zyxwvutson about it","patients":[{"id":"MRN-9","name":"Ada Zyxwvutson"}]"#;
    let found = with(&ENGINE, members, |classified| {
        let note = classified.findings().iter().find(|found| found.place.path() == "note").copied();
        note.map(|found| (found.finding.start, found.finding.end, found.finding.label))
    });
    assert_eq!(found, Some((9, 19, Label::Name)));
}

#[test]
fn tokens_are_the_ids_in_one_spelling() {
    let members = r#""agents":[{"id":"U 1204"}],"patients":[{"id":"mrn-7","detail":{"identifiers":[{"value":"X1"}]}}],"objects":[{"kind":"chart"}]"#;
    let tokens = with(&ENGINE, members, |classified| {
        classified
            .tokens()
            .map(|token| format!("{} {} {:?}", token.field, token.value, token.subject))
            .collect::<Vec<_>>()
    });
    assert_eq!(tokens, ["patient mrn-7 Patient(0)", "patient x1 Patient(0)", "actor u1204 Agent(0)"]);
}

#[test]
fn a_tenant_may_have_it_otherwise_and_floors_hold() {
    let site = "version = \"2026.12.1\"\n[tenant.t]\noff = [\"MRN\"]\nlevels = { free-text = \"internal\" }\n";
    let engine = Engine::from_toml(&[("site.toml", site)]).unwrap();
    assert_eq!(level(&engine, r#""note":"MRN 4711223 was opened.""#).0, Level::Internal);
    assert_eq!(level(&engine, r#""note":"seen","purpose":"break-glass""#).0, Level::Restricted);
    assert!(engine.version().starts_with("2026.12.1-"));
}

#[test]
fn a_suppression_holds_until_its_end_by_the_events_own_time() {
    let rule = with(&ENGINE, r#""note":"MRN 4711223 was opened.""#, |classified| {
        ENGINE.rule_name(classified.findings()[0].finding.rule).to_owned()
    });
    let site = |until: &str, reason: &str| {
        format!(
            "version = \"1\"\n[[suppress]]\nrule = \"{rule}\"\npath = \"note\"\nreason = \"{reason}\"\nuntil = \"{until}\"\n"
        )
    };
    let level_until = |until: &str| {
        level(
            &Engine::from_toml(&[("site.toml", &site(until, "ticket numbers"))]).unwrap(),
            r#""note":"MRN 4711223 was opened.""#,
        )
        .0
    };
    assert_eq!(level_until("2026-03-02"), Level::Confidential);
    assert_eq!(level_until("2026-03-01"), Level::Restricted);
    let error = Engine::from_toml(&[("site.toml", &site("2026-03-02", ""))]).unwrap_err().to_string();
    assert_eq!(error, format!("rule file site.toml: rule {rule}: is suppressed without a reason; say why"));
}

#[test]
fn an_event_that_is_too_much_work_is_restricted_and_what_was_not_looked_at_is_hidden() {
    // Encoded thrice, so that the megabyte counts several times over.
    let nested = (0..3).fold("x y ".repeat(120_000), |text, _| serde_json::to_string(&[&text]).unwrap());
    let value = serde_json::to_string(&nested).unwrap();
    let members = format!(
        r#""context":{{"device":{value}}},"extras":{{"a text":{value},"b text":{value},"c text":{value}}},"objects":[{{"kind":"report","name":"usage"}}]"#
    );
    let (level, because) = level(&ENGINE, &members);
    assert_eq!((level, because.as_str()), (Level::Restricted, "work-used-up"));
    // Nothing is found in the last one: it was not looked at.
    assert_eq!(hidden(&members).last().map(|(pointer, _)| pointer.clone()).as_deref(), Some("/objects/0/name"));
}

struct Sum;

impl Tagger for Sum {
    fn tag(&self, label: Label, value: &str) -> u16 {
        value.bytes().fold(label as u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(u16::from(byte)))
    }
}

#[test]
fn a_redacted_text_holds_no_found_value_and_stays_as_it_is_when_redacted_again() {
    let mut scratch = Scratch::default();
    for text in [
        "MRN 4711223 called from 555-010-0200; 4711223 again.",
        "DOB 01/02/1970, e-mail jane@clinic.example. GET /Patient?family=Smith (Smith)",
        "payload eyJtcm4iOiI0NzExMjIzIn0= for MRN 4711223",
        "nothing here",
    ] {
        let redacted = ENGINE.redact(text, &Sum, &mut scratch).unwrap();
        assert_eq!(ENGINE.redact(&redacted, &Sum, &mut scratch).as_ref(), Some(&redacted), "{redacted}");
        for value in ["4711223", "555-010-0200", "01/02/1970", "jane@", "Smith", "NDcxMTIyMyJ9"] {
            assert!(!redacted.contains(value), "{redacted}");
        }
    }
    let redacted = ENGINE.redact("MRN 4711223 and MRN 4711223", &Sum, &mut scratch).unwrap();
    let tags: Vec<&str> = redacted.split(" and ").collect();
    assert_eq!(tags[0], tags[1]);
}

#[test]
fn hidden_texts_come_out_without_what_was_found_in_them_and_only_those() {
    let redacted = |members: &str| {
        let text = text(members);
        let mut scratch = Scratch::default();
        let classified = ENGINE.classify(serde_json::from_str(&text).unwrap(), &mut scratch);
        // Another event in between must not make it forget whose names it looks for.
        let other = self::text(r#""note":"seen""#);
        drop(ENGINE.classify(serde_json::from_str(&other).unwrap(), &mut scratch));
        let texts = ENGINE.redact_texts(&classified, &Sum, &mut scratch);
        texts.into_iter().map(|(path, text)| (path, text.into_owned())).collect::<Vec<_>>()
    };
    assert_eq!(redacted(r#""note":"Opened before the round.""#), [("note", "Opened before the round.".to_owned())]);
    let found = redacted(
        r#""authority":{"reason":"MRN 4711223 asked"},"codes":{"outcome_text":"mailed jane@clinic.example"},
        "note":"zqx-4417 called","patients":[{"id":"zqx-4417"}]"#,
    );
    assert_eq!(
        found.iter().map(|(path, _)| *path).collect::<Vec<_>>(),
        ["note", "authority.reason", "codes.outcome_text"]
    );
    for value in ["4711223", "jane", "zqx", "4417"] {
        assert!(found.iter().all(|(_, text)| !text.contains(value)), "{found:?}");
    }
    assert!(found.iter().all(|(_, text)| text.contains("[")), "{found:?}");
    // Nothing hides this one, so there is nothing to show instead; and what is not there is not shown.
    assert_eq!(redacted(r#""codes":{"outcome_text":"done"}"#), []);
    let long = format!(r#""note":"{}""#, "seen ".repeat(20_000));
    assert_eq!(redacted(&long), []);
}
