//! Towns that no list has, told by how they are written or by the words before them: `Stow-on-the-Wold`,
//! `near the village of Staryye Atagi`, `stopped in Kvarnholt, then`, `6900 Bregenz`.

use super::{Spot, locality};
use crate::gazetteer::{Fact, Known, Role};
use crate::listed::{Kind, Scene};
use crate::text::{Class, Token};

/// A capital that may open such a town.
pub(super) fn find(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    if scene.class(at) != Some(Class::Capital) || at > 0 && scene.is_tight(at) && !scene.is_mark(at - 1, b'(') {
        return None;
    }
    linked(scene, at).or_else(|| of_village(scene, at)).or_else(|| inside(scene, at))
}

/// `Stow-on-the-Wold`, `Aulnay-sous-Bois`: small words between hyphens.
fn linked(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    const LINKS: [&str; 12] = ["on", "upon", "under", "next", "by", "sur", "sous", "lès", "am", "an", "ob", "aan"];
    if !(scene.is_mark(at + 1, b'-') && LINKS.contains(&scene.word(at + 2))) {
        return None;
    }
    let tied = |place: usize| scene.is_tight(place);
    let mut last = at + 2;
    for _ in 0..2 {
        if !(tied(last) && scene.is_mark(last + 1, b'-') && tied(last + 1) && tied(last + 2)) {
            return None;
        }
        last += 2;
        if scene.class(last) == Some(Class::Capital) {
            return Some(Spot { first: at, last, kind: Kind::GeoCity, score: 75 });
        }
    }
    None
}

/// `the village of Starye Kurchaloy-Yurt`
fn of_village(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let told = at >= 2
        && scene.word(at - 1) == "of"
        && matches!(
            scene.word(at - 2),
            "village" | "town" | "city" | "hamlet" | "suburb" | "commune" | "settlement" | "municipality" | "parish"
        );
    let last = row(scene, at)?;
    let plain = (at..=last).all(|place| !scene.known(place).plays_any(NO_TOWN));
    (told && plain).then_some(Spot { first: at, last, kind: Kind::GeoCity, score: 78 })
}

/// One to three capitals, with hyphens.
fn row(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let mut last = at;
    for _ in 0..3 {
        let hyphen = scene.is_mark(last + 1, b'-') && scene.is_tight(last + 1) && scene.is_tight(last + 2);
        let next = if hyphen { last + 2 } else { last + 1 };
        let spaced = hyphen || scene.token(next).is_some_and(Token::space_before);
        if !spaced || scene.class(next) != Some(Class::Capital) {
            break;
        }
        last = next;
    }
    (scene.class(at) == Some(Class::Capital)).then_some(last)
}

/// `in Kvarnholt,`: one word that no list has for anything, or two of which the first opens towns.
fn inside(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let before = at.checked_sub(1)?;
    let led = match scene.word(before) {
        // Programs and states of health stand behind `in` as well.
        "in" => scene.court || happens(scene, before),
        "near" | "nr" | "outside" | "à" => true,
        "a" | "w" | "en" | "te" | "i" | "u" => before > 0 && was_born(scene, before - 1),
        "de" => before > 0 && matches!(scene.word(before - 1), "natural" | "vecino" | "vecina"),
        _ => false,
    };
    if !led || !scene.token(at)?.space_before() {
        return None;
    }
    let opens = matches!(
        scene.word(at),
        "Al" | "El"
            | "Bad"
            | "Sankt"
            | "Novi"
            | "Nova"
            | "Novo"
            | "Nowy"
            | "Nowa"
            | "Stara"
            | "Stary"
            | "Starye"
            | "Kfar"
            | "Beit"
            | "Ust"
    );
    let last = if opens { at + 1 } else { at };
    let word = scene.word(last);
    let plain =
        scene.class(last) == Some(Class::Capital) && word.chars().count() >= 5 && may_be_town(scene.known(last));
    // `Lerwick, Shetland.`: a region behind it is the town's.
    (plain && ends(scene, last + 1)).then(|| Spot {
        first: at,
        last: locality::country_behind(scene, last),
        kind: Kind::GeoCity,
        score: 66,
    })
}

