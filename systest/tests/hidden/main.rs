//! What is sensitive stands nowhere in clear, and comes back with the keys; without the keys nothing is sealed at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod trail;

use std::collections::BTreeSet;
use std::time::Duration;

use client::{Client, Event};
use keystore::PostgresSubjects;
use loadtest::drive::ROUTING_SECRET;
use loadtest::harness::{Role, Service, wait_until};
use loadtest::hospital::TENANT;
use loadtest::judge;
use schemas::topic;
use seal::protect::SubjectClass;
use systest::Ground;
use trail::{Reader, decode, everything, records};

const PATIENTS: usize = 7;

/// What must never be seen again: of each event its own.
const PLANTED: [&str; 6] = ["zqx-4417", "wobbleton", "vrk-88", "dr. perpetua", "chart-zz", "612-555-0148"];

fn patient(number: usize) -> String {
    format!("ZQX-4417{}", number % PATIENTS)
}

fn event(number: usize) -> Event {
    let id = patient(number);
    Event::new("patient-record.viewed", "read")
        .source("ehr")
        .actor("VRK-88")
        .actor_name("Dr. Perpetua Wobbleton")
        .actor_role("physician")
        .patient(&id)
        .object("chart", "chart-ZZ-1")
        .purpose("treatment")
        .reason(format!("call back {id} at 612-555-0148"))
        .note(format!("Mrs Wobbleton, MRN {id}, called from 612-555-0148 about her results."))
}

fn client(ground: &Ground, tenant: &str) -> Client {
    let stack = ground.stack();
    Client::kafka(&stack.brokers, &stack.registry_url, tenant, ROUTING_SECRET).unwrap()
}

fn send(ground: &Ground, client: &Client, events: impl IntoIterator<Item = Event>) {
    ground.tokio.block_on(async {
        for event in events {
            client.send(event).await.unwrap();
        }
    });
}

fn wait_sealed(ground: &Ground, records: u64) {
    wait_until("every record being sealed", Duration::from_secs(60), || {
        Ok(judge::count(&ground.pipeline)?.sealed.total >= records)
    })
    .unwrap();
}

fn is_held_up(enrich: &Service) -> bool {
    let (status, body) = enrich.get("/readyz").unwrap();
    status == 503 && body.contains("\"stages\"") && body.contains("Postgres of subjects' keys")
}

fn find(text: &[u8], planted: &str) -> Option<usize> {
    text.to_ascii_lowercase().windows(planted.len()).position(|window| window == planted.as_bytes())
}

/// What the command says that a patient is found by.
fn told_token(ground: &Ground, id: &str) -> String {
    let (keys, secret) = (ground.pipeline.trail_keys(), ground.pipeline.unlock_file());
    let mut command = ground.pipeline.command("audit-cli");
    command.args(["keys", "file", "token"]).arg(keys).args(["patient", id, "--tenant", TENANT]);
    let told = command.arg("--unlock-file").arg(secret).output().unwrap();
    String::from_utf8(told.stdout).unwrap().trim().to_owned()
}

