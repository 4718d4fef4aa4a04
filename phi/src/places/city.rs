//! Towns, counties, states and countries outside of addresses.

use super::locality::{city, country, country_behind, state_behind, state_name};
use super::{Spot, codes};
use crate::gazetteer::{Fact, Known, Role};
use crate::listed::{Hit, Kind, Scene};
use crate::text::Class;

/// A town with a state behind it, after `lives in`, or a county.
pub(super) fn with_evidence(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let known = scene.known(at);
    if known.plays_any(Role::set(&[Role::Title, Role::Calendar])) || scene.is_initial(at) {
        return None;
    }
    if let Some(spot) = county(scene, at) {
        return Some(spot);
    }
    let listed = city(scene, at);
    // `Mullingar, County Westmeath`
    if scene.is_mark(at + 1, b',')
        && matches!(scene.word(at + 2), "County" | "Co")
        && known.common() < 5
        && !known.plays_any(NO_TOWN)
        && scene.class(at) == Some(Class::Capital)
        && let Some(spot) = county(scene, at + 2)
    {
        return Some(Spot { first: at, ..spot });
    }
    if let Some(town) = listed.or_else(|| unlisted(scene, at))
        && let Some(last) = state_behind(scene, town)
            .filter(|_| is_no_person(scene, at, town, listed.is_some()) && !is_ambiguous_code(scene, at, town))
    {
        return Some(Spot { first: at, last, kind: Kind::GeoCityState, score: if listed.is_some() { 90 } else { 75 } });
    }
    if let Some(town) = listed {
        return listed_town(scene, at, town);
    }
    after_lives_in(scene, at)
}

/// `CT`, `MS`, `OR` mean something else in a clinical text.
fn is_ambiguous_code(scene: &Scene<'_>, first: usize, town: usize) -> bool {
    let code = if scene.is_mark(town + 1, b',') { town + 2 } else { town + 1 };
    let zip = scene.class(code + 1).is_some_and(Class::has_digit) && scene.word(code + 1).len() == 5;
    let known = scene.known(first);
    let town_only = first < town || known.last() < 8 && known.city() >= 3 || leads(scene, first) > 0;
    if scene.class(code) == Some(Class::Upper) {
        let other = matches!(
            scene.word(code),
            "CT" | "MS" | "OR" | "IN" | "ME" | "HI" | "OK" | "MI" | "ID" | "AL" | "DE" | "LA" | "PA" | "MD" | "CO"
        );
        return other && !zip && !town_only;
    }
    // `Campbell, Virginia` is a person.
    scene.known(code).first() >= 5 && known.last() >= 8 && first == town && leads(scene, first) == 0 && !zip
}

/// `Smith, MD` and `Jones, PA` are people: codes that are post-nominals as well need a listed town of the United States.
fn is_no_person(scene: &Scene<'_>, first: usize, town: usize, listed: bool) -> bool {
    let code = if scene.is_mark(town + 1, b',') { town + 2 } else { town + 1 };
    if !scene.plays(code, Role::Postnominal) || scene.class(code + 1).is_some_and(Class::has_digit) {
        return listed
            || scene.class(code) != Some(Class::Upper)
            || scene.class(code + 1).is_some_and(Class::has_digit)
            || leads(scene, first) >= 2;
    }
    let known = scene.known(town);
    let led = leads(scene, first) > 0 || first < town;
    listed && led || known.last() < 4 && known.is(Fact::UsCity)
}

/// Words that could be a town before a state's code: one to three capitals.
fn unlisted(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let last = (at..at + 3).take_while(|place| scene.is_capital(*place) && !scene.is_initial(*place)).last()?;
    let opens = at == 0 || !scene.is_capital(at - 1) || !scene.token(at).is_some_and(crate::text::Token::space_before);
    let plain = (at..=last).all(|place| !scene.known(place).plays_any(NO_TOWN) && scene.known(place).common() < 6);
    (opens && plain && scene.token(at).is_some_and(|token| token.len() > 2)).then_some(last)
}

const NO_TOWN: u64 =
    Role::set(&[Role::Title, Role::Person, Role::Never, Role::SoftTitle, Role::Calendar, Role::Postnominal]);

