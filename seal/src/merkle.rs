//! The Merkle tree over a chain's leaves, as RFC 6962 defines it.
//!
//! ```text
//! leaf hashes ──▶ Edge (one hash per complete subtree) ──▶ root
//! ```

mod edge;
mod hash;

pub use edge::Edge;
pub use hash::Hash;

/// The largest tree that anything here speaks about: no sum or shift of sizes overflows below it.
pub const SIZE_MAX: u64 = 1 << 63;
