//! `audit-cli keys api` as its users meet it: as a process, with kills, races and the book's own example.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use access::signature::Request;
use access::{
    Credentials, Key, KeyRing, Refusal, ReplayGuard, SignatureFault, SigningMaster, SigningPolicy, UnixSeconds,
};
use tempfile::TempDir;

const CREATE: [&str; 5] = ["create", "--tenant", "north-clinic", "--service", "ehr"];

/// A self-signed certificate, and what `openssl x509 -fingerprint -sha256` says of it.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIUL4jMCt+2DvT2OLo4kUSdVR184G4wCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDZWhyMCAXDTI2MTEyMTE0MDIzNloYDzIxMjYxMDI4MTQwMjM2
WjAOMQwwCgYDVQQDDANlaHIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARVZpUt
qsdyDFgYETp79pmAhiyHHXK+ZdYDo7Yzn1JtiCBk2UsUmL2M+kaEn5uFBoZE87Dl
HVo1A/l9oXsf38aYo1MwUTAdBgNVHQ4EFgQUJWreTH0Jkz9Ts8wX2vX0evNpugIw
HwYDVR0jBBgwFoAUJWreTH0Jkz9Ts8wX2vX0evNpugIwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiEAyUZPBkXtw07aGl7t7wCptEASJrCir8gFxOdJ
YKL9Z68CICUrSbG3kdG7Un4qWBRirS96aV/+fjaniLbBm7T/fo2K
-----END CERTIFICATE-----
";
const FINGERPRINT: &str = "04c0a54f93df8a6c9d86970554de276abba24fc738bb826ad24b87b262089f7a";

/// A folder with a key file and two master secrets.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("master.key"), "7".repeat(32)).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_audit-cli"));
        command.current_dir(self.0.path()).args(["keys", "api"]).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What stands on standard output, of a command that must work.
    fn told(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    }

    fn file(&self) -> String {
        fs::read_to_string(self.path("api-keys.toml")).unwrap()
    }

    fn ring(&self) -> KeyRing {
        KeyRing::parse(&self.file()).unwrap()
    }
}

