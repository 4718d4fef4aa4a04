//! Streets: how far a street's name goes, with or without its number.

use crate::gazetteer::Role;
use crate::listed::Scene;
use crate::text::Class;

/// The name's words at most.
const WORDS: usize = 5;

/// `Main St`, `N. Elm Street`, `5th Avenue NW`, `Martin Luther King Jr. Blvd`: from the first word behind the house number.
pub(super) fn with_suffix(scene: &Scene<'_>, from: usize) -> Option<usize> {
    let mut at = from;
    let mut found = None;
    let mut words = 0;
    while words <= WORDS {
        let Some(token) = scene.token(at) else { break };
        if token.is_mark(b'.') && at > from && scene.is_tight(at) {
            at += 1;
            continue;
        }
        if scene.is_possessive(at) {
            at += 2;
            continue;
        }
        if token.is_mark(b'\'') || token.is_mark(b'-') && scene.is_tight(at) {
            at += 1;
            continue;
        }
        if at > from && is_suffix(scene, at) && words > 0 {
            found = Some(at);
        } else if found.is_some() || !is_street_word(scene, at, words) {
            break;
        }
        words += 1;
        at += 1;
    }
    let last = found.or_else(|| scene.word(from).eq_ignore_ascii_case("broadway").then_some(from))?;
    let dot = usize::from(scene.is_mark(last + 1, b'.') && scene.is_tight(last + 1) && abbreviated(scene, last));
    Some(direction_behind(scene, last + dot, last))
}

fn abbreviated(scene: &Scene<'_>, at: usize) -> bool {
    scene.plays(at, Role::StreetAbbr)
        && scene.token(at + 2).is_some_and(|next| !next.starts_line() && next.class != Class::Newline)
}

fn is_suffix(scene: &Scene<'_>, at: usize) -> bool {
    let known = scene.known(at);
    known.plays(Role::Street) && scene.is_capital(at)
        || known.plays(Role::StreetAbbr) && scene.is_capital(at)
        || known.plays(Role::StreetEnd) && scene.is_capital(at)
}

fn is_street_word(scene: &Scene<'_>, at: usize, words: usize) -> bool {
    match scene.class(at) {
        Some(Class::Capital | Class::Mixed) => !scene.plays(at, Role::Calendar) || words > 0,
        Some(Class::Upper) => !scene.known(at).plays_any(SMALL_WORDS) || scene.plays(at, Role::Direction),
        // `5th`, `42nd`.
        Some(Class::Alnum) => is_ordinal(scene.word(at)),
        Some(Class::Lower) => words > 0 && matches!(scene.word(at), "of" | "the" | "and" | "de" | "la"),
        _ => false,
    }
}

const SMALL_WORDS: u64 = Role::set(&[Role::PlaceBefore, Role::BeforeWeak, Role::BeVerb]);

