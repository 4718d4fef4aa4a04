//! Street addresses, post office boxes, rural routes and military addresses.

use super::address_forms::{closed, named_by_town};
use super::locality::{is_zip, tail, zip_end};
use super::{Spot, street};
use crate::gazetteer::Role;
use crate::listed::{Kind, Scene};
use crate::text::Class;

/// An address that starts with a number: `12 Main St`, `221B Baker Street`, `12 rue de la Paix`.
pub(super) fn numbered(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    if !is_house_number(scene, at) {
        return None;
    }
    let mut next = at + 1;
    // `12-14`, `12/3`, `12 bis`, `12, rue`.
    if (scene.is_mark(next, b'-') || scene.is_mark(next, b'/'))
        && scene.is_tight(next)
        && scene.class(next + 1) == Some(Class::Digits)
    {
        next += 2;
    }
    if matches!(scene.word(next), "bis" | "ter" | "½")
        || scene.is_initial(next) && !scene.plays(next, Role::Direction) && scene.is_capital(next + 1)
    {
        next += 1;
    }
    let comma = usize::from(scene.is_mark(next, b','));
    // `500 bd. BK`: a dose.
    let short = scene.class(next + comma) == Some(Class::Lower) && scene.word(next + comma).len() <= 2;
    let prefixed = street::with_prefix(scene, next + comma).filter(|_| !short);
    let (last, score) = if let Some(last) = prefixed {
        (last, 88)
    } else if comma == 1 {
        return None;
    } else if let Some(last) = route(scene, next) {
        (last, 85)
    } else if let Some(last) = named_street(scene, next) {
        (last, 90)
    } else if scene.is_capital(next) {
        (named_by_town(scene, at, next)?, 80)
    } else {
        let street = unit_behind(scene, street::in_lower_case(scene, next)?);
        let last = lower_tail(scene, street);
        return Some(Spot { first: unit_before(scene, at), last, kind: Kind::GeoAddress, score: 75 });
    };
    let last = closed(scene, unit_behind(scene, last));
    Some(Spot { first: unit_before(scene, at), last, kind: Kind::GeoAddress, score })
}

/// `Flat 2, 88 Cromarty Terrace`.
fn unit_before(scene: &Scene<'_>, at: usize) -> usize {
    // `Unit 7/112 Banksia Parade`
    if at > 0 && scene.plays(at - 1, Role::Unit) && scene.is_capital(at - 1) {
        return at - 1;
    }
    let house = at;
    // `Flat 9, Kestrel Court, 210 Old Kent Road`: the house has a name.
    let mut at = at;
    if at > 2 && scene.is_mark(at - 1, b',') {
        let name = (at.saturating_sub(4)..at - 1).rev().take_while(|place| scene.is_capital(*place)).last();
        at = name.filter(|name| *name > 0 && scene.is_mark(*name - 1, b',')).unwrap_or(at);
    }
    let Some(unit) = at.checked_sub(3) else { return at };
    let fits = scene.is_mark(at - 1, b',')
        && scene.class(at - 2).is_some_and(Class::has_digit)
        && scene.plays(unit, Role::Unit)
        && (scene.is_capital(unit) || matches!(scene.word(unit), "flat" | "apt" | "unit"));
    if fits { unit } else { house }
}

/// `Quay Street, Youghal`, `on Elm Street`: a street without its number, where the words before speak of a place.
pub(super) fn unnumbered(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let before = at.checked_sub(1)?;
    let led = scene.is_mark(before, b',')
        || matches!(scene.word(before), "on" | "at" | "in" | "of" | "off" | "along" | "from" | "to");
    if !led || !scene.is_capital(at) || !scene.token(at)?.space_before() {
        return None;
    }
    let last = street::with_suffix(scene, at)?;
    let plain = matches!(
        scene.word(last),
        "Street"
            | "Road"
            | "Avenue"
            | "Lane"
            | "Boulevard"
            | "Terrace"
            | "Crescent"
            | "Highway"
            | "Ave"
            | "Rd"
            | "Blvd"
    );
    // `Harley Street Clinic`.
    let more = scene.is_capital(last + 1);
    let comma = scene.is_mark(before, b',') && !scene.is_mark(last + 1, b',');
    (plain && !more && !comma && last > at).then(|| Spot {
        first: at,
        last: closed(scene, last),
        kind: Kind::GeoAddress,
        score: 70,
    })
}

