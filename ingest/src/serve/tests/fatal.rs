//! A Kafka producer that failed for good: a broker that refuses the producer's id, as one does that has lost its rights.

use std::io::{Read as _, Write as _};

use super::*;

const CLUSTER_AUTHORIZATION_FAILED: i16 = 31;

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as i16).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// What a broker answers that knows one topic and refuses producers.
fn answer(api: i16, port: u16) -> Vec<u8> {
    let mut out = Vec::new();
    match api {
        // ApiVersions 3: what follows, and as much of producing and fetching as makes the client ask for an id.
        18 => {
            out.extend_from_slice(&0i16.to_be_bytes());
            let known: [[i16; 3]; 5] = [[0, 3, 7], [1, 4, 4], [3, 1, 1], [18, 0, 3], [22, 0, 0]];
            out.push(known.len() as u8 + 1);
            for api in known {
                out.extend(api.iter().flat_map(|number| number.to_be_bytes()));
                out.push(0);
            }
            out.extend_from_slice(&[0; 5]);
        }
        // Metadata 1: this broker, and its topic of one partition.
        3 => {
            out.extend([1i32, 1].iter().flat_map(|number| number.to_be_bytes()));
            text(&mut out, "127.0.0.1");
            out.extend_from_slice(&i32::from(port).to_be_bytes());
            out.extend_from_slice(&(-1i16).to_be_bytes());
            out.extend([1i32, 1].iter().flat_map(|number| number.to_be_bytes()));
            out.extend_from_slice(&0i16.to_be_bytes());
            text(&mut out, topic::EVENTS.name);
            out.push(0);
            out.extend_from_slice(&1i32.to_be_bytes());
            out.extend_from_slice(&0i16.to_be_bytes());
            out.extend([0i32, 1, 1, 1, 1, 1].iter().flat_map(|number| number.to_be_bytes()));
        }
        // InitProducerId 0.
        _ => {
            out.extend_from_slice(&0i32.to_be_bytes());
            out.extend_from_slice(&CLUSTER_AUTHORIZATION_FAILED.to_be_bytes());
            out.extend_from_slice(&(-1i64).to_be_bytes());
            out.extend_from_slice(&(-1i16).to_be_bytes());
        }
    }
    out
}

fn converse(mut client: TcpStream, port: u16) -> std::io::Result<()> {
    loop {
        let mut length = [0; 4];
        client.read_exact(&mut length)?;
        let mut request = vec![0; u32::from_be_bytes(length) as usize];
        client.read_exact(&mut request)?;
        let body = answer(i16::from_be_bytes([request[0], request[1]]), port);
        let length = (body.len() as u32 + 4).to_be_bytes();
        client.write_all(&[&length, &request[4..8], body.as_slice()].concat())?;
    }
}

/// Answers until the test process ends.
fn broker() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            std::thread::spawn(move || converse(client.unwrap(), port));
        }
    });
    port
}

#[test]
fn a_producer_that_failed_for_good_ends_the_gateway_with_the_reason() {
    let (server, gateway, runtime) = prepare(Setup { brokers: format!("127.0.0.1:{}", broker()), ..Setup::default() });
    let (kafka, serving) = (runtime.health.dependency("kafka"), runtime.clone());
    let (ended, end) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || ended.send(run(server, gateway, kafka, &serving)));
    let outcome = end.recv_timeout(Duration::from_secs(30)).expect("the gateway goes on as if nothing were");
    assert!(matches!(outcome, Err(Error::Stream(stream::Error::ProducerFailed { .. }))), "{outcome:?}");
    assert!(!runtime.health.is_ready());
}
