//! The leaf, the chain, the MAC and the verifier of the sealed trail. Pure: no I/O.
//!
//! ```text
//! Classified ──▶ leaf (canonical JSON) ──▶ leaf hash ──▶ next link's `prev`
//!                       └────────────────▶ MAC (key id beside it)
//! ```
//!
//! Sealing is a function of the event, its source position, the chain's state and the keys: no clock, no randomness but nonces.
//!
//! ```
//! use seal::keys::{EpochKey, KeyId, Secret};
//! use seal::{ChainState, Consumed, Sealer, leaf::Genesis};
//!
//! let key = EpochKey::new(KeyId::new("k-1")?, &Secret::new([1; 32]));
//! let owner = schemas::Owner { term: 1, generation: 1, attempt: 0, id: "worker-a" };
//! let mut sealer = Sealer::new("audit.events/0", ChainState::new(), key, owner)?;
//! let genesis = Genesis { config: [0; 32], key: "k-1".into(), previous: None, topic: "id".into(), trail: "t".into() };
//! let (mut first, mut second) = (Vec::new(), Vec::new());
//! sealer.genesis(0, 0, genesis, &mut first)?;
//! sealer.reject(Consumed { offset: 0, time: -1 }, b"not an event", "truncated", &mut second)?;
//! assert_eq!(sealer.state().source_next(), 1);
//! assert!(schemas::SealedRecord::decode(&second).is_ok());
//! # Ok::<(), seal::SealError>(())
//! ```

pub mod canonical;
pub mod chain;
pub mod checkpoint;
mod error;
pub mod fence;
pub mod keys;
pub mod leaf;
pub mod mac;
pub mod merkle;
pub mod projection;
pub mod proof;
pub mod protect;
pub mod replay;
pub mod sealer;
pub mod state;
mod twin;
pub mod verify;

pub use chain::{LeafHash, Sequence};
pub use error::SealError;
pub use sealer::{Consumed, Protected, Sealed, Sealer, Vault};
pub use state::{ChainState, News};
