//! Who is let in.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use access::signature::{Request, sign};
use access::{Grant, KeyRing, Limits, Random, Scope, Signed, SigningMaster, UnixSeconds};

use super::*;
use crate::authenticate::Signatures;
use crate::authenticate::ring::Keys;

const MASTER: &[u8] = b"a synthetic master secret of 32 bytes or more";

fn now() -> UnixSeconds {
    UnixSeconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
}

fn grant() -> Grant {
    Grant {
        tenant: "north".parse().unwrap(),
        service: "ehr".parse().unwrap(),
        scopes: vec![Scope::EventsWrite],
        expires_at: None,
        limits: Limits::default(),
        signed: Signed::Never,
        certificate_sha256: None,
    }
}

/// Adds a key made of one repeated byte; gives back its text.
pub fn issue(ring: &mut KeyRing, seed: u8, made: UnixSeconds, grant: Grant) -> String {
    ring.issue(grant, made, &Random::of([seed; 44])).unwrap().key.reveal().to_owned()
}

fn guarded(ring: &KeyRing, directory: &Path) -> Setup {
    let path = directory.join("keys.toml");
    std::fs::write(&path, ring.render().unwrap()).unwrap();
    let keys = Arc::new(Keys::load(&path).unwrap());
    let signatures = Signatures::new(Some(SigningMaster::new(MASTER).unwrap()));
    Setup {
        authenticate: Authenticate::with_keys(Arc::clone(&keys), signatures),
        reloaded: Reloaded { tls: None, keys: Some(keys) },
        ..Setup::default()
    }
}

fn with(key: &str) -> String {
    format!("{POST}\nauthorization: Bearer {key}")
}

#[test]
fn only_a_good_key_with_the_right_scope_lets_in() {
    let (directory, mut ring) = (tempfile::tempdir().unwrap(), KeyRing::default());
    let good = issue(&mut ring, 1, now(), grant());
    let long_ago = UnixSeconds(now().0 - 1_000);
    let ended = Grant { expires_at: Some(UnixSeconds(now().0 - 10)), ..grant() };
    let expired = issue(&mut ring, 2, long_ago, ended);
    let reader = issue(&mut ring, 3, now(), Grant { scopes: vec![Scope::QueryRead], ..grant() });
    let bound = access::Sha256Digest([7; 32]);
    let bound = issue(&mut ring, 4, now(), Grant { certificate_sha256: Some(bound), ..grant() });
    let unknown = issue(&mut KeyRing::default(), 9, now(), grant());
    let wrong = format!("{}A", &good[..good.len() - 1]);
    let gateway = Running::start(guarded(&ring, directory.path()));
    gateway.ask(&with(&good), "{}").is_problem("422", "invalid-event");
    gateway.ask(&format!("{POST}\nx-api-key: {good}"), "{}").is_problem("422", "invalid-event");
    let refused: Vec<Answer> = [POST.to_owned(), with(&unknown), with(&wrong), with(&expired), with("nonsense")]
        .iter()
        .map(|head| gateway.ask(head, EVENT))
        .collect();
    for answer in &refused {
        let answer = answer.is_problem("401", "unauthenticated");
        assert!(answer.has("www-authenticate: bearer realm=\"sealtrail\""), "{answer:?}");
    }
    assert_eq!(refused[1].body, refused[2].body, "unknown and wrong look the same");
    gateway.ask(&with(&reader), EVENT).is_problem("403", "forbidden");
    gateway.ask(&with(&bound), EVENT).is_problem("403", "forbidden");
    gateway.ask(&format!("{}\nx-api-key: {good}", with(&good)), EVENT).is_problem("401", "unauthenticated");
    // Who is not let in is told so before the body is sent.
    let mut stream = gateway.connect();
    let head = with(&unknown).replace('\n', "\r\n");
    write!(stream, "{head}\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n").unwrap();
    Answer::read(stream).is_problem("401", "unauthenticated");
    gateway.stop();
}