fn is_ordinal(word: &str) -> bool {
    ["st", "nd", "rd", "th", "ST", "ND", "RD", "TH"].iter().any(|end| {
        word.strip_suffix(end)
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// `Elm Street NW`.
fn direction_behind(scene: &Scene<'_>, last: usize, street: usize) -> usize {
    let at = last + 1;
    let short = scene.token(at).is_some_and(|token| token.len() <= 2 && token.space_before());
    if short && scene.plays(at, Role::Direction) && scene.is_capital(at) {
        at
    } else if last > street {
        // The full stop belongs to the abbreviation only inside of an address.
        if scene.is_mark(last + 1, b',') || scene.is_capital(last + 1) { last } else { street }
    } else {
        last
    }
}

/// `123 main st`, `45 old mill road`: all in lower case, so only with the plainest suffixes.
pub(super) fn in_lower_case(scene: &Scene<'_>, from: usize) -> Option<usize> {
    const SUFFIXES: [&str; 12] =
        ["street", "avenue", "ave", "road", "rd", "lane", "drive", "blvd", "boulevard", "st", "parkway", "pkwy"];
    const WEAK: [&str; 15] = [
        "close", "gardens", "crescent", "dr", "cir", "ct", "ln", "way", "hwy", "place", "pl", "terrace", "circle",
        "court", "broadway",
    ];
    let led = from >= 2 && matches!(scene.word(from - 2), "at" | "to" | "lives" | "live" | "address" | "from")
        || from >= 3 && scene.word(from - 2) == "is" && scene.word(from - 3) == "address";
    let fits = |word: &str| SUFFIXES.contains(&word) || led && WEAK.contains(&word);
    if led && scene.word(from) == "broadway" {
        return Some(from);
    }
    let found = (from + 1..from + 7).find(|at| fits(scene.word(*at)))?;
    let plain = (from..found).all(|at| {
        let known = scene.known(at);
        let ordinal = scene.class(at) == Some(Class::Alnum) && is_ordinal(scene.word(at));
        let direction = at == from && known.plays(Role::Direction);
        ordinal
            || direction
            || scene.class(at) == Some(Class::Lower)
                && scene.word(at).len() > 1
                && (!known.plays_any(NO_STREET_WORD) || scene.word(at) == "canal")
    });
    plain.then_some(found)
}

const NO_STREET_WORD: u64 = Role::set(&[
    Role::PlaceBefore,
    Role::BeforeWeak,
    Role::BeVerb,
    Role::ThingAfter,
    Role::Particle,
    Role::SayVerb,
    Role::EponymHead,
]);

/// `rue de la Paix`, `Calle Mayor`, `ul. Marszałkowska`: a prefix with the words behind it.
pub(super) fn with_prefix(scene: &Scene<'_>, at: usize) -> Option<usize> {
    if !scene.plays(at, Role::StreetPrefix) {
        return None;
    }
    let mut next = at + 1;
    if scene.is_mark(next, b'.') && scene.is_tight(next) {
        // `ul. Nowa`, but `in place. The`.
        if scene.word(at).len() > 3 {
            return None;
        }
        next += 1;
    }
    let mut last = None;
    for _ in 0..WORDS {
        let word = scene.class(next);
        let small = word == Some(Class::Lower)
            && (scene.plays(next, Role::Particle) || matches!(scene.word(next), "l" | "d" | "des" | "et"));
        if scene.is_capital(next) {
            last = Some(next);
        } else if !(small || scene.is_apostrophe(next) || scene.is_mark(next, b'-') && scene.is_tight(next)) {
            break;
        }
        next += 1;
    }
    last
}

/// `Hauptstraße`, `Hauptstr.`, `Keizersgracht`, `Unter den Linden`: a word that ends like a street.
pub(super) fn with_street_end(scene: &Scene<'_>, at: usize) -> Option<usize> {
    const ENDS: [&str; 22] = [
        "straße", "strasse", "str", "gasse", "weg", "platz", "allee", "laan", "straat", "gracht", "kade", "plein",
        "gatan", "vägen", "gata", "veien", "vej", "gade", "katu", "damm", "ufer", "steig",
    ];
    let dot = |at: usize| usize::from(scene.is_mark(at + 1, b'.') && scene.is_tight(at + 1));
    let word = scene.word(at);
    if scene.class(at) == Some(Class::Capital)
        && ENDS.iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end))
    {
        return Some(at + dot(at));
    }
    // `Lange Straße`, `Atatürk Caddesi`.
    let last =
        (at + 1..at + 4).take_while(|next| scene.is_capital(*next)).find(|next| scene.plays(*next, Role::StreetEnd));
    // `Kossuth utca 118`
    let small = || {
        (matches!(scene.word(at + 1), "utca" | "út" | "tér" | "ulica" | "sokak" | "caddesi" | "gatve" | "iela"))
            .then_some(at + 1)
    };
    let last = last.or_else(small)?;
    Some(last + dot(last))
}
