//! The schema registry for real: what it answers, and what holds while it is away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use stream::Disposition;
use stream::registry::{CacheSettings, CachedRegistry, CompatibilityLevel, Known, Registry, SchemaKey, Use, Version};
use systest::Ground;

const PATIENCE: Duration = Duration::from_secs(60);
const NOBODY_S_ID: u32 = 2_000_000_000;

/// A subject and a record's name that nobody has used before: the registry keeps what earlier tests gave it.
fn fresh(what: &str) -> (String, String) {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    (format!("{what} {nanos}/value"), format!("R{nanos}"))
}

fn record(name: &str, fields: &str) -> String {
    format!(r#"{{"type":"record","name":"{name}","fields":[{fields}]}}"#)
}

const A: &str = r#"{"name":"a","type":"string"}"#;
const A_AND_OPTIONAL_B: &str = r#"{"name":"a","type":"string"},{"name":"b","type":"int","default":1}"#;
const C: &str = r#"{"name":"c","type":"long"}"#;

fn registry(ground: &Ground) -> Registry {
    Registry::new(&ground.stack().registry_url)
}

fn with_file(path: &Path) -> CacheSettings {
    CacheSettings { file: Some(path.to_owned()), ..CacheSettings::default() }
}

#[test]
fn the_registry_answers_every_question_of_ours() {
    let ground = Ground::bare().unwrap();
    let registry = registry(&ground);
    let (subject, name) = fresh("questions");
    let (first, second, third) = (record(&name, A), record(&name, A_AND_OPTIONAL_B), record(&name, C));

    assert_eq!(registry.versions(&subject).unwrap(), None);
    assert_eq!(registry.version(&subject, Version::Latest).unwrap(), None);
    assert_eq!(registry.compatibility(&subject).unwrap(), None);
    assert!(registry.check(&subject, &third).unwrap().compatible);

    let id = registry.register(&subject, &first).unwrap();
    assert_eq!(registry.register(&subject, &first).unwrap(), id);
    registry.set_compatibility(&subject, CompatibilityLevel::FullTransitive).unwrap();
    assert_eq!(registry.compatibility(&subject).unwrap(), Some(CompatibilityLevel::FullTransitive));
    assert!(registry.check(&subject, &second).unwrap().compatible);
    assert!(!registry.check(&subject, &third).unwrap().compatible);
    let second_id = registry.register(&subject, &second).unwrap();
    for wrong in [&third, "{nonsense"] {
        let error = registry.register(&subject, wrong).unwrap_err();
        assert!(error.disposition() == Disposition::Fatal && error.to_string().contains(&subject), "{error}");
    }

    assert_eq!(registry.versions(&subject).unwrap(), Some(vec![1, 2]));
    let latest = registry.version(&subject, Version::Latest).unwrap().unwrap();
    assert_eq!((latest.version, latest.id, latest.schema.text.as_str()), (2, second_id, second.as_str()));
    assert_eq!(registry.version(&subject, Version::Number(1)).unwrap().unwrap().id, id);
    assert_eq!(registry.version(&subject, Version::Number(3)).unwrap(), None);

    let schema = registry.schema(SchemaKey::Id(id)).unwrap().unwrap();
    assert!(schema.is_avro() && schema.text == first && schema.references.is_empty(), "{schema:?}");
    let other = fresh("other").0;
    assert_eq!(registry.register(&other, &first).unwrap(), id, "the number is the text's, not the subject's");
    let mut uses = registry.uses(id).unwrap();
    uses.sort();
    let mut wanted = [&subject, &other].map(|subject| Use { subject: subject.clone(), version: 1 });
    wanted.sort();
    assert_eq!(uses, wanted);
    let subjects = registry.subjects().unwrap();
    assert!(subjects.contains(&subject) && subjects.contains(&other), "{subjects:?}");

    assert_eq!(registry.schema(SchemaKey::Id(NOBODY_S_ID)).unwrap(), None);
    assert!(registry.uses(NOBODY_S_ID).unwrap().is_empty());
    assert_eq!(registry.schema(SchemaKey::GlobalId(u64::from(NOBODY_S_ID))).unwrap(), None);
    assert!(registry.schema(SchemaKey::GlobalId(1)).unwrap().is_some());
    // Apicurio 3.0 has no such question: a record that carries one is refused, and the worker goes on.
    assert_eq!(registry.schema(SchemaKey::Guid([7; 16])).unwrap(), None);
}

#[test]
fn a_wrong_root_is_told_and_makes_no_schema_unknown() {
    let ground = Ground::bare().unwrap();
    let root = ground.stack().registry_url.replace("/apis/ccompat/v7", "");
    for wrong in [root.clone(), format!("{root}/apis/ccompat"), format!("{root}/apis/registry/v3")] {
        let error = Registry::new(&wrong).schema(SchemaKey::Id(NOBODY_S_ID)).unwrap_err();
        assert!(error.to_string().contains("give the root of its Confluent interface"), "{wrong}: {error}");
    }
}

#[test]
fn a_known_id_outlives_the_registry_and_an_unknown_one_waits_for_it() {
    let ground = Ground::bare().unwrap();
    let (subject, name) = fresh("away");
    let cached = CachedRegistry::new(registry(&ground), CacheSettings::default());
    let first = cached.register(&subject, &record(&name, A)).unwrap();
    let second = cached.register(&subject, &record(&name, C)).unwrap();
    cached.lookup(SchemaKey::Id(first), PATIENCE).unwrap();
    ground.dev("kill", &["registry", "-9"]).unwrap();

    assert!(matches!(cached.lookup(SchemaKey::Id(first), Duration::ZERO).unwrap(), Known::Schema(_)));
    let error = cached.lookup(SchemaKey::Id(second), Duration::from_secs(1)).unwrap_err();
    assert_eq!(error.disposition(), Disposition::Retry, "{error}");
    assert_eq!(cached.known(SchemaKey::Id(second)), None, "absence says nothing about a schema");

    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| cached.lookup(SchemaKey::Id(second), PATIENCE));
        ground.dev("restart", &["registry"]).unwrap();
        assert!(matches!(waiting.join().unwrap().unwrap(), Known::Schema(schema) if schema.text == record(&name, C)));
    });
}