#[test]
fn a_changed_key_file_counts_within_seconds_and_a_broken_one_changes_nothing() {
    let (directory, mut ring) = (tempfile::tempdir().unwrap(), KeyRing::default());
    let first = issue(&mut ring, 1, now(), grant());
    let gateway = Running::start(guarded(&ring, directory.path()));
    let mut other = KeyRing::default();
    let second = issue(&mut other, 2, now(), grant());
    gateway.ask(&with(&second), "{}").is_problem("401", "unauthenticated");
    let path = directory.path().join("keys.toml");
    let until = |key: &str, status: &str| {
        let began = std::time::Instant::now();
        while gateway.ask(&with(key), "{}").status() != status {
            assert!(began.elapsed() < Duration::from_secs(5), "still not {status}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    std::fs::write(&path, other.render().unwrap()).unwrap();
    until(&second, "422");
    until(&first, "401");
    assert!(gateway.runtime.health.is_ready());
    std::fs::write(&path, "[[key]]\nid = 7").unwrap();
    // Longer than it takes to see the file: the key in force still works, so nothing may send callers away.
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        assert!(gateway.runtime.health.is_ready());
        gateway.ask(&with(&second), "{}").is_problem("422", "invalid-event");
        std::thread::sleep(Duration::from_millis(50));
    }
    std::fs::write(&path, ring.render().unwrap()).unwrap();
    until(&first, "422");
    assert!(gateway.runtime.health.is_ready());
    gateway.stop();
}

#[test]
fn a_signed_request_counts_once_now_and_with_its_own_body() {
    let (directory, mut ring) = (tempfile::tempdir().unwrap(), KeyRing::default());
    issue(&mut ring, 1, now(), Grant { signed: Signed::Required, ..grant() });
    let id = ring.iter().next().unwrap().id.clone();
    let gateway = Running::start(guarded(&ring, directory.path()));
    let signed = |body: &str, created: u64, nonce: u8, master: &[u8]| {
        let secret = SigningMaster::new(master).unwrap().secret_of(&id, 1);
        let request = Request { method: "POST", path: "/v1/events", query: None, body: body.as_bytes() };
        let signed = sign(&request, "application/json", &secret, UnixSeconds(created), &[nonce; 16]).unwrap();
        let headers: String = signed.each().iter().map(|(name, value)| format!("\n{name}: {value}")).collect();
        format!("POST /v1/events HTTP/1.1\ncontent-type: application/json{headers}")
    };
    let good = signed("{}", now().0, 1, MASTER);
    gateway.ask(&good, "{}").is_problem("422", "invalid-event");
    gateway.ask(&good, "{}").is_problem("401", "unauthenticated");
    gateway.ask(&signed("{}", now().0, 2, MASTER), "[]").is_problem("401", "unauthenticated");
    gateway.ask(&signed("{}", now().0 - 400, 3, MASTER), "{}").is_problem("401", "unauthenticated");
    gateway.ask(&signed("{}", now().0 + 400, 4, MASTER), "{}").is_problem("401", "unauthenticated");
    let stranger = signed("{}", now().0, 5, b"another synthetic master secret of 32 bytes");
    gateway.ask(&stranger, "{}").is_problem("401", "unauthenticated");
    // A stranger's signature is refused before the body is asked for.
    let mut stream = gateway.connect();
    let head = stranger.replace('\n', "\r\n");
    write!(stream, "{head}\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n").unwrap();
    Answer::read(stream).is_problem("401", "unauthenticated");
    gateway.stop();
}

#[test]
fn a_key_beyond_its_rate_is_told_when_to_come_back_and_others_are_not_held_up() {
    let (directory, mut ring) = (tempfile::tempdir().unwrap(), KeyRing::default());
    let limits = |events, bytes| Limits { events_per_second: events, bytes_per_second: bytes, burst_seconds: Some(60) };
    let few = issue(
        &mut ring,
        1,
        now(),
        Grant { limits: Limits { burst_seconds: Some(3), ..limits(Some(1), None) }, ..grant() },
    );
    let small = issue(&mut ring, 2, now(), Grant { limits: limits(None, Some(100)), ..grant() });
    let gateway = Running::start(guarded(&ring, directory.path()));
    for _ in 0..3 {
        gateway.ask(&with(&few), "{}").is_problem("422", "invalid-event");
    }
    let answer = gateway.ask(&with(&few), "{}");
    answer.is_problem("429", "rate-limited");
    assert!(answer.has("retry-after: 1"), "{answer:?}");
    assert!(answer.has("ratelimit-policy: \"events\";q=3;w=3"), "{answer:?}");
    assert!(answer.has("ratelimit: \"events\";r=0;t=3"), "{answer:?}");
    let large = format!("{{{}}}", " ".repeat(5_000));
    gateway.ask(&with(&small), &large).is_problem("422", "invalid-event");
    let answer = gateway.ask(&with(&small), &large);
    assert!(answer.is_problem("429", "rate-limited").has("ratelimit-policy: \"bytes\";q=6000;w=60"), "{answer:?}");
    gateway.ask(&with(&small), "{}").is_problem("422", "invalid-event");
    gateway.stop();
}
