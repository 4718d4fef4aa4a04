//! Tables of an older deployment are altered and keep their rows.

use std::time::Duration;

use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use systest::Ground;

use crate::log::{self, Chain};

/// The columns that the first migration made.
const FIRST: &str =
    "partition, sequence, source_offset, sealed_offset, kind, reason, event_id, tenant, event_type, action,
    outcome, occurred_at, agent_id, patient_id, object_kind, object_id, level, leaf_hash, leaf, key_id, mac";

fn clickhouse(ground: &Ground, sql: &str) {
    ground.tokio.block_on(ground.clickhouse().query(sql).execute()).unwrap();
}

/// Takes both stores back to the tables of the first migration, with the rows that they hold.
fn age(ground: &Ground) {
    ground
        .as_administrator(
            "ALTER TABLE audit_record DROP COLUMN patient_token, DROP COLUMN agent_token, DROP COLUMN object_token,
            DROP COLUMN tokens, DROP COLUMN redacted, DROP COLUMN disclosure_digest, DROP COLUMN disclosure_key,
            DROP COLUMN disclosure_sealed;
            DELETE FROM _sqlx_migrations WHERE version > 1",
        )
        .unwrap();
    clickhouse(ground, "RENAME TABLE audit_record TO audit_record_now");
    clickhouse(ground, include_str!("../../../sink/migrations/clickhouse/0001_audit_record.sql"));
    clickhouse(ground, &format!("INSERT INTO audit_record ({FIRST}) SELECT {FIRST} FROM audit_record_now"));
    clickhouse(ground, "DROP TABLE audit_record_now SYNC");
}

fn verdict(ground: &Ground, place: &str) -> (String, u64) {
    let verdict = judge::verify(&ground.pipeline, place).unwrap();
    (verdict.verdict, verdict.records)
}

#[test]
fn tables_of_an_older_deployment_are_altered_and_keep_their_rows() {
    let ground = Ground::fresh().unwrap();
    let mut chain = Chain::begin(&ground, 0);
    // Nothing of it is hidden, as it was before anything was.
    chain.bare_event("before");
    chain.publish(&ground);
    let stored = |leaves: u64| {
        let sinks = [Role::SinkPostgres, Role::SinkClickhouse].map(|role| ground.pipeline.start(role).unwrap());
        wait_until("every leaf being stored", Duration::from_secs(30), || {
            Ok(["postgres", "clickhouse"].iter().all(|place| verdict(&ground, place).1 == leaves))
        })
        .unwrap();
        sinks.into_iter().for_each(|sink| sink.stop().unwrap());
    };
    stored(2);
    age(&ground);

    chain.event(&log::event(7));
    chain.publish(&ground);
    for role in [Role::SinkPostgres, Role::SinkClickhouse] {
        let mut sink = ground.pipeline.start_as(role, role.name()).unwrap();
        assert_eq!(sink.wait(Duration::from_secs(30)).unwrap().code(), Some(1));
        let told = sink.last_log_lines();
        assert!(told.contains("run this sink once with --migrate"), "{told}");
    }
    ground.pipeline.set_up().unwrap();
    stored(3);
    // Once more changes nothing.
    ground.pipeline.set_up().unwrap();
    for place in ["postgres", "clickhouse"] {
        assert_eq!(verdict(&ground, place), ("intact".to_owned(), 3));
    }
}
