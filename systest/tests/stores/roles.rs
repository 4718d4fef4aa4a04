//! Who may do what in Postgres: the sink adds, auditors read, and nobody changes.

use std::time::Duration;

use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use sqlx::{Connection, Executor, PgConnection};
use systest::Ground;

use crate::log::{self, Chain};

const PASSWORD: &str = "only-for-this-test";

/// The roles that a deployment's administrator makes, and two accounts in them. A test that failed may have left some.
const ROLES: &str = "DO $$
    DECLARE known text;
    BEGIN
        FOREACH known IN ARRAY ARRAY['test_sink', 'test_auditor', 'sealtrail_writer', 'sealtrail_auditor'] LOOP
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = known) THEN
                EXECUTE format('DROP OWNED BY %I', known);
                EXECUTE format('DROP ROLE %I', known);
            END IF;
        END LOOP;
    END $$;
    CREATE ROLE sealtrail_writer; CREATE ROLE sealtrail_auditor;
    CREATE ROLE test_sink LOGIN PASSWORD 'only-for-this-test' IN ROLE sealtrail_writer;
    CREATE ROLE test_auditor LOGIN PASSWORD 'only-for-this-test' IN ROLE sealtrail_auditor";

fn url(ground: &Ground, account: &str) -> String {
    let (_, place) = ground.stack().postgres_url.rsplit_once('@').unwrap();
    format!("postgres://{account}:{PASSWORD}@{place}")
}

/// Why Postgres refuses, or nothing.
fn refusal(ground: &Ground, url: &str, sql: &'static str) -> Option<String> {
    ground.tokio.block_on(async {
        let mut postgres = PgConnection::connect(url).await.unwrap();
        postgres.execute(sql).await.err().map(|error| error.to_string())
    })
}

#[test]
fn the_sink_s_role_adds_rows_and_nobody_changes_any() {
    let ground = Ground::fresh().unwrap();
    ground.as_administrator(ROLES).unwrap();
    // Each --migrate gives the roles that exist their rights.
    ground.pipeline.set_up().unwrap();
    let mut chain = Chain::begin(&ground, 0);
    (0..20).for_each(|number| chain.event(&log::event(number)));
    chain.publish(&ground);
    let as_writer = [("SEALTRAIL_SINK_POSTGRES__URL", url(&ground, "test_sink"))];
    let sink = ground.pipeline.spawn(Role::SinkPostgres, "sink-1", &as_writer).unwrap();
    wait_until("all being stored", Duration::from_secs(30), || {
        Ok(judge::verify(&ground.pipeline, "postgres")?.records == chain.leaves())
    })
    .unwrap();
    sink.stop().unwrap();

    let changes = [
        "UPDATE audit_record SET outcome = 'x' WHERE sequence = 3",
        "DELETE FROM audit_record WHERE sequence = 3",
        "TRUNCATE audit_record",
    ];
    let owner = ground.stack().postgres_url.clone();
    for sql in changes {
        for account in ["test_sink", "test_auditor"] {
            let told = refusal(&ground, &url(&ground, account), sql).unwrap();
            assert!(told.contains("permission denied for table audit_record"), "{account}: {sql}: {told}");
        }
        let told = refusal(&ground, &owner, sql).unwrap();
        assert!(told.contains("audit_record is append-only"), "{sql}: {told}");
    }
    let told = refusal(&ground, &owner, "DELETE FROM source_ledger").unwrap();
    assert!(told.contains("source_ledger is append-only"), "{told}");
    for account in ["test_sink", "test_auditor"] {
        let told = refusal(&ground, &url(&ground, account), "DELETE FROM source_ledger").unwrap();
        assert!(told.contains("permission denied"), "{account}: {told}");
    }
    // The writer cannot even read what it wrote; the auditor reads all of it.
    let all = "SELECT leaf, disclosure_sealed FROM audit_record";
    assert!(refusal(&ground, &url(&ground, "test_sink"), all).unwrap().contains("permission denied"));
    assert_eq!(refusal(&ground, &url(&ground, "test_auditor"), all), None);
    assert_eq!(judge::verify(&ground.pipeline, "postgres").unwrap().verdict, "intact");
    let gone = "DROP OWNED BY sealtrail_writer, sealtrail_auditor;
        DROP ROLE test_sink, test_auditor, sealtrail_writer, sealtrail_auditor";
    ground.as_administrator(gone).unwrap();
}
