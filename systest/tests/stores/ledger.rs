//! The completeness ledger: written with the rows, and what is gone from a chain's end is missed by it.

use std::collections::BTreeMap;
use std::time::Duration;

use loadtest::harness::{Role, wait_until};
use loadtest::judge;
use seal::projection::Ledger;
use sqlx::{Connection, PgConnection};
use systest::Ground;

use crate::log::{self, Chain};

type Lines = BTreeMap<(i32, i64, String), (i64, i64, i64)>;

fn held(ground: &Ground) -> Lines {
    const SQL: &str =
        "SELECT partition, (extract(epoch FROM hour) / 3600)::bigint, outcome, offsets, from_offset, next_offset
        FROM source_ledger";
    let rows: Vec<(i32, i64, String, i64, i64, i64)> = ground.tokio.block_on(async {
        let mut postgres = PgConnection::connect(&ground.stack().postgres_url).await.unwrap();
        sqlx::query_as(SQL).fetch_all(&mut postgres).await.unwrap()
    });
    rows.into_iter()
        .map(|(partition, hour, outcome, n, from, next)| ((partition, hour, outcome), (n, from, next)))
        .collect()
}

fn expected(chains: &[Chain]) -> Lines {
    let mut ledger = Ledger::default();
    for record in chains.iter().flat_map(|chain| &chain.records[1..]) {
        ledger.add(schemas::SealedRecord::decode(record).unwrap().leaf).unwrap();
    }
    let line = |(key, line): (&seal::projection::LedgerKey, &seal::projection::LedgerLine)| {
        ((key.partition, key.hour, key.outcome.to_owned()), (line.offsets, line.from, line.next))
    };
    ledger.lines().map(line).collect()
}

#[test]
fn the_ledger_adds_up_to_the_leaves_through_kills_and_misses_what_is_cut_off() {
    let ground = Ground::fresh().unwrap();
    let mut chains = [0, 1].map(|partition| Chain::begin(&ground, partition));
    for round in 0..4 {
        for number in 0..150 {
            let chain = &mut chains[number % 2];
            match number % 50 {
                7 => chain.reject(),
                9 => chain.gap(5),
                _ => chain.event(&log::event(number as u64)),
            }
            // Half an hour between any two.
            chain.wait_minutes(30);
        }
        chains.iter_mut().for_each(|chain| chain.publish(&ground));
        let sink = ground.pipeline.start(Role::SinkPostgres).unwrap();
        if round < 3 {
            let stored = "audit_stream_records_stored_total";
            wait_until("some being stored", Duration::from_secs(30), || Ok(sink.metric(stored)? > 0.0)).unwrap();
            sink.kill().unwrap();
            continue;
        }
        let leaves = chains.iter().map(Chain::leaves).sum::<u64>();
        wait_until("all being stored", Duration::from_secs(30), || {
            Ok(judge::verify(&ground.pipeline, "postgres")?.records == leaves)
        })
        .unwrap();
        sink.stop().unwrap();
    }
    let expected = expected(&chains);
    assert!(expected.len() > 300, "{}", expected.len());
    assert_eq!(held(&ground), expected);
    let verdict = || judge::verify(&ground.pipeline, "postgres").unwrap();
    // The gaps are declared by the chain, and nothing else is found.
    let clean = verdict();
    assert_eq!((clean.verdict.as_str(), clean.findings.len()), ("gap-declared", 12), "{clean:?}");

    let cut = "DELETE FROM audit_record WHERE partition = 1 AND sequence = (SELECT max(sequence) FROM audit_record WHERE partition = 1)";
    assert_eq!(ground.as_administrator(cut).unwrap(), 1);
    let after = verdict();
    assert_eq!((after.verdict.as_str(), after.findings.len()), ("missing", 13), "{after:?}");
    let missed = after.findings.iter().find(|finding| finding.what.contains("the ledger counts")).unwrap();
    assert_eq!(missed.chain, "audit.events/1", "{after:?}");

    let lowered = "UPDATE source_ledger SET next_offset = next_offset + 1 WHERE partition = 1 AND outcome = 'reject'";
    assert!(ground.as_administrator(lowered).unwrap() > 1);
    assert_eq!(verdict().verdict, "tampered");
}
