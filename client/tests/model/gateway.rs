//! A gateway that fails as it is told, and that keeps book of what it stored and of what it said.

use std::collections::{HashMap, VecDeque};
use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Good,
    ResetBeforeReading,
    ResetAfterReading {
        stores: bool,
    },
    Busy {
        retry_after: bool,
    },
    Unavailable {
        retry_after: bool,
        stores: bool,
    },
    /// Each line by its event's own number and by `by`.
    Mixed {
        by: u64,
    },
    /// Success, in a body that nobody can read.
    Garbage,
    /// Success, with lines missing and lines told twice.
    Holes,
    /// An answer that comes too late.
    Slow {
        stores: bool,
    },
    TooLarge,
}

/// Longer than the client's patience with one request.
pub const SLOW: Duration = Duration::from_millis(700);

#[derive(Default)]
pub struct Book {
    pub script: VecDeque<Fate>,
    /// Offsets of what is stored; a known id is not stored again.
    pub stored: HashMap<String, i64>,
    /// Ids whose fate was told in a whole answer, in time.
    pub told: HashMap<String, u16>,
    /// Ids that came again after they had been told.
    pub again: Vec<String>,
    pub requests: usize,
    pub compressed: usize,
    pub events_max: usize,
    pub refuses_compression: bool,
}

/// The number that the test gave an event.
fn number(event: &Value) -> u64 {
    event["patients"][0]["id"].as_str().unwrap().parse().unwrap()
}

/// Every seventh event is one that no gateway takes.
pub fn is_unacceptable(number: u64) -> bool {
    number % 7 == 3
}

pub async fn serve(listener: TcpListener, book: Arc<Mutex<Book>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, Arc::clone(&book)));
    }
}

async fn connection(mut stream: TcpStream, book: Arc<Mutex<Book>>) {
    loop {
        let mut first = [0; 1];
        if stream.peek(&mut first).await.unwrap_or(0) == 0 {
            return;
        }
        let fate = book.lock().unwrap().script.pop_front().unwrap_or(Fate::Good);
        if fate == Fate::ResetBeforeReading {
            return;
        }
        let Some((head, body)) = request(&mut stream).await else { return };
        let is_batch = head.starts_with("POST /v1/events:batch ");
        assert!(is_batch || head.starts_with("POST /v1/events "), "{head}");
        assert!(head.contains("authorization: Bearer stk_test"), "{head}");
        let answer = answer(&mut book.lock().unwrap(), &head, body, fate, is_batch);
        if matches!(fate, Fate::Slow { .. }) {
            tokio::time::sleep(SLOW).await;
            return;
        }
        let Some(answer) = answer else { return };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

fn answer(book: &mut Book, head: &str, body: Vec<u8>, fate: Fate, is_batch: bool) -> Option<String> {
    book.requests += 1;
    let is_gzip = head.contains("content-encoding: gzip");
    if is_gzip && book.refuses_compression {
        return Some(http(415, "", "{}"));
    }
    let body = if is_gzip { unzip(&body) } else { body };
    book.compressed += usize::from(is_gzip);
    let events: Vec<Value> = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(parse).collect();
    assert!(is_batch || events.len() == 1);
    for event in &events {
        let id = event["event_id"].as_str().unwrap();
        if book.told.contains_key(id) {
            book.again.push(id.to_owned());
        }
    }
    if fate == Fate::TooLarge && events.len() > 1 || events.len() > book.events_max {
        return Some(http(413, "", "{\"status\":413,\"title\":\"too large\"}"));
    }
    match fate {
        Fate::ResetAfterReading { stores } | Fate::Slow { stores } => {
            store_all(book, &events, stores);
            None
        }
        Fate::Busy { retry_after } => Some(http(429, after(retry_after), "busy")),
        Fate::Unavailable { retry_after, stores } => {
            store_all(book, &events, stores);
            Some(http(503, after(retry_after), "<html>away</html>"))
        }
        Fate::Garbage => {
            store_all(book, &events, true);
            Some(http(201, "", "{\"results\": \"none"))
        }
        _ => Some(tell(book, &events, fate, is_batch)),
    }
}

fn parse(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap()
}

fn store(book: &mut Book, event: &Value) -> i64 {
    let next = i64::try_from(book.stored.len()).unwrap();
    *book.stored.entry(event["event_id"].as_str().unwrap().to_owned()).or_insert(next)
}

fn store_all(book: &mut Book, events: &[Value], stores: bool) {
    for event in events.iter().filter(|event| stores && !is_unacceptable(number(event))) {
        store(book, event);
    }
}

/// The answer with one result per event.
fn tell(book: &mut Book, events: &[Value], fate: Fate, is_batch: bool) -> String {
    let results: Vec<Value> = events.iter().enumerate().map(|(index, event)| line(book, index, event, fate)).collect();
    let is_missing = |index: usize| matches!(fate, Fate::Holes) && is_batch && index % 3 == 1;
    for (index, result) in results.iter().enumerate().filter(|(index, _)| !is_missing(*index)) {
        let status = u16::try_from(result["status"].as_u64().unwrap()).unwrap();
        if matches!(status, 201 | 422) && !(matches!(fate, Fate::Holes) && is_batch && index == 0) {
            book.told.insert(events[index]["event_id"].as_str().unwrap().to_owned(), status);
        }
    }
    if !is_batch {
        let (status, result) = (results[0]["status"].as_u64().unwrap(), &results[0]);
        let body = if status == 201 { result } else { &result["problem"] };
        return http(u16::try_from(status).unwrap(), "", &body.to_string());
    }
    let mut shown: Vec<&Value> =
        results.iter().enumerate().filter(|(index, _)| !is_missing(*index)).map(|(_, result)| result).collect();
    if fate == Fate::Holes {
        shown.push(&results[0]);
    }
    http(207, "", &json!({ "results": shown }).to_string())
}

fn line(book: &mut Book, index: usize, event: &Value, fate: Fate) -> Value {
    let problem = |status: u16| {
        json!({"index": index, "status": status, "problem": {"type": "urn:x", "title": "no", "status": status,
            "errors": [{"pointer": "/action", "reason": "unknown", "fix": "correct it"}]}})
    };
    let number = number(event);
    if is_unacceptable(number) {
        return problem(422);
    }
    match fate {
        Fate::Mixed { by } if (number + by).is_multiple_of(4) => return problem(429),
        Fate::Mixed { by } if (number + by) % 4 == 1 => {
            store(book, event);
            return problem(503);
        }
        _ => {}
    }
    json!({"index": index, "status": 201, "event_id": event["event_id"], "partition": 3, "offset": store(book, event)})
}

fn after(is_given: bool) -> &'static str {
    if is_given { "retry-after: 0\r\n" } else { "" }
}

fn http(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} Said\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn unzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}
