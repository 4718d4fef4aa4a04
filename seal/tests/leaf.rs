//! The final leaf from outside: golden vectors, replay, what hiding leaves, and what the sealer refuses.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "leaf/fixture.rs"]
mod fixture;
#[path = "leaf/golden.rs"]
mod golden;
#[path = "leaf/hiding.rs"]
mod hiding;
#[path = "leaf/limits.rs"]
mod limits;
#[path = "leaf/replay.rs"]
mod replay;
#[path = "leaf/rfc9901.rs"]
mod rfc9901;
