//! The pipeline as a whole: every acknowledged record is sealed once, stored twice, and verifies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use systest::Ground;

#[test]
fn every_record_reaches_both_stores_once_and_in_order() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let postgres = ground.pipeline.start(Role::SinkPostgres).unwrap();
    let clickhouse = ground.pipeline.start(Role::SinkClickhouse).unwrap();
    let published = ground.publish(20_000, 1).unwrap();
    ground.wait_stored(published.records()).unwrap();
    let counts = ground.judge(&[published]).unwrap();
    assert_eq!(counts.dead.total, published.poison);
    assert!(counts.events.partitions.values().filter(|records| **records > 0).count() > 6, "{counts:?}");
    for service in [enrich, postgres, clickhouse] {
        service.stop().unwrap();
    }
}

#[test]
fn two_workers_share_the_chains_and_hand_them_over() {
    let ground = Ground::fresh().unwrap();
    let first = ground.pipeline.start_as(Role::Enrich, "enrich-1").unwrap();
    let _postgres = ground.pipeline.start(Role::SinkPostgres).unwrap();
    let _clickhouse = ground.pipeline.start(Role::SinkClickhouse).unwrap();
    let held = "audit_stream_partitions_held";
    let (one, other) = std::thread::scope(|scope| {
        let load = scope.spawn(|| ground.publish_paced(12_000, 2, Some(2_000)).unwrap());
        let second = ground.pipeline.start_as(Role::Enrich, "enrich-2").unwrap();
        wait_until("both workers holding chains", Duration::from_secs(30), || {
            Ok(first.metric(held)? == 6.0 && second.metric(held)? == 6.0)
        })
        .unwrap();
        first.stop().unwrap();
        wait_until("the second worker holding all", Duration::from_secs(30), || Ok(second.metric(held)? == 12.0))
            .unwrap();
        (load.join().unwrap(), second)
    });
    ground.wait_stored(one.records()).unwrap();
    ground.judge(&[one]).unwrap();
    other.stop().unwrap();
}

#[test]
fn one_changed_one_deleted_and_one_copied_row_are_each_named() {
    let ground = Ground::fresh().unwrap();
    let _enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let _postgres = ground.pipeline.start(Role::SinkPostgres).unwrap();
    let _clickhouse = ground.pipeline.start(Role::SinkClickhouse).unwrap();
    let published = ground.publish(3_000, 3).unwrap();
    ground.wait_stored(published.records()).unwrap();
    ground.judge(&[published]).unwrap();

    let verdict = |place| judge::verify(&ground.pipeline, place).unwrap();
    let changed = "UPDATE audit_record SET agent_id = 'u-9999' WHERE partition = 0 AND sequence = 7";
    assert_eq!(ground.as_administrator(changed).unwrap(), 1);
    let after = verdict("postgres");
    assert_eq!((after.verdict.as_str(), after.findings.len()), ("tampered", 1));
    assert_eq!((after.findings[0].chain.as_str(), after.findings[0].sequence), ("audit.events/0", 7));
    assert!(after.findings[0].what.contains("agent_id"), "{after:?}");

    let deleted = "DELETE FROM audit_record WHERE partition = 0 AND sequence = 7";
    assert_eq!(ground.as_administrator(deleted).unwrap(), 1);
    let after = verdict("postgres");
    // The chain's walk says which, and the ledger that its hour has one less.
    assert_eq!((after.verdict.as_str(), after.findings.len()), ("missing", 2));
    assert_eq!((after.findings[0].chain.as_str(), after.findings[0].sequence), ("audit.events/0", 7));
    assert!(after.findings[1].what.contains("ledger"), "{after:?}");

    // The column that steers where a sink reads on is no exception.
    let led_astray =
        "UPDATE audit_record SET sealed_offset = sealed_offset + 100000 WHERE partition = 2 AND sequence = 3";
    assert_eq!(ground.as_administrator(led_astray).unwrap(), 1);
    let after = verdict("postgres");
    assert!(after.findings.iter().any(|finding| finding.what.contains("sealed_offset")), "{after:?}");

    // An emptied store is not an intact one.
    ground.as_administrator("DELETE FROM audit_record").unwrap();
    let after = verdict("postgres");
    assert_eq!((after.verdict.as_str(), after.records), ("missing", 0));
    ground.as_administrator("DELETE FROM source_ledger").unwrap();
    let after = verdict("postgres");
    assert_eq!((after.verdict.as_str(), after.records), ("unverifiable", 0));

    let copied = "INSERT INTO audit_record SELECT * FROM audit_record WHERE partition = 1 AND sequence = 5";
    ground.tokio.block_on(ground.clickhouse().query(copied).execute()).unwrap();
    let after = verdict("clickhouse");
    assert_eq!((after.verdict.as_str(), after.findings.len()), ("tampered", 1));
    assert_eq!((after.findings[0].chain.as_str(), after.findings[0].sequence), ("audit.events/1", 5));
    assert_eq!(verdict("kafka").verdict, "intact");
}
