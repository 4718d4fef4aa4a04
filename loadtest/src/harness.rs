//! Starts our services as separate processes on a stack, watches them, and stops them; nothing outlives the harness.

mod process;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

pub use process::Service;

use crate::stack::Stack;

/// The name of the key that every harness pipeline seals with.
pub const KEY_ID: &str = "seal-local";

/// Who has keys in every harness pipeline.
pub const TENANTS: [&str; 2] = [crate::hospital::TENANT, "north-clinic"];

/// A pipeline's place: its configuration, its keys, its logs.
pub struct Pipeline {
    stack: Stack,
    binaries: PathBuf,
    directory: PathBuf,
}

/// Which service to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Enrich,
    SinkPostgres,
    SinkClickhouse,
    SinkSiem,
    Ingest,
    Query,
}

impl Role {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Enrich => "enrich",
            Self::SinkPostgres => "sink-postgres",
            Self::SinkClickhouse => "sink-clickhouse",
            Self::SinkSiem => "sink-siem",
            Self::Ingest => "ingest",
            Self::Query => "query",
        }
    }

    fn command(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Enrich => ("sealtrail-enrich", &[]),
            Self::SinkPostgres => ("sealtrail-sink", &["--store", "postgres"]),
            Self::SinkClickhouse => ("sealtrail-sink", &["--store", "clickhouse"]),
            Self::SinkSiem => ("sealtrail-sink", &["--store", "siem"]),
            Self::Ingest => ("sealtrail-ingest", &[]),
            Self::Query => ("sealtrail-query", &[]),
        }
    }

    /// The configuration section, as the environment names it.
    fn section(self) -> &'static str {
        match self {
            Self::Enrich => "ENRICH",
            Self::SinkPostgres | Self::SinkClickhouse | Self::SinkSiem => "SINK",
            Self::Ingest => "INGEST",
            Self::Query => "QUERY",
        }
    }
}

impl Pipeline {
    /// Writes configuration and fresh keys into `directory`.
    pub fn prepare(stack: Stack, directory: &Path) -> Result<Self> {
        let binaries = binaries()?;
        let pipeline = Self { stack, binaries, directory: directory.to_owned() };
        write_private(&pipeline.key_file(), &random_hex()?)?;
        write_private(&directory.join("routing.key"), crate::drive::ROUTING_SECRET)?;
        write_private(&directory.join("postgres.url"), pipeline.stack.postgres_url.as_bytes())?;
        write_private(&directory.join("clickhouse.password"), pipeline.stack.clickhouse_password.as_bytes())?;
        std::fs::write(pipeline.config_file(), pipeline.config()).context("writing the configuration")?;
        write_private(&pipeline.unlock_file(), &random_hex()?)?;
        pipeline.make_keys()?;
        Ok(pipeline)
    }

