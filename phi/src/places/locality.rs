//! Towns with what stands behind them: state, ZIP code, postcode, country.

use super::codes;
use super::states::agrees;
use crate::gazetteer::{Fact, Role, phrase_hash};
use crate::listed::Scene;
use crate::text::Class;

/// The words of a listed phrase from `at` on, the longest first, for which `fits` holds.
pub(super) fn phrase(scene: &Scene<'_>, at: usize, fits: impl Fn(crate::gazetteer::Known) -> bool) -> Option<usize> {
    let longest = scene.known(at).phrase_words();
    let mut best = fits(scene.known(at)).then_some(at);
    let mut hash = scene.token(at)?.fold;
    let mut last = at;
    for _ in 1..longest {
        let joint = last + 1;
        // `Stoke-on-Trent`, `St. Louis`, `Coeur d'Alene`.
        let next = if scene.is_tight(joint)
            && (scene.is_mark(joint, b'-') || scene.is_mark(joint, b'.') || scene.is_apostrophe(joint))
        {
            joint + 1
        } else {
            joint
        };
        let Some(token) = scene.token(next).filter(|token| token.is_word()) else { break };
        hash = phrase_hash(hash, token.fold);
        last = next;
        if fits(scene.gazetteer.known(hash)) {
            best = Some(last);
        }
    }
    best
}

/// A city at `at`, as far as it goes; `St. Louis`, `New York`.
pub(super) fn city(scene: &Scene<'_>, at: usize) -> Option<usize> {
    phrase(scene, at, |known| known.city() > 0)
}

pub(super) fn country(scene: &Scene<'_>, at: usize) -> Option<usize> {
    phrase(scene, at, |known| known.is(Fact::Country))
}

pub(super) fn state_name(scene: &Scene<'_>, at: usize) -> Option<usize> {
    phrase(scene, at, |known| known.is(Fact::State))
}

/// A state's abbreviation in capitals.
pub(super) fn is_state_code(scene: &Scene<'_>, at: usize) -> bool {
    scene.class(at) == Some(Class::Upper)
        && scene.token(at).is_some_and(|token| token.len() == 2)
        && scene.plays(at, Role::StateAbbr)
}

pub(super) fn is_zip(scene: &Scene<'_>, at: usize) -> bool {
    scene.token(at).is_some_and(|token| token.class == Class::Digits && token.len() == 5)
}

/// The token that ends a ZIP code: five digits, or with four more behind a hyphen.
pub(super) fn zip_end(scene: &Scene<'_>, at: usize) -> usize {
    let plus = scene.is_mark(at + 1, b'-')
        && scene.is_tight(at + 1)
        && scene.is_tight(at + 2)
        && scene.token(at + 2).is_some_and(|token| token.class == Class::Digits && token.len() == 4);
    if plus { at + 2 } else { at }
}

/// What follows a town: `, IL 62704`, `, Illinois`, `, CA`, and a country behind. `None` when there is no state.
pub(super) fn state_behind(scene: &Scene<'_>, town: usize) -> Option<usize> {
    let comma = scene.is_mark(town + 1, b',');
    let at = if comma { town + 2 } else { town + 1 };
    let state = if is_state_code(scene, at) {
        at
    } else if comma && scene.is_capital(at) {
        state_name(scene, at)?
    } else {
        return None;
    };
    // `Springfield IL` without a comma needs its ZIP code.
    let zip = zip_behind(scene, state);
    if !comma && zip.is_none() {
        return None;
    }
    Some(country_behind(scene, zip.unwrap_or(state)))
}

pub(super) fn zip_behind(scene: &Scene<'_>, state: usize) -> Option<usize> {
    let at = if scene.is_mark(state + 1, b',') { state + 2 } else { state + 1 };
    if !is_zip(scene, at) {
        return None;
    }
    let named = scene.token(state).is_some_and(|token| token.len() > 2);
    (named || agrees(scene.word(state), scene.word(at)) || at == state + 1).then(|| zip_end(scene, at))
}

/// `, USA`, `, Germany`.
pub(super) fn country_behind(scene: &Scene<'_>, last: usize) -> usize {
    if !scene.is_mark(last + 1, b',') {
        return last;
    }
    let at = last + 2;
    if matches!(scene.word(at), "USA" | "US" | "UK" | "UAE") {
        return at;
    }
    if scene.is_capital(at) { country(scene, at).unwrap_or(last) } else { last }
}

/// The rest of an address behind its street: town, state, ZIP code, postcode, country, over commas and one line end each.
pub(super) fn tail(scene: &Scene<'_>, street: usize) -> usize {
    let mut last = street;
    for _ in 0..4 {
        let Some(at) = next_piece(scene, last) else { break };
        let Some(end) = piece(scene, at, last) else { break };
        last = end;
    }
    last
}

/// The start of the next piece: behind a comma, a line end, or a space.
fn next_piece(scene: &Scene<'_>, last: usize) -> Option<usize> {
    let mut at = last + 1;
    let mut marks = 0;
    while marks < 3 && (scene.is_mark(at, b',') || scene.class(at) == Some(Class::Newline)) {
        at += 1;
        marks += 1;
    }
    (at < scene.tokens.len()).then_some(at)
}

