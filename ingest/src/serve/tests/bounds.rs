//! Too much of something.

use super::*;

#[test]
fn a_head_that_is_too_large_is_told_so_by_us_or_in_place_of_hyper() {
    let gateway = Running::start(Setup::default());
    let with = |count: usize, length: usize| {
        let headers: String = (0..count).map(|number| format!("\nx-{number}: {}", "v".repeat(length))).collect();
        gateway.ask(&format!("GET /nowhere HTTP/1.1{headers}"), "")
    };
    with(50, 10).is_problem("404", "not-found");
    with(70, 10).is_problem("431", "head-too-large");
    with(200, 10).is_problem("431", "head-too-large");
    with(2, 9 * 1024).is_problem("431", "head-too-large");
    with(8, 9 * 1024).is_problem("431", "head-too-large");
    gateway.ask("GET /no where HTTP/1.1", "").is_problem("400", "bad-request");
    gateway.stop();
}

#[test]
fn a_connection_too_many_is_answered_at_once_and_the_others_stay() {
    let gateway = Running::start(Setup { connections_max: 2, ..Setup::default() });
    let kept = b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut answer = [0; 4096];
    let mut open = [gateway.connect(), gateway.connect()];
    for stream in &mut open {
        stream.write_all(kept).unwrap();
        assert!(stream.read(&mut answer).unwrap() > 0);
    }
    let refused = Answer::read(gateway.connect());
    assert!(refused.is_problem("503", "too-many-connections").has("retry-after: 1"), "{refused:?}");
    for stream in &mut open {
        stream.write_all(kept).unwrap();
        let length = stream.read(&mut answer).unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 404"));
    }
    drop(open);
    let began = std::time::Instant::now();
    // A refused connection may end in a reset, as nobody reads what it sent.
    let is_served = || {
        let mut answer = Vec::new();
        gateway.send("GET /nowhere HTTP/1.1", "").read_to_end(&mut answer).unwrap_or_default();
        answer.starts_with(b"HTTP/1.1 404")
    };
    while !is_served() {
        assert!(began.elapsed() < Duration::from_secs(10), "a closed connection leaves its place");
    }
    gateway.stop();
}

#[test]
fn while_kafka_is_away_nothing_is_read() {
    let gateway = Running::start(Setup::default());
    gateway.gateway.admit.kafka_is_away(true);
    let answer = gateway.ask(POST, EVENT);
    assert!(answer.is_problem("503", "kafka-away").has("retry-after: 5"), "{answer:?}");
    assert!(answer.body.contains("nothing was stored"));
    gateway.gateway.admit.kafka_is_away(false);
    gateway.ask(POST, "{}").is_problem("422", "invalid-event");
    gateway.stop();
}

#[test]
fn a_declared_length_takes_its_room_before_the_body_comes_and_an_undeclared_one_as_it_comes() {
    let gateway = Running::start(Setup { bytes_in_flight_max: 100_000, ..Setup::default() });
    let head = |rest: &str| format!("{}\r\nhost: x\r\n{rest}\r\n\r\n", POST.replace('\n', "\r\n"));
    let mut waiting = gateway.connect();
    waiting.write_all(head("content-length: 90000").as_bytes()).unwrap();
    while gateway.gateway.admit.bytes_in_flight() < 90_000 {
        std::thread::sleep(Duration::from_millis(1));
    }
    gateway.ask(POST, " ".repeat(20_000)).is_problem("429", "too-busy");
    let mut chunked = gateway.connect();
    let chunk = format!("{:x}\r\n{}\r\n", 8_000, " ".repeat(8_000));
    let close = head("transfer-encoding: chunked\r\nconnection: close");
    chunked.write_all(format!("{close}{}0\r\n\r\n", chunk.repeat(3)).as_bytes()).unwrap();
    Answer::read(chunked).is_problem("429", "too-busy");
    drop(waiting);
    while gateway.gateway.admit.bytes_in_flight() > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    gateway.ask(POST, "{}").is_problem("422", "invalid-event");
    gateway.stop();
}
