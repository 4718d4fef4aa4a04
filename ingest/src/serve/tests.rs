//! The gateway over real sockets. No broker is needed for a refusal; the receipt is tested on the real stack.
//!
//! Where a test needs to see that a request was let in, it sends `{}`: the event path answers that with 422.

mod bodies;
mod bounds;
mod callers;
mod encrypted;
mod fatal;
mod slow;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread::JoinHandle;

use runtime::drain::Drain;
use runtime::health::Health;
use schemas::routing::Router;
use stream::KafkaSettings;
use stream::registry::{CacheSettings, CachedRegistry, Registry};

use super::*;
use crate::admit::Admit;
use crate::authenticate::Authenticate;
use crate::decode::Schemas;
use crate::own_schema::OwnSchema;
use crate::publish::Publish;
use crate::receive::{Receive, body};
use crate::validate::{UnknownEventTypes, Validate};

const EVENT: &str = r#"{"event_id":"e-1","tenant":"north","event_type":"record","action":"read",
    "outcome":"success","occurred_at":"2023-11-14T22:13:20Z","agents":[{"id":"a-1"}],"source":{"system":"ehr"}}"#;
const POST: &str = "POST /v1/events HTTP/1.1\ncontent-type: application/json; charset=utf-8";

/// How a gateway under test differs from the default.
struct Setup {
    brokers: String,
    authenticate: Authenticate,
    reloaded: Reloaded,
    bytes_in_flight_max: usize,
    connections_max: u32,
    patience: Patience,
    body: body::Patience,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            // Port 1 of this machine: connections are refused at once.
            brokers: "127.0.0.1:1".to_owned(),
            authenticate: Authenticate::open("north".parse().unwrap()),
            reloaded: Reloaded::default(),
            bytes_in_flight_max: 64 << 20,
            connections_max: 64,
            patience: Patience::default(),
            body: body::Patience::default(),
        }
    }
}

/// A gateway whose broker is away.
struct Running {
    address: SocketAddr,
    gateway: Arc<Gateway>,
    runtime: Runtime,
    thread: JoinHandle<Result<(), Error>>,
}

/// An answer: its head in lower case, and its body.
#[derive(Debug)]
struct Answer {
    head: String,
    body: String,
}

impl Answer {
    /// Reads until the connection ends.
    fn read(mut stream: impl Read) -> Self {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        Self::parse(&text)
    }

    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        Self { head: head.to_lowercase(), body: body.to_owned() }
    }

    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    fn has(&self, header: &str) -> bool {
        self.head.lines().any(|line| line == header)
    }

    /// Asserts that this is a problem document of this status and label.
    #[track_caller]
    fn is_problem(&self, status: &str, label: &str) -> &Self {
        assert_eq!(self.status(), status, "{self:?}");
        assert!(self.has("content-type: application/problem+json"), "{self:?}");
        assert!(self.has("cache-control: no-store"), "{self:?}");
        let document: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(document["type"], format!("urn:sealtrail:problem:{label}"), "{self:?}");
        assert_eq!(document["status"].to_string(), status);
        self
    }
}

impl Running {
    fn start(setup: Setup) -> Self {
        let (server, gateway, runtime) = prepare(setup);
        let address = server.listener.local_addr().unwrap();
        let (serving, shared) = (runtime.clone(), Arc::clone(&gateway));
        let thread = std::thread::spawn(move || serve_and_drain(server, &shared, &serving));
        Self { address, gateway, runtime, thread }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn send(&self, head: &str, body: impl AsRef<[u8]>) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(&request(head, body.as_ref())).unwrap();
        stream
    }

    fn ask(&self, head: &str, body: impl AsRef<[u8]>) -> Answer {
        Answer::read(self.send(head, body))
    }

    fn stop(self) {
        self.runtime.shutdown.request();
        self.thread.join().unwrap().unwrap();
    }
}

/// All that a gateway is made of, listening.
fn prepare(setup: Setup) -> (Server, Arc<Gateway>, Runtime) {
    let shutdown = Shutdown::new();
    let runtime = Runtime { health: Health::new(shutdown.clone()), shutdown, drain: Drain::new() };
    runtime.health.dependency("kafka").up();
    let kafka = KafkaSettings { brokers: setup.brokers, ..KafkaSettings::default() };
    let publisher = Publisher::new(&kafka, &stream::ProducerSettings::default()).unwrap();
    let registry = CachedRegistry::new(Registry::new("http://127.0.0.1:1"), CacheSettings::default());
    let shutdown = runtime.shutdown.clone();
    let gateway = Gateway {
        authenticate: setup.authenticate,
        admit: Admit::new(setup.bytes_in_flight_max),
        receive: Receive { patience: setup.body, shutdown: shutdown.clone() },
        schemas: Schemas::new(registry, OwnSchema::known_as(1), shutdown.clone()),
        validate: Validate { unknown: UnknownEventTypes::Accept },
        batch: crate::receive::EVENTS,
        publish: Publish::new(publisher, Router::new(b"a synthetic secret").unwrap(), OwnSchema::known_as(1)),
        shutdown,
    };
    let gateway = Arc::new(gateway);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server =
        Server { listener, reloaded: setup.reloaded, connections_max: setup.connections_max, patience: setup.patience };
    (server, gateway, runtime)
}

