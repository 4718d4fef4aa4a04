//! What a sealer is given and what it gives back.

use phi::Level;
use phi::hidden::Hidden;
use schemas::{AuditEvent, Extras};

use crate::chain::{LeafHash, Sequence};

/// An event with all that was found out about it.
#[derive(Debug, Clone)]
pub struct Protected<'e> {
    pub event: &'e AuditEvent<'e>,
    pub level: Level,
    /// The policy's version.
    pub policy: &'e str,
    /// What the leaf holds as digests, in the order of canonical JSON.
    pub hidden: &'e [Hidden],
    /// Search tokens by field, for beside the leaf.
    pub tokens: Extras<'e>,
    /// Free text without its PHI by path, for beside the leaf.
    pub redacted: Extras<'e>,
}

/// The input record that a leaf accounts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumed {
    pub offset: i64,
    /// Milliseconds since 1970. What no leaf can hold counts as no time.
    pub time: i64,
}

/// Where hiding gets subjects' keys and nonces from.
#[derive(Debug)]
pub struct Vault<'v, K, N> {
    pub keys: &'v mut K,
    pub nonces: &'v mut N,
}

/// What was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    pub sequence: Sequence,
    pub hash: LeafHash,
}
