//! One owner's writes: take partitions over, then position and rows in one transaction, position first.

use std::collections::{BTreeMap, HashMap};

use schemas::topic;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Row as _};
use stream::{Offset, Partition, Record};

use super::copy;
use crate::accept::Stored;
use crate::decode::{self, Decoded};
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
    key_id, mac, patient_token, agent_token, object_token, tokens, redacted, disclosure_digest, disclosure_key,
    disclosure_sealed) FROM STDIN (FORMAT BINARY)";

/// The last leaf of each partition, if there is one.
const LAST: &str = "SELECT wanted, last.sealed_offset, last.leaf_hash FROM unnest($1::int[]) AS wanted LEFT JOIN LATERAL
    (SELECT sealed_offset, leaf_hash FROM audit_record WHERE partition = wanted ORDER BY sequence DESC LIMIT 1) last ON true";

/// The epoch under which a partition was taken, as another owner has a higher one; and the stored position.
#[derive(Clone, Copy)]
struct Claim {
    epoch: i64,
    next: i64,
}

/// One connection and what this worker may claim.
pub struct Writer {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    /// What this worker may claim of each partition.
    claims: HashMap<Partition, Claim>,
    body: Vec<u8>,
}

impl Writer {
    pub fn new(options: PgConnectOptions) -> Self {
        Self { options, connection: None, claims: HashMap::new(), body: Vec::new() }
    }

    /// Takes partitions over; gives the last leaf that is held of each.
    pub async fn take(&mut self, partitions: &[Partition]) -> Result<Vec<(Partition, Option<Stored>)>, Error> {
        let numbers: Vec<i32> = partitions.iter().map(|partition| partition.0).collect();
        let mut connection = self.connected().await?;
        let taken = sqlx::query(TAKE)
            .bind(topic::SEALED.name)
            .bind(&numbers)
            .fetch_all(&mut connection)
            .await
            .map_err(explain)?;
        for row in taken {
            let claim = Claim { epoch: row.try_get(1)?, next: row.try_get(2)? };
            self.claims.insert(Partition(row.try_get(0)?), claim);
        }
        let rows = sqlx::query(LAST).bind(&numbers).fetch_all(&mut connection).await.map_err(explain)?;
        let mut held = Vec::with_capacity(rows.len());
        for row in rows {
            let stored = match (row.try_get::<Option<i64>, _>(1)?, row.try_get::<Option<Vec<u8>>, _>(2)?) {
                (Some(offset), Some(hash)) => {
                    hash.try_into().ok().map(|leaf_hash| Stored { offset: Offset(offset), leaf_hash })
                }
                _ => None,
            };
            held.push((Partition(row.try_get(0)?), stored));
        }
        self.connection = Some(connection);
        Ok(held)
    }

    /// The connection is kept only after success: a failed one may be in any state.
    async fn connected(&mut self) -> Result<PgConnection, Error> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => Ok(PgConnection::connect_with(&self.options).await?),
        }
    }

    /// Stores what was accepted of a batch, and how far the batch goes. What is below the stored position was stored before: if
    /// it is gone, somebody took it away, and it must stay visible.
    pub async fn store(&mut self, batch: &[Record<'_>], accepted: &[Decoded<'_>]) -> Result<(), Error> {
        let moves = self.moves(batch);
        if moves.partitions.is_empty() {
            return Ok(());
        }
        let is_new = |decoded: &&Decoded<'_>| {
            self.claims.get(&decoded.partition).is_some_and(|claim| decoded.offset.0 >= claim.next)
        };
        let rows = accepted.iter().filter(is_new).map(decode::row).collect::<Result<Vec<_>, _>>()?;
        self.body.clear();
        copy::encode(&rows, &mut self.body)?;
        let mut connection = self.connected().await?;
        let mut transaction = connection.begin().await?;
        let moved = sqlx::query(ADVANCE)
            .bind(topic::SEALED.name)
            .bind(&moves.partitions)
            .bind(&moves.epochs)
            .bind(&moves.starts)
            .bind(&moves.nexts)
            .execute(&mut *transaction)
            .await
            .map_err(explain)?;
        if moved.rows_affected() != moves.partitions.len() as u64 {
            return Err(Error::TakenOver);
        }
        if !rows.is_empty() {
            let mut copy = transaction.copy_in_raw(COPY).await.map_err(explain)?;
            copy.send(self.body.as_slice()).await?;
            copy.finish().await?;
        }
        transaction.commit().await?;
        self.connection = Some(connection);
        for (partition, next) in moves.partitions.iter().zip(&moves.nexts) {
            if let Some(claim) = self.claims.get_mut(&Partition(*partition)) {
                claim.next = *next;
            }
        }
        Ok(())
    }

    /// Per partition of the batch: under which epoch, from where, to where. What ends below the stored position moves nothing.
    fn moves(&self, batch: &[Record<'_>]) -> Moves {
        let mut ends: BTreeMap<Partition, i64> = BTreeMap::new();
        for record in batch {
            ends.insert(record.partition(), record.offset().next().0);
        }
        let mut moves = Moves::default();
        for (partition, next) in ends {
            let claim = self.claims.get(&partition).copied().unwrap_or(Claim { epoch: -1, next: 0 });
            if next > claim.next {
                moves.partitions.push(partition.0);
                moves.epochs.push(claim.epoch);
                moves.starts.push(claim.next);
                moves.nexts.push(next);
            }
        }
        moves
    }
}

#[derive(Default)]
struct Moves {
    partitions: Vec<i32>,
    epochs: Vec<i64>,
    starts: Vec<i64>,
    nexts: Vec<i64>,
}

fn explain(error: sqlx::Error) -> Error {
    match &error {
        // undefined_table, undefined_column
        sqlx::Error::Database(database) if matches!(database.code().as_deref(), Some("42P01" | "42703")) => {
            Error::NotMigrated
        }
        _ => Error::Postgres(error),
    }
}