/// `at Route 9 & Old Farm Rd, Wappinger`, `Loc: Hwy 61`: a road by its number.
pub(super) fn road(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let before = at.checked_sub(1)?;
    let led = scene.is_mark(before, b':')
        || matches!(scene.word(before), "at" | "on" | "off" | "along" | "near" | "from" | "At" | "On");
    if !led || matches!(scene.word(at), "FM" | "CR" | "RR" | "Road") {
        return None;
    }
    let mut last = route(scene, at)?;
    if (scene.is_mark(last + 1, b'&') || scene.word(last + 1) == "and")
        && let Some(other) = street::with_suffix(scene, last + 2)
    {
        last = other;
    }
    let whole = tail(scene, last);
    // A town that no list has ends the clause.
    let town = last + 2;
    let closes = scene.is_mark(last + 1, b',')
        && scene.class(town) == Some(Class::Capital)
        && scene
            .token(town + 1)
            .is_none_or(|next| next.is_mark(b'.') || next.is_mark(b',') || next.class == Class::Newline);
    Some(Spot {
        first: at,
        last: if whole == last && closes { town } else { whole },
        kind: Kind::GeoAddress,
        score: 72,
    })
}

/// `lives at Hamraborg 99, Kópavogur`: a name and a number behind it, where an address is told.
pub(super) fn told(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let before = at.checked_sub(1)?;
    let verb = scene.word(before.checked_sub(1)?);
    let led = scene.word(before) == "at" && scene.plays(before - 1, Role::Resides)
        || scene.is_mark(before, b':')
            && ["address", "addr", "anschrift", "adres", "adresse"]
                .iter()
                .any(|label| verb.eq_ignore_ascii_case(label));
    let name = (at..at + 3).take_while(|place| scene.is_capital(*place)).last()?;
    let number =
        scene.token(name + 1).filter(|token| token.class.has_digit() && token.len() <= 4 && token.space_before())?;
    let closes = scene.is_mark(name + 2, b',') && scene.is_capital(name + 3);
    if !led || !closes || !number.class.has_digit() {
        return None;
    }
    let whole = tail(scene, name + 1);
    let last = if whole == name + 1 { name + 3 } else { whole };
    Some(Spot { first: at, last, kind: Kind::GeoAddress, score: 75 })
}

/// `parked in Calle Tetuán, Ponce`: a street without its number, and its town.
pub(super) fn street_and_town(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let foreign = matches!(
        scene.word(at),
        "Calle"
            | "Rue"
            | "Avenida"
            | "Ulica"
            | "Strada"
            | "Calea"
            | "Rua"
            | "Viale"
            | "Piazza"
            | "Paseo"
            | "Camino"
            | "Carrer"
    );
    let street = if foreign { street::with_prefix(scene, at)? } else { return None };
    let town = street + 2;
    let listed = scene.is_mark(street + 1, b',') && super::locality::city(scene, town).is_some();
    listed.then(|| Spot { first: at, last: tail(scene, street), kind: Kind::GeoAddress, score: 78 })
}

/// `Main St`, `2nd Ave`, but not `5 Mg Dr`.
fn named_street(scene: &Scene<'_>, next: usize) -> Option<usize> {
    let may = scene.is_capital(next) || scene.class(next) == Some(Class::Alnum);
    street::with_suffix(scene, next).filter(|last| may && is_no_dose(scene, next, *last))
}

