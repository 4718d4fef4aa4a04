//! From leaves back to the chain's state: how a sealer goes on after somebody else, or after its own crash.
//!
//! What was sealed is read with the verifier's reader, and each segment-close must say what the leaves before it add up to.

use crate::chain::LeafHash;
use crate::error::SealError;
use crate::leaf::{Body, Envelope, Kind};
use crate::state::{ChainState, News};
use crate::verify::{Leaf, ReadError};

/// Why a chain cannot be gone on with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the leaf belongs to another chain")]
    OtherChain,
    #[error("the segment-close does not say what the leaves before it add up to")]
    Close,
    #[error(transparent)]
    Place(#[from] SealError),
}

/// A leaf as it was read back.
#[derive(Debug, Clone, Copy)]
pub struct Replayed<'a> {
    leaf: Leaf<'a>,
    hash: LeafHash,
}

impl<'a> Replayed<'a> {
    pub fn read(leaf: &'a [u8]) -> Result<Self, ReadError> {
        Ok(Self { leaf: Leaf::read(leaf)?, hash: LeafHash::of(leaf) })
    }

    #[must_use]
    pub fn envelope(&self) -> &Envelope<'a> {
        &self.leaf.envelope
    }

    #[must_use]
    pub fn hash(&self) -> LeafHash {
        self.hash
    }
}

impl ChainState {
    /// The state after one more leaf, which must stand next.
    pub fn replay(&mut self, chain: &str, replayed: &Replayed<'_>) -> Result<(), ReplayError> {
        let Replayed { leaf, hash } = replayed;
        if leaf.envelope.chain != chain {
            return Err(ReplayError::OtherChain);
        }
        let news = match leaf.envelope.kind {
            Kind::Genesis | Kind::KeyEpoch | Kind::SegmentClose | Kind::OwnerChange => self.news(&leaf.body()?)?,
            _ => News::None,
        };
        Ok(self.follow(&leaf.envelope, news, *hash)?)
    }

    fn news(&self, body: &Body<'_>) -> Result<News, ReplayError> {
        match body {
            Body::SegmentClose(close) if *close != self.close() => Err(ReplayError::Close),
            body => Ok(News::of(body).map_err(SealError::from)?),
        }
    }
}
