//! Senders that take their time: they cost a connection for seconds, never the gateway.

use std::time::{Duration, Instant};

use loadtest::gateway::connection::Connection;
use loadtest::gateway::requests::post;

use super::{Gateway, PAGE, gateway};

/// Name, what is sent at first, what then comes byte by byte, the answer.
pub const ROWS: [(&str, &str, &str); 2] = [
    ("headers, a byte a second (slow-loris)", "408 slow-head", "POST /v1/events HTTP/1.1\r\nx: "),
    (
        "body, a byte a second",
        "408 too-slow",
        "POST /v1/events HTTP/1.1\r\nhost: g\r\ncontent-type: application/json\r\n\
        content-length: 1000\r\n\r\n",
    ),
];

#[test]
fn slow_senders_are_cut_off_and_hold_nobody_up() {
    let Gateway { ground, service, address } = gateway();
    for (name, expected, opening) in ROWS {
        assert!(PAGE.contains(&format!("| {name} | {expected} |")), "{name}");
        let started = Instant::now();
        let open = ground.tokio.block_on(async {
            // One that then says nothing at all hears why it was cut off.
            let mut silent = Connection::open(address).await.unwrap();
            silent.send(opening.as_bytes()).await.unwrap();
            let mut slow = Vec::new();
            for _ in 0..200 {
                let mut connection = Connection::open(address).await.unwrap();
                connection.send(opening.as_bytes()).await.unwrap();
                slow.push(connection);
            }
            // Meanwhile an honest sender is served as ever.
            let event = format!(
                r#"{{"event_id":"honest-{name}","event_type":"custom.thing","action":"read","outcome":"success",
                "occurred_at":"2026-03-01T09:30:00Z","agents":[{{"id":"u-1"}}],"source":{{"system":"ehr"}}}}"#
            );
            let mut honest = Connection::open(address).await.unwrap();
            let answer = honest.exchange(&post("/v1/events", "application/json", event.as_bytes())).await.unwrap();
            assert_eq!(answer.status, 201);
            let mut open = slow.len();
            while open > 0 && started.elapsed() < Duration::from_secs(60) {
                tokio::time::sleep(Duration::from_secs(1)).await;
                open = 0;
                for connection in &mut slow {
                    open += usize::from(connection.send(b"x").await.is_ok());
                }
            }
            let told = silent.answer().await.unwrap();
            let problem: serde_json::Value = serde_json::from_slice(told.body).unwrap();
            let kind = problem["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
            assert_eq!(format!("{} {kind}", told.status), expected, "{name}");
            open
        });
        assert_eq!(open, 0, "{name}: every one of the slow was cut off");
        assert!(started.elapsed() < Duration::from_secs(45), "{name}: {:?}", started.elapsed());
    }
    service.stop().unwrap();
}
