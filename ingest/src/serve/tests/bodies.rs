//! Bodies that are too large, packed, or broken.

use async_compression::tokio::bufread::{GzipEncoder, ZstdEncoder};
use tokio::io::AsyncReadExt as _;

use super::*;

fn packed(encoding: &str, body: &[u8]) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut packed = Vec::new();
        match encoding {
            "gzip" => GzipEncoder::new(body).read_to_end(&mut packed).await.unwrap(),
            "zstd" => ZstdEncoder::new(body).read_to_end(&mut packed).await.unwrap(),
            other => panic!("{other} is no encoding"),
        };
        packed
    })
}

fn head(encoding: &str) -> String {
    format!("{POST}\ncontent-encoding: {encoding}")
}

#[test]
fn a_hundred_megabytes_are_refused_without_being_read() {
    let gateway = Running::start(Setup::default());
    let large = 100 * 1024 * 1024;
    for rest in [format!("content-length: {large}"), "transfer-encoding: chunked".to_owned()] {
        let mut stream = gateway.connect();
        stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
        write!(stream, "{}\r\nhost: x\r\n{rest}\r\n\r\n", POST.replace('\n', "\r\n")).unwrap();
        let mut reader = stream.try_clone().unwrap();
        let answer = std::thread::spawn(move || {
            let mut answer = [0; 4096];
            let length = reader.read(&mut answer).unwrap();
            String::from_utf8_lossy(&answer[..length]).into_owned()
        });
        let mebibyte = format!("{:x}\r\n{}\r\n", 1 << 20, " ".repeat(1 << 20));
        let mut sent = 0;
        while sent < large && !answer.is_finished() && stream.write_all(mebibyte.as_bytes()).is_ok() {
            sent += mebibyte.len();
        }
        Answer::parse(&answer.join().unwrap()).is_problem("413", "too-large");
        assert!(sent < large / 2, "{sent} bytes were taken");
    }
    gateway.stop();
}

#[test]
fn who_sends_everything_before_reading_still_reads_the_refusal() {
    let gateway = Running::start(Setup::default());
    for _ in 0..3 {
        let mut stream = gateway.connect();
        let body = " ".repeat(16 << 20);
        stream.write_all(&request(POST, body.as_bytes())).unwrap();
        Answer::read(stream).is_problem("413", "too-large");
    }
    gateway.stop();
}

#[test]
fn expect_continue_is_answered_by_the_refusal_and_else_by_an_invitation() {
    let gateway = Running::start(Setup::default());
    let expecting = |rest: &str| {
        let mut stream = gateway.connect();
        let head = format!("{}\r\nhost: x\r\nexpect: 100-continue\r\n{rest}\r\n\r\n", POST.replace('\n', "\r\n"));
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    Answer::read(expecting("content-length: 9999999")).is_problem("413", "too-large");
    Answer::read(expecting("content-length: 2\r\ncontent-encoding: br")).is_problem("415", "wrong-content-encoding");
    let mut invited = expecting("content-length: 2\r\nconnection: close");
    let mut line = [0; 25];
    invited.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    invited.write_all(b"{}").unwrap();
    Answer::read(invited).is_problem("422", "invalid-event");
    gateway.stop();
}

#[test]
fn packed_bodies_are_read_as_if_they_were_not_packed() {
    let gateway = Running::start(Setup::default());
    let padded = format!("{}{}", " ".repeat(300_000), EVENT.replace("\"e-1\"", "\"\""));
    for encoding in ["gzip", "zstd"] {
        let answer = gateway.ask(&head(encoding), packed(encoding, padded.as_bytes()));
        assert!(answer.is_problem("422", "invalid-event").body.contains("/event_id"), "{answer:?}");
        // Two members are one text, so the second half is not lost.
        let (one, two) = padded.as_bytes().split_at(300_100);
        let halves = [packed(encoding, one), packed(encoding, two)].concat();
        let answer = gateway.ask(&head(encoding), halves);
        assert!(answer.is_problem("422", "invalid-event").body.contains("/event_id"), "{answer:?}");
    }
    gateway.ask(&head("identity"), "{}").is_problem("422", "invalid-event");
    let answer = gateway.ask(&head("br"), "{}");
    assert!(
        answer.is_problem("415", "wrong-content-encoding").has("accept-encoding: gzip, zstd, identity"),
        "{answer:?}"
    );
    gateway.ask(&head("gzip\ncontent-encoding: gzip"), "{}").is_problem("415", "wrong-content-encoding");
    gateway.stop();
}

#[test]
fn bombs_are_found_before_they_go_off() {
    let gateway = Running::start(Setup { bytes_in_flight_max: 12 << 20, ..Setup::default() });
    for encoding in ["gzip", "zstd"] {
        let bomb = packed(encoding, &vec![b' '; 200 << 20]);
        assert!(bomb.len() < 1 << 20, "{} bytes of {encoding}", bomb.len());
        gateway.ask(&head(encoding), &bomb).is_problem("413", "bomb");
    }
    // Large, but no bomb: random digits shrink to a half.
    let mut state = 1_u64;
    let digits = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        b'0' + u8::try_from((state >> 33) % 10).unwrap()
    });
    let digits = digits.take(1_500_000).collect::<Vec<u8>>();
    for encoding in ["gzip", "zstd"] {
        gateway.ask(&head(encoding), packed(encoding, &digits)).is_problem("413", "too-large");
    }
    gateway.stop();
}

#[test]
fn broken_packing_is_a_refusal_and_not_half_an_event() {
    let gateway = Running::start(Setup::default());
    for encoding in ["gzip", "zstd"] {
        let good = packed(encoding, EVENT.as_bytes());
        let mut flipped = good.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x55;
        let cut = good[..good.len() - 3].to_vec();
        let followed = [&good[..], b"garbage that follows"].concat();
        for (what, body) in [("flipped", flipped), ("cut", cut), ("followed", followed), ("plain", EVENT.into())] {
            let answer = gateway.ask(&head(encoding), body);
            assert_eq!(answer.status(), "400", "{encoding} {what}: {answer:?}");
            answer.is_problem("400", "broken-compression");
        }
    }
    // A frame that asks for a window of 2 GiB.
    gateway.ask(&head("zstd"), b"\x28\xb5\x2f\xfd\x00\xa8\x00\x00\x00").is_problem("413", "too-large");
    gateway.stop();
}

#[test]
fn a_body_that_breaks_off_is_nobodys_event() {
    let gateway = Running::start(Setup::default());
    let mut stream = gateway.connect();
    let head = format!("{}\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n", POST.replace('\n', "\r\n"));
    stream.write_all(head.as_bytes()).unwrap();
    Answer::read(stream).is_problem("400", "broken-off");
    gateway.stop();
}
