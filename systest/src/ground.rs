//! Clean ground for one test: empty topics and stores, a pipeline to start, and the stack's own controls.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use loadtest::drive::{self, Load, Published};
use loadtest::harness::{Pipeline, wait_until};
use loadtest::judge::{self, Counts, PLACES};
use loadtest::stack::Stack;
use schemas::topic;
use sqlx::{Connection, Executor, PgConnection};
use stream::KafkaSettings;
use stream::admin::Admin;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The tests share one stack, so they take turns.
static TURN: Mutex<()> = Mutex::new(());

/// One test's ground.
pub struct Ground {
    pub pipeline: Pipeline,
    pub tokio: Runtime,
    directory: Option<TempDir>,
    _turn: MutexGuard<'static, ()>,
}

impl Ground {
    /// Empty topics, empty tables.
    pub fn fresh() -> Result<Self> {
        let ground = Self::bare()?;
        ground.pipeline.set_up()?;
        Ok(ground)
    }

    /// No topics and no tables at all.
    pub fn bare() -> Result<Self> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = tempfile::Builder::new().prefix("systest-").tempdir()?;
        let pipeline = Pipeline::prepare(Stack::from_environment()?, directory.path())?;
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let ground = Self { pipeline, tokio, directory: Some(directory), _turn: turn };
        ground.tokio.block_on(ground.clear())?;
        Ok(ground)
    }

    async fn clear(&self) -> Result<()> {
        let admin = Admin::connect(&self.kafka())?;
        for topic in topic::ALL {
            admin.delete(topic.name).await?;
        }
        let mut postgres = PgConnection::connect(&self.stack().postgres_url).await?;
        postgres.execute("DROP TABLE IF EXISTS audit_record, source_ledger, sink_position, _sqlx_migrations, subject_key, _subject_key_migrations").await?;
        Ok(self.clickhouse().query("DROP TABLE IF EXISTS audit_record SYNC").execute().await?)
    }

    #[must_use]
    pub fn stack(&self) -> &Stack {
        self.pipeline.stack()
    }

    #[must_use]
    pub fn kafka(&self) -> KafkaSettings {
        KafkaSettings { brokers: self.stack().brokers.clone(), ..KafkaSettings::default() }
    }

    #[must_use]
    pub fn clickhouse(&self) -> clickhouse::Client {
        let stack = self.stack();
        clickhouse::Client::default()
            .with_url(&stack.clickhouse_url)
            .with_user(&stack.clickhouse_user)
            .with_password(&stack.clickhouse_password)
            .with_database(&stack.clickhouse_database)
    }

    /// Runs SQL in Postgres as its administrator, whom no trigger stops; the number of rows it touched.
    pub fn as_administrator(&self, sql: &'static str) -> Result<u64> {
        self.tokio.block_on(async {
            let mut postgres = PgConnection::connect(&self.stack().postgres_admin_url).await?;
            postgres.execute("SET session_replication_role = replica").await?;
            Ok(postgres.execute(sql).await?.rows_affected())
        })
    }

    /// One of the stack's own controls, as in `dev/kill kafka -9`.
    pub fn dev(&self, script: &str, arguments: &[&str]) -> Result<()> {
        self.stack().dev(script, arguments)
    }

    /// The process of one of the stack's services.
    pub fn service_pid(&self, service: &str) -> Result<u64> {
        let scripts: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dev");
        let output = Command::new(scripts.join("status")).args(["--json", "--name", &self.stack().name]).output()?;
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).context("reading the stack's status")?;
        let services = status["stacks"][0]["services"].as_array().context("the stack has no services")?;
        let found = services.iter().find(|found| found["name"] == service);
        found.and_then(|found| found["pid"].as_u64()).with_context(|| format!("{service} has no process"))
    }

    /// Publishes `events` records, every 500th broken, and returns once Kafka has acknowledged all of them.
    pub fn publish(&self, events: u64, seed: u64) -> Result<Published> {
        self.publish_paced(events, seed, None)
    }

    pub fn publish_paced(&self, events: u64, seed: u64, rate: Option<u32>) -> Result<Published> {
        let load = Load { events, seed, rate, poison_every: 500 };
        drive::publish(&self.stack().brokers, &self.stack().registry_url, &load, |_| {})
    }

    /// Waits until both stores hold `records`, then a moment more would show a record too many.
    pub fn wait_stored(&self, records: u64) -> Result<()> {
        wait_until("both stores holding every record", Duration::from_secs(120), || {
            let counts = judge::count(&self.pipeline)?;
            Ok(counts.postgres.total >= records && counts.clickhouse.total >= records)
        })
    }

    /// The judgement that every test of the pipeline ends with: nothing lost, nothing twice, everything in order.
    pub fn judge(&self, published: &[Published]) -> Result<Counts> {
        let counts = judge::count(&self.pipeline)?;
        let records: u64 = published.iter().map(Published::records).sum();
        let poison: u64 = published.iter().map(|load| load.poison).sum();
        if counts.events.total != records || !counts.agree() {
            bail!("{records} records were acknowledged and the counts are {counts:?}");
        }
        if counts.dead.total < poison {
            bail!("{poison} records were broken and there are {} dead letters", counts.dead.total);
        }
        for place in PLACES {
            let verdict = judge::verify(&self.pipeline, place)?;
            // A chain also writes leaves about itself.
            if verdict.verdict != "intact" || verdict.records < records {
                bail!("{place}: {verdict:?}");
            }
        }
        Ok(counts)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(directory) = self.directory.take()
        {
            #[allow(clippy::print_stderr, reason = "whoever reads the failure needs the logs")]
            {
                eprintln!("logs and configuration are kept in {}", directory.keep().display());
            }
        }
    }
}
