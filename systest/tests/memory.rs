//! Two thousand connections and a broker that stands still: the gateway refuses what it has no room for, and stays small.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;
use std::time::{Duration, Instant};

use loadtest::gateway::connection::Connection;
use loadtest::gateway::public_address;
use loadtest::gateway::requests::Requests;
use loadtest::harness::{Role, Service};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use systest::Ground;
use tokio::task::JoinSet;

const CONNECTIONS: u64 = 2_000;
const STALL: Duration = Duration::from_secs(30);
const RESIDENT_MAX: f64 = 150.0;
const MIB: f64 = (1 << 20) as f64;

/// The broker's process, stopped until this is dropped.
struct Stalled(String);

impl Stalled {
    fn broker(ground: &Ground) -> Self {
        let pid = ground.service_pid("kafka").unwrap().to_string();
        signal("STOP", &pid);
        Self(pid)
    }
}

impl Drop for Stalled {
    fn drop(&mut self) {
        signal("CONT", &self.0);
    }
}

fn signal(name: &str, pid: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), pid]).status().unwrap().success());
}

fn resident(gateway: &Service) -> f64 {
    gateway.metric("process_resident_memory_bytes").unwrap() / MIB
}

#[test]
fn two_thousand_connections_and_a_stalled_broker_stay_below_150_mib() {
    let files = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files }).unwrap();
    let ground = Ground::fresh().unwrap();
    let gateway = ground.pipeline.start(Role::Ingest).unwrap();
    let address = public_address(&gateway).unwrap();
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut open = tokio.block_on(async {
        let mut open = Vec::new();
        for lane in 0..CONNECTIONS {
            open.push((Connection::open(address).await.unwrap(), Requests::new(lane << 32)));
        }
        open
    });
    // Every connection has been served once before the broker stands still.
    tokio.block_on(async {
        for (connection, requests) in &mut open {
            assert_eq!(connection.exchange(&requests.single()).await.unwrap().status, 201);
        }
    });

    let stalled = Stalled::broker(&ground);
    let begun = Instant::now();
    let mut lanes = JoinSet::new();
    for (mut connection, mut requests) in open {
        lanes.spawn_on(
            async move {
                let mut answers = [0_u64; 2];
                while begun.elapsed() < STALL {
                    let status = connection.exchange(&requests.single()).await.unwrap().status;
                    assert!(matches!(status, 429 | 503), "{status} while the broker stands still");
                    answers[usize::from(status == 429)] += 1;
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                answers
            },
            tokio.handle(),
        );
    }
    let mut highest = [0.0_f64; 2];
    while begun.elapsed() < STALL {
        let half = usize::from(begun.elapsed() > STALL / 2);
        highest[half] = highest[half].max(resident(&gateway));
        std::thread::sleep(Duration::from_millis(200));
    }
    let answers = tokio.block_on(lanes.join_all());
    drop(stalled);
    let refused: u64 = answers.iter().flatten().sum();
    assert!(refused >= CONNECTIONS, "each connection heard that Kafka is away: {refused}");
    let [early, late] = highest;
    assert!(early.max(late) < RESIDENT_MAX, "{early:.0} MiB, then {late:.0} MiB");
    assert!(late < early * 1.1 + 4.0, "it grows: {early:.0} MiB, then {late:.0} MiB");

    // The broker goes on, and so does the gateway.
    let mut after = Requests::new(u64::MAX << 33);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let status = tokio.block_on(async {
            let mut connection = Connection::open(address).await.unwrap();
            connection.exchange(&after.single()).await.unwrap().status
        });
        if status == 201 {
            break;
        }
        assert!(Instant::now() < deadline, "still {status} a minute after the broker went on");
        std::thread::sleep(Duration::from_millis(500));
    }
    gateway.stop().unwrap();
}
