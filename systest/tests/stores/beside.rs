//! Tokens, redacted texts and hidden values reach the stores as they were sealed, and the verifier looks at them.

use std::collections::BTreeMap;
use std::time::Duration;

use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use schemas::{Extras, SealedRecord};
use seal::projection::{Projection, TokenColumns};
use seal::protect::Sealed;
use sqlx::{Connection, PgConnection};
use systest::Ground;

use crate::log::{self, Chain};

const EVENTS: u64 = 120;

fn map(entries: &Extras<'_>) -> BTreeMap<String, String> {
    entries.iter().map(|(key, value)| (key.as_str().to_owned(), value.as_str().to_owned())).collect()
}

/// What one row holds beside its leaf.
#[derive(Debug, PartialEq)]
struct Beside {
    columns: [String; 3],
    tokens: BTreeMap<String, String>,
    redacted: BTreeMap<String, String>,
}

/// The same as a store gives it.
#[derive(sqlx::FromRow, clickhouse::Row, serde::Deserialize)]
struct Kept {
    partition: i32,
    sequence: i64,
    patient_token: String,
    agent_token: String,
    object_token: String,
    tokens: String,
    redacted: String,
}

fn by_place(rows: Vec<Kept>) -> BTreeMap<Place, Beside> {
    let read = |text: &str| serde_json::from_str(text).unwrap();
    let each = rows.into_iter().map(|row| {
        let columns = [row.patient_token, row.agent_token, row.object_token];
        ((row.partition, row.sequence), Beside { columns, tokens: read(&row.tokens), redacted: read(&row.redacted) })
    });
    each.collect()
}

type Place = (i32, i64);

/// Chains with every kind of event, and both sinks on them.
pub fn stored(ground: &Ground) -> Vec<Chain> {
    let mut chains: Vec<Chain> = (0..3).map(|partition| Chain::begin(ground, partition)).collect();
    for number in 0..EVENTS {
        chains[(number % 3) as usize].event(&log::event(number));
    }
    let sinks = [Role::SinkPostgres, Role::SinkClickhouse].map(|role| ground.pipeline.start(role).unwrap());
    chains.iter_mut().for_each(|chain| chain.publish(ground));
    ground.wait_stored(EVENTS).unwrap();
    let leaves = chains.iter().map(Chain::leaves).sum::<u64>();
    wait_until("every leaf being stored", Duration::from_secs(10), || {
        Ok(judge::verify(&ground.pipeline, "postgres")?.records == leaves
            && judge::verify(&ground.pipeline, "clickhouse")?.records == leaves)
    })
    .unwrap();
    for sink in sinks {
        sink.stop().unwrap();
    }
    chains
}

fn in_postgres(ground: &Ground) -> BTreeMap<Place, Beside> {
    const SQL: &str = "SELECT partition, sequence, patient_token, agent_token, object_token, tokens::text AS tokens,
        redacted::text AS redacted FROM audit_record";
    let rows = ground.tokio.block_on(async {
        let mut postgres = PgConnection::connect(&ground.stack().postgres_url).await.unwrap();
        sqlx::query_as(SQL).fetch_all(&mut postgres).await.unwrap()
    });
    by_place(rows)
}

fn in_clickhouse(ground: &Ground) -> BTreeMap<Place, Beside> {
    const SQL: &str =
        "SELECT partition, sequence, patient_token, agent_token, object_token, toJSONString(tokens) AS tokens,
        toJSONString(redacted) AS redacted FROM audit_record";
    by_place(ground.tokio.block_on(ground.clickhouse().query(SQL).fetch_all()).unwrap())
}