    /// A key file with the harness's tenants.
    fn make_keys(&self) -> Result<()> {
        let (file, secret) = (self.trail_keys(), self.unlock_file());
        let (file, secret) = (file.to_string_lossy(), secret.to_string_lossy());
        let mut arguments = vec!["keys", "file", "init", &file, "--unlock-file", &secret];
        arguments.extend(TENANTS.iter().flat_map(|tenant| ["--tenant", *tenant]));
        self.run("audit-cli", &arguments).context("making the key file").map(|_| ())
    }

    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.directory.join("seal.key")
    }

    /// The key file of tenants and subjects.
    #[must_use]
    pub fn trail_keys(&self) -> PathBuf {
        self.directory.join("trail.keys")
    }

    /// What opens it.
    #[must_use]
    pub fn unlock_file(&self) -> PathBuf {
        self.directory.join("trail.secret")
    }

    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.directory.join("sealtrail.toml")
    }

    #[must_use]
    pub fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }

    fn config(&self) -> String {
        let Stack { brokers, registry_url, clickhouse_url, clickhouse_user, clickhouse_database, .. } = &self.stack;
        let file = |name: &str| format!("{{ file = {:?} }}", self.directory.join(name).display().to_string());
        let (key, routing) = (file("seal.key"), file("routing.key"));
        let (postgres, password) = (file("postgres.url"), file("clickhouse.password"));
        let (trail_keys, unlock) = (self.trail_keys().display().to_string(), file("trail.secret"));
        format!(
            r#"# Written by the harness for one run.
[ingest]
registry_url = "{registry_url}"
routing_key = {routing}
open_tenant = "general-hospital"
kafka.brokers = "{brokers}"

[enrich]
registry_url = "{registry_url}"
key_id = "{KEY_ID}"
key = {key}
kafka.brokers = "{brokers}"
keys = {{ file = {trail_keys:?}, unlock = {unlock} }}
subjects.postgres_url = {postgres}

[sink]
kafka.brokers = "{brokers}"
postgres.url = {postgres}

[sink.clickhouse]
url = "{clickhouse_url}"
user = "{clickhouse_user}"
database = "{clickhouse_database}"
password = {password}

[loadtest]
linger_ms = 5
kafka.brokers = "{brokers}"
kafka.group = "bench-floor"

[query]
postgres_url = {postgres}
"#
        )
    }

    /// Makes the topics, both stores' tables and that of subjects' keys.
    pub fn set_up(&self) -> Result<()> {
        self.run("audit-cli", &["topics", "apply", "--replication", "1"]).context("making the topics")?;
        let config = self.config_file();
        let config = config.to_string_lossy();
        for store in ["postgres", "clickhouse"] {
            self.run("sealtrail-sink", &["--store", store, "--config", &config, "--migrate"])
                .with_context(|| format!("making the tables in {store}"))?;
        }
        let made = self.run("sealtrail-enrich", &["--config", &config, "--migrate"]);
        made.context("making the table of subjects' keys").map(|_| ())
    }

    /// A command of ours with the stack's addresses in its environment.
    #[must_use]
    pub fn command(&self, binary: &str) -> Command {
        let mut command = Command::new(self.binary(binary));
        command
            .env("SEALTRAIL_KAFKA_BROKERS", &self.stack.brokers)
            .env("SEALTRAIL_POSTGRES_URL", &self.stack.postgres_url)
            .env("SEALTRAIL_CLICKHOUSE_URL", &self.stack.clickhouse_url)
            .env("SEALTRAIL_CLICKHOUSE_USER", &self.stack.clickhouse_user)
            .env("SEALTRAIL_CLICKHOUSE_PASSWORD", &self.stack.clickhouse_password)
            .env("SEALTRAIL_CLICKHOUSE_DATABASE", &self.stack.clickhouse_database);
        command
    }

    /// Runs a command of ours to its end and returns what it printed.
    pub fn run(&self, binary: &str, arguments: &[&str]) -> Result<String> {
        let output = self.command(binary).args(arguments).output().with_context(|| format!("starting {binary}"))?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            bail!("{binary} {} ended with {}: {stdout}{stderr}", arguments.join(" "), output.status);
        }
        Ok(stdout)
    }

    /// Starts a service and waits until it is ready.
    pub fn start(&self, role: Role) -> Result<Service> {
        self.start_as(role, role.name())
    }

    /// Starts the benchmark's copying worker.
    pub fn start_floor(&self) -> Result<Service> {
        let mut command = self.command("sealtrail-loadtest");
        command.arg("floor").arg("--config").arg(self.config_file());
        let service = Service::spawn(command, ("LOADTEST", false), "floor", &self.directory)?;
        service.wait_ready(Duration::from_secs(60))?;
        Ok(service)
    }

    /// Starts one more worker of a role under its own name.
    pub fn start_as(&self, role: Role, name: &str) -> Result<Service> {
        let service = self.spawn(role, name, &[])?;
        service.wait_ready(Duration::from_secs(60))?;
        Ok(service)
    }

    /// Starts a worker with settings of its own, and waits for nothing.
    pub fn spawn(&self, role: Role, name: &str, environment: &[(&str, String)]) -> Result<Service> {
        let (binary, arguments) = role.command();
        let mut command = self.command(binary);
        command.args(arguments).arg("--config").arg(self.config_file());
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let serves = matches!(role, Role::Ingest | Role::Query);
        Service::spawn(command, (role.section(), serves), name, &self.directory)
    }
}

/// Waits for a condition, looking every 20 ms.
pub fn wait_until(what: &str, patience: Duration, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + patience;
    while !condition()? {
        if Instant::now() > deadline {
            bail!("{what} did not happen within {} s", patience.as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Our other binaries stand beside this one; a test binary stands one folder deeper.
fn binaries() -> Result<PathBuf> {
    let own = std::env::current_exe().context("finding this program's own folder")?;
    let beside = own.ancestors().skip(1).take(2).find(|folder| folder.join("sealtrail-enrich").is_file());
    beside.map(Path::to_owned).context("the services are not built; run `cargo build` (or `make build`) first")
}

fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(file.write_all(content)?)
}

fn random_hex() -> Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = [0u8; 32];
    std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).context("making a key")?;
    Ok(hex::encode(bytes).into_bytes())
}
