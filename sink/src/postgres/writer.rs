//! One owner's writes: take partitions over, then position and rows in one transaction, position first.

use std::collections::HashMap;

use schemas::topic;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Row as _};
use stream::{Offset, Partition, Position, Record};

use super::copy;
use crate::decode;
use crate::error::Error;

const TAKE: &str = "INSERT INTO sink_position (topic, partition, epoch) SELECT $1, unnest($2::int[]), 1
    ON CONFLICT (topic, partition) DO UPDATE SET epoch = sink_position.epoch + 1
    RETURNING partition, epoch, next_offset";

/// Compare and set: hits one row per partition, or somebody else is the owner now.
const ADVANCE: &str = "UPDATE sink_position p SET next_offset = b.next
    FROM unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[]) AS b(partition, epoch, start, next)
    WHERE p.topic = $1 AND p.partition = b.partition AND p.epoch = b.epoch AND p.next_offset = b.start";

const COPY: &str =
    "COPY audit_record (partition, sequence, source_offset, sealed_offset, kind, reason, event_id, tenant,
    event_type, action, outcome, occurred_at, agent_id, patient_id, object_kind, object_id, level, leaf_hash, leaf,
    key_id, mac) FROM STDIN (FORMAT BINARY)";

/// One connection and what this worker may claim.
pub struct Writer {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    /// The epoch under which this worker took each partition; another owner has a higher one.
    epochs: HashMap<Partition, i64>,
    body: Vec<u8>,
}

impl Writer {
    pub fn new(options: PgConnectOptions) -> Self {
        Self { options, connection: None, epochs: HashMap::new(), body: Vec::new() }
    }

    pub async fn take(&mut self, partitions: &[Partition]) -> Result<Vec<(Partition, Position)>, Error> {
        let numbers: Vec<i32> = partitions.iter().map(|partition| partition.0).collect();
        let mut connection = self.connected().await?;
        let rows = sqlx::query(TAKE)
            .bind(topic::SEALED.name)
            .bind(numbers)
            .fetch_all(&mut connection)
            .await
            .map_err(explain)?;
        let mut places = Vec::with_capacity(rows.len());
        for row in rows {
            let partition = Partition(row.try_get(0)?);
            self.epochs.insert(partition, row.try_get(1)?);
            places.push((partition, Position::At(Offset(row.try_get(2)?))));
        }
        self.connection = Some(connection);
        Ok(places)
    }

    /// The connection is kept only after success: a failed one may be in any state.
    async fn connected(&mut self) -> Result<PgConnection, Error> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => Ok(PgConnection::connect_with(&self.options).await?),
        }
    }

    pub async fn store(&mut self, batch: &[Record<'_>]) -> Result<(), Error> {
        let rows = decode::rows(batch)?;
        self.body.clear();
        copy::encode(&rows, &mut self.body);
        let claims = self.claims(batch);
        let mut connection = self.connected().await?;
        let mut transaction = connection.begin().await?;
        let moved = sqlx::query(ADVANCE)
            .bind(topic::SEALED.name)
            .bind(&claims.partitions)
            .bind(&claims.epochs)
            .bind(&claims.starts)
            .bind(&claims.nexts)
            .execute(&mut *transaction)
            .await
            .map_err(explain)?;
        if moved.rows_affected() != claims.partitions.len() as u64 {
            return Err(Error::TakenOver);
        }
        let mut copy = transaction.copy_in_raw(COPY).await?;
        copy.send(self.body.as_slice()).await?;
        copy.finish().await?;
        transaction.commit().await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Per partition of the batch: under which epoch, from where, to where.
    fn claims(&self, batch: &[Record<'_>]) -> Claims {
        let mut claims = Claims::default();
        for record in batch {
            let (partition, next) = (record.partition(), record.offset().next().0);
            match claims.partitions.iter().position(|known| *known == partition.0) {
                Some(index) => {
                    if let Some(known) = claims.nexts.get_mut(index) {
                        *known = next;
                    }
                }
                None => {
                    claims.partitions.push(partition.0);
                    claims.epochs.push(self.epochs.get(&partition).copied().unwrap_or(-1));
                    claims.starts.push(record.offset().0);
                    claims.nexts.push(next);
                }
            }
        }
        claims
    }
}

#[derive(Default)]
struct Claims {
    partitions: Vec<i32>,
    epochs: Vec<i64>,
    starts: Vec<i64>,
    nexts: Vec<i64>,
}

fn explain(error: sqlx::Error) -> Error {
    match &error {
        // undefined_table
        sqlx::Error::Database(database) if database.code().as_deref() == Some("42P01") => Error::NotMigrated,
        _ => Error::Postgres(error),
    }
}
