//! Subjects' wrapped keys in Postgres, where all workers find them.
//!
//! ```text
//! SubjectVault ─▶ PostgresSubjects ─▶ one connection, kept only after success ─▶ table subject_key
//! ```
//!
//! Round trips: one for a batch, in either call; two for an `add` where another worker was quicker. A new connection costs
//! some more. Bounds: 5 s to connect, 5 s for a statement, 2 s for a lock, 12 s for a call, whatever the server does.
//!
//! Calls block on a runtime of their own: from async code, make and use it on another thread.

mod sql;

use std::time::Duration;

use seal::keys::KeyError;
use seal::protect::{Fresh, Handle, Stored, SubjectStore, Wanted};
use sqlx::Connection;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::runtime::Runtime as Tokio;

use crate::KeystoreError;

const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Two statements and something for the way: for a server that keeps its connection open and says nothing.
const CALL_MAX: Duration = Duration::from_secs(12);

/// The sink's migrations may lie in the same database.
const MIGRATIONS: &str = "_subject_key_migrations";

const SESSION: [(&str, &str); 4] = [
    ("statement_timeout", "5s"),
    ("lock_timeout", "2s"),
    // What is sealed under a key can't be read again without its row, so the row must be on disk before the key is used.
    ("synchronous_commit", "on"),
    // A thousand look-ups by key look expensive enough to be compiled, which would take longer than they do.
    ("jit", "off"),
];

/// The store of subjects' keys in a Postgres database.
pub struct PostgresSubjects {
    connection: Option<PgConnection>,
    address: PgConnectOptions,
    tokio: Tokio,
}

impl PostgresSubjects {
    /// Does not connect yet. The URL is `postgres://user:password@host:port/database`.
    pub fn new(url: &str) -> Result<Self, KeystoreError> {
        // The parser would take any scheme, and another database's address for one of Postgres.
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(KeystoreError::BadStoreUrl);
        }
        let address: PgConnectOptions = url.parse().map_err(|_| KeystoreError::BadStoreUrl)?;
        let address = address.application_name("sealtrail-subject-keys");
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let tokio = tokio.map_err(|error| KeystoreError::StoreBroken { reason: error.to_string() })?;
        Ok(Self { connection: None, address, tokio })
    }

    /// Makes the table, as a role that may. Does nothing where it is there already.
    pub fn migrate(&self) -> Result<(), KeystoreError> {
        let mut migrator = sqlx::migrate!("./migrations/postgres");
        migrator.dangerous_set_table_name(MIGRATIONS);
        self.tokio.block_on(async {
            let mut connection = bounded(CONNECT_MAX, PgConnection::connect_with(&self.address)).await?;
            migrator.run(&mut connection).await.map_err(|error| match error {
                MigrateError::Execute(error) => sql::explain(error),
                error => KeystoreError::StoreBroken { reason: error.to_string() },
            })
        })
    }

    /// Says what keeps a worker from using the table: it was not made yet, or this role may not read it.
    pub fn check(&mut self) -> Result<(), KeystoreError> {
        self.run(async |connection| sql::check(connection).await)
    }

    /// Takes a generation's key out of its row, for good. False: there is no such handle, or it is erased already.
    pub fn erase(&mut self, handle: &Handle) -> Result<bool, KeystoreError> {
        self.run(async |connection| sql::erase(connection, handle).await)
    }

    /// A connection that failed may be in any state and is not used again.
    fn run<T>(
        &mut self,
        act: impl AsyncFnOnce(&mut PgConnection) -> Result<T, KeystoreError>,
    ) -> Result<T, KeystoreError> {
        let Self { connection, address, tokio } = self;
        tokio.block_on(async {
            let mut open = match connection.take() {
                Some(open) => open,
                None => connect(address).await?,
            };
            let acted = tokio::time::timeout(CALL_MAX, act(&mut open)).await;
            let done = acted.map_err(|_| sql::silent(CALL_MAX))??;
            *connection = Some(open);
            Ok(done)
        })
    }
}

impl SubjectStore for PostgresSubjects {
    fn newest(&mut self, wanted: &[Wanted]) -> Result<Vec<Option<Stored>>, KeyError> {
        let names = wanted.iter().map(|one| (&*one.tenant, one.class, &one.subject)).collect();
        Ok(self.run(async |connection| sql::newest(connection, &names).await)?)
    }

    fn add(&mut self, fresh: &[Fresh]) -> Result<Vec<Stored>, KeyError> {
        Ok(self.run(async |connection| sql::add(connection, fresh).await)?)
    }
}

/// Only where rows are written: a standby may not have heard of an erasure. A server that writes never becomes one that only
/// follows without losing its connections, so once is enough.
async fn connect(address: &PgConnectOptions) -> Result<PgConnection, KeystoreError> {
    let address = address.clone().options(SESSION);
    bounded(CONNECT_MAX, async {
        let mut connection = PgConnection::connect_with(&address).await?;
        let follows: bool = sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(&mut connection).await?;
        Ok((connection, follows))
    })
    .await
    .and_then(|(connection, follows)| if follows { Err(sql::standby()) } else { Ok(connection) })
}

async fn bounded<T>(most: Duration, act: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, KeystoreError> {
    match tokio::time::timeout(most, act).await {
        Ok(done) => done.map_err(sql::explain),
        Err(_) => Err(sql::silent(most)),
    }
}

/// The address holds a password.
impl std::fmt::Debug for PostgresSubjects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresSubjects")
    }
}