/// How much the words before say that a place comes: 3 for `lives in`, 2 for `lives near the`, 1 for `in`, 0 for nothing.
fn leads(scene: &Scene<'_>, at: usize) -> u8 {
    let Some(before) = at.checked_sub(1) else { return 0 };
    let preposition = scene.plays(before, Role::PlaceBefore);
    let near = before.saturating_sub(6)..before;
    let resides = near
        .rev()
        .take_while(|place| !matches!(scene.class(*place), Some(Class::Newline)) && !scene.is_mark(*place, b'.'))
        .any(|place| scene.plays(place, Role::Resides));
    match (preposition, resides) {
        (true, true) => 3,
        (true, false) => match scene.word(before) {
            "in" | "In" | "IN" | "near" | "Near" | "outside" | "downtown" | "around" => 2,
            // `Martha Turner of Cleveland`
            "of" if before > 0 && scene.is_capital(before - 1) && scene.known(before - 1).last() >= 5 => 2,
            "at" | "from" | "to" | "From" | "FROM" | "TO" | "AT" | "via" | "towards" => 1,
            _ => 0,
        },
        (false, true)
            if scene.plays(before, Role::Resides)
                || matches!(scene.token(before).map_or(0, |t| t.mark), b':' | b'"') =>
        {
            2
        }
        _ => 0,
    }
}

fn listed_town(scene: &Scene<'_>, first: usize, town: usize) -> Option<Spot> {
    let known = scene.known(first);
    if is_part_of_more(scene, town + 1) || is_abbreviation(scene, first, town) {
        return None;
    }
    let lead = leads(scene, first);
    let with_country = country_behind(scene, town);
    if with_country > town && (lead > 0 || known.common() < 5) {
        return Some(Spot { first, last: with_country, kind: Kind::GeoCity, score: 85 });
    }
    // `of the Brussels Bar`
    if scene.word(town + 1) == "Bar" && scene.word(first.wrapping_sub(1)) == "the" {
        return Some(Spot { first, last: town, kind: Kind::GeoCity, score: 80 });
    }
    let code = codes::postcode_end(scene, town + 1);
    if let Some(last) = code {
        return Some(Spot { first, last, kind: Kind::GeoCityState, score: 90 });
    }
    // `from Jackson` may be a person, `lives in Jackson` is not.
    let person = first == town && (known.first() >= 8 || known.last() >= 9) && known.city() < 6;
    let word = known.common() >= 5 || known.is(Fact::Clinical) && known.common() > 0;
    let inside = lead >= 2 && matches!(scene.word(first.wrapping_sub(1)), "in" | "In" | "near" | "outside");
    let needed = if person && !inside || word && first == town { 3 } else { 2 };
    let single_from = lead == 1 && !person && !word && known.city() >= 3;
    if (lead >= needed || single_from) && !is_country_only(known, first == town) {
        let last = if lead >= 2 { region_behind(scene, town) } else { town };
        return Some(Spot { first, last, kind: Kind::GeoCity, score: 70 + 5 * lead });
    }
    None
}

/// `Lerwick, Shetland.`: one or two capitals between a comma and the clause's end.
fn region_behind(scene: &Scene<'_>, town: usize) -> usize {
    if !scene.is_mark(town + 1, b',') || scene.class(town + 2) != Some(Class::Capital) {
        return town;
    }
    let last = if scene.class(town + 3) == Some(Class::Capital) { town + 3 } else { town + 2 };
    let ends = scene
        .token(last + 1)
        .is_none_or(|next| matches!(next.mark, b'.' | b',' | b';' | b')' | b'"') || next.class == Class::Newline);
    let place = (town + 2..=last).all(|at| {
        let known = scene.known(at);
        known.first() < 6 && known.common() <= 2 && !known.plays_any(NO_TOWN) && !known.plays_any(ORGANISATION)
    });
    if ends && place { last } else { town }
}

/// `Mexico`, `Georgia`: a country or a state that is the name of a town as well.
fn is_country_only(known: Known, single: bool) -> bool {
    single && (known.is(Fact::Country) || known.is(Fact::State) && known.city() < 6)
}

/// `Boston Scientific`, `Glasgow Coma Scale`, `Lyme disease`, `Washington-based`.
fn is_part_of_more(scene: &Scene<'_>, at: usize) -> bool {
    let known = scene.known(at);
    let hyphen = scene.is_mark(at, b'-') && scene.is_tight(at);
    let given = at.checked_sub(1).is_some_and(|town| scene.known(town).first() >= 5 && scene.known(town).city() < 6);
    let strange = given
        && known.common() == 0
        && known.city() == 0
        && !known.plays_any(ORGANISATION)
        && scene.token(at).is_some_and(crate::text::Token::space_before);
    let person = scene.is_capital(at) && (known.last() >= 6 && known.common() < 4 || scene.is_initial(at) || strange);
    let thing = known.plays_any(Role::set(&[Role::EponymHead, Role::ThingAfter, Role::Company]));
    let next_thing = scene.known(at + 1).plays(Role::EponymHead) && !known.plays(Role::BeVerb);
    let institution = scene.is_capital(at) && known.plays_any(ORGANISATION);
    hyphen
        || person
        || thing
        || next_thing
        || institution
        || scene.is_possessive(at) && scene.plays(at + 2, Role::EponymHead)
}

