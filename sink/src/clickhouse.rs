//! The analytics store: one complete body per batch, one part; after any doubt the table itself says what it holds.

mod insert;
mod row;

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use ::clickhouse::Client;
use ::clickhouse::error::Error as ClientError;
use stream::store::Store;
use stream::{Offset, Partition, Position, Record};
use tokio::runtime::Runtime as Tokio;

use crate::accept::{Acceptance, Stored};
use crate::config::ClickHouseSettings;
use crate::decode::{self, Decoded};
use crate::error::Error;
use insert::Batch;

/// In order. Each may run again: what it makes may be there already.
const MIGRATIONS: [&str; 3] = [
    include_str!("../migrations/clickhouse/0001_audit_record.sql"),
    include_str!("../migrations/clickhouse/0002_beside_the_leaf.sql"),
    include_str!("../migrations/clickhouse/0003_insert_once.sql"),
];
const HELD: &str =
    "SELECT partition, max(sealed_offset), lower(hex(argMax(leaf_hash, sealed_offset))) FROM audit_record
    GROUP BY partition";
/// Inserts of whoever had the partitions before may still be under way. Those that begin later have read the table later, too.
const RUNNING: &str = "SELECT query_id FROM system.processes WHERE query LIKE 'INSERT INTO audit_record (%'";
const RUNNING_PAUSE: Duration = Duration::from_millis(50);
/// Five seconds; then the loop may look whether it should stop.
const RUNNING_PAUSES: usize = 100;

/// What the server calls an insert that found its rows in the table.
const REFUSED: &str = "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO";
/// What the server calls a table or a column that is not there.
const OLD_TABLES: [&str; 3] = ["UNKNOWN_TABLE", "UNKNOWN_IDENTIFIER", "NO_SUCH_COLUMN_IN_TABLE"];

/// Carries the client's futures on the loop's own thread.
pub struct ClickHouse {
    tokio: Rc<Tokio>,
    client: Client,
    acceptance: Acceptance,
    /// Sent, and nobody knows whether it arrived.
    in_doubt: Option<Batch>,
    /// What the tokens of this process begin with, and how many it has given.
    tokens: (String, u64),
}

impl ClickHouse {
    pub fn new(settings: &ClickHouseSettings) -> Result<Self, Error> {
        let password = settings.password.expose_str().map_err(|_| Error::NotConfigured("clickhouse.password"))?;
        let client = Client::default()
            .with_url(&settings.url)
            .with_user(&settings.user)
            .with_password(password)
            .with_database(&settings.database);
        let tokio = Rc::new(tokio::runtime::Builder::new_current_thread().enable_all().build()?);
        let mut own = [0; 16];
        getrandom::fill(&mut own).map_err(std::io::Error::other)?;
        let tokens = (hex::encode(own), 0);
        Ok(Self { tokio, client, acceptance: Acceptance::default(), in_doubt: None, tokens })
    }

    pub fn migrate(&self) -> Result<(), Error> {
        self.tokio.block_on(async {
            for migration in MIGRATIONS {
                self.client.query(migration).execute().await?;
            }
            Ok(())
        })
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

    /// Nothing is asked before it is known what became of the last batch, and nothing is stored behind the table's back.
    async fn settle(&mut self, held: &[Partition]) -> Result<(), Error> {
        self.in_doubt.take_if(|batch| !batch.is_of(held));
        if let Some(batch) = &self.in_doubt {
            match batch.send(&self.client).await {
                Ok(()) | Err(Error::AlreadyStored) => self.in_doubt = None,
                Err(error) => return Err(error),
            }
        }
        let running = || self.client.query(RUNNING).fetch_all::<String>();
        let mut before = running().await.map_err(explain)?;
        for _ in 0..RUNNING_PAUSES {
            if before.is_empty() {
                break;
            }
            tokio::time::sleep(RUNNING_PAUSE).await;
            let now = running().await.map_err(explain)?;
            before.retain(|id| now.contains(id));
        }
        if before.is_empty() { Ok(()) } else { Err(Error::StillRunning(before.len())) }
    }

    async fn insert(&mut self, accepted: &[Decoded<'_>]) -> Result<(), Error> {
        let (own, count) = &mut self.tokens;
        *count += 1;
        let batch = self.in_doubt.insert(Batch::new(accepted, format!("{own}-{count}"))?);
        let sent = batch.send(&self.client).await;
        if matches!(sent, Ok(()) | Err(Error::AlreadyStored)) {
            self.in_doubt = None;
        }
        sent
    }
}

fn explain(error: ClientError) -> Error {
    match &error {
        ClientError::BadResponse(reason) if reason.contains(REFUSED) => Error::AlreadyStored,
        ClientError::BadResponse(reason) if OLD_TABLES.iter().any(|name| reason.contains(name)) => Error::NotMigrated,
        _ => Error::ClickHouse(error),
    }
}

impl Store for ClickHouse {
    fn positions(&mut self, partitions: &[Partition]) -> Result<Vec<(Partition, Position)>, stream::Error> {
        let tokio = Rc::clone(&self.tokio);
        let held = tokio.block_on(async {
            self.settle(partitions).await?;
            self.held().await
        })?;
        let begin =
            |partition: &Partition| (*partition, self.acceptance.begin(*partition, held.get(partition).copied()));
        Ok(partitions.iter().map(begin).collect())
    }

    fn write(&mut self, batch: &[Record<'_>]) -> Result<(), stream::Error> {
        let (accepted, progress) = self.acceptance.judge(decode::batch(batch))?.split();
        if !accepted.is_empty() {
            let tokio = Rc::clone(&self.tokio);
            tokio.block_on(self.insert(&accepted))?;
        }
        self.acceptance.stored(progress);
        Ok(())
    }
}
