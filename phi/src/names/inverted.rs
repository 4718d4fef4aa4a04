//! `Last, First M.` and `LAST^FIRST^M`.

use super::before::{Side, before};
use super::parts::{Part, Run, Sort};
use super::weigh::standing;
use super::word::points;
use super::{ENOUGH, Found, Place};
use crate::finding::Evidence;
use crate::gazetteer::{Fact, Role};
use crate::listed::{Kind, Scene};
use crate::text::Class;

/// A comma alone joins lists as well: more is asked than of a name without one.
const ENOUGH_WITH_COMMA: i32 = ENOUGH + 3;

pub(super) fn find(place: &Place<'_, '_>, run: &Run, taken: &[bool]) -> Option<Found> {
    caret(place.scene, run).or_else(|| comma(place, run, taken))
}

/// Components of HL7 version 2: `SMITH^JOHN^A`.
fn caret(scene: &Scene<'_>, run: &Run) -> Option<Found> {
    let first = run.parts().last()?;
    let mut last = first.last;
    let mut words = 1;
    let term = first.known.is(Fact::Clinical) || first.known.is(Fact::Drug) || first.known.common() > 4;
    let mut listed = first.known.last() >= 5;
    if term && first.known.last() < 9 {
        return None;
    }
    while words < 5 && scene.is_mark(last + 1, b'^') && scene.is_tight(last + 1) && scene.is_tight(last + 2) {
        let Some(token) = scene.token(last + 2).filter(|token| token.is_word()) else { break };
        // An address has components as well.
        if words == 1 && (token.len() == 2 && scene.plays(last + 2, Role::StateAbbr)) {
            return None;
        }
        listed |= scene.known(last + 2).first() >= 5 && token.len() > 1;
        last += 2;
        words += 1;
        while scene.is_mark(last + 1, b'-')
            && scene.is_tight(last + 1)
            && scene.token(last + 2).is_some_and(|next| next.is_word() && !next.space_before())
        {
            last += 2;
        }
    }
    let long = first.sort == Sort::Word && words > 1 && listed;
    let evidence = Evidence::SHAPE.with(Evidence::LAST_NAME);
    long.then_some(Found { first: first.first, last, kind: Kind::NameCaret, points: ENOUGH + 10, evidence })
}

fn comma(place: &Place<'_, '_>, run: &Run, taken: &[bool]) -> Option<Found> {
    let scene = place.scene;
    let end = run.end();
    if !scene.is_mark(end, b',') || !scene.is_tight(end) {
        return None;
    }
    let (family, start) = family(place, run)?;
    let given = Run::read(scene, taken, end + 1);
    let side = before(scene, start, place.last_name);
    if let Some(found) = with_initial(place, family, start, given.parts(), side) {
        return Some(found);
    }
    let (given_points, last) = given_names(place, given.parts(), side.announces())?;
    // `its Shanice, Tyrell's mum`: two people.
    if scene.is_possessive(last + 1) && scene.plays(last + 3, Role::Relation) {
        return None;
    }
    let eponym = if family.known.plays(Role::Eponym) && family.known.last() >= 6 { 5 } else { 0 };
    let own = points(scene, family, standing(place, family, side.announces())).family + eponym;
    let contrast = if contrasts(scene, family, given.parts()) { 5 } else { 0 };
    let own = own + contrast;
    let particles = if start < family.first { 4 } else { 0 };
    let commoner_as_surname = family.known.last() >= family.known.first() || family.known.last() == 0;
    if own < 1 || !commoner_as_surname {
        return None;
    }
    // `in Springfield, Madison`.
    let whole = own + particles + given_points + side.points + 2;
    let evidence = Evidence::FIRST_NAME.with(Evidence::SHAPE).with(side.evidence);
    let kind = side.kind.unwrap_or(Kind::NameInverted);
    (whole >= ENOUGH_WITH_COMMA).then_some(Found { first: start, last, kind, points: whole, evidence })
}

