//! The cache's promises: one question per schema, absence is never ignorance, and a file that helps but is not trusted blindly.

use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use super::super::tests::{Reply, Server};
use super::*;

const ID: SchemaKey = SchemaKey::Id(7);
const PATIENCE: Duration = Duration::from_secs(10);
const UNKNOWN: &str = r#"{"error_code":40403,"message":"Schema not found"}"#;

fn said(text: &str) -> Reply {
    Reply::new(200, format!(r#"{{"schema":"{text}"}}"#))
}

fn schema(text: &str) -> Known {
    Known::Schema(Arc::new(Schema::avro(text.to_owned())))
}

fn cached(url: &str, settings: CacheSettings) -> CachedRegistry {
    CachedRegistry::new(Registry::new(url), settings)
}

fn with_file(path: &Path) -> CacheSettings {
    CacheSettings { file: Some(path.to_owned()), ..CacheSettings::default() }
}

#[test]
fn many_threads_that_miss_one_schema_cause_one_question() {
    let server = Server::start(|_| said("s").after(Duration::from_millis(200)));
    let cached = cached(&server.url(), CacheSettings::default());
    let together = Barrier::new(16);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                together.wait();
                assert_eq!(cached.lookup(ID, PATIENCE).unwrap(), schema("s"));
            });
        }
    });
    assert_eq!(cached.known(ID), Some(schema("s")));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_unknown_schema_is_not_asked_for_again_until_its_time_is_over() {
    let server = Server::start(|_| Reply::new(404, UNKNOWN));
    let life = Duration::from_millis(300);
    let cached = cached(&server.url(), CacheSettings { unknown_life: life, ..CacheSettings::default() });
    for _ in 0..10 {
        assert_eq!(cached.lookup(ID, PATIENCE).unwrap(), Known::Nothing);
    }
    assert_eq!(server.requests().len(), 1);
    std::thread::sleep(life);
    assert_eq!(cached.known(ID), None);
    assert_eq!(cached.lookup(ID, PATIENCE).unwrap(), Known::Nothing);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_registry_that_fails_is_waited_for_and_never_makes_a_schema_unknown() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::new(500, "{}"),
        1 => Reply::reset(),
        2 => Reply::garbage(),
        _ => said("s"),
    });
    assert_eq!(cached(&server.url(), CacheSettings::default()).lookup(ID, PATIENCE).unwrap(), schema("s"));
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn everybody_s_wait_ends_at_their_deadline() {
    let server = Server::start(|_| Reply::new(500, "{}"));
    let cached = cached(&server.url(), CacheSettings::default());
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let error = cached.lookup(ID, Duration::from_millis(600)).unwrap_err();
                assert_eq!(error.disposition(), Disposition::Retry);
            });
        }
    });
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(cached.known(ID), None);
}

#[test]
fn a_refusal_is_not_waited_out() {
    let server = Server::start(|_| Reply::new(401, ""));
    let error = cached(&server.url(), CacheSettings::default()).lookup(ID, PATIENCE).unwrap_err();
    assert_eq!((error.disposition(), server.requests().len()), (Disposition::Fatal, 1));
}

#[test]
fn a_flood_of_made_up_ids_pushes_out_itself_and_no_schema() {
    let server = Server::start(|path| if path.ends_with("/7") { said("s") } else { Reply::new(404, UNKNOWN) });
    let cached = cached(&server.url(), CacheSettings { entries_max: 4, ..CacheSettings::default() });
    cached.lookup(ID, PATIENCE).unwrap();
    for id in 100..120 {
        cached.lookup(SchemaKey::Id(id), PATIENCE).unwrap();
    }
    assert_eq!(cached.inner.lock().entries.len(), 4);
    assert_eq!(cached.known(ID), Some(schema("s")));
    assert_eq!((cached.known(SchemaKey::Id(119)), cached.known(SchemaKey::Id(100))), (Some(Known::Nothing), None));
}

#[test]
fn the_schema_used_longest_ago_makes_room() {
    let server = Server::start(said_its_path);
    let cached = cached(&server.url(), CacheSettings { entries_max: 2, ..CacheSettings::default() });
    for id in [1, 2, 1, 3] {
        cached.lookup(SchemaKey::Id(id), PATIENCE).unwrap();
    }
    let known = [1, 2, 3].map(|id| cached.known(SchemaKey::Id(id)).is_some());
    assert_eq!(known, [true, false, true]);
}