/// A whole request; the connection ends with its answer.
fn request(head: &str, body: &[u8]) -> Vec<u8> {
    let (length, head) = (body.len(), head.replace('\n', "\r\n"));
    let head = format!("{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// The description's paths, as the running gateway answers them.
#[test]
fn every_described_path_answers_and_no_other_method_does() {
    let gateway = Running::start(Setup::default());
    let paths = crate::openapi::document(false)["paths"].clone();
    for (path, methods) in paths.as_object().unwrap() {
        for method in ["get", "post", "put", "delete"] {
            let answer = gateway.ask(&format!("{} {path} HTTP/1.1", method.to_uppercase()), "");
            if methods.get(method).is_some() {
                // A post without a content type gets as far as that.
                let expected = if method == "get" { "200" } else { "415" };
                assert_eq!(answer.status(), expected, "{method} {path}: {answer:?}");
            } else {
                assert_eq!(answer.status(), "405", "{method} {path}: {answer:?}");
            }
        }
    }
    assert_eq!(gateway.ask("GET /v1 HTTP/1.1", "").status(), "404");
    gateway.stop();
}

#[test]
fn refusals_are_problem_documents() {
    let gateway = Running::start(Setup::default());
    let broken = EVENT.replace("\"e-1\"", "\"\"");
    let large = EVENT.replace("e-1", &"x".repeat(schemas::event::EVENT_BYTES_MAX));
    for (head, body, status, label) in [
        ("GET /nothing HTTP/1.1", "", "404", "not-found"),
        ("GET /v1/events HTTP/1.1", "", "405", "wrong-method"),
        ("POST /v1/events HTTP/1.1", EVENT, "415", "wrong-content-type"),
        ("POST /v1/events HTTP/1.1\ncontent-type: text/plain", EVENT, "415", "wrong-content-type"),
        (POST, "{", "400", "malformed-json"),
        (POST, &broken, "422", "invalid-event"),
        (POST, &large, "413", "too-large"),
    ] {
        gateway.ask(head, body).is_problem(status, label);
    }
    let answer = gateway.ask(POST, &broken);
    let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["errors"][0]["pointer"], "/event_id");
    assert_eq!(document["errors"][0]["reason"], "empty-field");
    assert!(gateway.ask("GET /v1/events HTTP/1.1", "").has("allow: post"));
    gateway.stop();
}

#[test]
fn a_request_id_comes_back_and_a_missing_one_is_made() {
    let gateway = Running::start(Setup::default());
    let answer = gateway.ask(&format!("{POST}\nx-request-id: build-7"), "{");
    assert!(answer.has("x-request-id: build-7"), "{answer:?}");
    let answer = gateway.ask(&format!("{POST}\nx-request-id: two words"), "{");
    let made = answer.head.lines().find(|line| line.starts_with("x-request-id: ")).unwrap();
    assert!(!made.contains("words") && made.len() > 20, "{made}");
    gateway.stop();
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let gateway = Running::start(Setup::default());
    let mut stream = gateway.connect();
    let kept = format!("{}\r\nhost: x\r\ncontent-length: 1\r\n\r\n{{", POST.replace('\n', "\r\n"));
    stream.write_all(kept.repeat(3).as_bytes()).unwrap();
    stream.write_all(&request("GET /nowhere HTTP/1.1", b"")).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let statuses: Vec<&str> = text.match_indices("HTTP/1.1 ").map(|(at, _)| &text[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["400", "400", "400", "404"], "{text}");
    gateway.stop();
}

/// Takes ten seconds: the publisher's patience with a broker that is away.
#[test]
fn a_stop_waits_for_requests_and_not_for_idle_connections() {
    let gateway = Running::start(Setup { bytes_in_flight_max: 6 * 1024, ..Setup::default() });
    let first = gateway.send(POST, EVENT);
    while gateway.gateway.admit.bytes_in_flight() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = gateway.ask(POST, EVENT);
    assert!(second.is_problem("429", "too-busy").has("retry-after: 1"), "{second:?}");
    let mut half = gateway.connect();
    half.write_all(b"POST /v1/events HTTP/1.1\r\n").unwrap();
    let idle = gateway.connect();
    let (address, began) = (gateway.address, std::time::Instant::now());
    let answer = std::thread::spawn(move || Answer::read(first));
    gateway.stop();
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    let answer = answer.join().unwrap();
    assert!(answer.is_problem("503", "unacknowledged").has("retry-after: 5"), "{answer:?}");
    assert!(TcpStream::connect(address).is_err());
    drop((half, idle));
}
