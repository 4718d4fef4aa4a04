//! Readiness over a dependency's life.

use super::*;

fn health() -> (Health, Shutdown) {
    let shutdown = Shutdown::new();
    (Health::new(shutdown.clone()), shutdown)
}

#[test]
fn a_process_without_dependencies_is_not_ready() {
    let (health, _) = health();
    assert!(!health.is_ready());
    assert_eq!(health.readiness().reason, "no dependency registered yet");
}

#[test]
fn an_unchecked_dependency_is_not_ready() {
    let (health, _) = health();
    let kafka = health.dependency("kafka");
    assert_eq!(health.readiness().dependencies[0].reason, "not checked yet");
    assert!(!health.is_ready());
    kafka.up();
    assert!(health.is_ready());
}

#[test]
fn one_dependency_down_makes_the_process_not_ready() {
    let (health, _) = health();
    let (kafka, postgres) = (health.dependency("kafka"), health.dependency("postgres"));
    kafka.up();
    postgres.up();
    assert!(health.is_ready());
    postgres.down("connection refused");
    assert!(!health.is_ready());
    assert_eq!(health.readiness().dependencies[1].reason, "connection refused");
    postgres.up();
    assert!(health.is_ready());
    assert_eq!(health.readiness().dependencies[1].reason, "");
}

#[test]
fn a_shutdown_request_ends_readiness() {
    let (health, shutdown) = health();
    health.dependency("kafka").up();
    shutdown.request();
    assert!(!health.is_ready());
    assert_eq!(health.readiness().reason, "shutting down");
}

#[test]
fn handles_of_one_name_share_one_state() {
    let (health, _) = health();
    health.dependency("kafka").up();
    health.dependency("kafka");
    assert!(health.is_ready());
    assert_eq!(health.readiness().dependencies.len(), 1);
}

#[test]
fn since_moves_only_when_the_state_does() {
    let (health, _) = health();
    let kafka = health.dependency("kafka");
    kafka.down("no broker");
    let since = health.readiness().dependencies[0].since.clone();
    std::thread::sleep(std::time::Duration::from_millis(2));
    kafka.down("still no broker");
    assert_eq!(health.readiness().dependencies[0].since, since);
    assert_eq!(health.readiness().dependencies[0].reason, "still no broker");
    kafka.up();
    assert!(health.readiness().dependencies[0].since > since);
}
