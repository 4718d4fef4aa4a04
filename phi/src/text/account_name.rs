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
    let opens =
        token.space_before() || matches!(view.byte_before(start), b'"' | b'\'' | b'(' | b'[' | b'=' | b',' | b'|');
    let mark = view.byte(token.end as usize);
    let joined = view.byte(token.end as usize + 1).is_ascii_lowercase()
        && (matches!(mark, b'.' | b'_') || mark == b'-' && is_role(token.text(view.text)));
    if !opens || !(joined || token.class == Class::Alnum || told(view, at) || keyed(view, at)) {
        return None;
    }
    let end = user_name_end(view, start);
    let name = view.text.get(start..end).filter(|name| name.len() <= LENGTH_MAX && name.is_ascii())?;
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-'));
    if !plain || matches!(view.byte(end), b'@' | b'/' | b'\\' | b'(') || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.len() - letters.len();
    let said = keyed(view, at);
    let own = without_role(letters);
    // `hye-jin choi` is a person.
    if own.len() == letters.len() && own.contains('-') {
        return None;
    }
    let fits = match own.split_once(['.', '_', '-']) {
        Some((first, last)) => {
            !last.contains('-') && (two_parts(view, first, last) || told(view, at) && is_role(first))
                || said && digits > 0
        }
        None if own.len() < letters.len() => {
            one_part(view, own, false)
                || digits > 0 && own.len() >= 3 && is_staff(letters)
                || (told(view, at) || said) && own.len() >= 3 && known(view, own).common() == 0
        }
        None => {
            digits <= 3 && one_part(view, own, digits > 0)
                || said
                    && own.len() >= 4
                    && (known(view, own).is_nothing() || digits > 0 && known(view, own).common() == 0)
        }
    };
    if !fits || digits > 4 {
        return None;
    }
    claims.add(Kind::AccountName, (start, end), Rank::Shape, Evidence::LIST);
    Some(end)
}

/// `uid=tfarouk`, `by=svc_hartono`, `account bg_admin02`: what stands before says that it is an account.
fn keyed(view: &View<'_>, at: usize) -> bool {
    let Some(mut before) = at.checked_sub(1) else { return false };
    if matches!(view.token(before).map_or(0, |token| token.mark), b'"' | b'\'') && before > 0 {
        before -= 1;
    }
    if view.is_mark(before, b'=') {
        let key = before.checked_sub(1).map_or("", |key| view.word(key));
        return matches!(key, "uid" | "by" | "acct" | "account" | "owner" | "login" | "usr" | "userid" | "who" | "emp");
    }
    // `10.2.3.4 - jsmith [14/Mar/2025`: a web server's log.
    if view.is_mark(before, b'-')
        && view.is_mark(at + 1, b'[')
        && view.token(before).is_some_and(|dash| dash.space_before())
    {
        return true;
    }
    matches!(view.word(before), "account" | "Account" | "acct" | "uid" | "userid")
}

/// `aobrien_rn`, `svc-jporter`, `ext.bsantana`: the part that is a person's.
fn without_role(name: &str) -> &str {
    let own = match name.split_once(['.', '_', '-']) {
        Some((role, rest)) if is_role(role) => rest,
        _ => name,
    };
    match own.rsplit_once(['_', '-']) {
        Some((rest, role)) if is_role(role) || role == "np" => rest,
        _ => own,
    }
}

/// `Break-glass by E-20931`: a code behind `by` is staff's.
pub(crate) fn staff_code(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let by = at.checked_sub(1).is_some_and(|by| matches!(view.word(by), "by" | "By"));
    let start = token.start as usize;
    if !by || !token.space_before() || token.len() > 8 {
        return None;
    }
    let run = view.slice(start, start + 14);
    let letters = run.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let dash = usize::from(run.get(letters) == Some(&b'-'));
    let digits = run.iter().skip(letters + dash).take_while(|byte| byte.is_ascii_digit()).count();
    let end = start + letters + dash + digits;
    if !(1..=3).contains(&letters) || !(4..=7).contains(&digits) || super::groups::continues(view, end) {
        return None;
    }
    claims.add(Kind::AccountName, (start, end), Rank::Labelled, Evidence::NEIGHBOURS);
    Some(end)
}

/// `jsmith accessed`, `by jsmith from 10.0.0.1`.
fn told(view: &View<'_>, at: usize) -> bool {
    let next = view.word(at + 1);
    next.len() > 4 && next.ends_with("ed") && view.token(at + 1).is_some_and(|next| next.space_before())
        || at.checked_sub(1).is_some_and(|by| matches!(view.word(by), "by" | "By"))
            && view.byte(view.token(at).map_or(0, |token| token.end as usize)) == b'.'
        || view.byte_before(view.token(at).map_or(0, |token| token.start as usize)) == b'|'
            && view.byte(view.token(at).map_or(0, |token| token.end as usize)) == b'|'
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

/// `rn_float12`, `bg_admin02`
fn is_staff(name: &str) -> bool {
    ["rn_", "md_", "svc_", "svc-", "admin_", "adm_", "nurse_", "dr_"].iter().any(|role| name.starts_with(role))
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
