//! Where Kafka and the stores are: flags, or the environment that the local stack writes.

use anyhow::{Context, Result};
use clap::Args;
use clickhouse::Client;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use stream::KafkaSettings;

/// Addresses of everything that a subcommand may read.
#[derive(Args)]
pub struct Connections {
    /// Kafka brokers, host:port, comma separated
    #[arg(long, global = true, env = "SEALTRAIL_KAFKA_BROKERS", default_value = "127.0.0.1:19092")]
    brokers: String,

    /// Postgres address, postgres://user:password@host:port/database
    #[arg(long, global = true, env = "SEALTRAIL_POSTGRES_URL", hide_env_values = true)]
    postgres_url: Option<String>,

    /// ClickHouse address, http://host:port
    #[arg(long, global = true, env = "SEALTRAIL_CLICKHOUSE_URL")]
    clickhouse_url: Option<String>,

    /// ClickHouse user
    #[arg(long, global = true, env = "SEALTRAIL_CLICKHOUSE_USER", default_value = "default")]
    clickhouse_user: String,

    #[arg(
        long,
        global = true,
        env = "SEALTRAIL_CLICKHOUSE_PASSWORD",
        default_value = "",
        hide = true,
        hide_env_values = true
    )]
    clickhouse_password: String,

    /// ClickHouse database
    #[arg(long, global = true, env = "SEALTRAIL_CLICKHOUSE_DATABASE", default_value = "sealtrail")]
    clickhouse_database: String,
}

impl Connections {
    pub fn kafka(&self) -> KafkaSettings {
        KafkaSettings { brokers: self.brokers.clone(), ..KafkaSettings::default() }
    }

    pub fn has_postgres(&self) -> bool {
        self.postgres_url.is_some()
    }

    pub fn has_clickhouse(&self) -> bool {
        self.clickhouse_url.is_some()
    }

    pub async fn postgres(&self) -> Result<PgConnection> {
        let url = self
            .postgres_url
            .as_deref()
            .context("no Postgres address; give --postgres-url or set SEALTRAIL_POSTGRES_URL (see `dev/status`)")?;
        PgConnection::connect(url).await.context("Postgres cannot be reached with this address")
    }

    pub fn clickhouse(&self) -> Result<Client> {
        let url = self.clickhouse_url.as_deref().context(
            "no ClickHouse address; give --clickhouse-url or set SEALTRAIL_CLICKHOUSE_URL (see `dev/status`)",
        )?;
        Ok(Client::default()
            .with_url(url)
            .with_user(&self.clickhouse_user)
            .with_password(&self.clickhouse_password)
            .with_database(&self.clickhouse_database))
    }
}