#[test]
fn both_stores_hold_tokens_and_redacted_texts_as_they_were_sealed() {
    let ground = Ground::fresh().unwrap();
    let chains = stored(&ground);
    let mut expected = BTreeMap::new();
    for record in chains.iter().flat_map(|chain| &chain.records[1..]) {
        let record = SealedRecord::decode(record).unwrap();
        let leaf = Projection::of(record.leaf).unwrap();
        let TokenColumns { patient_token, agent_token, object_token } = TokenColumns::of(&record.tokens);
        let columns = [patient_token, agent_token, object_token].map(str::to_owned);
        let (tokens, redacted) = (map(&record.tokens), map(&record.redacted));
        expected.insert((leaf.partition, leaf.sequence), Beside { columns, tokens, redacted });
    }
    // The third event of the first chain has two patients, and nobody's id in clear.
    let two = &expected[&(0, 3)];
    assert_eq!(two.columns[0], log::token("patient", "mrn-106"));
    assert_eq!(two.tokens["patient"].split(' ').count(), 2, "{two:?}");
    assert!(expected.values().any(|beside| !beside.redacted.is_empty()));
    assert_eq!(in_postgres(&ground), expected);
    assert_eq!(in_clickhouse(&ground), expected);
    for place in ["kafka", "postgres", "clickhouse"] {
        assert_eq!(judge::verify(&ground.pipeline, place).unwrap().verdict, "intact");
    }
}

#[test]
fn postgres_keeps_the_hidden_values_for_whoever_has_the_key_and_a_lost_one_is_missed() {
    let ground = Ground::fresh().unwrap();
    let chains = stored(&ground);
    const SQL: &str = "SELECT digest, key, sealed FROM audit_record,
        unnest(disclosure_digest, disclosure_key, disclosure_sealed) AS hidden(digest, key, sealed)
        WHERE partition = $1 AND sequence = $2 ORDER BY digest";
    let mut opened = Vec::new();
    for record in chains.iter().flat_map(|chain| &chain.records[1..]) {
        let record = SealedRecord::decode(record).unwrap();
        let leaf = Projection::of(record.leaf).unwrap();
        let kept: Vec<(Vec<u8>, String, Vec<u8>)> = ground.tokio.block_on(async {
            let mut postgres = PgConnection::connect(&ground.stack().postgres_url).await.unwrap();
            sqlx::query_as(SQL).bind(leaf.partition).bind(leaf.sequence).fetch_all(&mut postgres).await.unwrap()
        });
        let sealed: Vec<_> = record
            .disclosures
            .iter()
            .map(|disclosure| (disclosure.digest.to_vec(), disclosure.key.to_owned(), disclosure.sealed.to_vec()))
            .collect();
        assert_eq!(kept, sealed);
        for (digest, _, sealed) in kept {
            let disclosure = Sealed(&sealed).open(&log::subject_key(), &digest.try_into().unwrap()).unwrap();
            opened.push((disclosure.name().to_owned(), String::from_utf8(disclosure.value().to_vec()).unwrap()));
        }
    }
    for wanted in [("id", "\"MRN-101\""), ("name", "\"Ana Brown\""), ("id", "\"clinician-4\"")] {
        assert!(opened.iter().any(|(name, value)| (name.as_str(), value.as_str()) == wanted), "{wanted:?}");
    }

    let verdict = || judge::verify(&ground.pipeline, "postgres").unwrap();
    let taken =
        "UPDATE audit_record SET disclosure_digest = disclosure_digest[2:], disclosure_key = disclosure_key[2:],
        disclosure_sealed = disclosure_sealed[2:] WHERE partition = 0 AND sequence = 3";
    assert_eq!(ground.as_administrator(taken).unwrap(), 1);
    let after = verdict();
    assert_eq!((after.verdict.as_str(), after.findings.len()), ("missing", 1), "{after:?}");
    assert_eq!((after.findings[0].chain.as_str(), after.findings[0].sequence), ("audit.events/0", 3));
    assert!(after.findings[0].what.contains("disclosure"), "{after:?}");

    let moved = "UPDATE audit_record SET patient_token = 'f00d' WHERE partition = 1 AND sequence = 2";
    assert_eq!(ground.as_administrator(moved).unwrap(), 1);
    let after = verdict();
    assert_eq!((after.verdict.as_str(), after.findings.len()), ("tampered", 2), "{after:?}");
    assert!(
        after.findings.iter().any(|found| found.what.contains("patient_token") && found.sequence == 2),
        "{after:?}"
    );
}