/// `IDRISSOU, Moussa`: capitals tell the surname from the given name.
fn contrasts(scene: &Scene<'_>, family: &Part, given: &[Part]) -> bool {
    let upper =
        |at: usize| scene.class(at) == Some(Class::Upper) && scene.token(at).is_some_and(|token| token.len() > 2);
    let capital = given.first().is_some_and(|part| scene.class(part.first) == Some(Class::Capital));
    let plain = family.known.common() <= 2 && !family.known.is(Fact::Clinical) && !family.known.is(Fact::Drug);
    upper(family.first) && capital && plain
}

/// `Calderón, N.`, `HALVORSTAD, G. R.`: a surname and initials with their full stops.
fn with_initial(place: &Place<'_, '_>, family: &Part, start: usize, given: &[Part], side: Side) -> Option<Found> {
    let initials = given.iter().take_while(|part| part.sort == Sort::Initial && part.last == part.first + 1).count();
    let last = initials.checked_sub(1).and_then(|at| given.get(at))?;
    let known = family.known;
    let long = place.scene.token(family.first).is_some_and(|token| token.len() >= 3);
    let other = known.is(Fact::Clinical) || known.is(Fact::Drug) || known.plays_any(super::word::OTHER_SENSE);
    let listed = known.last() >= 5 && known.common() <= 5;
    let fits = !other && long && (super::word::is_unknown(known) || listed || family.joined && known.common() == 0);
    let evidence = Evidence::SHAPE.with(Evidence::LAST_NAME).with(side.evidence);
    let kind = side.kind.unwrap_or(Kind::NameInverted);
    let points = ENOUGH + 2 + side.points.clamp(0, 6);
    (fits && initials <= 3 && side.points > -5).then_some(Found {
        first: start,
        last: last.last,
        kind,
        points,
        evidence,
    })
}

/// The surname that ends a run: one word with its particles, not the end of a full name.
fn family<'r>(place: &Place<'_, '_>, run: &'r Run) -> Option<(&'r Part, usize)> {
    let (last, rest) = run.parts().split_last()?;
    if last.sort != Sort::Word {
        return None;
    }
    let particles = rest.iter().rev().take_while(|part| part.sort == Sort::Particle).count();
    let start = rest.get(rest.len() - particles).map_or(last.first, |part| part.first);
    let before = rest.len().checked_sub(particles + 1).and_then(|at| rest.get(at));
    let full_name = before.is_some_and(|part| {
        let name = part.known.first() > 3 && points(place.scene, part, standing(place, part, false)).given >= 4;
        part.sort == Sort::Initial || name
    });
    (!full_name).then_some((last, start))
}

/// One or two given names, and an initial; words behind that are no names do not count.
fn given_names(place: &Place<'_, '_>, parts: &[Part], announced: bool) -> Option<(i32, usize)> {
    let is_name =
        |part: &&Part| part.sort != Sort::Word || points(place.scene, part, standing(place, part, false)).best() >= 2;
    let count = parts.iter().take_while(is_name).count();
    let parts = parts.get(..count)?;
    let first = parts.first().filter(|part| part.sort == Sort::Word)?;
    let own = points(place.scene, first, standing(place, first, false)).given;
    // More words make it a name of its own: `Dorn, President, Carl Berg`.
    let words = parts.iter().filter(|part| part.sort != Sort::Initial).count();
    let second = parts.get(1).filter(|part| part.sort == Sort::Word);
    let both_given = second.is_none_or(|part| part.known.first() >= part.known.last() && part.known.first() >= 5);
    let least = if announced || parts.len() > words { 1 } else { 4 };
    if own < least || words > 2 || !both_given {
        return None;
    }
    let initials = parts.len() - words;
    let last = parts.last()?;
    // A list of people goes on with a comma or `and`.
    let next = last.last + 1;
    let listed = place.scene.is_mark(next, b',') && place.scene.known(next + 1).first() >= 5 && initials == 0;
    let bonus = i32::try_from(initials).unwrap_or(0) * 3 - if listed { 5 } else { 0 };
    Some((own + bonus, last.last))
}