const ORGANISATION: u64 = Role::set(&[
    Role::CareHead,
    Role::CareSoft,
    Role::CareTail,
    Role::Court,
    Role::OrgOf,
    Role::CompanySoft,
    Role::Street,
]);

/// `ER`, `ED`, `IPA` in capitals are no towns.
fn is_abbreviation(scene: &Scene<'_>, first: usize, town: usize) -> bool {
    // `iLO` is no town either.
    let small = scene.class(first) == Some(Class::Mixed) && scene.word(first).starts_with(char::is_lowercase);
    small
        || first == town
            && scene.class(first) == Some(Class::Upper)
            && scene.token(first).is_some_and(|token| token.len() <= 4)
}

/// `lives in Ballymurphy`: nobody lists it, but what else could it be.
fn after_lives_in(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let known = scene.known(at);
    let place = known.is(Fact::Country) || known.is(Fact::State) || known.plays(Role::Demonym);
    let made = matches!(scene.word(at.wrapping_sub(1)), "in" | "near" | "outside" | "at" | "of")
        && known.is_nothing()
        && has_town_end(scene.word(at));
    if !(leads(scene, at) >= 3 || made)
        || known.common() >= 4
        || place
        || known.plays_any(NO_TOWN)
        || !scene.token(at)?.space_before()
    {
        return None;
    }
    if !matches!(scene.class(at), Some(Class::Capital | Class::Mixed))
        || known.is(Fact::Drug)
        || known.is(Fact::Clinical)
    {
        return None;
    }
    let last = (at..at + 3)
        .take_while(|next| {
            *next == at
                || matches!(scene.class(*next), Some(Class::Capital))
                    && scene.token(*next).is_some_and(crate::text::Token::space_before)
        })
        .last()?;
    let organisation = (at..=last).any(|place| scene.known(place).plays_any(ORGANISATION));
    let region = region_behind(scene, last);
    let last = if region > last { region } else { country_behind(scene, last) };
    (!organisation).then_some(Spot { first: at, last, kind: Kind::GeoCity, score: 72 })
}

/// Ends that towns have and hardly any other word that no list knows.
fn has_town_end(word: &str) -> bool {
    const ENDS: [&str; 36] = [
        "ton", "ville", "burg", "burgh", "ham", "ford", "bury", "stead", "field", "wick", "minster", "mouth", "port",
        "haven", "dale", "wood", "shire", "borough", "stadt", "heim", "hausen", "grad", "abad", "pur", "polis", "view",
        "brook", "gate", "church", "chester", "caster", "worth", "thorpe", "leigh", "hurst", "vale",
    ];
    word.len() >= 6 && ENDS.iter().any(|end| word.ends_with(end))
}

/// `Cook County`, `County of Kent`, `Orleans Parish`.
pub(super) fn county(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let spot = |last: usize| {
        Some(Spot { first: at, last: state_behind(scene, last).unwrap_or(last), kind: Kind::GeoCounty, score: 85 })
    };
    if matches!(scene.word(at), "County" | "COUNTY" | "Co") && !scene.plays(at + 2, Role::Court) {
        let next = at + 1 + usize::from(scene.is_mark(at + 1, b'.'));
        let told = matches!(scene.word(at.wrapping_sub(1)), "in" | "of" | "from" | "near")
            && !scene.known(next).plays_any(NO_TOWN);
        let listed = told || scene.known(next).is(Fact::County) || scene.known(next).city() >= 2;
        let whole = !(scene.is_capital(next + 1) && scene.known(next + 1).plays_any(ORGANISATION));
        if scene.is_capital(next) && listed && whole && scene.known(next).common() < 5 {
            return spot(next);
        }
    }
    if scene.plays(at, Role::GeoTail) {
        let of = scene.word(at + 1) == "of" && scene.is_capital(at + 2) && !scene.known(at + 2).plays(Role::Never);
        let proper = scene.known(at + 2).common() < 5;
        return if of && proper { spot(at + 2) } else { None };
    }
    let name_ends = (at..at + 3)
        .take_while(|place| scene.is_capital(*place))
        .find(|place| scene.plays(place + 1, Role::GeoTail) && scene.is_capital(place + 1))?;
    let tail = name_ends + 1;
    let listed = at == name_ends && scene.known(at).is(Fact::County);
    let strong = matches!(scene.word(tail), "County" | "Parish" | "Township" | "Oblast" | "Borough");
    let proper = (at..=name_ends).all(|place| {
        let known = scene.known(place);
        known.common() < 6 && !known.is(Fact::Clinical) && !known.plays_any(NO_TOWN) && !known.plays_any(ORGANISATION)
            || known.is(Fact::County)
    });
    let more = scene.is_capital(tail + 1) && scene.known(tail + 1).plays_any(ORGANISATION);
    (proper && !more && (listed || strong)).then(|| spot(tail)).flatten()
}

