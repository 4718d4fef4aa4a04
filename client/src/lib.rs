//! The Rust producer client: three lines to the first event, straight to Kafka.
//!
//! ```no_run
//! # async fn first(event: client::AuditEvent<'_>) -> Result<(), client::Error> {
//! let client = client::Client::connect("127.0.0.1:9092", "http://127.0.0.1:8081/apis/ccompat/v7", b"the secret")?;
//! let receipt = client.send(&event).await?;
//! println!("partition {}, offset {}", receipt.partition, receipt.offset);
//! # Ok(())
//! # }
//! ```
//!
//! [`EventBuilder`] makes the event.

mod error;
mod event;
mod send;

pub use error::{Error, Faults};
pub use event::{Essentials, EventBuilder};
pub use schemas::{Agent, AuditEvent, Fault, Object, Patient, Source};
pub use send::Client;
pub use stream::Disposition;
pub use stream::publish::Receipt;