#[test]
fn nothing_planted_stands_in_clear_anywhere_and_the_keys_open_all_of_it() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let sinks = [Role::SinkPostgres, Role::SinkClickhouse].map(|role| ground.pipeline.start(role).unwrap());
    let client = client(&ground, TENANT);
    send(&ground, &client, (0..60).map(event));
    wait_until("some of it being sealed", Duration::from_secs(30), || {
        Ok(judge::count(&ground.pipeline)?.sealed.total > 10)
    })
    .unwrap();
    enrich.kill().unwrap();
    send(&ground, &client, (60..120).map(event));
    let enrich = ground.pipeline.start_as(Role::Enrich, "enrich-again").unwrap();
    ground.wait_stored(120).unwrap();
    let counts = judge::count(&ground.pipeline).unwrap();
    assert!(counts.agree() && counts.events.total == 120 && counts.dead.total == 0, "{counts:?}");
    for place in judge::PLACES {
        assert_eq!(judge::verify(&ground.pipeline, place).unwrap().verdict, "intact", "{place}");
    }

    // The search finds what is there to be found: the input topic has all of it.
    let input = records(&ground, topic::EVENTS.name).concat();
    for planted in PLANTED {
        assert!(find(&input, planted).is_some(), "{planted}");
        for (place, text) in everything(&ground) {
            let found = find(&text, planted);
            let around = found.map(|at| String::from_utf8_lossy(&text[at.saturating_sub(80)..at + 40]).into_owned());
            assert_eq!(around, None, "{place} holds {planted}");
        }
    }
    // Both keys' lives made the same tokens, and no two patients share one.
    let reader = Reader::new(&ground, TENANT);
    let sealed = records(&ground, topic::SEALED.name);
    let mut seen = BTreeSet::new();
    let events = sealed.iter().map(|record| decode(record)).filter(|record| !record.disclosures.is_empty());
    for record in events {
        let opened = reader.open(&record).unwrap();
        let value = |name: &str| -> Vec<&str> {
            opened.iter().filter(|(of, _)| of == name).map(|(_, value)| value.as_str()).collect()
        };
        let ids: Vec<String> = value("id").iter().map(|id| serde_json::from_str(id).unwrap()).collect();
        let id = ids.iter().find(|id| id.starts_with("ZQX")).unwrap();
        assert!(ids.contains(&"VRK-88".to_owned()) && ids.contains(&"chart-ZZ-1".to_owned()), "{ids:?}");
        assert_eq!(value("name"), ["\"Dr. Perpetua Wobbleton\""]);
        assert!(value("note")[0].contains(&format!("Mrs Wobbleton, MRN {id}, called from 612-555-0148")));
        assert_eq!(value("reason"), [format!("\"call back {id} at 612-555-0148\"")]);
        for (field, plain) in [("patient", id.as_str()), ("actor", "VRK-88"), ("object", "chart-ZZ-1")] {
            let token = reader.tenant.token(field, &plain.to_lowercase()).to_string();
            assert_eq!(record.tokens.get(field), Some(token.as_str()));
        }
        if seen.is_empty() {
            assert_eq!(told_token(&ground, id), record.tokens.get("patient").unwrap());
        }
        let note = record.redacted.get("note").unwrap();
        assert!(note.contains("[PHONE:") && note.ends_with("about her results."), "{note}");
        assert!(
            record
                .disclosures
                .iter()
                .any(|disclosure| { disclosure.key == reader.tenant.handle(SubjectClass::Patient, id).to_string() })
        );
        seen.insert(id.clone());
    }
    assert_eq!(seen.len(), PATIENTS);
    assert!(enrich.metric("audit_enrich_members_hidden_total").unwrap() > 100.0);
    for service in sinks.into_iter().chain([enrich]) {
        service.stop().unwrap();
    }
}

#[test]
fn without_the_store_of_keys_records_wait_and_each_is_sealed_once_when_it_is_back() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let client = client(&ground, TENANT);
    send(&ground, &client, (0..PATIENTS).map(event));
    wait_sealed(&ground, PATIENTS as u64);

    ground.dev("kill", &["postgres", "-9"]).unwrap();
    // Whoever is in memory needs no store.
    send(&ground, &client, (0..PATIENTS).map(event));
    wait_until("known subjects being sealed", Duration::from_secs(30), || {
        Ok(records(&ground, topic::SEALED.name).iter().filter(|record| !decode(record).disclosures.is_empty()).count()
            == 2 * PATIENTS)
    })
    .unwrap();
    send(&ground, &client, (0..20).map(|number| event(number).patient(format!("ZQX-9{number}"))));
    wait_until("records being held up", Duration::from_secs(30), || Ok(is_held_up(&enrich))).unwrap();
    std::thread::sleep(Duration::from_secs(3));
    assert!(is_held_up(&enrich));
    let leaves = || records(&ground, topic::SEALED.name).iter().filter(|record| is_event(record)).count();
    assert_eq!(leaves(), 2 * PATIENTS, "nothing is sealed that cannot be hidden");

    ground.dev("restart", &["postgres"]).unwrap();
    wait_until("everything being sealed", Duration::from_secs(60), || Ok(leaves() >= 2 * PATIENTS + 20)).unwrap();
    let verdict = judge::verify(&ground.pipeline, "kafka").unwrap();
    assert_eq!((verdict.verdict.as_str(), leaves()), ("intact", 2 * PATIENTS + 20));
    let reader = Reader::new(&ground, TENANT);
    for record in records(&ground, topic::SEALED.name).iter().filter(|record| is_event(record)) {
        reader.open(&decode(record)).unwrap();
    }
    enrich.stop().unwrap();
}

