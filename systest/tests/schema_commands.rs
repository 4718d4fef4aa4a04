//! `audit-cli schema` against the real registry: applied twice, held to its level, and a breaking change refused by both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write as _;

use schemas::released;
use serde_json::Value as Json;
use stream::registry::{CompatibilityLevel, Registry};
use systest::Ground;
use tempfile::NamedTempFile;

fn run(ground: &Ground, arguments: &[&str]) -> anyhow::Result<Json> {
    let arguments: Vec<&str> = ["schema", "--json"].iter().chain(arguments).copied().collect();
    Ok(serde_json::from_str(&ground.pipeline.run("audit-cli", &arguments)?)?)
}

fn file(text: &str) -> (NamedTempFile, String) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    (file, path)
}

/// A field more; `default` decides whether that is allowed.
fn grown(default: &str) -> String {
    let field = format!(r#"{{"name": "zz_new", "type": ["null", "string"]{default}}},"#);
    released::AUDIT_EVENT.text.replacen(r#"{"name": "action""#, &format!(r#"{field}{{"name": "action""#), 1)
}

#[test]
fn schemas_are_applied_once_and_their_subjects_held_to_full_transitive() {
    let ground = Ground::bare().unwrap();
    let registry = Registry::new(&ground.stack().registry_url);
    run(&ground, &["apply"]).unwrap();
    for current in released::CURRENT {
        assert_eq!(registry.compatibility(current.subject).unwrap(), Some(CompatibilityLevel::FullTransitive));
    }
    let again = run(&ground, &["apply"]).unwrap();
    assert_eq!(again["changed"], 0, "{again}");

    // A level that somebody loosened is put back, and said.
    registry.set_compatibility(released::AUDIT_EVENT.subject, CompatibilityLevel::None).unwrap();
    let mended = run(&ground, &["apply"]).unwrap();
    assert_eq!((&mended["changed"], &mended["subjects"][0]["level_set"]), (&1.into(), &true.into()), "{mended}");
    assert_eq!(
        registry.compatibility(released::AUDIT_EVENT.subject).unwrap(),
        Some(CompatibilityLevel::FullTransitive)
    );

    let listed = run(&ground, &["list"]).unwrap();
    let versions = listed["versions"].as_array().unwrap();
    for current in released::CURRENT {
        let ours = format!("{} {}", current.record, current.version);
        let row =
            versions.iter().find(|row| row["ours"] == ours.as_str()).unwrap_or_else(|| panic!("{ours}: {listed}"));
        assert_eq!((&row["subject"], &row["level"]), (&current.subject.into(), &"FULL_TRANSITIVE".into()));
        let shown = run(&ground, &["show", &format!("id:{}", row["id"])]).unwrap();
        assert_eq!(shown["ours"], ours.as_str());
        assert!(current.same_bytes(shown["schema"].as_str().unwrap()));
    }
}

#[test]
fn a_breaking_change_is_refused_by_the_command_and_by_the_registry_itself() {
    let ground = Ground::bare().unwrap();
    let registry = Registry::new(&ground.stack().registry_url);
    run(&ground, &["apply"]).unwrap();
    let subject = released::AUDIT_EVENT.subject;
    let before = registry.versions(subject).unwrap();

    let (_kept, breaking) = file(&grown(""));
    for action in ["check", "register"] {
        let refused = run(&ground, &[action, &breaking]).unwrap_err().to_string();
        for said in ["zz_new", "added-without-default", "give the new field a default", "refused-by-registry"] {
            assert!(refused.contains(said), "{action}: {said} is not in {refused}");
        }
    }
    assert!(registry.register(subject, &grown("")).is_err(), "the registry took a breaking change");
    assert_eq!(registry.versions(subject).unwrap(), before);

    let (_kept, harmless) = file(&grown(r#", "default": null"#));
    let checked = run(&ground, &["check", &harmless]).unwrap();
    assert_eq!(checked["compatible"], true, "{checked}");
    assert_eq!(run(&ground, &["check", "--all"]).unwrap()["compatible"], true);
    let differs = run(&ground, &["diff", "current", &harmless]).unwrap();
    assert_eq!(differs["changes"].as_array().unwrap().len(), 1, "{differs}");
    assert_eq!(differs["changes"][0]["field"], "zz_new");
}