/// `lives in chicago`: only behind `lives in` and its kin.
pub(super) fn in_lower_case(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let town = city(scene, at)?;
    let known = scene.known(at);
    // `chandler, florida`, `yonkers, ny 10701`.
    if scene.is_mark(town + 1, b',') && (known.common() < 5 || leads(scene, at) >= 2) {
        let state =
            super::locality::state_name(scene, town + 2).filter(|_| scene.class(town + 2) == Some(Class::Lower));
        let coded = scene.plays(town + 2, Role::StateAbbr) && scene.word(town + 2).len() == 2;
        let code = (coded && (leads(scene, at) > 0 || scene.class(town + 3).is_some_and(Class::has_digit)))
            .then_some(town + 2);
        if let Some(last) = state.or(code) {
            let last = super::locality::zip_behind(scene, last).unwrap_or(last);
            return Some(Spot { first: at, last, kind: Kind::GeoCityState, score: 78 });
        }
    }
    let single = known.common() == 0 && known.city() >= 3;
    let plain = single && known.last() < 9 && known.first() < 8 && !known.is(Fact::Clinical) && !known.is(Fact::Eponym);
    let lead = leads(scene, at);
    let sure = lead >= 3 && (single || town > at)
        || lead == 2 && scene.word(at.wrapping_sub(1)) == "in" && (plain || town > at)
        || lead == 1 && matches!(scene.word(at.wrapping_sub(1)), "from" | "to") && plain && known.city() >= 4
        || labelled(scene, at) && (single || town > at);
    (sure && !is_part_of_more(scene, town + 1)).then_some(Spot {
        first: at,
        last: town,
        kind: Kind::GeoCity,
        score: 72,
    })
}

/// `from silverwick, ca`: a town that no list knows, before its state.
pub(super) fn unlisted_in_lower_case(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let led = at > 0 && matches!(scene.word(at - 1), "from" | "in" | "to" | "of" | "near");
    let state = at + 2;
    let coded =
        scene.plays(state, Role::StateAbbr) && scene.word(state).len() == 2 && scene.class(state) == Some(Class::Lower);
    let long = scene.token(at).is_some_and(|token| token.len() >= 5);
    let fits = led && long && scene.is_mark(at + 1, b',') && scene.known(at).is_nothing() && coded;
    fits.then_some(Spot { first: at, last: state, kind: Kind::GeoCityState, score: 70 })
}

/// `City: bar harbor`, `town: milano`.
fn labelled(scene: &Scene<'_>, at: usize) -> bool {
    at >= 2
        && scene.is_mark(at - 1, b':')
        && ["city", "town", "village", "municipality"]
            .iter()
            .any(|label| scene.word(at - 2).eq_ignore_ascii_case(label))
}

/// `Kestrel Clinic, Wakefield`: a town behind a care site.
fn behind_site(scene: &Scene<'_>, at: usize) -> bool {
    at >= 2
        && scene.is_mark(at - 1, b',')
        && scene.is_capital(at - 2)
        && (scene.known(at - 2).plays_any(Role::set(&[Role::CareHead, Role::CareTail]))
            || scene.word(at - 2) == "Surgery")
}

pub(super) fn country_or_state(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    if scene.is_initial(at) || scene.token(at)?.len() < 4 {
        return None;
    }
    let named =
        |last: usize| scene.known(last + 1).last() >= 8 && scene.is_capital(last + 1) || scene.is_possessive(last + 1);
    if let Some(last) = country(scene, at).filter(|last| !named(*last)) {
        return Some(Spot { first: at, last, kind: Kind::GeoCountry, score: 30 });
    }
    let last = state_name(scene, at).filter(|last| !named(*last))?;
    Some(Spot { first: at, last, kind: Kind::GeoState, score: 30 })
}

