//! Names in lower case: `pt john smith`, `dr patel`, `results for maria gonzalez`.

use super::before::{Side, before};
use super::{ENOUGH, Found};
use crate::finding::Evidence;
use crate::gazetteer::{Fact, Known, Role};
use crate::listed::{Kind, Scene};
use crate::text::Class;

/// Two words in lower case without anything before them have to be hardly anything but a name.
const ENOUGH_ALONE: i32 = 15;

pub(super) fn find(scene: &Scene<'_>, taken: &[bool], at: usize) -> Option<Found> {
    let known = scene.known(at);
    // Most words end here.
    if !possible(known, known.common()) {
        return None;
    }
    let side = before(scene, at, usize::MAX);
    if side.points < -5 {
        return None;
    }
    let opening = weigh(known);
    if let Some(found) = inverted(scene, at, side) {
        return Some(found);
    }
    let mut last = at;
    let mut sum = opening;
    let mut words = 1;
    while words < 3 {
        let Some(next) = next_word(scene, taken, last) else { break };
        let own = weigh(scene.known(next));
        if own < 4 {
            break;
        }
        sum += own;
        last = next;
        words += 1;
    }
    accept(scene, (at, last), words, (sum, side))
}

/// `labs for smith, robert`: a surname, a comma and a given name behind a word that a person may follow.
fn inverted(scene: &Scene<'_>, at: usize, side: Side) -> Option<Found> {
    let (family, given) = (scene.known(at), scene.known(at + 2));
    let row = scene.is_mark(at + 1, b',') && scene.is_tight(at + 1) && scene.class(at + 2) == Some(Class::Lower);
    let listed = family.last() >= 8 && family.last() > family.first() && given.first() >= 8 && given.common() == 0;
    let goes_on = scene.is_mark(at + 3, b',') || scene.word(at + 3) == "and";
    let evidence = Evidence::FIRST_NAME.with(Evidence::LAST_NAME).with(side.evidence);
    (row && listed && !goes_on && side.points > 1).then_some(Found {
        first: at,
        last: at + 2,
        kind: Kind::NameInverted,
        points: ENOUGH + 4,
        evidence,
    })
}

fn accept(scene: &Scene<'_>, (first, last): (usize, usize), words: i32, (sum, side): (i32, Side)) -> Option<Found> {
    let announced = side.announces() || scene.known(first.wrapping_sub(1)).plays_any(ANNOUNCES);
    let first_known = scene.known(first);
    let given_first = first_known.first() >= 6;
    let points = sum + side.points + if words > 1 { 2 } else { 0 };
    let enough = match (announced, words) {
        (true, _) => points > ENOUGH && (words > 1 || first_known.common() <= 2 || side.points >= 10),
        (false, 1) => false,
        (false, _) => given_first && points >= ENOUGH_ALONE && scene.known(last).last() >= 5,
    };
    if !enough || behind_is_term(scene, last + 1, side.announces()) {
        return None;
    }
    let evidence = Evidence::FIRST_NAME.with(Evidence::LAST_NAME).with(side.evidence);
    let kind = side.kind.unwrap_or(Kind::NameLower);
    Some(Found { first, last, kind, points: points.min(ENOUGH + 9), evidence })
}

/// Words that announce a person also in lower case.
const ANNOUNCES: u64 = Role::set(&[Role::Person, Role::SoftTitle, Role::Relation, Role::Greeting]);

/// A listed name that is no common word, or hardly one.
fn possible(known: Known, common: i32) -> bool {
    known.is_listed_name()
        && (common == 0 || known.first() >= 10 || known.last() >= 11)
        && !known.plays_any(Role::set(&[Role::Calendar, Role::Demonym, Role::Never, Role::Person, Role::Title]))
}

fn weigh(known: Known) -> i32 {
    if !possible(known, known.common()) && !(known.last() >= 9 && known.common() <= 6) {
        return -9;
    }
    let first = if known.first() > 0 { 3 + known.first() / 2 } else { 0 };
    let last = if known.last() > 0 { 2 + known.last() / 2 } else { 0 };
    let common = if known.first() >= 12 || known.last() >= 12 { known.common() } else { known.common() * 2 };
    let mut loss = common;
    if known.is(Fact::Drug) || known.is(Fact::Clinical) || known.is(Fact::Eponym) {
        loss += if known.first() >= 8 || known.last() >= 9 { 2 } else { 6 };
    }
    if known.plays(Role::Eponym) {
        loss += 5;
    }
    if known.city() > 3 && known.first() < 8 {
        loss += 2;
    }
    first.max(last) - loss
}

fn next_word(scene: &Scene<'_>, taken: &[bool], at: usize) -> Option<usize> {
    // An initial may stand between: `john q public`.
    let next = at + 1;
    let fits = |place: usize| {
        !taken.get(place).copied().unwrap_or(true)
            && scene.class(place) == Some(Class::Lower)
            && scene.token(place).is_some_and(|token| token.space_before() && token.len() > 1)
    };
    fits(next).then_some(next)
}

/// `crohn disease`, `john.smith@`, `smith_report`.
fn behind_is_term(scene: &Scene<'_>, at: usize, announced: bool) -> bool {
    let Some(token) = scene.token(at) else { return false };
    if !token.space_before() && matches!(token.mark, b'@' | b'_' | b'/' | b'\\' | b'=') {
        return true;
    }
    if token.is_mark(b'.')
        && scene.is_tight(at)
        && scene.is_tight(at + 1)
        && scene.token(at + 1).is_some_and(crate::text::Token::is_word)
    {
        return true;
    }
    let known = scene.known(if scene.is_possessive(at) { at + 2 } else { at });
    !announced
        && known.plays_any(Role::set(&[
            Role::EponymHead,
            Role::CareHead,
            Role::Street,
            Role::Company,
            Role::ThingAfter,
        ]))
}
