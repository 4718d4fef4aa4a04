//! Hands over many events without waiting for each, then collects the receipts: events that wait together travel together.
//!
//! Needs SEALTRAIL_GATEWAY_URL and SEALTRAIL_API_KEY in the environment; EVENTS says how many (1000).

use std::time::Duration;

use client::{Client, Event};

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "the example shows its receipts to a person")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let events: usize = setting("EVENTS").map_or(Ok(1_000), |events| events.parse())?;
    let client =
        Client::builder().system("ehr").http(&setting("SEALTRAIL_GATEWAY_URL")?, setting("SEALTRAIL_API_KEY")?)?;

    let mut pending = Vec::with_capacity(events);
    for number in 0..events {
        let event = viewed(&format!("MRN-{number:07}"));
        pending.push(client.enqueue(event).await?);
    }
    for receipt in pending {
        println!("{}", receipt.await?);
    }
    client.shutdown(Duration::from_secs(30)).await?;
    Ok(())
}

fn viewed(patient: &str) -> Event {
    let event = Event::new("patient-record.viewed", "read").actor("u-1204").actor_role("nurse").patient(patient);
    event.object("chart", "c-9").purpose("treatment")
}

#[allow(clippy::disallowed_methods, reason = "an example is no process of ours: it has no configuration to read")]
fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set; see the top of this file"))
}