fn now() -> UnixSeconds {
    UnixSeconds(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
}

fn id(secret: &str) -> &str {
    secret.trim().split('_').nth(1).unwrap()
}

#[test]
fn a_key_lets_in_from_its_making_to_its_revocation_and_stands_nowhere() {
    let place = Place::new();
    let told = place.told(&[&CREATE[..], &["--expires", "90d", "--events-per-second", "500"]].concat());
    let key = told.trim();
    assert_eq!(told, format!("{key}\n"), "the key alone");
    let ring = place.ring();
    let found = ring.authenticate(key, now()).unwrap();
    assert_eq!((found.tenant.as_str(), found.limits.events_per_second), ("north-clinic", Some(500)));
    assert!(!place.file().contains(key.rsplit('_').next().unwrap()) && place.file().contains(id(key)));
    assert!(place.told(&["list"]).contains("keys=1 active=1"));
    assert!(!place.told(&["show", id(key)]).contains(&key[17..]));

    let second = place.told(&["rotate", id(key), "--overlap", "24h"]);
    for key in [key, second.trim()] {
        assert!(place.ring().authenticate(key, now()).is_ok());
    }
    assert!(place.told(&["list"]).contains("rotating=1"));
    place.told(&["rotate", id(key), "--overlap", "0s"]);
    assert_eq!(place.ring().authenticate(key, now()), Err(Refusal::WrongSecret));

    let third = place.told(&["rotate", id(key)]);
    place.told(&["revoke", id(key)]);
    assert_eq!(place.ring().authenticate(third.trim(), now()), Err(Refusal::Revoked));
    assert!(place.refused(&["rotate", id(key)], 1).contains("is revoked, which is for ever; create a new key"));
}

#[test]
fn keys_made_at_the_same_time_are_all_kept() {
    let place = Place::new();
    let running: Vec<_> = (0..16)
        .map(|_| place.command(&CREATE).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let outputs: Vec<_> = running.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let ring = place.ring();
    assert_eq!(ring.len(), 16);
    for output in outputs {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(ring.authenticate(String::from_utf8(output.stdout).unwrap().trim(), now()).is_ok());
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_file_with_every_key_that_was_shown() {
    let place = Place::new();
    let mut shown = vec![place.told(&CREATE)];
    // Later and later, until the kill comes too late three times: then every moment of a run was met, on any machine.
    for step in 0..2_000 {
        let mut child = place.command(&CREATE).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_micros(step * 200));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        shown.extend(Some(told).filter(|told| told.ends_with('\n')));
        let ring = place.ring();
        for key in &shown {
            assert!(ring.authenticate(key.trim(), now()).is_ok(), "step {step}");
        }
        if shown.len() == 4 {
            break;
        }
    }
    assert_eq!(shown.len(), 4);
    place.told(&CREATE);
}

#[test]
fn a_wrong_command_changes_nothing_and_says_what_is_right() {
    let place = Place::new();
    let told = |more: &[&str], code| place.refused(&[&CREATE[..], more].concat(), code);
    assert!(place.refused(&["create", "--tenant", "North", "--service", "a"], 2).contains("1 to 64 of a-z, 0-9"));
    assert!(told(&["--scope", "all"], 2).contains("the scopes are events:write, query:read"));
    assert!(told(&["--expires", "soon"], 2).contains("write it like 90d, 24h or 15m"));
    assert!(told(&["--signed", "required"], 2).contains("--master-secret-file"));
    assert!(told(&["--master-secret-file", "master.key"], 1).contains("add --signed required, or leave it out"));
    assert!(told(&["--expires", "0s"], 1).contains("give a later time"));
    assert!(told(&["--certificate", "master.key"], 1).contains("holds no certificate"));
    fs::write(place.path("short.key"), "7".repeat(31)).unwrap();
    let short = ["--signed", "required", "--master-secret-file", "short.key"];
    assert!(told(&short, 1).contains("31 bytes; it must have at least 32"));
    assert!(place.refused(&["list"], 1).contains("there is no key file"));
    assert!(place.refused(&["revoke", "not-an-id"], 2).contains("12 of a-z and 2-7"));
    place.told(&CREATE);
    let before = place.file();
    assert!(place.refused(&["revoke", "aaaaaaaaaaaa"], 1).contains("there is no key aaaaaaaaaaaa"));
    assert_eq!(place.file(), before);
}

#[test]
fn a_key_is_bound_to_the_certificate_that_was_given() {
    let place = Place::new();
    fs::write(place.path("ehr.pem"), CERTIFICATE).unwrap();
    let key = place.told(&[&CREATE[..], &["--certificate", "ehr.pem"]].concat());
    assert!(place.file().contains(FINGERPRINT));
    let ring = place.ring();
    let found = ring.authenticate(key.trim(), now()).unwrap();
    assert_eq!(found.require_certificate(None), Err(Refusal::CertificateMissing));
}

/// The program in the book, as a reader would paste it.
fn program(place: &Place) -> PathBuf {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/how-to/api-keys.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```python\n").unwrap();
    let path = place.path("sign.py");
    fs::write(&path, rest.split_once("```").unwrap().0).unwrap();
    path
}

/// One request as it came over the wire.
struct Received {
    line: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Received {
    fn admit<'ring>(
        &self,
        ring: &'ring KeyRing,
        master: &[u8],
        guard: &mut ReplayGuard,
    ) -> Result<&'ring Key, Refusal> {
        let policy = SigningPolicy { master: Some(SigningMaster::new(master).unwrap()), window_seconds: 300 };
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        let Credentials::Signed(headers) = Credentials::of(headers)? else { return Err(Refusal::Missing) };
        let [method, target, _] = self.line.split(' ').collect::<Vec<_>>()[..] else { return Err(Refusal::Malformed) };
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let request = Request { method, path, query, body: &self.body };
        ring.authenticate_signed(&headers, &request, &policy, now())?.once(guard, now())
    }
}

/// Takes one request and answers it.
fn receive(listener: &TcpListener) -> Received {
    let (mut stream, _) = listener.accept().unwrap();
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).unwrap();
        bytes.extend_from_slice(&chunk[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let (line, fields) = head.split_once("\r\n").unwrap();
        let fields = fields.lines().map(|field| field.split_once(": ").unwrap());
        let headers: Vec<_> = fields.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
        let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length")).unwrap();
        let length: usize = std::str::from_utf8(&length.1).unwrap().parse().unwrap();
        if bytes.len() == end + 4 + length {
            stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 4\r\nconnection: close\r\n\r\ndone").unwrap();
            return Received { line: line.to_owned(), headers, body: bytes[end + 4..].to_vec() };
        }
    }
}

#[test]
fn the_books_program_signs_a_request_that_is_taken_once_and_by_the_right_master_only() {
    let place = Place::new();
    let signed = ["--signed", "required", "--master-secret-file", "master.key"];
    let secret = place.told(&[&CREATE[..], &signed].concat());
    assert!(secret.starts_with("sts_") && secret.lines().count() == 1, "the key itself would be of no use");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/events?source=b%C3%A4d", listener.local_addr().unwrap());
    let mut python = Command::new("python3");
    python.arg(program(&place)).args([&url, "{\"event_id\": \"signed-1\"}"]).env("SIGNING_SECRET", secret.trim());
    let running = python.env("no_proxy", "*").stdout(Stdio::piped()).spawn().unwrap();
    let received = receive(&listener);
    assert_eq!(String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap(), "done\n");

    let ring = place.ring();
    let mut guard = ReplayGuard::default();
    let wrong = received.admit(&ring, &[b'8'; 32], &mut guard);
    assert_eq!(wrong, Err(SignatureFault::Wrong.into()));
    assert_eq!(received.admit(&ring, &[b'7'; 32], &mut guard).map(|key| key.service.as_str()), Ok("ehr"));
    assert_eq!(received.admit(&ring, &[b'7'; 32], &mut guard), Err(SignatureFault::Replayed.into()));
    let changed = Received { body: b"{\"event_id\": \"signed-2\"}".to_vec(), ..received };
    assert_eq!(changed.admit(&ring, &[b'7'; 32], &mut guard), Err(SignatureFault::WrongDigest.into()));
}

#[test]
fn a_key_for_signed_requests_is_not_rotated_without_the_master_secret() {
    let place = Place::new();
    let signed = ["--signed", "allowed", "--master-secret-file", "master.key"];
    let told = place.told(&[&CREATE[..], &signed].concat());
    let lines: Vec<_> = told.lines().collect();
    assert!(lines[0].starts_with("stk_") && lines[1].starts_with("sts_") && lines.len() == 2);
    let before = place.file();
    assert!(place.refused(&["rotate", id(lines[0])], 1).contains("give --master-secret-file"));
    assert_eq!(place.file(), before);
    let rotated = place.told(&["rotate", id(lines[0]), "--master-secret-file", "master.key"]);
    assert_ne!(rotated.lines().nth(1), Some(lines[1]), "a new signing secret");
}
