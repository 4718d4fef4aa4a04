//! The draft leaf (version 0), which the pipeline still writes: the whole event in clear, no segments, one key.
//!
//! It goes when enrich and the sinks move to version 1.

pub mod chain;
mod error;
pub mod leaf;
pub mod mac;
pub mod projection;
mod sealer;
pub mod verify;

pub use chain::ChainState;
pub use error::LeafError;
pub use leaf::{Leaf, Reject, SourcePosition};
pub use mac::{KeyId, MacKey, Signer};
pub use projection::Projection;
pub use sealer::Sealer;
pub use verify::{ChainVerifier, Finding, StoredRecord, Verdict};
