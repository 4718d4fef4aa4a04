//! The producer driver: publishes the hospital's events in the real wire format and knows which were acknowledged.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use schemas::routing::Router;
use schemas::wire::{self, SchemaId};
use schemas::{released, topic};
use stream::KafkaSettings;
use stream::append::{Appender, Destination, Handed};
use stream::registry::Registry;

use crate::hospital::Hospital;
use crate::progress::Progress;
use crate::stack::Stack;

/// What to publish.
#[derive(Debug, Clone)]
pub struct Load {
    pub events: u64,
    pub seed: u64,
    /// Records per second; `None` is as fast as it goes.
    pub rate: Option<u32>,
    /// Every n-th record is broken on purpose; 0 for none.
    pub poison_every: u64,
}

/// What was published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    pub events: u64,
    pub poison: u64,
    pub seconds: f64,
}

impl Published {
    #[must_use]
    pub fn records(&self) -> u64 {
        self.events + self.poison
    }
}

/// The routing secret of synthetic tenants; real ones come with the gateway's tenants.
pub const ROUTING_SECRET: &[u8] = b"synthetic hospital";

/// Publishes the whole load and returns once every record is acknowledged.
pub fn publish(brokers: &str, registry_url: &str, load: &Load, mut progress: impl FnMut(u64)) -> Result<Published> {
    let registry = Registry::new(registry_url);
    let schema = released::AUDIT_EVENT;
    let id = SchemaId(registry.register(schema.subject, schema.text).context("registering the event's schema")?);
    let kafka = KafkaSettings { brokers: brokers.to_owned(), ..KafkaSettings::default() };
    let mut appender = Appender::new(&kafka, 5)?;
    let router = Router::new(ROUTING_SECRET).context("the routing secret is too short")?;
    let mut hospital = Hospital::new(load.seed);
    let mut record = Vec::new();
    let mut poison = 0;
    let started = Instant::now();
    for number in 0..load.events {
        pace(load.rate, number, started, &appender)?;
        let event = hospital.next_event(now_micros());
        let key = router.key(&event);
        record.clear();
        wire::write_header(&mut record, id);
        event.encode(&mut record);
        if load.poison_every > 0 && number % load.poison_every == load.poison_every - 1 {
            // Alternately cut short and one byte too long.
            if poison % 2 == 0 {
                record.truncate(record.len() / 2)
            } else {
                record.push(0)
            }
            poison += 1;
        }
        let to = Destination { topic: topic::EVENTS.name, partition: None };
        appender.append(to, Handed::Record(number), &key, &record)?;
        if number % 1_000 == 0 {
            appender.confirm()?;
            progress(number);
        }
    }
    ensure!(appender.settle(Duration::from_secs(60)), "the last acknowledgements did not come within 60 s");
    appender.confirm()?;
    progress(load.events);
    Ok(Published { events: load.events - poison, poison, seconds: started.elapsed().as_secs_f64() })
}

/// Publishes to the stack in the environment, with progress and a closing line.
pub fn publish_and_tell(load: &Load) -> Result<()> {
    let stack = Stack::from_environment()?;
    let mut progress = Progress::default();
    let published = publish(&stack.brokers, &stack.registry_url, load, |sent| {
        progress.show(|| format!("published {sent} of {}", load.events));
    })?;
    progress.finish(|| format!("published {} of {}", load.events, load.events));
    println!(
        "publish: events={} poison={} seconds={:.1} rate={:.0}",
        published.events,
        published.poison,
        published.seconds,
        published.records() as f64 / published.seconds.max(0.001)
    );
    Ok(())
}

/// Open loop: record n is due at n / rate, whatever happened before.
fn pace(rate: Option<u32>, number: u64, started: Instant, appender: &Appender) -> Result<()> {
    let Some(rate) = rate else { return Ok(()) };
    let due = Duration::from_secs_f64(number as f64 / f64::from(rate.max(1)));
    let early = due.saturating_sub(started.elapsed());
    if early > Duration::from_millis(1) {
        appender.confirm()?;
        std::thread::sleep(early);
    }
    Ok(())
}

pub(crate) fn now_micros() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}
