//! The Rust `clickhouse` crate against the local stack's ClickHouse: what our sink and any user's program rely on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clickhouse::{Client, Compression, Row};
use loadtest::stack::Stack;
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};

#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
struct Line {
    number: u64,
    text: String,
    bytes: Vec<u8>,
    maybe: Option<i32>,
}

#[derive(Debug, Row, Serialize, Deserialize)]
struct OtherTypes {
    number: u64,
    text: u32,
    bytes: Vec<u8>,
    maybe: Option<i32>,
}

fn line(number: u64) -> Line {
    let maybe = (number % 2 == 1).then_some(number as i32);
    Line { number, text: format!("line {number}"), bytes: vec![number as u8; 100], maybe }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A client on a table of the test's own.
async fn client(table: &str, compression: Compression, validation: bool) -> Client {
    let stack = Stack::from_environment().unwrap();
    let client = Client::default()
        .with_url(&stack.clickhouse_url)
        .with_user(&stack.clickhouse_user)
        .with_password(&stack.clickhouse_password)
        .with_database(&stack.clickhouse_database)
        .with_compression(compression)
        .with_validation(validation);
    client.query(&format!("DROP TABLE IF EXISTS {table} SYNC")).execute().await.unwrap();
    let columns = "number UInt64, text String, bytes Array(UInt8), maybe Nullable(Int32)";
    let create = format!(
        "CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY number
         SETTINGS non_replicated_deduplication_window = 100"
    );
    client.query(&create).execute().await.unwrap();
    client
}

async fn count(client: &Client, table: &str) -> u64 {
    client.query(&format!("SELECT count() FROM {table}")).fetch_one().await.unwrap()
}

#[test]
fn typed_rows_go_in_and_come_back_whatever_the_compression_and_validation() {
    runtime().block_on(async {
        for (compression, validation) in
            [(Compression::Lz4, true), (Compression::Lz4, false), (Compression::None, true), (Compression::None, false)]
        {
            let client = client("typed", compression, validation).await;
            let mut insert = client.insert::<Line>("typed").await.unwrap().with_setting("async_insert", "0");
            for number in 0..5_000 {
                insert.write(&line(number)).await.unwrap();
            }
            insert.end().await.unwrap();
            let rows: Vec<Line> = client
                .query("SELECT ?fields FROM typed WHERE number >= ? ORDER BY number")
                .bind(10)
                .fetch_all()
                .await
                .unwrap();
            assert_eq!(rows.len(), 4_990);
            assert_eq!(rows[7], line(17));
            let sum: u64 = client.query("SELECT {x:UInt64} + 1").param("x", 5u64).fetch_one().await.unwrap();
            assert_eq!(sum, 6);
        }
    });
}

#[test]
fn a_formatted_body_is_inserted_once_per_token() {
    runtime().block_on(async {
        let client = client("formatted", Compression::Lz4, false).await;
        let body: String = (0..2_000).map(|number| format!("{number}\tname\t[1,2]\t\\N\n")).collect();
        for (token, total) in [("a", 2_000), ("a", 2_000), ("b", 4_000)] {
            let mut insert = client
                .insert_formatted_with("INSERT INTO formatted FORMAT TSV")
                .with_setting("insert_deduplication_token", token);
            insert.send(body.clone().into()).await.unwrap();
            insert.end().await.unwrap();
            assert_eq!(count(&client, "formatted").await, total);
        }
    });
}

#[test]
fn an_abandoned_insert_leaves_no_row() {
    runtime().block_on(async {
        let client = client("abandoned", Compression::Lz4, false).await;
        let mut insert = client.insert::<Line>("abandoned").await.unwrap();
        for number in 0..50_000 {
            insert.write(&line(number)).await.unwrap();
        }
        drop(insert);
        // Until the server has noticed, a query of the abandoned insert would still be running.
        let running = "SELECT count() FROM system.processes WHERE query LIKE 'INSERT INTO%abandoned%'";
        while client.query(running).fetch_one::<u64>().await.unwrap() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let mut marker = client.insert::<Line>("abandoned").await.unwrap();
        marker.write(&line(1)).await.unwrap();
        marker.end().await.unwrap();
        assert_eq!(count(&client, "abandoned").await, 1);
    });
}

#[test]
fn refusals_reach_the_client_with_clickhouse_s_own_words() {
    runtime().block_on(async {
        let client = client("refusals", Compression::Lz4, true).await;
        let column = client.query("SELECT nosuch").fetch_one::<u64>().await.unwrap_err().to_string();
        assert!(column.contains("Code: 47") && column.contains("UNKNOWN_IDENTIFIER"), "{column}");
        let table = client.query("SELECT count() FROM nosuch").fetch_one::<u64>().await.unwrap_err().to_string();
        assert!(table.contains("Code: 60") && table.contains("UNKNOWN_TABLE"), "{table}");
        let mut insert = client.insert::<OtherTypes>("refusals").await.unwrap();
        let row = OtherTypes { number: 1, text: 2, bytes: Vec::new(), maybe: None };
        assert!(insert.write(&row).await.is_err());
        let mut body = client.insert_formatted_with("INSERT INTO refusals FORMAT TSV");
        body.send("not a number\n".into()).await.unwrap();
        assert!(body.end().await.unwrap_err().to_string().contains("Code: 27"));
        let stranger = client.clone().with_password("wrong").query("SELECT 1").fetch_one::<u8>().await;
        assert!(stranger.unwrap_err().to_string().contains("Code: 516"));
        assert_eq!(count(&client, "refusals").await, 0);
    });
}

#[test]
fn an_error_in_the_middle_of_a_result_is_not_taken_for_its_end() {
    runtime().block_on(async {
        let client = client("streamed", Compression::Lz4, false).await;
        let all = "SELECT number FROM system.numbers LIMIT 1000000";
        let mut rows = client.query(all).fetch::<u64>().unwrap();
        let mut seen = 0u64;
        while rows.next().await.unwrap().is_some() {
            seen += 1;
        }
        assert_eq!(seen, 1_000_000);
        let broken = "SELECT number + throwIf(number = 2500000) FROM system.numbers LIMIT 3000000";
        let mut rows = client.query(broken).fetch::<u64>().unwrap();
        let end = loop {
            match rows.next().await {
                Ok(Some(_)) => {}
                other => break other,
            }
        };
        assert!(end.unwrap_err().to_string().contains("Code: 395"));
    });
}
