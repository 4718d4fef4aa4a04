//! The pass over the tokens: each anchor asks the recognisers that can start there, and what is claimed is passed over.

use super::claims::{Claim, Claims, Kind};
use super::labelled::{self, Labelled};
use super::lexicon::{IMAGE, MONTH, MONTH_FOREIGN, MONTH_SHORT, NUMBER, SOUND, TLD};
use super::token::{Class, Token};
use super::view::View;
use super::{account_name, age, date, ip, net, number, opaque};

/// How long a field's value may be to be taken as a whole by the field's name.
const FIELD_MAX: usize = 256;

pub(crate) fn all(view: &View<'_>, rules: &[Labelled], claims: &mut Claims<'_>) {
    // Labels bind whatever the shapes say about the value, so they are asked everywhere; shapes only where nothing is claimed yet.
    let (mut free_from, mut labels_from) = (0, 0);
    for (at, token) in view.tokens.iter().enumerate() {
        let label = token.is_word() && view.note(at).starts_phrase && token.start as usize >= labels_from;
        if label && let Some(end) = labelled::find(view, rules, at, claims) {
            labels_from = end;
        }
        if (token.start as usize) < free_from {
            continue;
        }
        if let Some(end) = shape(view, rules, at, token, claims) {
            free_from = end;
        }
    }
}

fn shape(view: &View<'_>, rules: &[Labelled], at: usize, token: &Token, claims: &mut Claims<'_>) -> Option<usize> {
    match token.class {
        Class::Digits => number_anchor(view, at, claims),
        Class::Alnum => {
            if view.note(at).is(SOUND)
                && let Some(end) = net::image_file(view, at, claims)
            {
                return Some(end);
            }
            if let Some(end) = account_name::staff_code(view, at, claims) {
                return Some(end);
            }
            let digit_first = view.byte(token.start as usize).is_ascii_digit();
            let written = |claims: &mut Claims<'_>| {
                date::written::find_fused(view, at, claims).or_else(|| date::stamp::find_compact(view, at, claims))
            };
            let coded = labelled::find_prefixed(view, rules, at, claims)
                .or_else(|| opaque::find(view, at, claims))
                .or_else(|| ip::may_start(view, at).then(|| ip::find_hex(view, at, claims)).flatten());
            let number = |claims: &mut Claims<'_>| written(claims).or_else(|| number_anchor(view, at, claims));
            let coded = coded.or_else(|| account_name::find(view, at, claims));
            coded.or_else(|| digit_first.then(|| number(claims)).flatten())
        }
        Class::Punct => mark_anchor(view, at, token, claims),
        Class::Newline => None,
        _ => word_anchor(view, rules, at, token, claims),
    }
}

fn number_anchor(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let hex = ip::may_start(view, at).then(|| ip::find_hex(view, at, claims)).flatten();
    hex.or_else(|| opaque_number(view, at, token, claims))
        .or_else(|| age::find(view, at, claims))
        .or_else(|| number::find(view, at, claims))
        .or_else(|| date::bare_year(view, at, claims))
        .or_else(|| number::measure(view, at, claims))
}

/// UUIDs, trace contexts and Medicare numbers may start with digits only.
fn opaque_number(view: &View<'_>, at: usize, token: &Token, claims: &mut Claims<'_>) -> Option<usize> {
    let dashed = view.byte(token.end as usize) == b'-' && matches!(token.len(), 2 | 8);
    if dashed { opaque::find(view, at, claims) } else { None }
}

fn word_anchor(
    view: &View<'_>,
    rules: &[Labelled],
    at: usize,
    token: &Token,
    claims: &mut Claims<'_>,
) -> Option<usize> {
    let note = view.note(at);
    if note.is(MONTH | MONTH_SHORT | MONTH_FOREIGN)
        && let Some(end) = date::written::find(view, at, claims)
    {
        // The date may start before this word; claims of numbers there lose to it by length.
        return Some(end);
    }
    if note.is(NUMBER)
        && let Some(end) = age::find_written(view, at, claims)
    {
        return Some(end);
    }
    if note.is(TLD | IMAGE | SOUND) {
        let found = net::image_file(view, at, claims)
            .or_else(|| if note.is(TLD) { net::domain(view, at, claims) } else { None });
        if found.is_some() {
            return found;
        }
    }
    if token.class == Class::Lower
        && let Some(end) = account_name::find(view, at, claims)
    {
        return Some(end);
    }
    match view.byte(token.end as usize) {
        b'/' => opaque::user_agent(view, at, claims),
        b'-' if token.text(view.text).eq_ignore_ascii_case("xxx") => number::masked(view, at, claims),
        b'.' if token.len() == 3 && net::www(view, at, claims).is_some() => Some(token.end as usize),
        b'-' | b'_' | b':' | b'.' => {
            if let Some(end) = account_name::staff_code(view, at, claims) {
                return Some(end);
            }
            let coded = labelled::find_prefixed(view, rules, at, claims);
            let hex = coded.or_else(|| ip::may_start(view, at).then(|| ip::find_hex(view, at, claims)).flatten());
            hex.or_else(|| if token.len() == 8 { opaque::find(view, at, claims) } else { None })
        }
        _ => None,
    }
}

fn mark_anchor(view: &View<'_>, at: usize, token: &Token, claims: &mut Claims<'_>) -> Option<usize> {
    match token.mark {
        b'@' => net::email(view, at, claims),
        b':' if view.byte(token.end as usize) == b'/' => net::url(view, at, claims),
        b':' if view.byte(token.end as usize) == b':' => ip::find_hex(view, at, claims),
        b'\\' | b'/' => net::user_path(view, at, claims),
        b'*' | b'+' => number::masked(view, at, claims),
        _ => None,
    }
}

/// The whole value of a field whose name says what it is.
pub(crate) fn whole_field(view: &View<'_>, claim: Claim, claims: &mut Claims<'_>) {
    let (Some(first), Some(last)) = (view.tokens.first(), view.tokens.last()) else { return };
    let lines = view.tokens.iter().any(|token| token.class == Class::Newline);
    if view.text.len() <= FIELD_MAX && !lines {
        claims.push((first.start as usize, last.end as usize), claim);
    }
}

/// Kept so that a recogniser's name and its place in the table cannot drift apart.
const _: () = assert!(Kind::Field as usize + 1 == super::claims::KINDS.len());
