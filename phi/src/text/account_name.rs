//! Users' names without a label: `m.holton`, `jsmith accessed`, `mgarcia42`. A surname inside of a word that is no word
//! gives them away, so this asks the word table.

use crate::finding::Evidence;
use crate::gazetteer::{Fact, Known};

use super::claims::{Claims, Kind, Rank};
use super::fold::fold_hash;
use super::lexicon::{IMAGE, TLD};
use super::net::user_name_end;
use super::token::Class;
use super::view::View;

const LETTERS_MIN: usize = 5;
const LENGTH_MAX: usize = 32;

/// How common a surname must be inside of another word.
const INNER: i32 = 4;

/// At a word in small letters, or at one with digits behind it.
pub(crate) fn find(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let start = token.start as usize;
    let opens = token.space_before() || matches!(view.byte_before(start), b'"' | b'\'' | b'(' | b'[' | b'=' | b',');
    let joined =
        matches!(view.byte(token.end as usize), b'.' | b'_') && view.byte(token.end as usize + 1).is_ascii_lowercase();
    if !opens || !(joined || token.class == Class::Alnum || told(view, at)) {
        return None;
    }
    let end = user_name_end(view, start);
    let name = view.text.get(start..end).filter(|name| name.len() <= LENGTH_MAX && name.is_ascii())?;
    let plain =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
    if !plain || matches!(view.byte(end), b'@' | b'/' | b'\\' | b'(') || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.len() - letters.len();
    let fits = match letters.split_once(['.', '_']) {
        Some((first, last)) => two_parts(view, first, last) || told(view, at) && is_role(first),
        None => digits <= 3 && one_part(view, letters, digits > 0),
    };
    if !fits || digits > 4 {
        return None;
    }
    claims.add(Kind::AccountName, (start, end), Rank::Shape, Evidence::LIST);
    Some(end)
}

/// `jsmith accessed`, `by jsmith from 10.0.0.1`.
fn told(view: &View<'_>, at: usize) -> bool {
    let next = view.word(at + 1);
    next.len() > 4 && next.ends_with("ed") && view.token(at + 1).is_some_and(|next| next.space_before())
        || at.checked_sub(1).is_some_and(|by| matches!(view.word(by), "by" | "By"))
            && view.byte(view.token(at).map_or(0, |token| token.end as usize)) == b'.'
        || matches!(next, "from" | "ran" | "read")
            && at.checked_sub(1).is_some_and(|by| matches!(view.word(by), "by" | "for" | "as" | "account"))
        || at.checked_sub(1).is_some_and(|by| matches!(view.word(by), "by" | "account" | "for" | "transcribed"))
            && !view.token(at + 1).is_some_and(|t| t.is_word())
}

/// `svc_pacs`, `admin_tlo`, `rn_float12`: what accounts are named by.
fn is_role(first: &str) -> bool {
    matches!(
        first,
        "svc" | "admin" | "adm" | "rn" | "md" | "dr" | "usr" | "user" | "sa" | "srv" | "ext" | "nurse" | "ops" | "dba"
    )
}

fn known(view: &View<'_>, word: &str) -> Known {
    view.words.known(fold_hash(word))
}

/// `m.holton`, `jesus.vegamolina`.
fn two_parts(view: &View<'_>, first: &str, last: &str) -> bool {
    if last.is_empty()
        || last.len() == 2
        || last.contains(['.', '_'])
        || view.lexicon.note(fold_hash(last)).is(TLD | IMAGE)
    {
        return false;
    }
    let (given, family) = (known(view, first), known(view, last));
    let term = family.common() > 0 || family.is(Fact::Clinical) || family.is(Fact::Drug);
    let named = (family.last() > 0 || family.first() >= INNER) && !term;
    match first.len() {
        // `m.holton`, `agarwal.n`.
        1 => named && last.len() >= 4,
        _ if last.len() == 1 => given.last() >= INNER && given.common() == 0 && first.len() >= 4,
        _ => given.first() >= INNER && given.common() == 0 && (named || family.is_nothing() && last.len() >= 5),
    }
}

/// `jsmith`, `smithj`, `maria85`.
fn one_part(view: &View<'_>, letters: &str, numbered: bool) -> bool {
    let whole = known(view, letters);
    if letters.len() < LETTERS_MIN || whole.common() > 0 || whole.is(Fact::Clinical) || whole.is(Fact::Drug) {
        return false;
    }
    if whole.is_listed_name() {
        return numbered && (whole.first() >= INNER || whole.last() >= INNER);
    }
    let inner = |part: Option<&str>| part.is_some_and(|part| known(view, part).last() >= INNER);
    whole.is_nothing() && (inner(letters.get(1..)) || inner(letters.get(..letters.len() - 1)))
}
