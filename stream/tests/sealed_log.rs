//! The sealed log under every interleaving of small cases, and under arbitrary logs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "sealed_log/arbitrary.rs"]
mod arbitrary;
#[path = "sealed_log/broken.rs"]
mod broken;
#[path = "sealed_log/model.rs"]
mod model;
#[path = "sealed_log/reference.rs"]
mod reference;
#[path = "sealed_log/small.rs"]
mod small;
