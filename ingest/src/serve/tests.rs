//! The gateway over real sockets. No broker is needed for a refusal; the receipt is tested on the real stack.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread::JoinHandle;

use runtime::drain::Drain;
use runtime::health::Health;
use schemas::routing::Router;
use schemas::wire::SchemaId;
use stream::KafkaSettings;
use tokio::sync::Semaphore;

use super::*;
use crate::publish::Publish;

const EVENT: &str = r#"{"event_id":"e-1","tenant":"north","event_type":"record","action":"read",
    "outcome":"success","occurred_at":"2023-11-14T22:13:20Z","agents":[{"id":"a-1"}],"source":{"system":"ehr"}}"#;

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
    fn read(mut stream: TcpStream) -> Self {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Self { head: head.to_lowercase(), body: body.to_owned() }
    }

    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    fn has(&self, header: &str) -> bool {
        self.head.lines().any(|line| line == header)
    }
}

impl Running {
    fn start(in_flight_max: u32) -> Self {
        let shutdown = Shutdown::new();
        let runtime = Runtime { health: Health::new(shutdown.clone()), shutdown, drain: Drain::new() };
        // Port 1 of this machine: connections are refused at once.
        let kafka = KafkaSettings { brokers: "127.0.0.1:1".to_owned(), ..KafkaSettings::default() };
        let publisher = Publisher::new(&kafka, &crate::pipeline::PRODUCER).unwrap();
        let publish = Publish { publisher, router: Router::new(b"a synthetic secret").unwrap(), schema: SchemaId(1) };
        let gateway = Gateway {
            publish,
            in_flight: Semaphore::new(in_flight_max as usize),
            in_flight_max,
            shutdown: runtime.shutdown.clone(),
        };
        let gateway = Arc::new(gateway);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (serving, shared) = (runtime.clone(), Arc::clone(&gateway));
        let kafka = runtime.health.dependency("kafka");
        let thread = std::thread::spawn(move || run(listener, shared, kafka, &serving));
        Self { address, gateway, runtime, thread }
    }

    fn send(&self, head: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let (length, head) = (body.len(), head.replace('\n', "\r\n"));
        let request = format!("{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn ask(&self, head: &str, body: &str) -> Answer {
        Answer::read(self.send(head, body))
    }

    fn stop(self) -> Result<(), Error> {
        self.runtime.shutdown.request();
        self.thread.join().unwrap()
    }
}

const POST: &str = "POST /v1/events HTTP/1.1\ncontent-type: application/json; charset=utf-8";

#[test]
fn refusals_are_problem_documents() {
    let gateway = Running::start(8);
    let broken = EVENT.replace("\"e-1\"", "\"\"");
    let large = EVENT.replace("e-1", &"x".repeat(schemas::event::EVENT_BYTES_MAX));
    for (head, body, status, label) in [
        ("GET / HTTP/1.1", "", "404", "not-found"),
        ("GET /v1/events HTTP/1.1", "", "405", "wrong-method"),
        ("POST /v1/events HTTP/1.1", EVENT, "415", "wrong-content-type"),
        ("POST /v1/events HTTP/1.1\ncontent-type: text/plain", EVENT, "415", "wrong-content-type"),
        (POST, "{", "400", "malformed-json"),
        (POST, &broken, "422", "invalid-event"),
        (POST, &large, "413", "too-large"),
    ] {
        let answer = gateway.ask(head, body);
        assert_eq!(answer.status(), status, "{head}: {answer:?}");
        assert!(answer.has("content-type: application/problem+json"), "{head}: {answer:?}");
        let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(document["type"], format!("urn:sealtrail:problem:{label}"));
        assert_eq!(document["status"].to_string(), status);
    }
    let answer = gateway.ask(POST, &broken);
    let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["errors"][0]["field"], "event_id");
    assert_eq!(document["errors"][0]["reason"], "empty-field");
    assert!(gateway.ask("GET /v1/events HTTP/1.1", "").has("allow: post"));
    gateway.stop().unwrap();
}

/// Takes ten seconds: the publisher's patience with a broker that is away.
#[test]
fn a_stop_waits_for_requests_and_not_for_idle_connections() {
    let gateway = Running::start(1);
    let first = gateway.send(POST, EVENT);
    while gateway.gateway.in_flight.available_permits() > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = gateway.ask(POST, EVENT);
    assert_eq!(second.status(), "429", "{second:?}");
    assert!(second.has("retry-after: 1"), "{second:?}");
    let mut idle = TcpStream::connect(gateway.address).unwrap();
    idle.write_all(b"POST /v1/events HTTP/1.1\r\n").unwrap();
    let address = gateway.address;
    let answer = std::thread::spawn(move || Answer::read(first));
    gateway.stop().unwrap();
    let answer = answer.join().unwrap();
    assert_eq!(answer.status(), "503", "{answer:?}");
    assert!(answer.has("retry-after: 5"), "{answer:?}");
    assert!(TcpStream::connect(address).is_err());
}