fn said_its_path(path: &str) -> Reply {
    said(path)
}

/// What a cache at `url` with this file knows without the registry.
fn remembered(url: &str, file: &Path) -> Option<Known> {
    cached(url, with_file(file)).lookup(ID, Duration::ZERO).ok()
}

/// A server that first says "s" and is then away; and its file.
fn went_away(folder: &Path) -> (Server, PathBuf) {
    let status = Arc::new(AtomicU16::new(200));
    let now = Arc::clone(&status);
    let server = Server::start(move |_| match now.load(Ordering::SeqCst) {
        200 => said("s"),
        other => Reply::new(other, "{}"),
    });
    let file = folder.join("schemas");
    cached(&server.url(), with_file(&file)).lookup(ID, PATIENCE).unwrap();
    status.store(503, Ordering::SeqCst);
    (server, file)
}

#[test]
fn a_new_process_knows_what_the_last_one_learnt_while_the_registry_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let (server, file) = went_away(folder.path());
    let second = cached(&server.url(), with_file(&file));
    assert_eq!(second.known(ID), None, "the registry is asked first");
    let before = server.requests().len();
    for _ in 0..10 {
        assert_eq!(second.lookup(ID, Duration::ZERO).unwrap(), schema("s"));
    }
    assert_eq!(server.requests().len(), before + 1, "and not for every record");
    assert!(second.lookup(SchemaKey::Id(8), Duration::ZERO).is_err());
}

#[test]
fn a_damaged_file_is_ignored_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (server, file) = went_away(folder.path());
    let good = std::fs::read(&file).unwrap();
    assert_eq!(remembered(&server.url(), &file), Some(schema("s")));
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&file, &bad).unwrap();
        assert!(CacheFile::new(&file, &server.url()).load().schemas.is_empty(), "byte {at}");
    }
    std::fs::write(&file, &good[..good.len() - 1]).unwrap();
    assert_eq!(remembered(&server.url(), &file), None);
    let back = Server::start(|_| said("s"));
    cached(&back.url(), with_file(&file)).lookup(ID, PATIENCE).unwrap();
    assert_eq!(CacheFile::new(&file, &back.url()).load().schemas.len(), 1);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half-written stays");
}

#[test]
fn a_new_process_knows_the_ids_of_its_own_schemas_while_the_registry_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let status = Arc::new(AtomicU16::new(200));
    let now = Arc::clone(&status);
    let server = Server::start(move |_| Reply::new(now.load(Ordering::SeqCst), r#"{"id":9}"#));
    let file = folder.path().join("schemas");
    assert_eq!(cached(&server.url(), with_file(&file)).register("s", "text").unwrap(), 9);
    let second = cached(&server.url(), with_file(&file));
    status.store(503, Ordering::SeqCst);
    assert_eq!(second.register("s", "text").unwrap(), 9);
    for (subject, text) in [("s", "other text"), ("other", "text")] {
        assert_eq!(second.register(subject, text).unwrap_err().disposition(), Disposition::Retry);
    }
    status.store(409, Ordering::SeqCst);
    assert_eq!(second.register("s", "text").unwrap_err().disposition(), Disposition::Fatal);
}

#[test]
fn another_registry_s_file_means_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = went_away(folder.path());
    assert_eq!(remembered("http://127.0.0.1:1", &file), None);
}

#[test]
fn a_registry_that_answers_is_believed_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (server, file) = went_away(folder.path());
    let read = CacheFile::new(&file, &server.url()).load();
    // The same address, set up anew: another schema has the number now, and one that is gone is unknown.
    let anew = Server::start(|_| said("other"));
    let again = || Contents { schemas: read.schemas.clone(), ..Contents::default() };
    CacheFile::new(&file, &anew.url()).save(again);
    assert_eq!(remembered(&anew.url(), &file), Some(schema("other")));
    let empty = Server::start(|_| Reply::new(404, UNKNOWN));
    CacheFile::new(&file, &empty.url()).save(again);
    assert_eq!(remembered(&empty.url(), &file), Some(Known::Nothing));
}

#[test]
fn a_file_that_cannot_be_written_stops_nothing() {
    let server = Server::start(|_| said("s"));
    let cached = cached(&server.url(), with_file(Path::new("/nowhere/at/all")));
    assert_eq!(cached.lookup(ID, PATIENCE).unwrap(), schema("s"));
}