/// `, tampa fl 33601`, `springfield, il`.
fn lower_tail(scene: &Scene<'_>, street: usize) -> usize {
    let comma = |at: usize| usize::from(scene.is_mark(at, b','));
    let town = street + 1 + comma(street + 1);
    for state in town + 1..town + 5 {
        let code = scene.plays(state, Role::StateAbbr) && scene.token(state).is_some_and(|token| token.len() == 2);
        let zip = state + 1 + comma(state + 1);
        if code && is_zip(scene, zip) {
            return zip_end(scene, zip);
        }
        if code && scene.is_mark(state - 1, b',') {
            return state;
        }
        if !(scene.class(state) == Some(Class::Lower) || scene.is_mark(state, b',')) {
            break;
        }
    }
    match super::locality::city(scene, town).filter(|_| comma(street + 1) == 1) {
        // `wigan wn3 4ab`
        Some(last) => super::codes::postcode_end(scene, last + 1).unwrap_or(last),
        // `birch place, brackenbridge.`
        None if comma(street + 1) == 1
            && scene.class(town) == Some(Class::Lower)
            && scene.known(town).common() == 0
            && !scene.known(town).is(crate::gazetteer::Fact::Clinical)
            && !scene.token(town + 1).is_some_and(crate::text::Token::is_word) =>
        {
            town
        }
        None => street,
    }
}

