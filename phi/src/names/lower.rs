//! Names in lower case: `pt john smith`, `dr patel`, `results for maria gonzalez-lópez`.

use super::after::after;
use super::before::{Side, before};
use super::telling;
use super::word::is_unknown;
use super::{ENOUGH, Found};
use crate::finding::Evidence;
use crate::gazetteer::{Fact, Known, Role};
use crate::listed::{Kind, Scene};
use crate::text::Class;

/// Two words in lower case without anything before them have to be hardly anything but a name.
const ENOUGH_ALONE: i32 = 12;
/// A word that no list has counts as a surname only behind a given name.
const UNKNOWN: i32 = 4;

/// Words that announce a person also in lower case.
const ANNOUNCES: u64 = Role::set(&[Role::Person, Role::SoftTitle, Role::Relation, Role::Greeting]);
/// Words that a person often follows.
const HINTS: u64 = Role::set(&[Role::BeforeName, Role::BeforeWeak, Role::Relation, Role::Person]);
const NO_NAME: u64 = Role::set(&[
    Role::Calendar,
    Role::Demonym,
    Role::Never,
    Role::Person,
    Role::Title,
    Role::Relation,
    Role::EponymHead,
    Role::ThingAfter,
    Role::BeVerb,
    Role::SayVerb,
]);

/// Tokens `first..=last` joined by hyphens and apostrophes, and what the best of them is known as.
#[derive(Clone, Copy)]
struct Word {
    last: usize,
    known: Known,
    initial: bool,
    joined: bool,
}

pub(super) fn find(scene: &Scene<'_>, taken: &[bool], at: usize) -> Option<Found> {
    // Most words end here.
    let known = scene.known(at);
    let joint = scene.is_tight(at + 1)
        && (scene.is_mark(at + 1, b'-') || scene.is_mark(at + 1, b'\'') || scene.is_mark(at + 1, b'.'));
    let titled = at > 0 && (scene.plays(at - 1, Role::Title) || scene.is_mark(at - 1, b'.') && scene.is_tight(at - 1));
    let called = at > 0 && scene.known(at - 1).plays_any(ANNOUNCES);
    let owns = is_unknown(known) && telling::owns_relation(scene, at + 1);
    let bedded = is_unknown(known) && telling::is_bedded_stranger(scene, (at, at));
    let kin = known.first() >= 5 && known.common() <= 4 && at > 0 && scene.plays(at - 1, Role::Relation);
    let strange = kin
        || telling::introduces_self(scene, at, known)
        || is_unknown(known) && (called || owns || bedded || scene.is_mark(at + 1, b','));
    let particle = at > 0 && scene.plays(at, Role::Particle) && scene.word(at).len() > 1;
    if !(possible(known) || joint || titled && known.common() <= 2 || strange || particle) {
        return None;
    }
    let mut side = before(scene, at, usize::MAX);
    if side.points < -5 {
        return None;
    }
    if particle && !possible(known) {
        // `orders for van den berg, bram`
        let family = particles(scene, at).filter(|start| *start > at).and_then(|start| word(scene, taken, start))?;
        return inverted(scene, taken, (at, family), side);
    }
    let opening = word(scene, taken, at)?;
    if let Some(found) = inverted(scene, taken, (at, opening), side) {
        return Some(found);
    }
    // A place stands behind `in`, unless the word is hardly anything but a given name.
    if side.points < 0
        && opening.known.first() >= 5
        && opening.known.city() == 0
        && scene.word(at.wrapping_sub(1)) == "in"
    {
        side = Side::NONE;
    }
    let mut sum = if opening.initial { 2 } else { weigh(opening.known, false) };
    if side.announces() && is_unknown(opening.known) && !opening.initial {
        sum = UNKNOWN - 1;
    }
    let (mut last, mut words) = (opening, 1);
    let given = opening.initial || opening.known.first() >= 4 && sum > 3 || side.announces() && sum > 3;
    while words < 4 {
        let Some(next) = particles(scene, last.last + 1).and_then(|start| word(scene, taken, start)) else { break };
        let own = if next.initial { 2 } else { weigh(next.known, given) };
        if own < 3 && !next.initial {
            break;
        }
        sum += own;
        last = next;
        words += 1;
    }
    accept(scene, (at, last), words, (sum, side), opening)
}

