//! Everything that the pipeline keeps, as raw bytes; and what somebody with the key file can read of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use keystore::{LocalProvider, read_secret, unlock_from};
use schemas::{SealedRecord, topic, wire};
use seal::keys::{Custodian, KeyError, Purpose};
use seal::protect::{Handle, Sealed, SubjectClass, SubjectKey, TenantKeys, WrapScope, WrappedKey};
use sqlx::{Connection, PgConnection};
use stream::tail::TailReader;
use systest::Ground;

/// A row of the table of subjects' keys: tenant, class, handle, wrapping key's id, wrapped key.
type Row = (String, String, Vec<u8>, Option<String>, Option<Vec<u8>>);

/// The values of a topic's records.
pub fn records(ground: &Ground, topic: &'static str) -> Vec<Vec<u8>> {
    let reader = TailReader::new(&ground.kafka(), topic).unwrap();
    let mut found = Vec::new();
    for partition in reader.partitions().unwrap() {
        reader
            .read_all::<stream::Error>(partition, |_, record| {
                found.push(record.to_owned());
                Ok(())
            })
            .unwrap();
    }
    found
}

/// Where each thing is kept, with all that stands there: what comes after `audit.events`, both stores' rows, the services' logs.
pub fn everything(ground: &Ground) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for topic in [topic::SEALED.name, topic::DEAD.name] {
        all.push((topic, records(ground, topic).concat()));
    }
    let postgres: Vec<(String,)> = ground.tokio.block_on(async {
        let mut connection = PgConnection::connect(&ground.stack().postgres_url).await.unwrap();
        let rows = "SELECT r::text || convert_from(leaf, 'UTF8') FROM audit_record r
            UNION ALL SELECT k::text FROM subject_key k";
        sqlx::query_as(rows).fetch_all(&mut connection).await.unwrap()
    });
    all.push(("postgres", postgres.into_iter().map(|(row,)| row).collect::<String>().into_bytes()));
    let rows =
        ground.clickhouse().query("SELECT toValidUTF8(toString(tuple(*))) FROM audit_record").fetch_all::<String>();
    all.push(("clickhouse", ground.tokio.block_on(rows).unwrap().concat().into_bytes()));
    for entry in std::fs::read_dir(ground.pipeline.config_file().parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "log") {
            all.push(("a log", std::fs::read(path).unwrap()));
        }
    }
    all
}

/// What opens hidden values: the key file, and the table of subjects' keys.
pub struct Reader {
    keys: BTreeMap<String, SubjectKey>,
    pub tenant: TenantKeys,
}

impl Reader {
    pub fn new(ground: &Ground, tenant: &str) -> Self {
        let unlock = unlock_from(read_secret(&ground.pipeline.unlock_file()).unwrap());
        let provider = LocalProvider::open(&ground.pipeline.trail_keys(), &unlock, 0).unwrap();
        let custodian = Custodian::new(Arc::new(provider), Arc::new(|_| {}));
        let root = custodian.current(&Purpose::TenantRoot).unwrap();
        let rows: Vec<Row> = ground.tokio.block_on(async {
            let mut connection = PgConnection::connect(&ground.stack().postgres_url).await.unwrap();
            let rows = "SELECT tenant, class, handle, kek, wrapped FROM subject_key";
            sqlx::query_as(rows).fetch_all(&mut connection).await.unwrap()
        });
        let keys = rows.into_iter().map(|(tenant, class, handle, kek, wrapped)| {
            let handle = Handle::from_bytes(handle.try_into().unwrap());
            let class = SubjectClass::ALL.into_iter().find(|known| known.name() == class).unwrap();
            let wrapped = WrappedKey::from_parts(&kek.unwrap(), &wrapped.unwrap()).unwrap();
            let key = custodian.unwrap(&WrapScope { tenant: &tenant, class, handle: &handle }, &wrapped).unwrap();
            (handle.to_string(), key)
        });
        Self { keys: keys.collect(), tenant: custodian.tenant_keys(&root, tenant).unwrap() }
    }

    /// The names and values of a record's hidden members; each must open with the key that it names.
    pub fn open(&self, record: &SealedRecord<'_>) -> Result<Vec<(String, String)>, KeyError> {
        let opened = record.disclosures.iter().map(|disclosure| {
            let key = self.keys.get(disclosure.key).ok_or(KeyError::CannotOpen)?;
            let opened = Sealed(disclosure.sealed).open(key, &disclosure.digest)?;
            Ok((opened.name().to_owned(), String::from_utf8(opened.value().to_owned()).unwrap()))
        });
        opened.collect()
    }
}

/// The sealed record that a record of the log holds.
pub fn decode(record: &[u8]) -> SealedRecord<'_> {
    SealedRecord::decode(wire::split(record).unwrap().1).unwrap()
}
