//! The documentation's questions, asked of both stores as they stand there.

use sqlx::{Connection, PgConnection, Row};
use systest::Ground;

use crate::beside::stored;
use crate::log;

const PAGE: &str = include_str!("../../../docs/src/how-to/ask-the-stores.md");
/// What stands for the token that one looks for.
const PLACEHOLDER: &str = "00112233445566778899aabbccddeeff";

/// Each question with the store that its first line names.
fn questions() -> Vec<(String, String)> {
    let blocks = PAGE.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let each = blocks.flat_map(|block| block.split(";\n")).map(str::trim).filter(|sql| !sql.is_empty());
    let named = each.map(|sql| {
        let store = sql.strip_prefix("-- ").unwrap().split([',', ':']).next().unwrap();
        (store.to_owned(), sql.to_owned())
    });
    named.collect()
}

/// How many rows come back.
fn ask(ground: &Ground, store: &str, sql: &str) -> u64 {
    ground.tokio.block_on(async {
        if store == "Postgres" {
            let mut postgres = PgConnection::connect(&ground.stack().postgres_url).await.unwrap();
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut postgres).await.unwrap();
            return rows.iter().filter(|row| !row.is_empty()).count() as u64;
        }
        assert_eq!(store, "ClickHouse", "{sql}");
        let counted = format!("SELECT count() FROM ({sql}\n)");
        ground.clickhouse().query(&counted).fetch_one::<u64>().await.unwrap()
    })
}

#[test]
fn every_question_of_the_documentation_gets_its_answer() {
    let ground = Ground::fresh().unwrap();
    stored(&ground);
    let questions = questions();
    assert_eq!(questions.len(), 8);
    // MRN-206 is the second patient of each event that it has part in, three days of clinician-4 are known.
    let (patient, actor) = (log::token("patient", "mrn-206"), log::token("actor", "clinician-4"));
    for (store, sql) in questions {
        let token = if sql.contains("'actor'") { &actor } else { &patient };
        let rows = ask(&ground, &store, &sql.replace(PLACEHOLDER, token));
        let wanted = match () {
            () if sql.contains("touches a patient") => 6,
            () if sql.contains("what an actor did") => 24,
            () if sql.contains("the most patients") => 5,
            () if sql.contains("how much each day") => 28,
            () if sql.contains("spoke with") => 20,
            () if sql.contains("what was refused") => 0,
            () if sql.contains("the hidden values") => 6,
            () => panic!("{sql} is new here"),
        };
        assert_eq!(rows, wanted, "{sql}");
    }
}
