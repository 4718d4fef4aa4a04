//! What the stores keep of a sealed record, down to the last byte, and how often.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod beside;
mod log;
mod migrate;
mod once;
mod proxy;
mod questions;