#[test]
fn an_event_after_an_erasure_is_sealed_under_another_key_within_seconds() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let client = client(&ground, TENANT);
    send(&ground, &client, [event(0), event(1)]);
    wait_sealed(&ground, 2);
    let reader = Reader::new(&ground, TENANT);
    let first = [0, 1].map(|number| reader.tenant.handle(SubjectClass::Patient, &patient(number)));
    let second = reader.tenant.generation(&first[0], 2);
    let handles = || -> Vec<String> {
        let sealed = records(&ground, topic::SEALED.name);
        let keys = |record: &Vec<u8>| -> Vec<String> {
            decode(record).disclosures.iter().map(|disclosure| disclosure.key.to_owned()).collect()
        };
        sealed.iter().flat_map(keys).collect()
    };
    assert!(handles().contains(&first[0].to_string()) && !handles().contains(&second.to_string()));

    assert!(PostgresSubjects::new(&ground.stack().postgres_url).unwrap().erase(&first[0]).unwrap());
    wait_until("the erased key leaving memory", Duration::from_secs(10), || {
        Ok(enrich.metric("audit_enrich_subject_keys_forgotten_total")? == 1.0)
    })
    .unwrap();
    let before = handles().iter().filter(|handle| **handle == first[0].to_string()).count();
    send(&ground, &client, [event(0), event(1)]);
    wait_sealed(&ground, 4);
    let after = handles();
    assert_eq!(after.iter().filter(|handle| **handle == first[0].to_string()).count(), before);
    assert!(after.contains(&second.to_string()), "a new key, under another name");
    let other = after.iter().filter(|handle| **handle == first[1].to_string()).count();
    assert_eq!(other, 2 * before, "nobody else's key has changed");
    enrich.stop().unwrap();
}

fn is_event(record: &[u8]) -> bool {
    String::from_utf8_lossy(decode(record).leaf).contains(r#""type":"event""#)
}

#[test]
fn a_tenant_without_keys_is_refused_and_the_others_go_on_until_it_has_some() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let (known, unknown) = (client(&ground, TENANT), client(&ground, "east-clinic"));
    for number in 0..5 {
        send(&ground, &known, [event(number)]);
        send(&ground, &unknown, [event(number)]);
    }
    wait_sealed(&ground, 10);
    let counts = judge::count(&ground.pipeline).unwrap();
    assert_eq!((counts.sealed.total, counts.dead.total), (10, 5));
    let leaves = |what: &str| {
        let sealed = records(&ground, topic::SEALED.name);
        sealed.iter().filter(|record| String::from_utf8_lossy(decode(record).leaf).contains(what)).count()
    };
    assert_eq!(leaves(r#""reason":"tenant-without-key""#), 5);
    assert_eq!((leaves(r#""type":"event""#), leaves("east-clinic")), (5, 0));

    let (keys, secret) = (ground.pipeline.trail_keys(), ground.pipeline.unlock_file());
    let add =
        ["keys", "file", "tenant", keys.to_str().unwrap(), "east-clinic", "--unlock-file", secret.to_str().unwrap()];
    ground.pipeline.run("audit-cli", &add).unwrap();
    send(&ground, &unknown, (0..5).map(event));
    wait_sealed(&ground, 15);
    assert_eq!((leaves(r#""type":"event""#), leaves(r#""tenant":"east-clinic""#)), (10, 5));
    assert_eq!(judge::verify(&ground.pipeline, "kafka").unwrap().verdict, "intact");
    enrich.stop().unwrap();
}
