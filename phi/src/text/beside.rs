//! An id right beside a person's name (`Ann Berg (E4322131)`, `"Kang, Frank, E2182839"`) is that person's.

use crate::finding::Evidence;
use crate::label::Label;

use super::claims::{Claims, Kind, Rank};
use super::groups::continues;
use super::token::{Class, Token};
use super::view::View;

/// Least digits of such an id.
const DIGITS_MIN: usize = 5;

/// What staff does with records.
const ACTS: [&str; 14] = [
    "viewed",
    "accessed",
    "opened",
    "exported",
    "printed",
    "took",
    "logged",
    "downloaded",
    "copied",
    "emailed",
    "shared",
    "looked",
    "edited",
    "queried",
];

/// Looks behind each name that is claimed.
pub(crate) fn find(view: &View<'_>, claims: &mut Claims<'_>) {
    for place in 0..claims.list.len() {
        let Some(name) = claims.list.get(place).copied().filter(|claim| claim.label == Some(Label::Name)) else {
            continue;
        };
        let next = view.tokens.partition_point(|token| token.start < name.end);
        let bracket = view.token(next).is_some_and(|token| matches!(token.mark, b'(' | b'['));
        let aged = if view.token(next).is_some_and(|token| matches!(token.mark, b'(' | b'[' | b',')) {
            next + 1
        } else {
            next
        };
        let stated = matches!(view.word(next), "is" | "turned" | "turns" | "was");
        if age(view, if stated { next + 1 } else { aged }, claims) {
            continue;
        }
        if bracket && account(view, next + 1, claims) {
            continue;
        }
        let separated = bracket || view.is_mark(next, b',') || view.is_mark(next, b'/');
        let place = if separated { next + 1 } else { next };
        let hash = view.is_mark(place, b'#');
        let first = if hash { place + 1 } else { place };
        let Some(end) = code_end(view, first) else { continue };
        let after = view.byte(end);
        let spaced = first == next && view.token(first).is_some_and(|token| token.len() >= 6);
        let closed = if bracket {
            matches!(after, b')' | b']' | b',' | b';')
        } else {
            matches!(after, b',' | b'"' | b')' | b';') || after == b' ' && view.byte(end + 1) == b'/'
        };
        if closed || hash || spaced && !continues(view, end) {
            let start = view.token(first).map_or(end, |token| token.start as usize);
            // `Bob (E44521) took the chart`: who does that is staff.
            let acts = bracket && ACTS.contains(&view.word(view.after(first, end) + 1));
            let acts = acts || lists_staff(view, next);
            let kind = if acts { Kind::AccountName } else { Kind::Beside };
            claims.add(kind, (start, end), Rank::Listed, Evidence::SHAPE.with(Evidence::NEIGHBOURS));
        }
    }
}

/// `Badge list - Ann Berg / B-10077`: the line says that it is about staff.
fn lists_staff(view: &View<'_>, at: usize) -> bool {
    let reach = at.saturating_sub(24)..at;
    reach.rev().any(|place| {
        let word = view.word(place);
        ["badge", "badges", "employee", "employees", "staff", "users"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    })
}

/// `Ann Berg (92)`, `Ann Berg, 97, MRN 12`, `Ann Berg 97F`.
fn age(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> bool {
    let Some(token) = view.token(at) else { return false };
    let (start, mut end) = (token.start as usize, token.end as usize);
    if matches!(view.byte_before(end), b'F' | b'M') && token.class == Class::Alnum {
        end -= 1;
    }
    let written = view.slice(start, end);
    let value = written.iter().take(3).fold(0, |sum, digit| sum * 10 + u32::from(digit.wrapping_sub(b'0')));
    let number = written.len() <= 3 && written.iter().all(u8::is_ascii_digit) && (90..=115).contains(&value);
    let next = view.word(at + 1);
    let sexed = end < token.end as usize || matches!(next, "F" | "M" | "yo" | "y");
    if matches!(next, "years" | "yrs") && at > 0 && view.word(at - 1) == "is" {
        return false;
    }
    // `donna is 97`
    let told = at.checked_sub(1).is_some_and(|verb| matches!(view.word(verb), "is" | "turned" | "turns" | "was"))
        && (end >= view.text.len()
            || matches!(view.byte(end), b',' | b'.' | b'?' | b'!' | b'\n') && !view.byte(end + 1).is_ascii_digit()
            || matches!(next, "when" | "and" | "with" | "at" | "but" | "now" | "today"));
    // `Rm 16 Amos Tuttle 92, hospice`
    let listed = at > 0
        && view.token(at - 1).is_some_and(Token::is_word)
        && view.byte(end) == b','
        && view.byte(end + 1) == b' '
        && !view.byte(end + 2).is_ascii_digit();
    let closed = matches!(view.byte(end), b')' | b',') && view.byte(end + 1) != b'0' && view.byte_before(start) != b'$';
    let separated = at
        .checked_sub(1)
        .is_some_and(|mark| view.token(mark).is_some_and(|mark| matches!(mark.mark, b',' | b'(' | b'[')));
    if !number || !(sexed || told || listed || closed && separated) {
        return false;
    }
    claims.add(Kind::Age, (start, end), Rank::Labelled, Evidence::NEIGHBOURS);
    true
}

/// `Priscilla Reyes (preyes)`: a word in brackets that no list knows is the person's account.
fn account(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> bool {
    let Some(token) = view.token(at).filter(|token| matches!(token.class, Class::Lower | Class::Alnum)) else {
        return false;
    };
    let (start, end) = (token.start as usize, token.end as usize);
    let letters = view.slice(start, end).iter().filter(|byte| byte.is_ascii_lowercase()).count();
    let unknown = token.class == Class::Alnum || view.words.known(token.fold).is_nothing();
    let digits = end - start - letters;
    let fits = letters >= 4 && digits <= 4 && view.byte(start).is_ascii_lowercase() && view.byte(end) == b')';
    if fits && unknown {
        claims.add(Kind::AccountName, (start, end), Rank::Listed, Evidence::NEIGHBOURS);
    }
    fits && unknown
}

/// The end of letters and digits, perhaps with one dash: `H-610839`, `BP413704`, `04874208`.
fn code_end(view: &View<'_>, at: usize) -> Option<usize> {
    let token =
        view.token(at).filter(|token| token.class.has_digit() || token.class == Class::Upper && token.len() <= 4)?;
    let start = token.start as usize;
    let run = view.slice(start, start + 20);
    let len = run.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    let code = run.get(..len)?;
    let digits = code.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = code.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let dashes = code.iter().filter(|byte| **byte == b'-').count();
    let fits = digits >= DIGITS_MIN && letters <= 4 && (dashes <= 1 || dashes == 2 && digits >= 7) && len < 20;
    fits.then_some(start + len)
}