/// Up to five digits, maybe with a letter, that nothing is joined to.
fn is_house_number(scene: &Scene<'_>, at: usize) -> bool {
    let Some(token) = scene.token(at) else { return false };
    let text = token.text(scene.text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let letters = text.len() - digits;
    (1..=5).contains(&digits)
        && (letters == 0 || letters == 1 && text.is_ascii())
        && (token.space_before()
            || at == 0
            || matches!(scene.token(at - 1).map_or(0, |before| before.mark), b'(' | b'"' | b':' | b'#' | b'='))
}

/// `5 Mg Dr`, `2 Day Course`: words that no street has before a weak suffix.
fn is_no_dose(scene: &Scene<'_>, first: usize, last: usize) -> bool {
    let known = scene.known(first);
    let dose = known.plays(Role::ThingAfter)
        || known.plays(Role::Calendar)
        || known.plays(Role::Postnominal) && first + 1 < last;
    let behind = last + 1 + usize::from(scene.is_mark(last + 1, b'.'));
    let title = scene.plays(last, Role::Title) && scene.is_capital(behind) && !scene.plays(behind, Role::Direction);
    !(dose || title)
}

/// `Highway 61`, `Route 9`, `RR 2 Box 45`, `County Road 12` behind a number or alone.
fn route(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let mut next = at;
    if matches!(scene.word(next), "County" | "State" | "US" | "Old" | "Rural" | "N" | "S" | "E" | "W") {
        next += 1;
    }
    let kind =
        matches!(scene.word(next), "Highway" | "Hwy" | "Route" | "Rte" | "RR" | "Road" | "HWY" | "ROUTE" | "FM" | "CR");
    let number = if scene.is_mark(next + 1, b'.') { next + 2 } else { next + 1 };
    let fits = kind && scene.class(number)?.has_digit() && scene.word(number).len() <= 5;
    let towards = scene.plays(number + 1, Role::Direction) && scene.is_capital(number + 1);
    fits.then_some(number + usize::from(towards))
}

/// `, Apt 4B`, ` Suite 200`, ` #5`, `, Floor 2`.
fn unit_behind(scene: &Scene<'_>, last: usize) -> usize {
    let mut at = last + 1;
    if scene.is_mark(at, b'.') && scene.is_tight(at) {
        at += 1;
    }
    if scene.is_mark(at, b',') || scene.class(at) == Some(Class::Newline) {
        at += 1;
    }
    let named = scene.plays(at, Role::Unit);
    if !(named || scene.is_mark(at, b'#')) {
        return last;
    }
    let mut value = at + 1;
    if scene.is_mark(value, b'.') || scene.is_mark(value, b'#') {
        value += 1;
    }
    let fits =
        scene.token(value).is_some_and(|token| token.class.has_digit() && token.len() <= 6) || scene.is_initial(value);
    if !fits {
        return last;
    }
    // `Apt 4-B`.
    if scene.is_mark(value + 1, b'-') && scene.is_tight(value + 1) && scene.is_tight(value + 2) {
        value + 2
    } else {
        value
    }
}

/// `Calle Mayor 5`, `Hauptstraße 12`, `RR 2 Box 45`: the number comes behind the name.
pub(super) fn named(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    if matches!(scene.word(at), "RR" | "HC" | "Rt" | "RT" | "Rte" | "Route") {
        let number = at + 1 + usize::from(scene.is_mark(at + 1, b'.'));
        let boxed = number + 1 + usize::from(scene.is_mark(number + 1, b','));
        if scene.class(number)?.has_digit() && scene.word(boxed).eq_ignore_ascii_case("box") {
            return Some(Spot { first: at, last: tail(scene, boxed + 1), kind: Kind::GeoAddress, score: 88 });
        }
    }
    // `Place`, `route`, `via` are English words too.
    let english = scene.class(at) == Some(Class::Lower) && scene.known(at).common() > 0;
    let street = street::with_prefix(scene, at).filter(|_| !english).or_else(|| street::with_street_end(scene, at))?;
    let number = if scene.is_mark(street + 1, b',') { street + 2 } else { street + 1 };
    let number = if matches!(scene.word(number), "No" | "no" | "nr" | "n") {
        number + 1 + usize::from(scene.is_mark(number + 1, b'.') || scene.is_mark(number + 1, b':'))
    } else {
        number
    };
    let token = scene.token(number).filter(|token| token.class.has_digit() && token.len() <= 5)?;
    if !token.space_before() && !scene.is_mark(number - 1, b'.') {
        return None;
    }
    // `12/4`, `12-14`.
    let more = matches!(scene.token(number + 1).map_or(0, |next| next.mark), b'/' | b'-')
        && scene.is_tight(number + 1)
        && scene.is_tight(number + 2)
        && scene.class(number + 2).is_some_and(Class::has_digit);
    let last = if more { number + 2 } else { number };
    Some(Spot { first: at, last: tail(scene, unit_behind(scene, last)), kind: Kind::GeoAddress, score: 85 })
}

/// `P.O. Box 123`, `PO Box 123`, `Post Office Box 123`, with what follows.
pub(super) fn post_box(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let word = |at: usize| scene.word(at);
    let dotted =
        word(at).eq_ignore_ascii_case("p") && scene.is_mark(at + 1, b'.') && word(at + 2).eq_ignore_ascii_case("o");
    let start = if dotted {
        if scene.is_mark(at + 3, b'.') { at + 4 } else { at + 3 }
    } else if word(at).eq_ignore_ascii_case("po") || word(at).eq_ignore_ascii_case("pob") {
        at + 1
    } else if word(at).eq_ignore_ascii_case("post") && word(at + 1).eq_ignore_ascii_case("office") {
        at + 2
    } else {
        return None;
    };
    let boxed = word(start).eq_ignore_ascii_case("box");
    let number = start + usize::from(boxed) + usize::from(scene.is_mark(start + 1, b'#'));
    let fits = boxed && scene.token(number).is_some_and(|token| token.class.has_digit() && token.len() <= 8);
    fits.then(|| Spot { first: at, last: tail(scene, number), kind: Kind::GeoBox, score: 93 })
}

/// `PSC 4, Box 56, APO AE 09107`, `USS Example, FPO AP 96601`.
pub(super) fn military(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    if matches!(scene.word(at), "APO" | "FPO" | "DPO") {
        let region = at + 1 + usize::from(scene.is_mark(at + 1, b','));
        let fits = matches!(scene.word(region), "AE" | "AP" | "AA") && is_zip(scene, region + 1);
        return fits.then(|| Spot { first: at, last: zip_end(scene, region + 1), kind: Kind::GeoMilitary, score: 95 });
    }
    if !matches!(scene.word(at), "PSC" | "CMR" | "Unit" | "UNIT") || !scene.class(at + 1)?.has_digit() {
        return None;
    }
    let near = (at + 2..at + 9).find(|place| matches!(scene.word(*place), "APO" | "FPO" | "DPO"))?;
    let rest = military(scene, near)?;
    Some(Spot { first: at, last: rest.last, kind: Kind::GeoMilitary, score: 95 })
}
