//! The worker, stage by stage; the store is chosen once, at start:
//!
//! ```text
//! audit.sealed ─▶ collect (batch.records_max, .bytes_max, .linger_ms) ─▶ decode ─▶ accept ─▶ encode ─▶ store (one at a time)
//!      ▲                                                                                      │
//!      └────────────────────────── the store's own position, at start and after any failure ◀─┘
//! ```

use runtime::service::Runtime;
use schemas::topic;
use stream::relay::RelaySettings;
use stream::store::StoreSettings;
use stream::{KafkaSettings, StreamMetric};

use crate::clickhouse::ClickHouse;
use crate::config::{SinkConfig, StoreKind};
use crate::error::Error;
use crate::metric::SinkMetric;
use crate::postgres::Postgres;
use crate::siem::Siem;

/// Runs the worker until it is asked to stop.
pub fn run(kind: StoreKind, mut config: SinkConfig, runtime: &Runtime) -> Result<(), Error> {
    StreamMetric::describe();
    SinkMetric::describe();
    if config.kafka.group.is_empty() {
        kind.group().clone_into(&mut config.kafka.group);
    }
    let (postgres, clickhouse) = (config.postgres.take(), config.clickhouse.take());
    let settings = StoreSettings { kafka: config.kafka, topic: topic::SEALED.name, limits: config.batch };
    match kind {
        StoreKind::Postgres => {
            let mut store = Postgres::new(&postgres.ok_or(Error::NotConfigured("postgres"))?)?;
            stream::store::run(&settings, &mut store, runtime)?;
        }
        StoreKind::Clickhouse => {
            let mut store = ClickHouse::new(&clickhouse.ok_or(Error::NotConfigured("clickhouse"))?)?;
            stream::store::run(&settings, &mut store, runtime)?;
        }
        StoreKind::Siem => {
            let StoreSettings { kafka, topic: input, limits } = settings;
            let name = transactions_name(&kafka)?;
            let settings =
                RelaySettings { kafka, input, output: topic::SIEM.name, limits, name, replay: config.siem.replay };
            stream::relay::run(&settings, &mut Siem::new(config.siem), runtime)?;
        }
    }
    Ok(())
}

/// With an instance's name a worker that starts again ends at once what it had left open; without one that takes its 10 s.
fn transactions_name(kafka: &KafkaSettings) -> Result<String, Error> {
    if let Some(instance) = &kafka.instance {
        return Ok(format!("{}-{instance}", kafka.group));
    }
    let random = keystore::random_secret().map_err(|error| Error::Random(error.to_string()))?;
    Ok(format!("{}-{}", kafka.group, hex::encode(&random.expose()[..8])))
}

/// Creates or updates the store's tables.
pub fn migrate(kind: StoreKind, config: &SinkConfig) -> Result<(), Error> {
    match kind {
        StoreKind::Postgres => {
            Postgres::new(config.postgres.as_ref().ok_or(Error::NotConfigured("postgres"))?)?.migrate()
        }
        StoreKind::Clickhouse => {
            ClickHouse::new(config.clickhouse.as_ref().ok_or(Error::NotConfigured("clickhouse"))?)?.migrate()
        }
        StoreKind::Siem => Err(Error::NothingToMigrate),
    }
}
