//! Who may publish and read: API keys, signed requests and the guard against replays. Pure: no I/O.
//!
//! ```text
//!                     ┌─ Bearer ─▶ KeyRing::authenticate ──────────────────────────────────────┐
//! headers ▶ Credentials                                                                        ├─▶ &Key ─▶ may(Scope)
//!                     └─ Signed ─▶ KeyRing::authenticate_signed ─▶ Pending::once(ReplayGuard) ─┘
//! ```
//!
//! Time and random bytes are arguments. Bounds: a key has at most [`SECRETS_MAX`] secrets, the guard remembers at most
//! [`replay::Bounds::nonces_max`] nonces, and a header longer than 1 KiB is refused unread.

mod api_key;
mod credentials;
mod error;
mod issue;
mod key;
mod names;
mod refusal;
pub mod replay;
mod ring;
pub mod signature;
mod unix_seconds;

pub use api_key::{IssuedKey, KeyId};
pub use credentials::Credentials;
pub use error::{Disposition, Error};
pub use issue::{Grant, Issued, Random};
pub use key::{Key, Limits, SECRETS_MAX, Secret, Sha256Digest, Signed, State};
pub use names::{Name, Scope};
pub use refusal::{Refusal, SignatureFault};
pub use replay::ReplayGuard;
pub use ring::{KeyRing, Pending};
pub use signature::{SigningMaster, SigningPolicy, SigningSecret};
pub use unix_seconds::UnixSeconds;
