//! Hostile input against the real gateway before a real Kafka: every case has one answer, the gateway outlives them all,
//! and Kafka holds exactly what was answered with 2xx. The book's list of these cases is held against this table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cases;
mod slow;

use std::net::SocketAddr;

use loadtest::gateway::connection::Connection;
use loadtest::gateway::public_address;
use loadtest::harness::{Role, Service};
use loadtest::judge;
use systest::Ground;

use cases::{Case, all};

const PAGE: &str = include_str!("../../../docs/src/reference/hostile-inputs.md");

struct Gateway {
    ground: Ground,
    service: Service,
    address: SocketAddr,
}

fn gateway() -> Gateway {
    let ground = Ground::fresh().unwrap();
    let service = ground.pipeline.start(Role::Ingest).unwrap();
    let address = public_address(&service).unwrap();
    Gateway { ground, service, address }
}

/// Status and problem of one answer, such as `422 invalid-event`.
async fn answer(address: SocketAddr, request: &[u8]) -> String {
    let mut connection = Connection::open(address).await.unwrap();
    // A gateway that refuses early may close while the rest is still being sent; its answer counts all the same.
    let sent = connection.send(request).await;
    match connection.answer().await {
        Ok(answer) => {
            let problem = serde_json::from_slice::<serde_json::Value>(answer.body).unwrap_or_default();
            let kind = problem["type"].as_str().and_then(|kind| kind.rsplit(':').next()).unwrap_or_default();
            if answer.status >= 400 && !kind.is_empty() {
                assert!(answer.head.contains("application/problem+json"), "{}", answer.head);
                assert_eq!(problem["status"], answer.status, "{problem}");
            }
            format!("{} {kind}", answer.status).trim_end().to_owned()
        }
        Err(error) => format!("no answer: {error:#} (sending: {sent:?})"),
    }
}

fn row(case: &Case) -> String {
    format!("| {} | {} |", case.name, case.expected)
}

#[test]
fn every_hostile_input_gets_the_answer_that_the_book_lists() {
    let Gateway { ground, service, address } = gateway();
    let cases = all();
    let mut wrong = Vec::new();
    let mut accepted = 0;
    for case in &cases {
        let found = ground.tokio.block_on(answer(address, &case.request));
        if found != case.expected {
            wrong.push(format!("{}: expected {}, found {found}", case.name, case.expected));
        }
        accepted += u64::from(case.records);
        if !PAGE.contains(&row(case)) {
            wrong.push(format!("the book lacks the row: {}", row(case)));
        }
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
    let listed = PAGE.lines().filter(|line| line.starts_with("| ")).count();
    // Heading and ruler are rows too, the slow ones have a test of their own.
    assert_eq!(listed, cases.len() + slow::ROWS.len() + 1, "the book lists cases that nobody tries");
    assert_eq!(service.get("/readyz").unwrap().0, 200, "the gateway still answers");
    assert_eq!(
        judge::count(&ground.pipeline).unwrap().events.total,
        accepted,
        "Kafka holds what was answered with 2xx"
    );
    // A bomb or a giant that had been unpacked would show.
    let resident = service.metric("process_resident_memory_bytes").unwrap() / f64::from(1 << 20);
    assert!(resident < 150.0, "{resident:.0} MiB");
    let log = std::fs::read_to_string(service.log()).unwrap();
    assert!(!log.contains("Jane Doe") && !log.contains("panicked"), "content in the log:\n{log}");
    service.stop().unwrap();
}
