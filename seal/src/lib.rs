//! The leaf, the chain, the MAC and the verifier of the sealed trail. Pure: no I/O.
//!
//! ```text
//! Classified ──▶ leaf (canonical JSON) ──▶ leaf hash ──▶ next link's `prev`
//!                       └────────────────▶ MAC (key id beside it)
//! ```
//!
//! Sealing is a function of the event, its source position, the chain's state and the key: no clock, no randomness.

pub mod canonical;
pub mod chain;
pub mod checkpoint;
pub mod draft;
mod error;
pub mod fence;
pub mod keys;
pub mod leaf;
pub mod mac;
pub mod merkle;
pub mod projection;
pub mod proof;
pub mod protect;
pub mod sealer;
pub mod state;
pub mod verify;

pub use chain::{LeafHash, Sequence};
pub use error::SealError;
pub use sealer::{Consumed, Protected, Sealed, Sealer, Vault};
pub use state::ChainState;
