//! The Rust producer client: three lines to the first event.
//!
//! ```no_run
//! use client::{Client, Event};
//!
//! # async fn first(api_key: String) -> Result<(), client::Error> {
//! let client = Client::builder().system("ehr").http("https://gateway.example:8443", api_key)?;
//! let event = Event::new("patient-record.viewed", "read").actor("u-1204").actor_role("nurse").patient("MRN-0004711");
//! println!("{}", client.send(event.object("chart", "c-9").purpose("treatment")).await?);
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! send, enqueue ─▶ room (at most `queue_events_max`, `queue_bytes_max`; beyond: wait) ─▶ ledger of undecided events
//!                                                                                          │ in batches, from one thread
//! receipt, refusal or the event itself, once per event  ◀── gateway (HTTP) or Kafka  ◀─────┘
//! ```
//!
//! Every event that was handed over ends exactly once: with a [`Receipt`], with a refusal, or given back. What failed is tried
//! again under the same event id until the event's deadline. An event whose sender has stopped waiting has no deadline: it is
//! tried until it is decided or until [`Client::shutdown`] gives it back.

mod batch;
mod builder;
mod client;
mod error;
mod event;
mod fault;
mod http;
mod kafka;
mod ledger;
mod problem;
mod receipt;
mod retry;
mod worker;

pub use builder::ClientBuilder;
pub use client::{Client, Pending};
pub use error::{Error, Undelivered};
pub use event::Event;
pub use fault::Faults;
pub use ledger::Undecided;
pub use problem::{FieldError, Problem};
pub use receipt::Receipt;
pub use schemas::detail::Context;
pub use schemas::{Agent, AuditEvent, Change, Mistake, Object, Patient, Source, Time};
pub use stream::Disposition;
