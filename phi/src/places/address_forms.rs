//! Addresses by less usual forms: `Lipová 27, 612 00 Brno`, `Eleven Sycamore Drive`, `12 Kirkgate, Lerwick`.

use super::locality::{city, continental, tail};
use super::{Spot, street};
use crate::gazetteer::Role;
use crate::listed::{Kind, Scene};
use crate::text::Class;

/// `Lipová 27, 612 00 Brno`, `Vesterbrogade 88, 3. tv, 1620 København V`: what stands before a number and a code with its town is a street.
pub(super) fn by_code(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    // A row is looked at from its first word.
    if at > 0 && scene.is_capital(at - 1) && !scene.known(at - 1).plays_any(NO_STREET) {
        return None;
    }
    let name = (at..at + 4)
        .take_while(|place| scene.is_capital(*place) || *place > at && scene.plays(*place, Role::Particle))
        .last()?;
    let number = scene
        .token(name + 1)
        .filter(|token| token.class.has_digit() && token.len() <= 4 && token.space_before())
        .map(|_| name + 1)?;
    let plain = (at..=name).all(|place| !scene.known(place).plays_any(NO_STREET))
        && (scene.known(at).common() < 6
            || matches!(scene.word(at), "Am" | "Im" | "An" | "Auf" | "Zum" | "Zur" | "Unter"));
    // `12/4`, `12-14`.
    let split = scene.is_tight(number + 1) && matches!(scene.token(number + 1)?.mark, b'/' | b'-');
    let mut next = if split { number + 3 } else { number + 1 };
    if !plain || !scene.is_mark(next, b',') {
        return None;
    }
    // The floor and the side: `, 3. tv,`.
    let floor = (next + 1..next + 6).take_while(|place| {
        scene.is_mark(*place, b'.')
            || scene.token(*place).is_some_and(|token| {
                token.class == Class::Digits && token.len() <= 2 || token.class == Class::Lower && token.len() <= 4
            })
    });
    let floor_end = floor.last().map_or(next, |last| last + 1);
    if floor_end > next && scene.is_mark(floor_end, b',') {
        next = floor_end;
    }
    let last = continental(scene, next + 1)?;
    Some(Spot { first: at, last: super::locality::country_behind(scene, last), kind: Kind::GeoAddress, score: 84 })
}

const NO_STREET: u64 =
    Role::set(&[Role::Title, Role::Calendar, Role::Postnominal, Role::Never, Role::Unit, Role::CareTail, Role::Person]);

/// `broke down on harrow road`: in lower case and without a number.
pub(super) fn road_in_lower_case(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let suffix = matches!(scene.word(at + 1), "road" | "rd" | "street" | "avenue" | "ave" | "lane" | "blvd");
    let led = at > 0 && matches!(scene.word(at - 1), "on" | "off" | "along" | "at" | "down" | "from");
    let known = scene.known(at);
    let fits = suffix && led && known.common() < 4 && scene.token(at)?.len() >= 4 && scene.token(at)?.space_before();
    fits.then_some(Spot { first: at, last: at + 1, kind: Kind::GeoAddress, score: 66 })
}

/// `Eleven Sycamore Drive, Terre Haute`, `Forty-one Juniper Street`.
pub(super) fn number_in_words(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    if scene.known(at).common() == 0 || !is_number(scene.word(at)) {
        return None;
    }
    let joined = scene.is_mark(at + 1, b'-') && scene.is_tight(at + 2) && is_number(scene.word(at + 2));
    let next = if joined { at + 3 } else { at + 1 };
    let last = street::with_suffix(scene, next).filter(|last| *last > next && scene.is_capital(next))?;
    Some(Spot { first: at, last: closed(scene, last), kind: Kind::GeoAddress, score: 75 })
}

fn is_number(word: &str) -> bool {
    const NUMBERS: [&str; 27] = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
    ];
    word.len() <= 9 && NUMBERS.iter().any(|number| word.eq_ignore_ascii_case(number))
}

/// `residing at 12 Kirkgate, Lerwick`: no word says that it is a street, but the town behind or its code does.
pub(super) fn named_by_town(scene: &Scene<'_>, at: usize, next: usize) -> Option<usize> {
    let name = (next..next + 4)
        .take_while(|place| scene.is_capital(*place) || *place > next && scene.plays(*place, Role::Particle))
        .last()?;
    if !scene.is_mark(name + 1, b',') || scene.known(name).plays_any(NO_STREET) {
        return None;
    }
    let resides = at > 1 && scene.word(at - 1) == "at" && scene.plays(at - 2, Role::Resides);
    let last = if resides { closed(scene, name) } else { tail(scene, name) };
    let coded = (name + 2..=last).any(|place| scene.class(place).is_some_and(Class::has_digit));
    let led = at > 0 && matches!(scene.word(at - 1), "at" | "of" | "in" | "to" | "address");
    let listed = led && scene.is_capital(name + 2) && city(scene, name + 2).is_some();
    (last > name && (coded || listed || resides)).then_some(last)
}

/// The rest of an address, and where no list has its town, one or two capitals before the clause's end.
pub(super) fn closed(scene: &Scene<'_>, street: usize) -> usize {
    let last = tail(scene, street);
    let town = last + 2;
    if !scene.is_mark(last + 1, b',') || scene.class(town) != Some(Class::Capital) {
        return last;
    }
    let end = if scene.class(town + 1) == Some(Class::Capital) { town + 1 } else { town };
    let ends = scene.token(end + 1).is_none_or(|next| {
        matches!(next.mark, b'.' | b',' | b';' | b')' | b'"' | b'?' | b'!') || next.class == Class::Newline
    });
    let place = (town..=end).all(|at| {
        let known = scene.known(at);
        known.first() < 6 && known.common() <= 2 && !known.plays_any(NO_TOWN)
    });
    if ends && place { tail(scene, end) } else { last }
}

const NO_TOWN: u64 = Role::set(&[
    Role::Title,
    Role::SoftTitle,
    Role::Person,
    Role::Never,
    Role::Calendar,
    Role::Postnominal,
    Role::CareHead,
    Role::CareSoft,
    Role::CareTail,
    Role::Court,
    Role::OrgOf,
    Role::Company,
]);
