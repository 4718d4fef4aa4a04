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

use crate::accept::{Acceptance, Stored};
use crate::config::ClickHouseSettings;
use crate::decode::{self, Decoded};
use crate::error::Error;

const WAIT_MAX: Duration = Duration::from_secs(60);
const TABLE: &str = include_str!("../migrations/clickhouse/0001_audit_record.sql");
const HELD: &str =
    "SELECT partition, max(sealed_offset), lower(hex(argMax(leaf_hash, sealed_offset))) FROM audit_record
    GROUP BY partition";
const INSERT: &str =
    "INSERT INTO audit_record (partition, sequence, source_offset, sealed_offset, kind, reason, event_id,
    tenant, event_type, action, outcome, occurred_at, agent_id, patient_id, object_kind, object_id, level, leaf_hash,
    leaf, key_id, mac) FORMAT RowBinary";

/// Carries the client's futures on the loop's own thread.
pub struct ClickHouse {
    tokio: Tokio,
    client: Client,
    acceptance: Acceptance,
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
        Ok(Self { tokio, client, acceptance: Acceptance::default() })
    }

    pub fn migrate(&self) -> Result<(), Error> {
        Ok(self.tokio.block_on(self.client.query(TABLE).execute())?)
    }

    /// One insert is one part, so the highest offset that the table holds is how far it is.
    async fn held(&self) -> Result<HashMap<Partition, Stored>, Error> {
        let rows: Vec<(i32, i64, String)> = self.client.query(HELD).fetch_all().await.map_err(explain)?;
        let stored = |(partition, offset, hash): (i32, i64, String)| {
            let mut leaf_hash = [0; 32];
            hex::decode_to_slice(hash, &mut leaf_hash).map_err(|_| Error::NotMigrated)?;
            Ok((Partition(partition), Stored { offset: Offset(offset), leaf_hash }))
        };
        rows.into_iter().map(stored).collect()
    }

    async fn insert(&self, accepted: &[Decoded<'_>]) -> Result<(), Error> {
        let mut body = Vec::new();
        for decoded in accepted {
            row::encode(&decode::row(decoded)?, &mut body);
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
        let held = self.tokio.block_on(self.held())?;
        let begin =
            |partition: &Partition| (*partition, self.acceptance.begin(*partition, held.get(partition).copied()));
        Ok(partitions.iter().map(begin).collect())
    }

    fn write(&mut self, batch: &[Record<'_>]) -> Result<(), stream::Error> {
        let (accepted, progress) = self.acceptance.judge(decode::batch(batch))?.split();
        if !accepted.is_empty() {
            self.tokio.block_on(self.insert(&accepted))?;
        }
        self.acceptance.stored(progress);
        Ok(())
    }
}