fn accept(
    scene: &Scene<'_>,
    (first, last): (usize, Word),
    words: i32,
    (sum, side): (i32, Side),
    opening: Word,
) -> Option<Found> {
    if last.initial && words == 1 || behind_is_term(scene, last.last + 1, side.announces()) {
        return None;
    }
    let known_before = scene.known(first.wrapping_sub(1));
    let announced = side.announces() || known_before.plays_any(ANNOUNCES) && side.points > 2;
    let called = known_before.plays(Role::BeforeName) && opening.known.first() >= 9 && opening.known.common() == 0;
    let right = after(scene, last.last, last.known, side.announces());
    let points = sum + side.points + right.points + if words > 1 { 2 } else { 0 };
    let surname = last.known.last() >= 5 || is_unknown(last.known) || last.joined;
    let enough = if announced || called {
        points > ENOUGH && (words > 1 || opening.known.common() <= 2 || side.points >= 10)
    } else {
        let given = opening.known.first() >= 4 || opening.initial && side.points > 1;
        let hinted = known_before.plays_any(HINTS) || telling::opens(scene, first);
        let least = if hinted { ENOUGH } else { ENOUGH_ALONE };
        words > 1 && given && surname && points >= least
    };
    let single = words == 1
        && (telling::single(scene, (first, last.last), opening.known)
            || telling::surname(scene, first, opening.known)
            || telling::introduces_self(scene, first, opening.known)
            || telling::asked_about(scene, (first, last.last), opening.known, last.joined)
            || is_unknown(opening.known)
                && (telling::owns_relation(scene, last.last + 1)
                    || telling::is_bedded_stranger(scene, (first, last.last)))
            || telling::titled_behind(scene, last.last, opening.known));
    let points = if single { points.max(ENOUGH + 1) } else { points };
    if !(enough || single) {
        return None;
    }
    let evidence = Evidence::FIRST_NAME.with(Evidence::LAST_NAME).with(side.evidence).with(right.evidence);
    let kind = side.kind.unwrap_or(Kind::NameLower);
    Some(Found { first, last: last.last, kind, points: points.min(ENOUGH + 9), evidence })
}

/// `labs for smith, robert`: a surname, a comma and a given name behind a word that a person may follow.
fn inverted(scene: &Scene<'_>, taken: &[bool], (at, family): (usize, Word), side: Side) -> Option<Found> {
    let comma = family.last + 1;
    if !scene.is_mark(comma, b',') || !scene.is_tight(comma) || family.initial {
        return None;
    }
    let given = word(scene, taken, comma + 1)?;
    let strong = family.known.last() >= 8 && family.known.last() > family.known.first();
    let strange = is_unknown(family.known) && given.known.first() >= 6;
    let telling = strong || family.joined || strange || side.announces() && weigh(family.known, true) > 2;
    let first = given.known.first() >= if side.announces() { 4 } else { 8 } && given.known.common() == 0;
    // A list of people goes on.
    let goes_on = scene.is_mark(given.last + 1, b',') && scene.known(given.last + 2).first() >= 5
        || scene.word(given.last + 1) == "and";
    let second = word(scene, taken, given.last + 1).filter(|second| second.initial || second.known.first() >= 8);
    let last = second.map_or(given.last, |second| second.last);
    let evidence = Evidence::FIRST_NAME.with(Evidence::LAST_NAME).with(side.evidence);
    let kind = side.kind.unwrap_or(Kind::NameInverted);
    (telling && first && !goes_on && side.points > 1).then_some(Found {
        first: at,
        last,
        kind,
        points: ENOUGH + 4,
        evidence,
    })
}

/// A word that is listed as a name and hardly as anything else.
fn possible(known: Known) -> bool {
    known.is_listed_name()
        && (known.common() == 0 || known.first() >= 10 || known.last() >= 11)
        && !known.plays_any(NO_NAME)
}

