//! The analytics store: one complete body per batch, one part; after any doubt the table itself says what it holds.

mod row;

use std::collections::HashMap;
use std::time::Duration;

use ::clickhouse::Client;
use ::clickhouse::error::Error as ClientError;
use bytes::Bytes;
use stream::store::Store;
use stream::{Offset, Partition, Position, Record};
use tokio::runtime::Runtime as Tokio;

use crate::config::ClickHouseSettings;
use crate::decode;
use crate::error::Error;

const WAIT_MAX: Duration = Duration::from_secs(60);
const TABLE: &str = include_str!("../migrations/clickhouse/0001_audit_record.sql");
const HELD: &str = "SELECT partition, max(sealed_offset) FROM audit_record GROUP BY partition";
const INSERT: &str =
    "INSERT INTO audit_record (partition, sequence, source_offset, sealed_offset, kind, reason, event_id,
    tenant, event_type, action, outcome, occurred_at, agent_id, patient_id, object_kind, object_id, level, leaf_hash,
    leaf, key_id, mac) FORMAT RowBinary";

/// Carries the client's futures on the loop's own thread.
pub struct ClickHouse {
    tokio: Tokio,
    client: Client,
}

impl ClickHouse {
    pub fn new(settings: &ClickHouseSettings) -> Result<Self, Error> {
        let password = settings.password.expose_str().map_err(|_| Error::NotConfigured("clickhouse.password"))?;
        let client = Client::default()
            .with_url(&settings.url)
            .with_user(&settings.user)
            .with_password(password)
            .with_database(&settings.database);
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { tokio, client })
    }

    pub fn migrate(&self) -> Result<(), Error> {
        Ok(self.tokio.block_on(self.client.query(TABLE).execute())?)
    }

    /// One insert is one part, so the highest offset that the table holds is how far it is.
    async fn held(&self, partitions: &[Partition]) -> Result<Vec<(Partition, Position)>, Error> {
        let rows: Vec<(i32, i64)> = self.client.query(HELD).fetch_all().await.map_err(explain)?;
        let held: HashMap<i32, i64> = rows.into_iter().collect();
        let place = |partition: &Partition| match held.get(&partition.0) {
            Some(&last) => (*partition, Position::At(Offset(last).next())),
            None => (*partition, Position::Beginning),
        };
        Ok(partitions.iter().map(place).collect())
    }

    async fn insert(&self, batch: &[Record<'_>]) -> Result<(), Error> {
        let rows = decode::rows(batch)?;
        let mut body = Vec::with_capacity(batch.iter().map(|record| record.payload().len() + 256).sum());
        for row in &rows {
            row::encode(row, &mut body);
        }
        let mut insert = self
            .client
            .insert_formatted_with(INSERT)
            .with_timeouts(Some(WAIT_MAX), Some(WAIT_MAX))
            // The server's default may queue inserts and acknowledge before they are on disk.
            .with_setting("async_insert", "0")
            .with_setting("wait_end_of_query", "1")
            .with_setting("max_insert_block_size", "200000")
            .with_setting("min_insert_block_size_rows", "200000")
            .with_setting("min_insert_block_size_bytes", "1073741824");
        insert.send(Bytes::from(body)).await?;
        Ok(insert.end().await?)
    }
}

fn explain(error: ClientError) -> Error {
    match &error {
        ClientError::BadResponse(reason) if reason.contains("UNKNOWN_TABLE") => Error::NotMigrated,
        _ => Error::ClickHouse(error),
    }
}

impl Store for ClickHouse {
    fn positions(&mut self, partitions: &[Partition]) -> Result<Vec<(Partition, Position)>, stream::Error> {
        Ok(self.tokio.block_on(self.held(partitions))?)
    }

    fn write(&mut self, batch: &[Record<'_>]) -> Result<(), stream::Error> {
        Ok(self.tokio.block_on(self.insert(batch))?)
    }
}
