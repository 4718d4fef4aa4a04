//! Names of people, places and organisations: what is found by word lists and neighbours instead of by form.
//!
//! [`find`] goes over the tokens a few times: places and organisations with evidence of their own, then people, then
//! single cities that nobody else wanted. It allocates nothing once its buffers are warm, and its cost is linear.

mod hit;
mod scene;
#[cfg(test)]
pub(crate) mod tables;

pub use hit::{Hit, Kind};
pub(crate) use scene::Scene;

use crate::gazetteer::{Gazetteer, Known};
use crate::text::{Claim, Token};
use crate::{names, places};

/// Reusable memory of [`find`].
#[derive(Debug, Default)]
pub struct Buffers {
    known: Vec<Known>,
    taken: Vec<bool>,
}

/// Adds to `hits` the people, places and organisations of a text. Tokens that `claims` cover are left alone.
pub fn find(input: Input<'_>, gazetteer: &Gazetteer, buffers: &mut Buffers, hits: &mut Vec<Hit>) {
    gazetteer.annotate(input.tokens, &mut buffers.known);
    buffers.taken.clear();
    buffers.taken.resize(input.tokens.len(), false);
    for claim in input.claims {
        cover(input.tokens, &mut buffers.taken, claim.start, claim.end);
    }
    let mut done = hits.len();
    let scene = Scene::new(input, gazetteer, &buffers.known);
    type Step = fn(&Scene<'_>, &[bool], &mut Vec<Hit>);
    let steps: [Step; 5] = [places::find, names::find, names::rows, places::find_cities, names::recall];
    for step in steps {
        step(&scene, &buffers.taken, hits);
        // Countries and states are mostly switched off, so they keep nothing from a name.
        for hit in hits.get(done..).unwrap_or_default().iter().filter(|hit| hit.kind.is_on()) {
            cover(input.tokens, &mut buffers.taken, hit.start, hit.end);
        }
        done = hits.len();
    }
}

/// The text that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Input<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
    /// What more specific recognisers have, in any order.
    pub claims: &'t [Claim],
    /// The text reads like a court's: people are written with initials.
    pub court: bool,
}

fn cover(tokens: &[Token], taken: &mut [bool], start: u32, end: u32) {
    let first = tokens.partition_point(|token| token.end <= start);
    let rest = tokens.get(first..).unwrap_or_default();
    let count = rest.iter().take_while(|token| token.start < end).count();
    taken.get_mut(first..first + count).unwrap_or_default().fill(true);
}

#[cfg(test)]
mod tests;
