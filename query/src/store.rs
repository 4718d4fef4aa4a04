//! The questions that Postgres is asked, on connections that cannot write.

use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::{FromRow, QueryBuilder};

use crate::error::Error;
use crate::metric::QueryMetric;

const CONNECTIONS_MAX: u32 = 4;
const CONNECTION_WAIT: Duration = Duration::from_secs(2);

/// One sealed record. `leaf` is the exact text that `leaf_hash` is made from; bytes are in hexadecimal.
#[derive(Debug, Serialize, FromRow)]
pub struct Record {
    partition: i32,
    sequence: i64,
    source_offset: i64,
    sealed_offset: i64,
    kind: String,
    reason: String,
    event_id: String,
    tenant: String,
    event_type: String,
    action: String,
    outcome: String,
    /// Microseconds since 1970-01-01T00:00:00Z.
    occurred_at: i64,
    agent_id: String,
    patient_id: String,
    object_kind: String,
    object_id: String,
    level: String,
    leaf_hash: String,
    leaf: String,
    key_id: String,
    mac: String,
}

const SELECT: &str = "SELECT partition, sequence, source_offset, sealed_offset, kind, reason, event_id, tenant, event_type, \
    action, outcome, (extract(epoch FROM occurred_at) * 1000000)::bigint AS occurred_at, agent_id, patient_id, \
    object_kind, object_id, level, encode(leaf_hash, 'hex') AS leaf_hash, convert_from(leaf, 'UTF8') AS leaf, key_id, \
    encode(mac, 'hex') AS mac FROM audit_record WHERE ";

/// Which records: those that match all that is given.
#[derive(Debug, Default)]
pub struct Filter {
    pub patient_id: Option<String>,
    pub agent_id: Option<String>,
    pub event_type: Option<String>,
}

/// The compliance store, to read from.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
}

impl Store {
    /// Connects with the first question.
    pub fn new(url: &str) -> Result<Self, Error> {
        let options: PgConnectOptions = url.parse().map_err(|_| Error::BadPostgresUrl)?;
        let options = options
            .application_name("sealtrail-query")
            .options([("default_transaction_read_only", "on"), ("statement_timeout", "10s")]);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(CONNECTION_WAIT);
        Ok(Self { pool: pool.connect_lazy_with(options) })
    }

    pub async fn record(&self, partition: i32, sequence: i64) -> Result<Option<Record>, sqlx::Error> {
        let mut question = QueryBuilder::new(SELECT);
        question.push("partition = ").push_bind(partition).push(" AND sequence = ").push_bind(sequence);
        Ok(self.ask(question).await?.pop())
    }

    /// The newest records first. The filter is not empty.
    pub async fn records(&self, filter: Filter, limit: u16) -> Result<Vec<Record>, sqlx::Error> {
        let mut question = QueryBuilder::new(SELECT);
        let Filter { patient_id, agent_id, event_type } = filter;
        let mut conditions = question.separated(" AND ");
        for (condition, value) in
            [("patient_id = ", patient_id), ("agent_id = ", agent_id), ("event_type = ", event_type)]
        {
            if let Some(value) = value {
                conditions.push(condition).push_bind_unseparated(value);
            }
        }
        question.push(" ORDER BY occurred_at DESC, partition, sequence DESC LIMIT ").push_bind(i64::from(limit));
        self.ask(question).await
    }

    async fn ask(&self, mut question: QueryBuilder<Postgres>) -> Result<Vec<Record>, sqlx::Error> {
        let started = Instant::now();
        let records = question.build_query_as::<Record>().fetch_all(&self.pool).await?;
        QueryMetric::StoreSeconds.record(started.elapsed().as_secs_f64());
        QueryMetric::RecordsReturned.increment(records.len() as u64);
        Ok(records)
    }

    /// Whether the store answers and holds the table.
    pub async fn check(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1 FROM audit_record LIMIT 0").execute(&self.pool).await.map(|_| ())
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// What went wrong, without the server's text: that may quote a value.
pub fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("42P01") => {
                "the table audit_record is missing; run `sealtrail-sink --store postgres --migrate`".to_owned()
            }
            Some("57014") => "the question took longer than 10 s".to_owned(),
            code => format!("Postgres refused with SQLSTATE {}", code.unwrap_or("unknown")),
        },
        sqlx::Error::PoolTimedOut => "no connection within 2 s".to_owned(),
        sqlx::Error::Io(error) => format!("no connection: {}", error.kind()),
        sqlx::Error::ColumnDecode { index, .. } => format!("the column {index} is not of the type that was expected"),
        _ => "the connection failed".to_owned(),
    }
}
