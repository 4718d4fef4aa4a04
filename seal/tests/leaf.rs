//! The final leaf from outside: golden vectors, replay, what hiding leaves, and what the sealer refuses.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "leaf/fixture.rs"]
mod fixture;
#[path = "leaf/golden.rs"]
mod golden;
#[path = "leaf/replay.rs"]
mod replay;