fn weigh(known: Known, behind_given: bool) -> i32 {
    if behind_given && is_unknown(known) && !known.plays_any(NO_NAME) {
        return UNKNOWN;
    }
    let surname = known.last() >= 9 && known.common() <= 6 && !known.plays_any(NO_NAME);
    if !(possible(known) || surname) {
        return -9;
    }
    let first = if known.first() > 0 { 3 + known.first() / 2 } else { 0 };
    let last = if known.last() > 0 { 2 + known.last() / 2 } else { 0 };
    let strong = known.first() >= 12 || known.last() >= 12;
    let mut loss = if behind_given && known.last() >= 9 {
        known.common() / 2
    } else if strong {
        known.common()
    } else {
        known.common() * 2
    };
    if known.is(Fact::Drug) || known.is(Fact::Clinical) || known.is(Fact::Eponym) {
        loss += if known.first() >= 8 || known.last() >= 9 || behind_given && !known.is(Fact::Drug) { 1 } else { 6 };
    }
    if known.plays(Role::Eponym) {
        loss += if behind_given { 1 } else { 5 };
    }
    if known.city() > 3 && known.first() < 8 && !behind_given {
        loss += 2;
    }
    first.max(last) - loss
}

/// One word with what is joined to it, in lower case.
fn word(scene: &Scene<'_>, taken: &[bool], at: usize) -> Option<Word> {
    let free = |at: usize| !taken.get(at).copied().unwrap_or(true) && scene.class(at) == Some(Class::Lower);
    let token = scene
        .token(at)
        .filter(|token| free(at) && (token.space_before() || scene.is_mark(at.wrapping_sub(1), b'.')))?;
    let dotted = scene.is_mark(at + 1, b'.') && scene.is_tight(at + 1);
    if token.len() == 1 && !apostrophe_joins(scene, at) {
        let middle = dotted || scene.known(at + 1).is_listed_name();
        let last = if dotted { at + 1 } else { at };
        let fits = middle && !matches!(scene.word(at), "a" | "i") || dotted;
        return fits.then_some(Word { last, known: Known::NOTHING, initial: true, joined: false });
    }
    let mut word = Word { last: at, known: scene.known(at), initial: false, joined: false };
    if apostrophe_joins(scene, at) {
        word = Word { last: at + 2, known: scene.known(at + 2), joined: true, ..word };
    }
    while scene.is_mark(word.last + 1, b'-')
        && scene.is_tight(word.last + 1)
        && scene.is_tight(word.last + 2)
        && free(word.last + 2)
    {
        let known = scene.known(word.last + 2);
        if scene.plays(word.last, Role::Syllable) && known.plays(Role::Syllable) {
            word = Word { last: word.last + 2, known: Known::MADE_GIVEN, joined: true, ..word };
            continue;
        }
        // `well-known`, `post-op`.
        if known.common() > 5
            || word.known.common() > 5
            || known.is(Fact::Clinical) && known.last() < 9
            || word.last > at + 4
        {
            return None;
        }
        if known.first() + known.last() > word.known.first() + word.known.last() {
            word.known = known;
        }
        word = Word { last: word.last + 2, joined: true, ..word };
    }
    Some(word)
}

fn apostrophe_joins(scene: &Scene<'_>, at: usize) -> bool {
    matches!(scene.word(at), "o" | "d")
        && scene.is_apostrophe(at + 1)
        && scene.is_tight(at + 2)
        && scene.known(at + 2).is_listed_name()
}

/// Over particles: `ana de la cruz`, `jan van der berg`.
fn particles(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let mut next = at;
    while next < at + 3
        && scene.plays(next, Role::Particle)
        && scene.class(next) == Some(Class::Lower)
        && scene.word(next).len() > 1
    {
        next += 1;
    }
    if next == at {
        return Some(at);
    }
    // `john van called`: the particle was the name.
    scene.known(next).is_listed_name().then_some(next)
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
