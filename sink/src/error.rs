//! What can go wrong around a store, by what must happen next.

use runtime::Disposition;
use stream::{Offset, Partition};

/// The closed set of failures of this service.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("[sink.{0}] is missing from the configuration; it says how to reach the store")]
    NotConfigured(&'static str),
    #[error("the postgres address cannot be read; it must look like postgres://user:password@host:port/database")]
    BadPostgresUrl,
    #[error("audit.sealed/{partition} offset {offset}: {reason}; a sink stores only what it understands")]
    Unreadable { partition: Partition, offset: Offset, reason: String },
    #[error(
        "audit.sealed/{partition} offset {offset} is not the record that this store holds as its last: the log was made anew, or the store was changed; run `audit-cli verify`"
    )]
    AnotherLog { partition: Partition, offset: Offset },
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    #[error("postgres tables cannot be made: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("a row's maps cannot be written as json: {0}")]
    Json(#[from] serde_json::Error),
    #[error("clickhouse: {0}")]
    ClickHouse(#[from] ::clickhouse::error::Error),
    #[error("the store's tables are missing or of an older version; run this sink once with --migrate")]
    NotMigrated,
    #[error(
        "what the group keeps for audit.sealed/{partition} was not written by this sink; delete the group's offsets to begin anew, which repeats every event in audit.siem"
    )]
    StrangeHint { partition: Partition },
    #[error("audit.siem has no tables; create the topic with `audit-cli topics apply`")]
    NothingToMigrate,
    #[error("the system's random generator does not answer: {0}")]
    Random(String),
    #[error("rows of this batch are in the table already; how far it is must be asked anew")]
    AlreadyStored,
    #[error("{0} inserts of an earlier worker are still running in clickhouse; what they store must be known first")]
    StillRunning(usize),
    #[error("another worker has taken over a partition of this batch; nothing of it was stored")]
    TakenOver,
    #[error("the store could not be set up: {0}")]
    Setup(#[from] std::io::Error),
    #[error(transparent)]
    Stream(#[from] stream::Error),
}

impl Error {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::NotConfigured(_)
            | Self::BadPostgresUrl
            | Self::Unreadable { .. }
            | Self::AnotherLog { .. }
            | Self::Migrate(_)
            | Self::Json(_)
            | Self::NotMigrated
            | Self::StrangeHint { .. }
            | Self::NothingToMigrate
            | Self::Random(_)
            | Self::Setup(_) => Disposition::Fatal,
            Self::Postgres(error) => postgres_disposition(error),
            Self::ClickHouse(error) => clickhouse_disposition(error),
            // The group will say soon who owns what; until then the store's position is asked again.
            Self::TakenOver | Self::AlreadyStored | Self::StillRunning(_) => Disposition::Retry,
            Self::Stream(error) => error.disposition(),
        }
    }
}

/// Connection trouble passes; a constraint or a type error would come again for ever.
fn postgres_disposition(error: &sqlx::Error) -> Disposition {
    match error {
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // Connection exceptions, resources, operator intervention, system errors, serialisation: SQLSTATE classes.
            Some(code) if ["08", "53", "57", "58", "40"].iter().any(|class| code.starts_with(class)) => {
                Disposition::Retry
            }
            // Authentication: an operator may be changing it right now, and data must not be skipped for it.
            Some(code) if code.starts_with("28") => Disposition::Retry,
            // Time limits of our own: the worker before may still hold the position's row, or this one was paused in a transaction.
            Some("55P03") => Disposition::Retry,
            Some("25P03") => Disposition::Unknown,
            _ => Disposition::Fatal,
        },
        sqlx::Error::Configuration(_) | sqlx::Error::Encode(_) | sqlx::Error::ColumnNotFound(_) => Disposition::Fatal,
        // After a broken connection a commit may or may not have happened: the position is asked.
        _ => Disposition::Unknown,
    }
}

fn clickhouse_disposition(error: &::clickhouse::error::Error) -> Disposition {
    match error {
        ::clickhouse::error::Error::BadResponse(reason) => {
            // Unknown table, column or type mismatch, parse errors: the same bytes would fail again.
            const PERMANENT: [&str; 6] = ["Code: 60.", "Code: 16.", "Code: 53.", "Code: 27.", "Code: 33.", "Code: 62."];
            if PERMANENT.iter().any(|code| reason.contains(code)) { Disposition::Fatal } else { Disposition::Unknown }
        }
        _ => Disposition::Unknown,
    }
}

impl From<Error> for stream::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Stream(inner) => inner,
            other => {
                let disposition = other.disposition();
                Self::stage(other, disposition)
            }
        }
    }
}
