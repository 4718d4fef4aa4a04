//! Sends one synthetic event straight to Kafka and prints where it is held.
//!
//! Needs SEALTRAIL_KAFKA_BROKERS and SEALTRAIL_REGISTRY_URL, which the local stack's `env` file sets, and
//! SEALTRAIL_TENANT and SEALTRAIL_ROUTING_SECRET, which is the deployment's: gateways and clients share it.

use client::{Client, Event};

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "the example shows its receipt to a person")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (brokers, registry_url) = (setting("SEALTRAIL_KAFKA_BROKERS")?, setting("SEALTRAIL_REGISTRY_URL")?);
    let (tenant, secret) = (setting("SEALTRAIL_TENANT")?, setting("SEALTRAIL_ROUTING_SECRET")?);
    let client = Client::builder().system("ehr").kafka(&brokers, &registry_url, tenant, secret.as_bytes())?;
    let event = Event::new("patient-record.viewed", "read")
        .actor("u-1204")
        .actor_role("nurse")
        .patient("MRN-0004711")
        .object("chart", "c-9")
        .purpose("treatment");
    println!("{}", client.send(event).await?);
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "an example is no process of ours: it has no configuration to read")]
fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set; see the top of this file"))
}
