//! Words of a sure name that stand alone elsewhere in the same text.

use super::before::before;
use crate::finding::Evidence;
use crate::gazetteer::{Known, Role};
use crate::label::Label;
use crate::listed::{Hit, Kind, Scene};
use crate::text::Class;

/// From this on a name is sure enough to be looked for.
const SURE: u8 = 64;
const SCORE: u8 = 75;

/// The words to look for: a small open-addressed table, so that each word of the text costs one look.
struct Wanted {
    slots: [u64; 256],
    count: usize,
}

impl Wanted {
    const MOST: usize = 128;

    fn slot(&self, fold: u64) -> usize {
        let mut at = (fold.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize;
        while self.slots.get(at).is_some_and(|slot| *slot != 0 && *slot != fold) {
            at = (at + 1) % 256;
        }
        at
    }

    fn insert(&mut self, fold: u64) {
        let at = self.slot(fold);
        if let Some(slot) = self.slots.get_mut(at).filter(|slot| **slot == 0)
            && self.count < Self::MOST
        {
            *slot = fold;
            self.count += 1;
        }
    }

    fn has(&self, fold: u64) -> bool {
        self.slots.get(self.slot(fold)).is_some_and(|slot| *slot == fold)
    }
}

/// Adds the words of names found before wherever else they stand.
pub(crate) fn recall(scene: &Scene<'_>, taken: &[bool], hits: &mut Vec<Hit>) {
    let mut wanted = Wanted { slots: [0; 256], count: 0 };
    let mut at = 0;
    for hit in hits.iter().filter(|hit| hit.kind.label() == Label::Name && hit.score >= SURE) {
        at += scene.tokens.get(at..).map_or(0, |rest| rest.partition_point(|token| token.end <= hit.start));
        while let Some(token) = scene.token(at).filter(|token| token.start < hit.end) {
            if token.is_word() && token.len() > 2 && is_telling(scene.known(at)) {
                wanted.insert(token.fold);
            }
            at += 1;
        }
    }
    if wanted.count == 0 {
        return;
    }
    for (at, token) in scene.tokens.iter().enumerate() {
        let free = !taken.get(at).copied().unwrap_or(true);
        if free && token.is_word() && token.class != Class::Lower && wanted.has(token.fold) && stands_alone(scene, at) {
            let whole = hyphenated_from(scene, at);
            let first = if super::is_free(taken, whole, at) { whole } else { at };
            let found = scene.hit((first, at), Kind::NameRecalled, SCORE, Evidence::KNOWN_VALUE.with(Evidence::CASE));
            push(hits, found);
        }
    }
}

/// Both halves of `Jean-Luc` may be wanted: they are one finding.
fn push(hits: &mut Vec<Hit>, found: Option<Hit>) {
    match (hits.last_mut(), found) {
        (Some(last), Some(found)) if last.kind == Kind::NameRecalled && found.start < last.end => last.end = found.end,
        (_, found) => hits.extend(found),
    }
}

/// Not an everyday word, a particle or a title that the name happened to hold.
fn is_telling(known: Known) -> bool {
    !known.plays_any(Role::set(&[Role::Particle, Role::Title, Role::Calendar, Role::Never]))
}

/// `Al-Hassan`, of which `Hassan` is looked for.
fn hyphenated_from(scene: &Scene<'_>, at: usize) -> usize {
    let joined = at >= 2 && scene.is_mark(at - 1, b'-') && scene.is_tight(at - 1) && scene.is_tight(at);
    if joined && scene.is_capital(at - 2) { at - 2 } else { at }
}

/// No part of a path, an address or a term; an everyday word has to do what persons do.
fn stands_alone(scene: &Scene<'_>, at: usize) -> bool {
    let next = scene.known(at + 1);
    let everyday = scene.known(at).common() >= 5;
    let acts = next.plays_any(Role::set(&[Role::SayVerb, Role::BeVerb])) || scene.is_possessive(at + 1);
    let owned = scene.is_possessive(at + 1) && scene.plays(at + 3, Role::EponymHead);
    if everyday && !acts || next.plays(Role::EponymHead) || owned {
        return false;
    }
    let named_after = Role::set(&[Role::CareHead, Role::Street, Role::Company]);
    before(scene, hyphenated_from(scene, at), usize::MAX).points > -10
        && !(next.plays_any(named_after) && scene.is_capital(at + 1))
        && !(scene.is_tight(at + 1) && matches!(scene.token(at + 1).map_or(0, |t| t.mark), b'@' | b'_' | b'/' | b'\\'))
}
