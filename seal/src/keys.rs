//! The key hierarchy: what is derived from what, which type may sign, and which may only check.
//!
//! ```text
//! epoch key ──▶ segment key ──▶ MAC of each leaf          tenant root ──▶ token key ──▶ tokens, handles, tags
//!     ├───────▶ fence key ────▶ MAC of a fence            tenant KEK ···wraps···▶ subject key ──▶ salt key, disclosure key
//!     └───────▶ proof of a key-epoch leaf
//! ```
//!
//! An epoch key may stay inside a hardware token: see [`KeyedHash`].

mod epoch;
mod error;
mod id;
mod keyed;
mod secret;

pub use epoch::{Boundary, EpochKey, EpochVerifier};
pub use error::{Disposition, KeyError};
pub use id::KeyId;
pub use keyed::{Keyed, KeyedHash, kdf};
pub use secret::Secret;
