//! Bounds the memory that undecided events may take: what does not fit is given back, and nothing is dropped.
//!
//! Needs SEALTRAIL_GATEWAY_URL and SEALTRAIL_API_KEY in the environment.

use std::time::Duration;

use client::{Client, Error, Event};

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "the example shows its counts to a person")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let builder = Client::builder().system("ehr").queue_events_max(100);
    let client = builder.http(&setting("SEALTRAIL_GATEWAY_URL")?, setting("SEALTRAIL_API_KEY")?)?;

    let (mut pending, mut waited) = (Vec::new(), 0);
    for number in 0..1_000 {
        let event = viewed(&format!("MRN-{number:07}"));
        match client.try_send(event) {
            Ok(receipt) => pending.push(receipt),
            // The queue is full. Here we can wait, so we do; who cannot would keep the event elsewhere.
            Err(Error::Full { event }) => {
                waited += 1;
                pending.push(client.enqueue(*event).await?);
            }
            Err(other) => return Err(other.into()),
        }
    }
    let handed_over = pending.len();
    for receipt in pending {
        println!("{}", receipt.await?);
    }
    println!("{handed_over} events are held; {waited} had to wait for room");

    // At the end of a process: what is undecided by then comes back, to be kept for the next start.
    if let Err(undelivered) = client.shutdown(Duration::from_secs(5)).await {
        println!("{} events must be sent again", undelivered.0.len());
    }
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