#[test]
fn a_new_process_starts_from_the_cache_file_while_the_registry_is_down() {
    let ground = Ground::bare().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schemas");
    let (subject, name) = fresh("file");
    let text = record(&name, A);
    let first = CachedRegistry::new(registry(&ground), with_file(&file));
    let id = first.register(&subject, &text).unwrap();
    first.lookup(SchemaKey::Id(id), PATIENCE).unwrap();
    drop(first);
    ground.dev("kill", &["registry", "-9"]).unwrap();

    let second = CachedRegistry::new(registry(&ground), with_file(&file));
    assert_eq!(second.register(&subject, &text).unwrap(), id);
    let known = second.lookup(SchemaKey::Id(id), Duration::ZERO).unwrap();
    assert!(matches!(known, Known::Schema(schema) if schema.text == text));
    let without = CachedRegistry::new(registry(&ground), CacheSettings::default());
    assert!(without.register(&subject, &text).is_err() && without.lookup(SchemaKey::Id(id), Duration::ZERO).is_err());
    ground.dev("restart", &["registry"]).unwrap();
}

#[test]
fn an_unknown_id_is_asked_about_again_when_its_time_is_over() {
    let ground = Ground::bare().unwrap();
    let life = Duration::from_secs(2);
    let cached =
        CachedRegistry::new(registry(&ground), CacheSettings { unknown_life: life, ..CacheSettings::default() });
    let (subject, name) = fresh("expiry");
    let before = registry(&ground).register(&subject, &record(&name, A)).unwrap();
    // The next text gets one of these numbers; Apicurio leaves some out.
    let next = before + 1..before + 20;
    for id in next.clone() {
        assert_eq!(cached.lookup(SchemaKey::Id(id), PATIENCE).unwrap(), Known::Nothing);
    }
    let asked = Instant::now();
    let id = registry(&ground).register(&subject, &record(&name, C)).unwrap();
    assert!(next.contains(&id), "{id} of {next:?}");
    assert_eq!(cached.lookup(SchemaKey::Id(id), PATIENCE).unwrap(), Known::Nothing);
    assert!(asked.elapsed() < life, "this machine is too slow to tell");
    std::thread::sleep(life);
    assert!(matches!(cached.lookup(SchemaKey::Id(id), PATIENCE).unwrap(), Known::Schema(_)));
}

/// Stands before the registry and counts the requests that pass.
fn counting(registry_url: &str) -> (String, Arc<AtomicUsize>) {
    let (_, rest) = registry_url.split_once("://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let (host, path): (SocketAddr, _) = (host.parse().unwrap(), path.to_owned());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/{path}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, mut server) = (client.unwrap(), TcpStream::connect(host).unwrap());
            let (mut back_client, mut back_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || std::io::copy(&mut back_server, &mut back_client));
            std::thread::spawn(move || {
                let mut buffer = [0; 8192];
                while let Ok(read @ 1..) = client.read(&mut buffer) {
                    // A request without a body fits into one packet.
                    counted.fetch_add(usize::from(buffer.starts_with(b"GET ")), Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(100));
                    server.write_all(&buffer[..read]).unwrap();
                }
            });
        }
    });
    (url, count)
}

#[test]
fn many_threads_that_meet_a_new_id_ask_the_registry_once() {
    let ground = Ground::bare().unwrap();
    let (subject, name) = fresh("flight");
    let id = registry(&ground).register(&subject, &record(&name, A)).unwrap();
    let (url, count) = counting(&ground.stack().registry_url);
    let cached = CachedRegistry::new(Registry::new(&url), CacheSettings::default());
    let together = Barrier::new(32);
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                together.wait();
                assert!(matches!(cached.lookup(SchemaKey::Id(id), PATIENCE).unwrap(), Known::Schema(_)));
            });
        }
    });
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn enrich_restarted_while_the_registry_is_down_goes_on_from_its_cache_file() {
    let ground = Ground::fresh().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schemas").display().to_string();
    let config = std::fs::read_to_string(ground.pipeline.config_file()).unwrap();
    let config = config.replace("[enrich]\n", &format!("[enrich]\nregistry_cache_file = {file:?}\n"));
    std::fs::write(ground.pipeline.config_file(), config).unwrap();
    let sealed =
        |records: u64| {
            wait_until("every record being sealed", PATIENCE, || {
                Ok(judge::count(&ground.pipeline)?.sealed.total == records)
            })
        };

    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let first = ground.publish(500, 31).unwrap();
    sealed(first.records()).unwrap();
    enrich.kill().unwrap();
    let second = ground.publish(500, 32).unwrap();
    ground.dev("kill", &["registry", "-9"]).unwrap();

    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    sealed(first.records() + second.records()).unwrap();
    assert!(enrich.metric("audit_stream_registry_cache_file_uses_total").unwrap() >= 3.0);
    enrich.stop().unwrap();
    ground.dev("restart", &["registry"]).unwrap();
}
