//! Names in a row: `Barlow, Ito, Czerny and Mutasa`, of which one is sure. What stands between commas beside a name, and
//! has no other sense, is a name as well.

use super::word::{OTHER_SENSE, is_unknown};
use crate::finding::Evidence;
use crate::gazetteer::{Fact, Known, Role};
use crate::label::Label;
use crate::listed::{Hit, Kind, Scene};
use crate::text::Class;

const SCORE: u8 = 66;
/// How many neighbours one name has on each side.
const MOST: usize = 8;

/// Adds the neighbours of the names that are found already.
pub(crate) fn rows(scene: &Scene<'_>, taken: &[bool], hits: &mut Vec<Hit>) {
    let count = hits.len();
    let mut at = 0;
    // What a row has on its right is not looked at again from its next name's left.
    let mut done = 0;
    for place in 0..count {
        let Some(hit) = hits.get(place).copied().filter(|hit| hit.kind.label() == Label::Name) else { continue };
        at += scene.tokens.get(at..).map_or(0, |rest| rest.partition_point(|token| token.end <= hit.start));
        let last = at
            + scene.tokens.get(at..).map_or(0, |rest| rest.partition_point(|token| token.start < hit.end)).max(1)
            - 1;
        let shouted = scene.class(at) == Some(Class::Upper) && !scene.is_initial(at);
        let mut first = at;
        for _ in 0..MOST {
            let Some((from, to)) =
                left(scene, first, shouted).filter(|(from, to)| *from >= done && super::is_free(taken, *from, *to))
            else {
                break;
            };
            hits.extend(scene.hit((from, to), Kind::NameSingle, SCORE, EVIDENCE));
            first = from;
        }
        let mut end = last;
        for _ in 0..MOST {
            let Some((from, to)) = right(scene, end, shouted).filter(|(from, to)| super::is_free(taken, *from, *to))
            else {
                break;
            };
            hits.extend(scene.hit((from, to), Kind::NameSingle, SCORE, EVIDENCE));
            end = to;
        }
        done = end + 1;
    }
}

const EVIDENCE: Evidence = Evidence::NEIGHBOURS.with(Evidence::LIST);

/// `, `, ` and `, `, and `, `, President, `: the first token behind what joins.
fn joint(scene: &Scene<'_>, last: usize) -> Option<usize> {
    let mut next = last + 1;
    if scene.is_mark(next, b',') || scene.is_mark(next, b';') {
        next += 1;
        if scene.plays(next, Role::Job) && scene.is_capital(next) && scene.is_mark(next + 1, b',') {
            next += 2;
        }
    }
    if matches!(scene.word(next), "and" | "&" | "und" | "et" | "og" | "och" | "y") {
        next += 1;
    }
    (next > last + 1).then_some(next)
}

fn right(scene: &Scene<'_>, last: usize, shouted: bool) -> Option<(usize, usize)> {
    let from = joint(scene, last)?;
    let to = name(scene, from, shouted)?;
    let next = scene.token(to + 1);
    let ends = next.is_none_or(|next| {
        matches!(next.mark, b',' | b';' | b'.' | b')' | b'(' | b'?' | b'!') || next.class == Class::Newline
    });
    // `Anna Berg, Mepilex and gauze` is no row of people.
    let goes_on = matches!(scene.word(to + 1), "and" | "&" | "or") && scene.is_capital(to + 2);
    let acts = matches!(scene.word(to + 1), "all" | "were" | "are" | "have");
    (ends || goes_on || acts).then_some((from, to))
}

fn left(scene: &Scene<'_>, first: usize, shouted: bool) -> Option<(usize, usize)> {
    let mut to = first.checked_sub(1)?;
    let word = matches!(scene.word(to), "and" | "&" | "und" | "et" | "og" | "och" | "y");
    if word {
        to = to.checked_sub(1)?;
    }
    if scene.is_mark(to, b',') || scene.is_mark(to, b';') {
        to = to.checked_sub(1)?;
    } else if !word {
        return None;
    }
    let hyphen = to >= 2 && scene.is_mark(to - 1, b'-') && scene.is_tight(to - 1) && scene.is_tight(to);
    let from = if hyphen { to - 2 } else { to };
    if name(scene, from, shouted)? != to {
        return None;
    }
    // A row goes on to the left, or starts behind what announces it.
    let before = from.checked_sub(1)?;
    let opens = matches!(scene.token(before)?.mark, b',' | b':' | b'(' | b';')
        || matches!(scene.word(before), "and" | "&")
        || scene.known(before).plays_any(Role::set(&[Role::Relation, Role::Person]));
    opens.then_some((from, to))
}

/// One or two capitals that no list has as anything but names.
fn name(scene: &Scene<'_>, from: usize, shouted: bool) -> Option<usize> {
    let fits = |at: usize| {
        let class = scene.class(at);
        let cased =
            class == Some(Class::Capital) || class == Some(Class::Mixed) || shouted && class == Some(Class::Upper);
        let long = scene.token(at).is_some_and(|token| token.len() >= 3);
        cased && long && is_plain(scene.known(at))
    };
    if !fits(from) {
        return None;
    }
    let hyphen = scene.is_mark(from + 1, b'-') && scene.is_tight(from + 1) && scene.is_tight(from + 2);
    if hyphen && scene.is_capital(from + 2) {
        return Some(from + 2);
    }
    let spaced = scene.token(from + 1).is_some_and(|token| token.space_before() && token.class != Class::Newline);
    Some(if spaced && fits(from + 1) { from + 1 } else { from })
}

fn is_plain(known: Known) -> bool {
    let facts = [Fact::Drug, Fact::Clinical, Fact::Country, Fact::State];
    let listed = (known.first() >= 3 || known.last() >= 1) && known.common() <= 3;
    let listed = listed && (known.city() < 4 || known.city() == 4 && known.last() >= 6);
    (is_unknown(known) || listed)
        && !known.plays_any(OTHER_SENSE | Role::Postnominal.bit())
        && facts.iter().all(|fact| !known.is(*fact))
}
