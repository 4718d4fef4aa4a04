//! The free-text scanner: tokens, label words, recognisers, and who gets which part of the text.

pub mod claims;
pub mod fold;
pub mod token;

pub use claims::{Claim, Rank};
pub use fold::fold_hash;
pub use token::{Class, Token};
