//! What a 2xx is worth when the broker or the gateway dies.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::*;

const PATIENCE: Duration = Duration::from_secs(150);
/// A batch takes much less, unless the broker died under it.
const NOTICED: Duration = Duration::from_secs(8);

/// All that was accepted lies on Kafka exactly where the receipt says, and nowhere else.
fn assert_held(held: &BTreeMap<String, Vec<Place>>, accepted: &BTreeMap<String, Place>) {
    for (id, place) in accepted {
        assert_eq!(held.get(id), Some(&vec![*place]), "{id}");
    }
}

#[test]
fn a_broker_that_dies_in_mid_batch_costs_nothing_and_doubles_nothing() {
    let (ground, ingest) = start();
    let url = ingest.url("/v1/events:batch").unwrap();
    let (told, delayed) = (Mutex::new(BTreeMap::new()), AtomicBool::new(false));
    let is_back = AtomicBool::new(false);
    let batches = std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let agent = agent();
            let mut batches = 0;
            // However fast it sends, a batch is on its way when the broker dies.
            while !is_back.load(Ordering::Relaxed) {
                let batch = batches;
                batches += 1;
                let body = lines((0..1_000).map(|line| format!("b{batch}-{line}")));
                let start = Instant::now();
                while start.elapsed() < PATIENCE {
                    let answer = send(&agent, &url, &[("content-type", NDJSON)], &body);
                    let Some((status, _, answer)) = answer else { panic!("no answer") };
                    for (id, place) in accepted(&answer) {
                        let before = told.lock().unwrap().insert(id, place);
                        assert!(before.is_none_or(|before| before == place), "one event, two receipts");
                    }
                    // Kafka may be back before the gateway's patience ends; then the batch was only late.
                    if status != 201 || start.elapsed() > NOTICED {
                        delayed.store(true, Ordering::Relaxed);
                    }
                    if status == 201 {
                        break;
                    }
                    std::thread::sleep(Duration::from_millis(200));
                }
            }
            batches
        });
        while told.lock().unwrap().len() < 2_000 {
            std::thread::sleep(Duration::from_millis(5));
        }
        ground.dev("kill", &["kafka", "-9"]).unwrap();
        std::thread::sleep(Duration::from_secs(12));
        ground.dev("restart", &["kafka"]).unwrap();
        is_back.store(true, Ordering::Relaxed);
        sender.join().unwrap()
    });
    assert!(delayed.load(Ordering::Relaxed), "the broker's death was not noticed, so nothing was shown");
    ingest.stop().unwrap();
    let (held, told) = (held(&ground), told.into_inner().unwrap());
    assert_eq!((told.len(), held.len()), (batches * 1_000, batches * 1_000));
    assert_held(&held, &told);
}

#[test]
fn a_gateway_that_is_killed_under_load_has_lied_to_nobody() {
    let (ground, ingest) = start();
    let (one, many) = (ingest.url("/v1/events").unwrap(), ingest.url("/v1/events:batch").unwrap());
    let told = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for sender in 0..4 {
            let (told, one, many) = (&told, &one, &many);
            scope.spawn(move || {
                let agent = agent();
                for number in 0.. {
                    let id = format!("k{sender}-{number}");
                    let answer = if sender % 2 == 0 {
                        let body = event(&id).to_string();
                        send(&agent, one, &[("content-type", "application/json")], body.as_bytes()).map(
                            |(status, _, receipt)| if status == 201 { vec![(id, place(&receipt))] } else { vec![] },
                        )
                    } else {
                        let body = lines((0..500).map(|line| format!("{id}-{line}")));
                        send(&agent, many, &[("content-type", NDJSON)], &body).map(|(_, _, answer)| accepted(&answer))
                    };
                    // What is not answered is not sent again: a promise was not made.
                    let Some(answer) = answer else { return };
                    told.lock().unwrap().extend(answer);
                }
            });
        }
        while told.lock().unwrap().len() < 5_000 {
            std::thread::sleep(Duration::from_millis(2));
        }
        ingest.kill().unwrap();
    });
    let (held, told) = (held(&ground), told.into_inner().unwrap());
    assert_held(&held, &told);
    assert!(held.values().all(|places| places.len() == 1), "an event lies on Kafka twice");
}

/// The first half of a batch, over a connection of its own.
fn begin(ingest: &Service, whole: &[u8], part: &[u8]) -> TcpStream {
    let address = ingest.url("").unwrap().replace("http://", "");
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let length = whole.len();
    let head = format!(
        "POST /v1/events:batch HTTP/1.1\r\nhost: x\r\ncontent-type: {NDJSON}\r\ncontent-length: {length}\r\n\r\n"
    );
    socket.write_all(&[head.as_bytes(), part].concat()).unwrap();
    socket
}

fn finish(mut socket: TcpStream, rest: &[u8]) -> (String, Value) {
    socket.write_all(rest).unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

#[test]
fn a_stop_in_mid_batch_finishes_what_was_accepted() {
    let (ground, ingest) = start();
    let both: Vec<Vec<u8>> =
        ["whole", "half"].map(|name| lines((0..1_000).map(|line| format!("{name}-{line}")))).into();
    let cut = |body: &[u8]| body.len() / 2;
    let whole = begin(&ingest, &both[0], &both[0][..cut(&both[0])]);
    let half = begin(&ingest, &both[1], &both[1][..cut(&both[1])]);
    let deadline = Instant::now() + Duration::from_secs(20);
    while held(&ground).len() < 900 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }
    let stopping = std::thread::spawn(move || ingest.stop());
    std::thread::sleep(Duration::from_secs(1));
    let (head, answer) = finish(whole, &both[0][cut(&both[0])..]);
    assert!(head.starts_with("HTTP/1.1 201"), "{head}");
    let (partly_head, partly) = finish(half, b"");
    assert!(partly_head.starts_with("HTTP/1.1 207"), "{partly_head}");
    assert_eq!(partly["problem"]["status"], 408, "{}", partly["problem"]);
    stopping.join().unwrap().unwrap();
    let told: BTreeMap<_, _> = accepted(&answer).into_iter().chain(accepted(&partly)).collect();
    assert_eq!(accepted(&answer).len(), 1_000);
    assert!((400..600).contains(&accepted(&partly).len()), "{}", accepted(&partly).len());
    let held = held(&ground);
    assert_eq!(held.len(), told.len(), "Kafka holds what was told, and nothing else");
    assert_held(&held, &told);
}
