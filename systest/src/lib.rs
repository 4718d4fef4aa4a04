//! Tests across processes on the real stack.
//!
//! `make stack-test` brings a stack up and runs them. Each test starts from empty topics and empty stores, and judges by
//! what Kafka and the stores hold, never by what a service says of itself.

mod ground;

pub use ground::Ground;
