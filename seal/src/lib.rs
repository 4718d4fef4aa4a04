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
mod error;
pub mod leaf;
pub mod mac;
pub mod projection;
mod sealer;
pub mod verify;

pub use chain::{ChainState, LeafHash, Sequence};
pub use error::LeafError;
pub use leaf::{Leaf, Reject, SourcePosition};
pub use mac::{KeyId, MacKey, Signer};
pub use projection::Projection;
pub use sealer::Sealer;
pub use verify::{ChainVerifier, Finding, StoredRecord, Verdict};
