//! Sends one synthetic event to the gateway and prints where it is held.
//!
//! Needs SEALTRAIL_GATEWAY_URL and SEALTRAIL_API_KEY in the environment; a gateway that asks for no key takes an empty one.

use client::{Client, Event};

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "the example shows its receipt to a person")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client =
        Client::builder().system("ehr").http(&setting("SEALTRAIL_GATEWAY_URL")?, setting("SEALTRAIL_API_KEY")?)?;
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