/// `stolen from a car in`, `collapsed in`: what happens or stands in a place, up to four words before.
fn happens(scene: &Scene<'_>, at: usize) -> bool {
    const PLACED: [&str; 52] = [
        "stolen",
        "found",
        "collapsed",
        "struck",
        "fell",
        "fall",
        "crash",
        "crashed",
        "accident",
        "collision",
        "killed",
        "arrested",
        "detained",
        "abducted",
        "buried",
        "married",
        "died",
        "stopped",
        "seized",
        "attacked",
        "assaulted",
        "injured",
        "shot",
        "stranded",
        "works",
        "worked",
        "working",
        "studies",
        "studied",
        "holiday",
        "holidays",
        "parked",
        "car",
        "house",
        "home",
        "flat",
        "farm",
        "hotel",
        "airport",
        "station",
        "school",
        "shop",
        "office",
        "street",
        "field",
        "plot",
        "village",
        "clinic",
        "hospital",
        "parents",
        "family",
        "wandering",
    ];
    (at.saturating_sub(4)..at).any(|place| {
        let resides = scene.plays(place, Role::Resides) && scene.word(place) != "raised";
        resides || PLACED.contains(&scene.word(place))
    })
}

/// `nata il 04/10/1947 a`, `residente a`
fn was_born(scene: &Scene<'_>, at: usize) -> bool {
    let from = at.saturating_sub(6);
    (from..=at).any(|place| {
        scene.plays(place, Role::Resides)
            || matches!(
                scene.word(place),
                "nata" | "nato" | "nacida" | "nacido" | "née" | "né" | "geboren" | "residente"
            )
    })
}

fn may_be_town(known: Known) -> bool {
    let listed = known.city() > 0 && known.first() < 5 && known.last() < 8 && known.common() == 0;
    let other = known.plays_any(NO_TOWN) || known.is(Fact::Clinical) || known.is(Fact::Drug) || known.is(Fact::Eponym);
    (known.is_nothing() || listed) && !other
}

/// Whether the clause ends here, or goes on in small letters.
fn ends(scene: &Scene<'_>, at: usize) -> bool {
    let Some(token) = scene.token(at) else { return true };
    if scene.is_possessive(at) {
        return false;
    }
    let closes = matches!(token.mark, b',' | b';' | b')' | b'"' | b'?' | b'!') || token.class == Class::Newline;
    let stop = token.is_mark(b'.') && scene.token(at + 1).is_none_or(Token::space_before);
    let goes_on = matches!(
        scene.word(at),
        "on" | "since" | "and" | "where" | "when" | "until" | "from" | "with" | "by" | "but" | "after" | "before"
    );
    closes || stop || goes_on
}

/// `, 6900 Bregenz,`: four or five digits and a town between commas.
pub(super) fn coded(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let led = at > 0 && (scene.is_mark(at - 1, b',') || scene.class(at - 1) == Some(Class::Newline));
    let code = scene.token(at).filter(|token| token.class == Class::Digits && matches!(token.len(), 4 | 5))?;
    let town = at + 1;
    if !led || scene.class(town) != Some(Class::Capital) || !code.space_before() && !code.starts_line() {
        return None;
    }
    let listed = locality::city(scene, town).filter(|_| scene.known(town).common() == 0);
    let last = listed.or_else(|| (scene.known(town).is_nothing() && scene.word(town).len() >= 5).then_some(town))?;
    let closes = scene
        .token(last + 1)
        .is_none_or(|next| matches!(next.mark, b',' | b'.' | b';' | b')' | b'"') || next.class == Class::Newline);
    closes.then_some(Spot { first: at, last, kind: Kind::GeoCityState, score: 78 })
}

/// `the gp in ballinasloe`: in small letters only with a start that towns have.
pub(super) fn in_lower_case(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    const STARTS: [&str; 12] =
        ["bally", "ballin", "llan", "aber", "inver", "strath", "knock", "kilk", "carrick", "auchter", "castle", "dunm"];
    let led = at > 0 && matches!(scene.word(at - 1), "in" | "from" | "near" | "nr" | "outside");
    let word = scene.word(at);
    let start = led && word.len() >= 8 && STARTS.iter().any(|start| word.starts_with(start));
    let known = scene.known(at);
    let plain = known.is_nothing() || known.city() > 0 && known.common() == 0;
    (start && plain).then_some(Spot { first: at, last: at, kind: Kind::GeoCity, score: 66 })
}

const NO_TOWN: u64 = Role::set(&[
    Role::Title,
    Role::SoftTitle,
    Role::Person,
    Role::Never,
    Role::Calendar,
    Role::Postnominal,
    Role::Demonym,
    Role::EponymHead,
    Role::CareHead,
    Role::Court,
    Role::OrgOf,
    Role::Company,
]);
