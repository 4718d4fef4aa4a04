//! The running stack, as the environment that `dev/up` wrote names it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Addresses and accounts of one stack.
#[derive(Debug, Clone)]
pub struct Stack {
    pub name: String,
    pub brokers: String,
    pub registry_url: String,
    pub postgres_url: String,
    pub postgres_admin_url: String,
    pub clickhouse_url: String,
    pub clickhouse_user: String,
    pub clickhouse_password: String,
    pub clickhouse_database: String,
}

impl Stack {
    /// Reads the environment; names everything that is missing at once.
    pub fn from_environment() -> Result<Self> {
        let mut missing = Vec::new();
        let mut read = |name: &'static str| {
            // The one place of this package that reads the environment.
            #[allow(clippy::disallowed_methods, reason = "the stack's addresses are not this tool's configuration")]
            let value = std::env::var(name);
            value.unwrap_or_else(|_| {
                missing.push(name);
                String::new()
            })
        };
        let stack = Self {
            name: read("SEALTRAIL_STACK"),
            brokers: read("SEALTRAIL_KAFKA_BROKERS"),
            registry_url: read("SEALTRAIL_REGISTRY_URL"),
            postgres_url: read("SEALTRAIL_POSTGRES_URL"),
            postgres_admin_url: read("SEALTRAIL_POSTGRES_ADMIN_URL"),
            clickhouse_url: read("SEALTRAIL_CLICKHOUSE_URL"),
            clickhouse_user: read("SEALTRAIL_CLICKHOUSE_USER"),
            clickhouse_password: read("SEALTRAIL_CLICKHOUSE_PASSWORD"),
            clickhouse_database: read("SEALTRAIL_CLICKHOUSE_DATABASE"),
        };
        if missing.is_empty() {
            return Ok(stack);
        }
        bail!(
            "no stack in the environment ({} not set); run `dev/up` and then `. .dev/default/env`",
            missing.join(", ")
        )
    }

    /// One of the stack's own controls, as in `dev/kill kafka -9`.
    pub fn dev(&self, script: &str, arguments: &[&str]) -> Result<()> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dev");
        let mut command = Command::new(scripts.join(script));
        let output = command.args(arguments).args(["--name", &self.name]).output();
        let output = output.with_context(|| format!("starting dev/{script}"))?;
        if !output.status.success() {
            bail!("dev/{script} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}