fn piece(scene: &Scene<'_>, at: usize, last: usize) -> Option<usize> {
    let separated = at > last + 1;
    if let Some(end) = codes::postcode_end(scene, at) {
        return Some(end);
    }
    // `75001 Paris`, `D-10115 Berlin`, `1012 AB Amsterdam`.
    if let Some(end) = continental(scene, at) {
        return Some(end);
    }
    if is_zip(scene, at) && (separated || is_state_code(scene, last) || state_name(scene, last).is_some()) {
        return Some(zip_end(scene, at));
    }
    if is_state_code(scene, at) {
        return Some(zip_behind(scene, at).unwrap_or(at));
    }
    if !separated || !scene.is_capital(at) {
        return None;
    }
    if scene.class(at - 1) == Some(Class::Newline) {
        // The next line belongs to the address only with a state or a code.
        return town_line(scene, at);
    }
    if let Some(end) = super::city::county(scene, at).map(|spot| spot.last) {
        return Some(end);
    }
    if let Some(end) = state_name(scene, at).or_else(|| country(scene, at)) {
        return Some(zip_behind(scene, end).unwrap_or(end));
    }
    town(scene, at)
}

/// A line of an address that is more than a word: `Springfield, IL 62704`.
fn town_line(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let end = town(scene, at)?;
    let coded =
        (at + 1..=end).any(|place| is_state_code(scene, place) || scene.class(place).is_some_and(Class::has_digit));
    coded.then_some(end)
}

/// A town in an address: listed, or one to three capitals with a state, a code or a sentence's end behind.
fn town(scene: &Scene<'_>, at: usize) -> Option<usize> {
    if let Some(last) = province_behind(scene, at) {
        return Some(last);
    }
    if let Some(end) = city(scene, at).filter(|end| !scene.is_capital(end + 1) || is_state_code(scene, end + 1)) {
        return Some(state_behind(scene, end).unwrap_or(end));
    }
    let mut end = at;
    while end < at + 3 && scene.is_capital(end + 1) && !is_state_code(scene, end + 1) && !scene.is_mark(end, b',') {
        end += 1;
    }
    if let Some(last) = state_behind(scene, end) {
        return Some(last);
    }
    let code = codes::postcode_end(scene, end + 1)
        .or_else(|| codes::postcode_end(scene, end + 2).filter(|_| scene.is_mark(end + 1, b',')));
    code.or_else(|| (country_behind(scene, end) > end).then_some(end))
}

/// `Dandenong VIC 3175`, `Barrie ON L4N 1A1`: states and provinces of other countries, with their code.
fn province_behind(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let province = (at + 1..at + 4).find(|place| {
        matches!(
            scene.word(*place),
            "VIC"
                | "NSW"
                | "QLD"
                | "TAS"
                | "ACT"
                | "NT"
                | "SA"
                | "WA"
                | "ON"
                | "QC"
                | "BC"
                | "AB"
                | "MB"
                | "SK"
                | "NS"
                | "NB"
                | "NL"
                | "PE"
                | "YT"
                | "NU"
        )
    })?;
    let australian = scene.class(province + 1) == Some(Class::Digits) && scene.word(province + 1).len() == 4;
    if australian { Some(province + 1) } else { codes::postcode_end(scene, province + 1) }
}

/// Four or five digits before a town, or `1012 AB` before one.
pub(super) fn continental(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let prefixed =
        scene.is_capital(at) && scene.word(at).len() <= 2 && scene.is_mark(at + 1, b'-') && scene.is_tight(at + 1);
    let mut digits = if prefixed { at + 2 } else { at };
    let code = scene.token(digits).filter(|token| token.class == Class::Digits && (3..=5).contains(&token.len()))?;
    // `110 00 Praha`, `00-950 Warszawa`.
    if code.len() <= 3 || scene.is_mark(digits + 1, b'-') {
        digits += if scene.is_mark(digits + 1, b'-') { 2 } else { 1 };
        scene.token(digits).filter(|token| token.class == Class::Digits && token.len() <= 3)?;
    }
    let mut town = digits + 1;
    if scene.class(town) == Some(Class::Upper) && scene.word(town).len() == 2 && scene.is_capital(town + 1) {
        town += 1;
    }
    if !scene.is_capital(town) {
        return None;
    }
    let end = city(scene, town).unwrap_or(town);
    // `Bad Wurzach`, `København V`, `Sint-Niklaas`.
    let hyphen = scene.is_mark(end + 1, b'-') && scene.is_tight(end + 1) && scene.is_capital(end + 2);
    if hyphen && scene.is_tight(end + 2) {
        return Some(end + 2);
    }
    let opens = matches!(
        scene.word(end),
        "Bad" | "Sankt" | "St" | "Den" | "La" | "Le" | "Les" | "Los" | "Las" | "San" | "Santa" | "El" | "Nowy" | "Nowa"
    );
    let quarter = scene.is_initial(end + 1) && !scene.is_mark(end + 2, b'.');
    Some(if (opens || quarter) && scene.is_capital(end + 1) { end + 1 } else { end })
}
