//! The statements, and what their failures mean.

use std::time::Duration;

use seal::protect::{Fresh, Handle, Stored, SubjectClass, WrappedKey};
use sqlx::postgres::PgConnection;

use crate::KeystoreError;

const NEWEST: &str = "SELECT newest.generation, newest.kek, newest.wrapped
    FROM unnest($1::text[], $2::text[], $3::bytea[]) WITH ORDINALITY AS asked(tenant, class, subject, place)
    LEFT JOIN LATERAL (
        SELECT generation, kek, wrapped FROM subject_key k
        WHERE k.tenant = asked.tenant AND k.class = asked.class AND k.subject = asked.subject
        ORDER BY generation DESC LIMIT 1
    ) newest ON true
    ORDER BY asked.place";

/// In one order for all workers, so that no two of them wait for each other. The conflict names no index on purpose: with one
/// named, a worker that loses a race can still fail on the other one (`handle`).
const ADD: &str = "INSERT INTO subject_key (tenant, class, subject, generation, handle, kek, wrapped)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::int[], $5::bytea[], $6::text[], $7::bytea[])
    ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING";

const ERASE: &str = "UPDATE subject_key SET kek = NULL, wrapped = NULL, erased_at = now()
    WHERE handle = $1 AND wrapped IS NOT NULL";

/// SQLSTATE classes of what passes: connections, authentication and a server that became read-only (an operator may be
/// changing it right now), serialisation, resources, locks, operator intervention, system errors.
const PASSING: [&str; 8] = ["08", "25", "28", "40", "53", "55", "57", "58"];

/// Generation, wrapping key's id, wrapped key: what the table has of one subject.
type Row = (Option<i32>, Option<String>, Option<Vec<u8>>);

/// Subjects as columns.
#[derive(Default)]
pub(super) struct Names<'r> {
    tenants: Vec<&'r str>,
    classes: Vec<&'static str>,
    subjects: Vec<&'r [u8]>,
}

impl<'r> FromIterator<(&'r str, SubjectClass, &'r Handle)> for Names<'r> {
    fn from_iter<I: IntoIterator<Item = (&'r str, SubjectClass, &'r Handle)>>(rows: I) -> Self {
        let mut names = Self::default();
        for (tenant, class, subject) in rows {
            // Postgres refuses a text with such a character, and with it the batch. No row has an empty tenant.
            names.tenants.push(if tenant.contains('\0') { "" } else { tenant });
            names.classes.push(class.name());
            names.subjects.push(subject.as_bytes());
        }
        names
    }
}

pub(super) async fn newest(
    connection: &mut PgConnection,
    names: &Names<'_>,
) -> Result<Vec<Option<Stored>>, KeystoreError> {
    if names.tenants.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = sqlx::query_as(NEWEST)
        .bind(&names.tenants)
        .bind(&names.classes)
        .bind(&names.subjects)
        .fetch_all(connection)
        .await
        .map_err(explain)?;
    let answer =
        |(generation, kek, wrapped): Row| generation.map(|generation| stored(generation, kek.zip(wrapped))).transpose();
    rows.into_iter().map(answer).collect()
}

/// Two statements, not one: what another worker has added meanwhile is visible to a statement that begins after it.
pub(super) async fn add(connection: &mut PgConnection, fresh: &[Fresh]) -> Result<Vec<Stored>, KeystoreError> {
    if insert(connection, fresh).await? == fresh.len() as u64 {
        let ours = |row: &Fresh| Stored { generation: row.generation, key: Some(row.key.clone()) };
        return Ok(fresh.iter().map(ours).collect());
    }
    let names = fresh.iter().map(|row| (&*row.tenant, row.class, &row.subject)).collect();
    let stored: Option<Vec<Stored>> = newest(connection, &names).await?.into_iter().collect();
    stored
        .ok_or_else(|| broken("another subject's row has the handle of one that is to be added; look who writes there"))
}

async fn insert(connection: &mut PgConnection, fresh: &[Fresh]) -> Result<u64, KeystoreError> {
    let generations: Result<Vec<i32>, _> = fresh.iter().map(|row| i32::try_from(row.generation)).collect();
    let generations = generations.map_err(|_| broken("a subject's key has more generations than can be counted"))?;
    let names: Names<'_> = fresh.iter().map(|row| (&*row.tenant, row.class, &row.subject)).collect();
    let handles: Vec<&[u8]> = fresh.iter().map(|row| row.handle.as_bytes().as_slice()).collect();
    let keks: Vec<&str> = fresh.iter().map(|row| row.key.kek.as_str()).collect();
    let wrapped: Vec<&[u8]> = fresh.iter().map(|row| row.key.sealed.as_slice()).collect();
    let query = sqlx::query(ADD).bind(&names.tenants).bind(&names.classes).bind(&names.subjects);
    let query = query.bind(&generations).bind(&handles).bind(&keks).bind(&wrapped);
    Ok(query.execute(connection).await.map_err(explain)?.rows_affected())
}

pub(super) async fn check(connection: &mut PgConnection) -> Result<(), KeystoreError> {
    sqlx::query("SELECT FROM subject_key LIMIT 0").execute(connection).await.map_err(explain).map(|_| ())
}

pub(super) async fn erase(connection: &mut PgConnection, handle: &Handle) -> Result<bool, KeystoreError> {
    let query = sqlx::query(ERASE).bind(handle.as_bytes().as_slice());
    Ok(query.execute(connection).await.map_err(explain)?.rows_affected() > 0)
}

fn stored(generation: i32, key: Option<(String, Vec<u8>)>) -> Result<Stored, KeystoreError> {
    // The table's constraints keep all of this from happening.
    let generation = u32::try_from(generation).map_err(|_| broken("a row's generation is negative"))?;
    let key = key.map(|(kek, wrapped)| WrappedKey::from_parts(&kek, &wrapped)).transpose();
    let key = key.map_err(|_| broken("a row's wrapped key has a wrong size or names no wrapping key"))?;
    Ok(Stored { generation, key })
}

/// Says what Postgres says, which never repeats a password or a row.
pub(super) fn explain(error: sqlx::Error) -> KeystoreError {
    match error {
        sqlx::Error::Database(said) => {
            let code = said.code().unwrap_or_default();
            match code.as_ref() {
                // undefined_table
                "42P01" => KeystoreError::StoreNotMigrated,
                code if PASSING.iter().any(|class| code.starts_with(class)) => {
                    away(format!("{} ({code})", said.message()))
                }
                code => broken(&format!("{} ({code})", said.message())),
            }
        }
        sqlx::Error::Io(error) => away(error.to_string()),
        sqlx::Error::Configuration(_) => KeystoreError::BadStoreUrl,
        sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => away("it broke off in the middle of an answer".to_owned()),
        error => broken(&format!("it answers what was not asked: {error}")),
    }
}

pub(super) fn silent(after: Duration) -> KeystoreError {
    away(format!("it has been silent for {} s", after.as_secs()))
}

pub(super) fn standby() -> KeystoreError {
    away("the server follows another one; give the address of the one that is written to".to_owned())
}

fn away(reason: String) -> KeystoreError {
    KeystoreError::StoreAway { reason }
}

fn broken(reason: &str) -> KeystoreError {
    KeystoreError::StoreBroken { reason: reason.to_owned() }
}
