//! The key hierarchy: what is derived from what, which type may sign, and which may only check.
//!
//! ```text
//! epoch key ──▶ segment key ──▶ MAC of each leaf          tenant root ──▶ token key ──▶ tokens, handles, tags
//!     ├───────▶ fence key ────▶ MAC of a fence            tenant KEK ···wraps···▶ subject key ──▶ salt key, disclosure key
//!     ├───────▶ reject key ───▶ digest of a refused record
//!     └───────▶ proof of a key-epoch leaf
//! ```
//!
//! A [`KeyProvider`] keeps the keys (a file, a hardware token); a [`Custodian`] before it says who may do what with
//! which key, and reports every operation. An epoch key may stay inside a token: see [`KeyedHash`].

mod cipher;
mod custodian;
mod epoch;
mod error;
mod event;
pub mod file;
mod id;
mod keyed;
mod provider;
mod secret;
mod state;

pub use cipher::{decrypt_secret, encrypt_secret};
pub use custodian::Custodian;
pub use epoch::{Boundary, EpochKey, EpochVerifier};
pub use error::{Disposition, KeyError};
pub use event::{KeyEvent, Operation, Outcome, Report};
pub use id::KeyId;
pub use keyed::{Keyed, KeyedHash, kdf};
pub use provider::{KeyInfo, KeyProvider, Purpose};
pub use secret::Secret;
pub use state::{KeyState, Use};
