//! Places and organisations: addresses, towns, postcodes, care sites, courts, companies.
//!
//! [`find`] takes what has evidence of its own: a house number with a street, a city with its state, a town after `lives in`,
//! a hospital's name. [`find_cities`] runs after the names, for listed cities that nothing else explains. Pieces of one
//! address make one span: `12 Main St, Apt 4, Springfield, IL 62704`.

mod address;
mod address_forms;
mod city;
mod codes;
mod locality;
mod organisation;
mod states;
mod street;
mod unlisted;

pub(crate) use city::find_cities;

use crate::gazetteer::Role;
use crate::listed::{Hit, Kind, Scene};
use crate::text::Class;

/// Tokens `first..=last` as a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    first: usize,
    last: usize,
    kind: Kind,
    score: u8,
}

/// Adds places and organisations that have evidence of their own.
pub(crate) fn find(scene: &Scene<'_>, taken: &[bool], hits: &mut Vec<Hit>) {
    let (mut at, mut from) = (0, 0);
    while at < scene.tokens.len() {
        // Numbers are asked for whatever others say of them: who wins is decided by rank later.
        let number = scene.class(at).is_some_and(Class::has_digit);
        let free = number || !taken.get(at).copied().unwrap_or(true);
        let spot = if free { spot(scene, taken, at, from) } else { None };
        let Some(spot) = spot else {
            at += 1;
            continue;
        };

        hits.extend(scene.hit((spot.first, spot.last), spot.kind, spot.score, evidence(spot.kind)));
        at = spot.last + 1;
        from = at;
    }
}

fn spot(scene: &Scene<'_>, taken: &[bool], at: usize, from: usize) -> Option<Spot> {
    match scene.class(at)? {
        Class::Digits | Class::Alnum => address::numbered(scene, at)
            .or_else(|| codes::zip(scene, at))
            .or_else(|| codes::postcode(scene, at))
            .or_else(|| unlisted::coded(scene, at)),
        Class::Capital | Class::Upper | Class::Mixed => capital(scene, taken, at),
        Class::Lower => lower(scene, at, from),
        Class::Punct | Class::Newline => None,
    }
}

fn capital(scene: &Scene<'_>, taken: &[bool], at: usize) -> Option<Spot> {
    // `A. B.`: a letter with its full stop opens nothing else.
    if scene.is_initial(at) && scene.is_mark(at + 1, b'.') {
        return address::post_box(scene, at);
    }
    address::post_box(scene, at)
        .or_else(|| address::military(scene, at))
        .or_else(|| address_forms::by_code(scene, at))
        .or_else(|| address::named(scene, at))
        .or_else(|| address::told(scene, at))
        .or_else(|| address_forms::number_in_words(scene, at))
        .or_else(|| address::street_and_town(scene, at))
        .or_else(|| address::road(scene, at))
        .or_else(|| organisation::find(scene, taken, at))
        .or_else(|| address::unnumbered(scene, at))
        .or_else(|| city::with_evidence(scene, at))
        .or_else(|| unlisted::find(scene, at))
        .or_else(|| codes::postcode(scene, at))
        .or_else(|| city::country_or_state(scene, at))
}

/// `from`: the first token that no place has yet; a care site in lower case is found by its last word.
fn lower(scene: &Scene<'_>, at: usize, from: usize) -> Option<Spot> {
    let known = scene.known(at);
    if known.plays(Role::StreetPrefix) || matches!(scene.word(at), "p" | "po") {
        return address::post_box(scene, at).or_else(|| address::named(scene, at));
    }
    if known.plays(Role::Court) {
        return organisation::foreign_court(scene, at);
    }
    if known.plays_any(CARE) {
        return organisation::in_lower_case(scene, at).filter(|spot| spot.first >= from);
    }
    if let Some(spot) = address_forms::road_in_lower_case(scene, at) {
        return Some(spot);
    }
    if known.city() > 0 {
        city::in_lower_case(scene, at)
    } else {
        city::unlisted_in_lower_case(scene, at).or_else(|| unlisted::in_lower_case(scene, at))
    }
}

const CARE: u64 = Role::set(&[Role::CareHead, Role::CareTail, Role::KnownOrg]);

fn evidence(kind: Kind) -> crate::Evidence {
    use crate::Evidence;
    match kind {
        Kind::GeoAddress | Kind::GeoBox | Kind::GeoMilitary | Kind::GeoPostcode => Evidence::SHAPE,
        Kind::GeoZip => Evidence::LABEL_BEFORE,
        Kind::GeoCity | Kind::GeoCityState => Evidence::PLACE.with(Evidence::NEIGHBOURS),
        _ => Evidence::PLACE,
    }
}

#[cfg(test)]
mod tests;
