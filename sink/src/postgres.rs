//! The compliance store: rows and position move in one transaction, position first.

mod copy;
mod ledger;
mod writer;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor};
use stream::store::Store;
use stream::{Partition, Position, Record};
use tokio::runtime::Runtime as Tokio;

use crate::accept::Acceptance;
use crate::config::PostgresSettings;
use crate::decode;
use crate::error::Error;
use writer::Writer;

const ROLES: &str = include_str!("../roles/postgres.sql");

/// Carries the writer's futures on the loop's own thread.
pub struct Postgres {
    tokio: Tokio,
    /// Without the writer's time limits: a migration takes as long as it takes.
    options: PgConnectOptions,
    writer: Writer,
    acceptance: Acceptance,
}

impl Postgres {
    pub fn new(settings: &PostgresSettings) -> Result<Self, Error> {
        let url = settings.url.expose_str().map_err(|_| Error::BadPostgresUrl)?;
        let options: PgConnectOptions = url.parse().map_err(|_| Error::BadPostgresUrl)?;
        let options = options.application_name("sealtrail-sink");
        let limited = options.clone().options([
            // A paused owner must not hold the position's row lock for ever.
            ("idle_in_transaction_session_timeout", "5s"),
            ("statement_timeout", "30s"),
            ("lock_timeout", "10s"),
        ]);
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { tokio, writer: Writer::new(limited), options, acceptance: Acceptance::default() })
    }

    pub fn migrate(&self) -> Result<(), Error> {
        self.tokio.block_on(async {
            let mut connection = PgConnection::connect_with(&self.options).await?;
            sqlx::migrate!("./migrations/postgres").run(&mut connection).await?;
            connection.execute(ROLES).await?;
            Ok(())
        })
    }
}

impl Store for Postgres {
    fn positions(&mut self, partitions: &[Partition]) -> Result<Vec<(Partition, Position)>, stream::Error> {
        let taken = self.tokio.block_on(self.writer.take(partitions))?;
        Ok(taken.into_iter().map(|(partition, stored)| (partition, self.acceptance.begin(partition, stored))).collect())
    }

    fn write(&mut self, batch: &[Record<'_>]) -> Result<(), stream::Error> {
        let (accepted, progress) = self.acceptance.judge(decode::batch(batch))?.split();
        self.tokio.block_on(self.writer.store(batch, &accepted))?;
        self.acceptance.stored(progress);
        Ok(())
    }
}
