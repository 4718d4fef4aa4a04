//! ClickHouse holds each leaf once, whatever becomes of an insert or its answer.

use std::time::Duration;

use loadtest::harness::{Role, Service, wait_until};
use loadtest::judge;
use systest::Ground;

use crate::log::{self, Chain};
use crate::proxy::{Proxy, Trap};

const URL: &str = "SEALTRAIL_SINK_CLICKHOUSE__URL";

fn sink_through(ground: &Ground, proxy: &Proxy) -> Service {
    let sink = ground.pipeline.spawn(Role::SinkClickhouse, "sink-1", &[(URL, proxy.url.clone())]).unwrap();
    wait_until("the sink being ready", Duration::from_secs(60), || {
        Ok(sink.get("/readyz").is_ok_and(|answer| answer.0 == 200))
    })
    .unwrap();
    sink
}

fn count(ground: &Ground) -> u64 {
    let sql = "SELECT count() FROM audit_record";
    ground.tokio.block_on(ground.clickhouse().query(sql).fetch_one()).unwrap()
}

fn wait_for(ground: &Ground, leaves: u64) {
    wait_until("every leaf being stored", Duration::from_secs(30), || Ok(count(ground) >= leaves)).unwrap();
}

fn publish(ground: &Ground, chains: &mut [Chain], events: std::ops::Range<u64>) -> u64 {
    for number in events {
        let which = number as usize % chains.len();
        chains[which].event(&log::event(number));
    }
    chains.iter_mut().for_each(|chain| chain.publish(ground));
    chains.iter().map(Chain::leaves).sum()
}

fn assert_once(ground: &Ground, leaves: u64) {
    assert_eq!(count(ground), leaves);
    let verdict = judge::verify(&ground.pipeline, "clickhouse").unwrap();
    assert_eq!((verdict.verdict.as_str(), verdict.records), ("intact", leaves), "{verdict:?}");
}

#[test]
fn an_insert_whose_answer_is_lost_is_stored_once() {
    let ground = Ground::fresh().unwrap();
    let proxy = Proxy::start(&ground.stack().clickhouse_url);
    let mut chains = [0, 1].map(|partition| Chain::begin(&ground, partition));
    let sink = sink_through(&ground, &proxy);
    let mut leaves = 0;
    for round in 1..=5 {
        proxy.set(Trap::LoseAnswer);
        leaves = publish(&ground, &mut chains, round * 100..round * 100 + 40);
        wait_for(&ground, leaves);
        assert_eq!(u64::from(proxy.sprung()), round);
    }
    leaves += publish(&ground, &mut chains, 900..910) - leaves;
    wait_for(&ground, leaves);
    assert!(sink.metric("audit_stream_store_retries_total").unwrap() >= 5.0);
    sink.stop().unwrap();
    assert_once(&ground, leaves);
}

#[test]
fn an_insert_that_arrives_late_adds_nothing_once_it_was_sent_again() {
    let ground = Ground::fresh().unwrap();
    let proxy = Proxy::start(&ground.stack().clickhouse_url);
    let mut chains = [0, 1].map(|partition| Chain::begin(&ground, partition));
    let sink = sink_through(&ground, &proxy);
    proxy.set(Trap::Hold);
    let leaves = publish(&ground, &mut chains, 0..40);
    wait_for(&ground, leaves);
    assert_eq!(proxy.sprung(), 1);
    let answer = proxy.deliver();
    assert!(answer.contains("rows of this batch are in the table"), "{answer}");
    let leaves = publish(&ground, &mut chains, 40..80);
    wait_for(&ground, leaves);
    sink.stop().unwrap();
    assert_once(&ground, leaves);
}

#[test]
fn an_insert_of_a_killed_worker_that_arrives_late_adds_nothing_to_the_next_one_s() {
    let ground = Ground::fresh().unwrap();
    let proxy = Proxy::start(&ground.stack().clickhouse_url);
    let mut chains = [0, 1].map(|partition| Chain::begin(&ground, partition));
    let first = sink_through(&ground, &proxy);
    proxy.set(Trap::Hold);
    let leaves = publish(&ground, &mut chains, 0..40);
    wait_until("the insert being held", Duration::from_secs(30), || Ok(proxy.sprung() == 1)).unwrap();
    first.kill().unwrap();
    // The next one makes other batches of the same records.
    let leaves = leaves.max(publish(&ground, &mut chains, 40..60));
    let second = ground.pipeline.start_as(Role::SinkClickhouse, "sink-2").unwrap();
    wait_for(&ground, leaves);
    let answer = proxy.deliver();
    assert!(answer.contains("rows of this batch are in the table"), "{answer}");
    second.stop().unwrap();
    assert_once(&ground, leaves);
}

#[test]
fn of_two_inserts_of_one_batch_that_run_at_once_one_is_dropped() {
    let ground = Ground::fresh().unwrap();
    let proxy = Proxy::start(&ground.stack().clickhouse_url);
    let mut chains = [0, 1].map(|partition| Chain::begin(&ground, partition));
    let sink = sink_through(&ground, &proxy);
    proxy.set(Trap::Hold);
    let leaves = publish(&ground, &mut chains, 0..40);
    wait_for(&ground, leaves);
    sink.stop().unwrap();
    assert_once(&ground, leaves);
    // As if it had looked before anything was stored: only the token is left to tell.
    proxy.blind();
    let answer = proxy.deliver();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_once(&ground, leaves);
}

#[test]
fn a_new_worker_waits_for_an_insert_that_still_runs() {
    let ground = Ground::fresh().unwrap();
    let mut chains = [0, 1].map(|partition| Chain::begin(&ground, partition));
    let leaves = publish(&ground, &mut chains, 0..40);
    let first = ground.pipeline.start_as(Role::SinkClickhouse, "sink-1").unwrap();
    wait_for(&ground, leaves);
    first.kill().unwrap();
    // The same rows once more, by an insert of twelve seconds, as of a server with a slow disk.
    let run = |sql: &str| ground.tokio.block_on(ground.clickhouse().query(sql).execute());
    run("DROP TABLE IF EXISTS slowly SYNC").unwrap();
    run("RENAME TABLE audit_record TO slowly").unwrap();
    run("CREATE TABLE audit_record AS slowly").unwrap();
    let slow = ground.clickhouse();
    let inserting = std::thread::spawn(move || {
        let sql = "INSERT INTO audit_record (*) SELECT * FROM slowly WHERE sleepEachRow(0.28) = 0
            SETTINGS function_sleep_max_microseconds_per_block = 20000000";
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio.block_on(slow.query(sql).execute())
    });
    let second = ground.pipeline.start_as(Role::SinkClickhouse, "sink-2").unwrap();
    inserting.join().unwrap().unwrap();
    wait_for(&ground, leaves);
    publish(&ground, &mut chains, 40..42);
    wait_for(&ground, leaves + 2);
    second.stop().unwrap();
    assert_once(&ground, leaves + 2);
    run("DROP TABLE slowly SYNC").unwrap();
}
