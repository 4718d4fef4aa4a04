//! Peers that take their time.

use std::time::Instant;

use super::*;

const SHORT: Duration = Duration::from_millis(300);

fn impatient() -> Setup {
    Setup {
        patience: Patience { head: SHORT, idle: 3 * SHORT, answer: SHORT, parting: SHORT },
        body: body::Patience { gap: SHORT, whole: 3 * SHORT, stopping: SHORT },
        ..Setup::default()
    }
}

/// Sends a byte again and again until the other end has enough; gives back how long that took.
fn dribble(stream: &mut TcpStream, byte: &[u8], pause: Duration) -> Duration {
    let began = Instant::now();
    while began.elapsed() < 20 * SHORT && stream.write_all(byte).is_ok() && !has_answer(stream) {
        std::thread::sleep(pause);
    }
    began.elapsed()
}

fn has_answer(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let seen = stream.peek(&mut [0]).is_ok();
    stream.set_nonblocking(false).unwrap();
    seen
}

#[test]
fn a_head_that_trickles_is_cut_off_with_an_answer() {
    let gateway = Running::start(impatient());
    let mut stream = gateway.connect();
    stream.write_all(b"POST /v1/events HTTP/1.1\r\nx-slow: ").unwrap();
    let took = dribble(&mut stream, b"a", SHORT / 10);
    assert!(took < 5 * SHORT, "{took:?}");
    Answer::read(stream).is_problem("408", "slow-head");
    gateway.stop();
}

#[test]
fn a_connection_that_says_nothing_is_cut_off() {
    let gateway = Running::start(impatient());
    let (mut stream, began) = (gateway.connect(), Instant::now());
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(began.elapsed() < 10 * SHORT, "{:?}", began.elapsed());
    gateway.stop();
}

#[test]
fn a_body_that_pauses_and_one_that_trickles_are_refused() {
    let gateway = Running::start(impatient());
    let head = format!("{}\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{{", POST.replace('\n', "\r\n"));
    let (mut pausing, began) = (gateway.connect(), Instant::now());
    pausing.write_all(head.as_bytes()).unwrap();
    Answer::read(pausing).is_problem("408", "too-slow");
    assert!(began.elapsed() >= SHORT && began.elapsed() < 10 * SHORT, "{:?}", began.elapsed());
    let mut trickling = gateway.connect();
    trickling.write_all(head.as_bytes()).unwrap();
    let took = dribble(&mut trickling, b" ", SHORT / 10);
    assert!(took > 2 * SHORT && took < 10 * SHORT, "{took:?}");
    Answer::read(trickling).is_problem("408", "too-slow");
    gateway.stop();
}

#[test]
fn an_idle_connection_outlives_the_limit_of_a_head_and_is_then_cut() {
    let gateway = Running::start(impatient());
    let mut stream = gateway.connect();
    let kept = b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut answer = [0; 4096];
    for _ in 0..2 {
        stream.write_all(kept).unwrap();
        let length = stream.read(&mut answer).unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 404"));
        std::thread::sleep(2 * SHORT);
    }
    let began = Instant::now();
    assert_eq!(stream.read(&mut answer).unwrap(), 0, "cut without a word");
    assert!(began.elapsed() < 5 * SHORT, "{:?}", began.elapsed());
    gateway.stop();
}

#[test]
fn a_stop_gives_a_body_its_last_moment_only() {
    let gateway = Running::start(Setup {
        body: body::Patience { stopping: SHORT, ..body::Patience::default() },
        ..Setup::default()
    });
    let mut stream = gateway.connect();
    let head = format!("{}\r\nhost: x\r\ncontent-length: 9000\r\n\r\n{{", POST.replace('\n', "\r\n"));
    stream.write_all(head.as_bytes()).unwrap();
    while gateway.gateway.admit.bytes_in_flight() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let began = Instant::now();
    let answer = std::thread::spawn(move || Answer::read(stream));
    gateway.stop();
    assert!(began.elapsed() < 10 * SHORT, "{:?}", began.elapsed());
    answer.join().unwrap().is_problem("408", "too-slow");
}
