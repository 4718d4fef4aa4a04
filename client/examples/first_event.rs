//! Sends one synthetic event and prints where Kafka holds it.
//!
//! Needs SEALTRAIL_KAFKA_BROKERS and SEALTRAIL_REGISTRY_URL in the environment; the local stack's `env` file sets both.

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use client::{Client, Essentials, EventBuilder};

/// A deployment's secret comes from its secret store; this one only fits synthetic data.
const ROUTING_SECRET: &[u8] = b"synthetic hospital";

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "the example shows its receipt to a person")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (brokers, registry_url) = (setting("SEALTRAIL_KAFKA_BROKERS")?, setting("SEALTRAIL_REGISTRY_URL")?);
    let now = SystemTime::now();
    let event_id = format!("first-{}", now.duration_since(UNIX_EPOCH)?.as_micros());
    let essentials = Essentials {
        event_id: &event_id,
        tenant: "north-clinic",
        event_type: "record",
        action: "read",
        outcome: "success",
        occurred_at: now,
        agent_id: "clinician-7",
        system: "first-event-example",
    };
    let event = EventBuilder::new(essentials).patient("patient-42").purpose("treatment").build()?;

    let client = Client::connect(&brokers, &registry_url, ROUTING_SECRET)?;
    let receipt = client.send(&event).await?;
    println!("{event_id} is held in partition {}, offset {}", receipt.partition, receipt.offset);
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "an example is no process of ours: it has no configuration to read")]
fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set; start a local stack and source its env file"))
}