/// Adds listed towns that stand alone and that no name took.
pub(crate) fn find_cities(scene: &Scene<'_>, taken: &[bool], hits: &mut Vec<Hit>) {
    let mut at = 0;
    while at < scene.tokens.len() {
        let free = !taken.get(at).copied().unwrap_or(true);
        match (free && scene.is_capital(at)).then(|| alone(scene, at)).flatten() {
            Some(last) if !taken.get(at..=last).unwrap_or_default().contains(&true) => {
                hits.extend(scene.hit((at, last), Kind::GeoCityAlone, 58, crate::Evidence::PLACE));
                at = last + 1;
            }
            _ => at += 1,
        }
    }
}

/// A town of some size that is nothing else, in the middle of a sentence.
fn alone(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let last = city(scene, at)?;
    let known = scene.known(at);
    let token = scene.token(at)?;
    let whole = if last == at { known } else { phrase_known(scene, at, last) };
    let other = known.common() > 0
        || known.is(Fact::Drug)
        || known.is(Fact::Clinical)
        || known.plays(Role::Eponym)
        || known.plays(Role::Never);
    let name = known.first() >= 5 || known.last() >= 5;
    // `lives in Dos Hermanas (Seville)`
    let bracketed = scene.is_mark(at.wrapping_sub(1), b'(')
        && scene.is_mark(last + 1, b')')
        && scene.is_capital(at.wrapping_sub(2))
        && known.first() < 4;
    if bracketed && whole.city() >= 3 && !other && token.class == Class::Capital {
        return Some(last);
    }
    if (behind_site(scene, at) || labelled(scene, at))
        && !scene.is_capital(last + 1)
        && !is_abbreviation(scene, at, last)
    {
        return Some(last);
    }
    if civic(scene, at, last) && !other && !is_country_only(known, last == at) && !is_abbreviation(scene, at, last) {
        return Some(last);
    }
    // `Prague C2M4`, `Montreal A2L3B2` classify.
    let class = scene.token(last + 1).filter(|next| next.class == Class::Alnum && next.space_before());
    if class.is_some_and(|next| next.text(scene.text).starts_with(|c: char| c.is_ascii_uppercase())) {
        return None;
    }
    // A judgment's head: `STRASBOURG`, a line end and its day.
    let dated = scene.class(last + 1) == Some(Class::Digits)
        || scene.class(last + 1) == Some(Class::Newline) && scene.class(last + 2) == Some(Class::Digits);
    if scene.court
        && token.class == Class::Upper
        && dated
        && whole.city() >= 4
        && known.common() == 0
        && token.len() > 4
    {
        return Some(last);
    }
    let single = last == at && (other || name || whole.city() < 4 || is_country_only(known, true));
    let in_run = at > 0 && scene.is_capital(at - 1) && token.space_before() && scene.known(at - 1).common() < 6;
    let glued =
        !token.space_before() && !matches!(scene.token(at.wrapping_sub(1)).map_or(0, |t| t.mark), b'(' | b'"' | b'-');
    let goes_on = scene.is_capital(last + 1) && scene.token(last + 1).is_some_and(crate::text::Token::space_before);
    let fits = !single
        && whole.city() >= if last == at { 5 } else { 4 }
        && !in_run
        && !glued
        && !goes_on
        && !is_part_of_more(scene, last + 1);
    (fits && !is_abbreviation(scene, at, last) && token.class != Class::Upper).then_some(last)
}

/// `the Leuven ethics committee`, `the Tartu prison`: an office in lower case behind a town.
fn civic(scene: &Scene<'_>, at: usize, last: usize) -> bool {
    let led = matches!(scene.word(at.wrapping_sub(1)), "the" | "The" | "a" | "at" | "in" | "by" | "of" | "to" | "from");
    let spaced = scene.token(at).is_some_and(crate::text::Token::space_before);
    let office = matches!(
        scene.word(last + 1),
        "prison"
            | "gendarmerie"
            | "gendarmes"
            | "command"
            | "governor"
            | "commune"
            | "registrar"
            | "ethics"
            | "court"
            | "courts"
            | "police"
            | "municipal"
            | "magistrates"
            | "district"
            | "airport"
            | "mayor"
            | "council"
            | "prosecutor"
            | "bar"
            | "authorities"
            | "remand"
            | "detention"
            | "library"
            | "branch"
            | "depot"
            | "campus"
            | "site"
            | "office"
            | "area"
            | "suburb"
            | "station"
            | "regional"
    );
    led && spaced && office && scene.known(at).city() > 0 && scene.known(at).first() < 8
}

fn phrase_known(scene: &Scene<'_>, first: usize, last: usize) -> Known {
    let words = (first..=last).filter_map(|at| scene.token(at)).filter(|token| token.is_word()).map(|token| token.fold);
    words.reduce(crate::gazetteer::phrase_hash).map_or(Known::NOTHING, |hash| scene.gazetteer.known(hash))
}
