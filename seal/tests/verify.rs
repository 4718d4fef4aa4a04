//! The verifier of version 1 from outside: every attack on a stored chain is named, and nothing else is.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "verify/attacks.rs"]
mod attacks;
#[path = "verify/beside.rs"]
mod beside;
#[path = "verify/blame.rs"]
mod blame;
#[path = "verify/chains.rs"]
mod chains;
#[path = "verify/control.rs"]
mod control;
#[path = "corpus/all.rs"]
mod corpus;
#[path = "verify/flips.rs"]
mod flips;
#[path = "verify/holes.rs"]
mod holes;
#[path = "verify/named.rs"]
mod named;
#[path = "verify/starts.rs"]
mod starts;
