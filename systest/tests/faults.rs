//! Faults on the real stack: whatever is killed, every acknowledged record is stored once and the chains stay whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use systest::Ground;

const SEALED: &str = "audit_stream_records_acknowledged_total";
const STORED: &str = "audit_stream_records_stored_total";

#[test]
fn services_killed_in_the_middle_lose_and_repeat_nothing() {
    let ground = Ground::fresh().unwrap();
    let published = ground.publish(30_000, 4).unwrap();
    for (role, counter) in [(Role::Enrich, SEALED), (Role::SinkPostgres, STORED), (Role::SinkClickhouse, STORED)] {
        // Each life ends by kill -9 with work in its hands; the last one may finish.
        for life in 1..=3 {
            let service = ground.pipeline.start(role).unwrap();
            let patience = Duration::from_secs(60);
            wait_until("some work being done", patience, || Ok(service.metric(counter)? > f64::from(life) * 100.0))
                .unwrap();
            service.kill().unwrap();
        }
        let service = ground.pipeline.start(role).unwrap();
        wait_until("the last life finishing", Duration::from_secs(120), || {
            let counts = judge::count(&ground.pipeline)?;
            let done = match role {
                Role::Enrich => counts.sealed.total,
                Role::SinkPostgres => counts.postgres.total,
                _ => counts.clickhouse.total,
            };
            Ok(done >= published.records())
        })
        .unwrap();
        service.stop().unwrap();
    }
    ground.judge(&[published]).unwrap();
}

/// Kills one of the stack's services in the middle of a paced load and brings it back; the pipeline is never restarted.
fn survives_the_loss_of(service: &str, seed: u64) {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let postgres = ground.pipeline.start(Role::SinkPostgres).unwrap();
    let clickhouse = ground.pipeline.start(Role::SinkClickhouse).unwrap();
    let published = std::thread::scope(|scope| {
        let load = scope.spawn(|| ground.publish_paced(12_000, seed, Some(2_000)).unwrap());
        wait_until("the load flowing", Duration::from_secs(30), || Ok(clickhouse.metric(STORED)? > 1_000.0)).unwrap();
        ground.dev("kill", &[service, "-9"]).unwrap();
        ground.dev("restart", &[service]).unwrap();
        load.join().unwrap()
    });
    ground.wait_stored(published.records()).unwrap();
    ground.judge(&[published]).unwrap();
    for service in [enrich, postgres, clickhouse] {
        service.stop().unwrap();
    }
}

#[test]
fn postgres_killed_under_load_comes_back_to_every_record() {
    survives_the_loss_of("postgres", 5);
}

#[test]
fn clickhouse_killed_under_load_comes_back_to_every_record() {
    survives_the_loss_of("clickhouse", 6);
}

#[test]
fn kafka_killed_under_load_comes_back_to_every_record() {
    survives_the_loss_of("kafka", 7);
}

#[test]
fn the_registry_killed_under_load_stops_nothing_that_is_known() {
    survives_the_loss_of("registry", 8);
}

#[test]
fn an_absent_store_shows_in_readiness_with_its_reason() {
    let ground = Ground::fresh().unwrap();
    let _enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let postgres = ground.pipeline.start(Role::SinkPostgres).unwrap();
    ground.dev("kill", &["postgres", "-9"]).unwrap();
    let published = ground.publish(1_000, 9).unwrap();
    wait_until("readiness turning red", Duration::from_secs(30), || {
        let (status, body) = postgres.get("/readyz")?;
        Ok(status == 503 && body.contains("\"store\"") && body.contains("postgres"))
    })
    .unwrap();
    ground.dev("restart", &["postgres"]).unwrap();
    wait_until("readiness turning green", Duration::from_secs(30), || Ok(postgres.get("/readyz")?.0 == 200)).unwrap();
    wait_until("every record being stored", Duration::from_secs(60), || {
        Ok(judge::count(&ground.pipeline)?.postgres.total == published.records())
    })
    .unwrap();
    postgres.stop().unwrap();
}

#[test]
fn a_worker_without_partitions_is_ready_too() {
    let ground = Ground::fresh().unwrap();
    ground.publish(10, 12).unwrap();
    // One more worker than there are chains: at least one of them holds none, and all must be ready.
    let sinks: Vec<_> = (0..=schemas::topic::CHAINS_DEFAULT)
        .map(|number| ground.pipeline.start_as(Role::SinkPostgres, &format!("sink-{number}")).unwrap())
        .collect();
    wait_until("every chain held by one of them", Duration::from_secs(60), || {
        let held: Result<Vec<f64>, _> = sinks.iter().map(|sink| sink.metric("audit_stream_partitions_held")).collect();
        let held = held?;
        Ok(held.iter().sum::<f64>() == 12.0 && held.contains(&0.0))
    })
    .unwrap();
    for sink in &sinks {
        assert_eq!(sink.get("/readyz").unwrap().0, 200, "{}", sink.name());
    }
}

#[test]
fn absent_brokers_show_in_every_worker_s_readiness() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let sink = ground.pipeline.start(Role::SinkPostgres).unwrap();
    ground.dev("kill", &["kafka", "-9"]).unwrap();
    for worker in [&enrich, &sink] {
        wait_until("readiness turning red", Duration::from_secs(30), || {
            let (status, body) = worker.get("/readyz")?;
            Ok(status == 503 && body.contains("no broker answers"))
        })
        .unwrap();
    }
    ground.dev("restart", &["kafka"]).unwrap();
    for worker in [&enrich, &sink] {
        wait_until("readiness turning green", Duration::from_secs(60), || Ok(worker.get("/readyz")?.0 == 200)).unwrap();
    }
}
