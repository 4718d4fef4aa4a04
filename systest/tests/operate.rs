//! What operators meet: topics as code, and refusals to start that say what to do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use loadtest::harness::Role;
use schemas::topic;
use stream::admin::Admin;
use systest::Ground;

#[test]
fn topics_are_planned_applied_and_checked_against_the_broker() {
    let ground = Ground::bare().unwrap();
    let topics = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["topics"].iter().chain(arguments).copied().collect();
        ground.pipeline.run("audit-cli", &arguments)
    };
    assert!(topics(&["plan", "--replication", "1"]).unwrap().contains("planned=4 refused=0"));
    let missing = topics(&["check", "--replication", "1"]).unwrap_err().to_string();
    assert!(missing.contains("create  audit.sealed"), "{missing}");
    assert!(topics(&["apply", "--replication", "1"]).unwrap().contains("applied=4 refused=0"));
    assert!(topics(&["check", "--replication", "1"]).unwrap().contains("all topics are as declared"));
    assert!(topics(&["apply", "--replication", "1"]).unwrap().contains("applied=0 refused=0"));

    let fewer_brokers = topics(&["plan"]).unwrap_err().to_string();
    assert!(fewer_brokers.contains("pass --replication 1"), "{fewer_brokers}");
    for chains in ["6", "24"] {
        let refused = topics(&["apply", "--replication", "1", "--chains", chains]).unwrap_err().to_string();
        assert!(refused.contains("order per patient") && refused.contains("nothing was applied"), "{refused}");
    }
}

#[test]
fn a_setting_that_drifted_is_put_right_and_others_are_kept() {
    let ground = Ground::fresh().unwrap();
    let admin = Admin::connect(&ground.kafka()).unwrap();
    let sealed = topic::SEALED.name;
    ground.tokio.block_on(async {
        let now = admin.describe(sealed).await.unwrap().unwrap();
        let drift = [("retention.ms", "60000".to_owned()), ("segment.bytes", "104857600".to_owned())];
        admin.change(sealed, &now, &drift).await.unwrap();
    });
    let checked = ground.pipeline.run("audit-cli", &["topics", "check", "--replication", "1"]).unwrap_err().to_string();
    assert!(checked.contains("retention.ms 60000 -> -1"), "{checked}");
    ground.pipeline.run("audit-cli", &["topics", "apply", "--replication", "1"]).unwrap();
    let after = ground.tokio.block_on(admin.describe(sealed)).unwrap().unwrap();
    assert_eq!(after.settings["retention.ms"].value, "-1");
    assert_eq!(after.settings["segment.bytes"].value, "104857600");
}

#[test]
fn services_without_topics_or_tables_refuse_to_start_and_say_what_to_do() {
    let ground = Ground::bare().unwrap();
    let refusal = |role| ground.pipeline.start(role).err().expect("it started").to_string();
    let enrich = refusal(Role::Enrich);
    assert!(enrich.contains("create it with `audit-cli topics apply`"), "{enrich}");
    ground.pipeline.run("audit-cli", &["topics", "apply", "--replication", "1"]).unwrap();
    for role in [Role::SinkPostgres, Role::SinkClickhouse] {
        let sink = refusal(role);
        assert!(sink.contains("run this sink once with --migrate"), "{sink}");
    }
    let enrich = refusal(Role::Enrich);
    assert!(enrich.contains("make it with `sealtrail-enrich --migrate`"), "{enrich}");
    std::fs::remove_file(ground.pipeline.trail_keys()).unwrap();
    let enrich = refusal(Role::Enrich);
    assert!(enrich.contains("trail.keys does not exist; create the key file first"), "{enrich}");
}

#[test]
fn records_deleted_before_they_were_sealed_are_declared_by_a_new_chain_and_stop_an_old_one() {
    let ground = Ground::fresh().unwrap();
    let sealed = |records: u64| {
        loadtest::harness::wait_until("sealing", std::time::Duration::from_secs(30), || {
            Ok(loadtest::judge::count(&ground.pipeline)?.sealed.total == records)
        })
        .unwrap();
    };
    let admin = Admin::connect(&ground.kafka()).unwrap();
    // Before a chain exists: enrich begins with what is left, and the chain itself says what is not.
    let first = ground.publish(600, 20).unwrap();
    let cut = ground.tokio.block_on(admin.delete_records_before(topic::EVENTS.name, 0, 5)).unwrap();
    assert_eq!(cut, 5);
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    // What is declared gone is accounted for too.
    sealed(first.records());
    enrich.stop().unwrap();
    let verdict = loadtest::judge::verify(&ground.pipeline, "kafka").unwrap();
    assert_eq!((verdict.verdict.as_str(), verdict.findings.len()), ("gap-declared", 1), "{verdict:?}");
    assert_eq!((verdict.findings[0].chain.as_str(), verdict.findings[0].sequence), ("audit.events/0", 1));
    assert!(verdict.findings[0].what.contains("5 source offsets"), "{verdict:?}");
    // With a chain: it names the record that must come next, and that record is gone.
    ground.publish(600, 21).unwrap();
    let end = loadtest::judge::count(&ground.pipeline).unwrap().events.partitions[&0] as i64 + 5;
    ground.tokio.block_on(admin.delete_records_before(topic::EVENTS.name, 0, end - 1)).unwrap();
    let mut enrich = ground.pipeline.start(Role::Enrich).unwrap();
    assert_eq!(enrich.wait(std::time::Duration::from_secs(30)).unwrap().code(), Some(1));
    assert!(
        enrich.last_log_lines().contains("no longer holds the record that comes next"),
        "{}",
        enrich.last_log_lines()
    );
}

#[test]
fn another_key_cannot_continue_a_chain() {
    let ground = Ground::fresh().unwrap();
    let enrich = ground.pipeline.start(Role::Enrich).unwrap();
    let published = ground.publish(500, 10).unwrap();
    loadtest::harness::wait_until("sealing", std::time::Duration::from_secs(30), || {
        Ok(loadtest::judge::count(&ground.pipeline)?.sealed.total == published.records())
    })
    .unwrap();
    enrich.stop().unwrap();
    std::fs::write(ground.pipeline.key_file(), "5a".repeat(32)).unwrap();
    let mut enrich = ground.pipeline.start(Role::Enrich).unwrap();
    assert_eq!(enrich.wait(std::time::Duration::from_secs(30)).unwrap().code(), Some(1));
    assert!(enrich.last_log_lines().contains("were not sealed with the key"), "{}", enrich.last_log_lines());
}
