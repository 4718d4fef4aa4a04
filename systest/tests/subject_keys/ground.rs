//! An empty table of subjects' keys in the stack's Postgres, a real key file, and workers that share both.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use keystore::{LocalProvider, PostgresSubjects, SubjectVault, key_from_hex};
use loadtest::stack::Stack;
use seal::keys::file::{Stretch, Unlock};
use seal::keys::{Custodian, KeyError, KeyId, KeyState, Purpose};
use seal::protect::{CacheLimits, Handle, SubjectClass, SubjectKeys, SubjectName};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;

/// The tests share one database, so they take turns.
static TURN: Mutex<()> = Mutex::new(());

pub type Vault = SubjectVault<PostgresSubjects>;

pub struct Ground {
    pub stack: Stack,
    pub custodian: Custodian,
    tokio: tokio::runtime::Runtime,
    _folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

pub fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

impl Ground {
    /// A tenant root and the north's wrapping key; a table that was just made.
    pub fn new() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::new().unwrap();
        let unlock = Unlock::Key(key_from_hex(&"0b".repeat(32)).unwrap());
        let keys = LocalProvider::create(&folder.path().join("keys"), &unlock, Stretch::Key).unwrap();
        let custodian = Custodian::new(Arc::new(keys), Arc::new(|_| {}));
        let wrapping = Purpose::Wrapping { tenant: "north".to_owned(), period: 1 };
        for (name, purpose) in [("root", Purpose::TenantRoot), ("kek-1", wrapping)] {
            custodian.create(&id(name), &purpose).unwrap();
            custodian.change(&id(name), KeyState::Active).unwrap();
        }
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let stack = Stack::from_environment().unwrap();
        let ground = Self { stack, custodian, tokio, _folder: folder, _turn: turn };
        ground.sql("DROP TABLE IF EXISTS subject_key, _subject_key_migrations");
        ground.store().migrate().unwrap();
        ground
    }

    pub fn store(&self) -> PostgresSubjects {
        PostgresSubjects::new(&self.stack.postgres_url).unwrap()
    }

    pub fn worker(&self) -> Vault {
        self.worker_on(self.store())
    }

    pub fn worker_on(&self, store: PostgresSubjects) -> Vault {
        SubjectVault::new(self.custodian.clone(), id("root"), store, CacheLimits::DEFAULT)
    }

    /// Runs SQL as the table's owner.
    pub fn sql(&self, sql: &str) -> Vec<PgRow> {
        self.tokio.block_on(async {
            let mut connection = PgConnection::connect(&self.stack.postgres_url).await.unwrap();
            sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap()
        })
    }

    pub fn number(&self, sql: &str) -> i64 {
        self.sql(sql)[0].get(0)
    }

    pub fn text(&self, sql: &str) -> String {
        self.sql(sql)[0].get(0)
    }

    /// Acts while somebody else holds the whole table.
    pub fn while_locked<T>(&self, act: impl FnOnce() -> T) -> T {
        let mut holder = self.tokio.block_on(PgConnection::connect(&self.stack.postgres_url)).unwrap();
        let mut run = |sql: &'static str| self.tokio.block_on(sqlx::query(sql).execute(&mut holder)).unwrap();
        run("BEGIN");
        run("LOCK TABLE subject_key IN ACCESS EXCLUSIVE MODE");
        let done = act();
        run("COMMIT");
        done
    }

    /// The URL of a role that has a worker's rights.
    pub fn worker_role(&self) -> String {
        self.tokio.block_on(async {
            let mut connection = PgConnection::connect(&self.stack.postgres_admin_url).await.unwrap();
            for sql in [
                "DO $$ BEGIN CREATE ROLE seals LOGIN PASSWORD 'no-secret'; EXCEPTION WHEN duplicate_object THEN END $$",
                "GRANT SELECT, INSERT ON subject_key TO seals",
            ] {
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
        });
        let (_, place) = self.stack.postgres_url.rsplit_once('@').unwrap();
        format!("postgres://seals:no-secret@{place}")
    }

    /// A server with this file takes no writes and waits for what another one would send.
    pub fn restart_as_standby(&self, is_standby: bool) {
        self.dev("kill", &["postgres", "-9"]);
        let stacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.dev");
        let sign = stacks.join(&self.stack.name).join("postgres/data/standby.signal");
        if is_standby {
            std::fs::write(sign, "").unwrap()
        } else {
            std::fs::remove_file(sign).unwrap()
        }
        self.dev("restart", &["postgres"]);
    }

    /// One of the stack's own controls.
    pub fn dev(&self, script: &str, arguments: &[&str]) {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dev");
        let output = Command::new(scripts.join(script)).args(arguments).args(["--name", &self.stack.name]).output();
        let output = output.unwrap();
        assert!(output.status.success(), "dev/{script}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

pub fn patient<'n>(tenant: &'n str, id: &'n str) -> SubjectName<'n> {
    SubjectName { tenant, class: SubjectClass::Patient, id }
}

pub fn prepare(vault: &mut Vault, ids: &[&str]) -> Result<(), KeyError> {
    vault.prepare(ids.iter().map(|id| patient("north", id)), 0)
}

/// The handle and the key of one of the north's patients.
pub fn key(vault: &mut Vault, id: &str) -> Result<(Handle, [u8; 32]), KeyError> {
    vault.keys().key("north", SubjectClass::Patient, id).map(|key| (*key.handle(), *key.root().expose()))
}

/// Stands before Postgres and counts how often an answer had to be waited for.
pub struct Counting {
    pub url: String,
    trips: Arc<AtomicU64>,
}

impl Counting {
    pub fn before(url: &str) -> Self {
        let (access, place) = url.rsplit_once('@').unwrap();
        let (address, database) = place.split_once('/').unwrap();
        let server: SocketAddr = address.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{access}@{}/{database}", listener.local_addr().unwrap());
        let trips = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&trips);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(server).unwrap());
                let asked = Arc::new(AtomicU64::new(0));
                let (up, down) = (Arc::clone(&asked), Arc::clone(&counted));
                let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || carry(from_client, to_server, || up.store(1, Ordering::SeqCst)));
                // The first bytes of an answer after a question are a round trip; the rest of the answer is not another.
                let answered = move || {
                    down.fetch_add(asked.swap(0, Ordering::SeqCst), Ordering::SeqCst);
                };
                thread::spawn(move || carry(server, client, answered));
            }
        });
        Self { url, trips }
    }

    /// How many since this was asked before.
    pub fn trips(&self) -> u64 {
        self.trips.swap(0, Ordering::SeqCst)
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, seen: impl Fn()) {
    let mut chunk = vec![0; 1 << 16];
    loop {
        match from.read(&mut chunk) {
            Ok(read) if read > 0 => {
                seen();
                if to.write_all(&chunk[..read]).is_err() {
                    break;
                }
            }
            _ => break,
        }
    }
    to.shutdown(Shutdown::Both).unwrap_or_default();
}
