//! The verifier of version 1 from outside: every attack on a stored chain is named, and nothing else is.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "verify/attacks.rs"]
mod attacks;
#[path = "verify/beside.rs"]
mod beside;
#[path = "verify/chains.rs"]
mod chains;
#[path = "verify/control.rs"]
mod control;
#[path = "verify/flips.rs"]
mod flips;
#[path = "verify/starts.rs"]
mod starts;
