//! Whose keys an event will need is known before it is sealed: with those in memory a sealer never has to ask again.
#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

#[path = "leaf/fixture.rs"]
mod fixture;

use std::collections::BTreeSet;

use fixture::{CHAIN, Counter, Desk, ROOT, hidden, subject_bytes};
use phi::Level;
use phi::hidden::Hidden;
use schemas::AuditEvent;
use seal::keys::{KeyError, Secret};
use seal::protect::{CacheLimits, SubjectCache, SubjectClass, SubjectKey, SubjectKeys, SubjectName, TenantKeys};
use seal::{Consumed, Protected, SealError, Sealer, Vault};
use serde_json::{Value, json};

fn base() -> Value {
    json!({"action": "read", "agents": [{"requestor": false}, {"id": "u-17", "requestor": true}],
        "event_id": "e-1", "event_type": "chart.viewed", "note": "asked for", "occurred_at": "2025-10-09T08:53:20Z",
        "outcome": "success", "patients": [{"id": "p-1"}, {"id": "p-2"}], "source": {"system": "ehr"}, "tenant": "north"})
}

fn seal<K: SubjectKeys>(keys: &mut K, event: &AuditEvent<'_>, hidden: &[Hidden]) -> Result<(), SealError> {
    let mut desk = Desk::begun();
    let sealer: &mut Sealer = &mut desk.sealer;
    assert_eq!(sealer.chain(), CHAIN);
    let (tokens, redacted) = Default::default();
    let protected = Protected { event, level: Level::Restricted, policy: "p-1", hidden, tokens, redacted };
    let vault = Vault { keys, nonces: &mut Counter(0) };
    sealer.event(Consumed { offset: 100, time: 0 }, protected, vault, &mut Vec::new()).map(drop)
}

/// Notes who was asked for.
#[derive(Default)]
struct Asked(BTreeSet<(String, SubjectClass, String)>, Option<SubjectKey>);

impl SubjectKeys for Asked {
    fn key(&mut self, tenant: &str, class: SubjectClass, id: &str) -> Result<&SubjectKey, KeyError> {
        self.0.insert((tenant.to_owned(), class, id.to_owned()));
        let handle = TenantKeys::of(&Secret::new(ROOT), tenant).handle(class, id);
        Ok(self.1.insert(SubjectKey::from_bytes(handle, subject_bytes(tenant, class, id))))
    }
}

/// Events, the places that the policy hides, and who must be asked for.
fn cases() -> Vec<(Value, Value, Vec<&'static str>)> {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut event = base();
        change(&mut event);
        event
    };
    let large = |event: &mut Value| event["note"] = json!("n".repeat(70_000));
    let nobody = |event: &mut Value| {
        event["patients"] = json!([]);
        event["agents"] = json!([{"requestor": false}]);
    };
    vec![
        (base(), json!([]), vec![]),
        (base(), json!([["/patients/1/id", "patient/1"]]), vec!["patient p-2"]),
        (base(), json!([["/agents/0/requestor", "agent/0"]]), vec!["tenant north"]),
        (base(), json!([["/agents/1/id", "agent/1"], ["/note", "tenant"]]), vec!["tenant north", "workforce u-17"]),
        (changed(&large), json!([]), vec!["patient p-1"]),
        (
            changed(&|event| {
                large(event);
                event["patients"] = json!([]);
            }),
            json!([]),
            vec!["workforce u-17"],
        ),
        (
            changed(&|event| {
                large(event);
                nobody(event);
            }),
            json!([]),
            vec!["tenant north"],
        ),
        (changed(&|event| event["extras"] = json!({"_sd": "x"})), json!([]), vec!["patient p-1"]),
    ]
}

#[test]
fn a_sealer_asks_for_nobody_who_was_not_named_before() {
    for (event, places, expected) in cases() {
        let text = event.to_string();
        let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
        let hidden = hidden(&places);
        let mut asked = Asked::default();
        seal(&mut asked, &event, &hidden).unwrap();
        let said: Vec<String> = asked.0.iter().map(|(_, class, id)| format!("{} {id}", class.name())).collect();
        assert_eq!(
            said.iter().collect::<BTreeSet<_>>(),
            expected.iter().map(|name| name.to_string()).collect::<BTreeSet<_>>().iter().collect()
        );
        let named: BTreeSet<_> = SubjectName::all(&event, &hidden)
            .map(|name| (name.tenant.to_owned(), name.class, name.id.to_owned()))
            .collect();
        assert!(asked.0.is_subset(&named), "{:?} were asked for, {named:?} were named", asked.0);
        // At most one is named for nothing.
        assert!(named.len() <= asked.0.len() + 1);
    }
}

#[test]
fn an_event_waits_for_its_subjects_keys_and_is_sealed_with_them() {
    for (event, places, expected) in cases() {
        let text = event.to_string();
        let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
        let hidden = hidden(&places);
        let mut cache = SubjectCache::new(CacheLimits::DEFAULT);
        let first = seal(&mut cache, &event, &hidden);
        assert_eq!(first.is_err(), !expected.is_empty());
        assert!(first.is_ok() || first == Err(SealError::Key(KeyError::NotLoaded)), "{first:?}");
        let names = SubjectName::all(&event, &hidden);
        let wanted = cache.missing(names, 0, |tenant| Ok(TenantKeys::of(&Secret::new(ROOT), tenant))).unwrap();
        for wanted in &wanted {
            assert!(cache.insert(wanted, SubjectKey::from_bytes(wanted.subject, [9; 32])));
        }
        assert_eq!(seal(&mut cache, &event, &hidden), Ok(()));
    }
}

#[test]
fn a_place_of_nobody_has_no_name() {
    let text = base().to_string();
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    for (list, count) in [(json!([["/note", "patient/2"]]), 1), (json!([["/note", "agent/2"]]), 1), (json!([]), 1)] {
        assert_eq!(SubjectName::all(&event, &hidden(&list)).count(), count);
    }
}
