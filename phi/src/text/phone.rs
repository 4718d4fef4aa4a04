//! Telephone and fax numbers: North American, international with a plus or 00, and European national forms.

use crate::finding::Evidence;

use super::claims::{Claims, Kind, Rank};
use super::groups::{CLOSE, Group, Groups, WIDE_DASH, continues};
use super::lexicon::{FAX, PHONE};
use super::view::View;

/// Looks at the run of groups that starts with token `at`.
pub(crate) fn find(view: &View<'_>, at: usize, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let first = groups.list().first()?;
    if before_is_word(view, first.start) {
        return None;
    }
    let cue = cue(view, at);
    let end = international(view, groups)
        .or_else(|| north_american(view, groups, cue.is_some()))
        .or_else(|| local(view, groups, cue.is_some()))
        .or_else(|| national(view, groups))?;
    let span = (start_with_marks(view, first.start, end), end);
    let (fax, told) = match cue.or_else(|| cue_after(view, at, end)) {
        Some(fax) => (fax, true),
        None => (false, false),
    };
    let (rank, evidence) = if told { (Rank::Labelled, Evidence::LABEL_BEFORE) } else { (Rank::Shape, Evidence::NONE) };
    claims.add(if fax { Kind::Fax } else { Kind::Phone }, span, rank, evidence.with(Evidence::SHAPE));
    Some(end)
}

/// The end of anything that can be a number when a label says so: 7 to 15 digits with separators.
pub(crate) fn labelled_end(view: &View<'_>, start: usize) -> Option<usize> {
    let groups = Groups::read(view, start);
    let strict = international(view, &groups)
        .or_else(|| north_american(view, &groups, true))
        .or_else(|| local(view, &groups, true))
        .or_else(|| national(view, &groups));
    if strict.is_some() {
        return strict;
    }
    let mut digits = 0;
    let mut end = None;
    for group in groups.list() {
        digits += group.len();
        if digits > 15 || group.then == b':' {
            break;
        }
        if digits >= 7 && !continues(view, group.end) {
            end = Some(group.end);
        }
    }
    let first = groups.list().first()?;
    // Four digits and two more look like a date's year and month, or worse: only runs that start like a number count.
    let tight = first.then == 0 || matches!(first.then, b'-' | b' ' | b'.' | b'/' | CLOSE | WIDE_DASH);
    // `pH 7.31/38/88`.
    let spaced =
        first.then == b' ' && groups.list().iter().skip(1).take(2).all(|group| group.len() >= 2) && digits >= 8;
    let single = first.len() == 1 && !spaced && view.byte(first.start) != b'1' && view.byte_before(first.start) != b'+';
    end.filter(|_| tight && !single)
}

/// Where the span starts when a plus or a bracket that is closed inside stands before the first digit.
pub(crate) fn start_with_marks(view: &View<'_>, start: usize, end: usize) -> usize {
    let mut at = start;
    if view.byte_before(at) == b'(' && view.slice(start, end).contains(&b')') {
        at -= 1;
    }
    if view.byte_before(at) == b'+' { at - 1 } else { at }
}

fn before_is_word(view: &View<'_>, start: usize) -> bool {
    let outer = start_with_marks(view, start, start + 12);
    let before = view.byte_before(outer);
    before.is_ascii_alphanumeric()
        || matches!(before, b'_' | b'#' | b'$')
        || before == b'-' && view.byte_before(outer - 1) != b' '
}

/// Whether the words before speak of a fax (true) or of a telephone (false).
fn cue(view: &View<'_>, at: usize) -> Option<bool> {
    let fax = view.cue_distance_before(at, 16, FAX);
    let phone = view.cue_distance_before(at, if fax.is_some() { 16 } else { 5 }, PHONE);
    match (fax, phone) {
        (Some(fax), Some(phone)) => Some(fax < phone),
        (Some(_), None) => Some(true),
        (None, Some(_)) => Some(false),
        (None, None) => None,
    }
}

/// `555-0100 (fax)`.
fn cue_after(view: &View<'_>, at: usize, end: usize) -> Option<bool> {
    let next = view.after(at, end);
    let word = if view.is_mark(next, b'(') { next + 1 } else { next };
    let note = view.note(word);
    let closed = word == next || view.is_mark(word + 1, b')');
    (closed && (note.is(FAX) || note.is(PHONE) && word != next)).then(|| note.is(FAX))
}

/// National digits of a country code: least and most.
fn national_digits(code: &[u8]) -> Option<(usize, usize, usize)> {
    let (width, least, most) = match code {
        [b'1', ..] => (1, 10, 10),
        [b'7', ..] => (1, 10, 10),
        [b'3', b'3' | b'4', ..] | [b'4', b'1' | b'8', ..] | [b'2', b'7', ..] | [b'3', b'1', ..] => (2, 9, 9),
        [b'4', b'4', ..] => (2, 9, 10),
        [b'4', b'9' | b'3', ..] => (2, 6, 12),
        [b'4', b'5' | b'7', ..] => (2, 8, 8),
        [b'9', b'0' | b'1' | b'2', ..] => (2, 10, 10),
        [b'3', b'0' | b'2' | b'6' | b'9', ..]
        | [b'4', b'0' | b'6', ..]
        | [b'2', b'0', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'3' | b'4' | b'5' | b'8', ..] => (2, 7, 11),
        [b'2' | b'3' | b'4' | b'5' | b'6' | b'8' | b'9', ..] => (3, 6, 10),
        _ => return None,
    };
    Some((width, least, most))
}

/// `+44 20 7946 0958`, `0044 ...`: the country says how many digits belong.
fn international(view: &View<'_>, groups: &Groups) -> Option<usize> {
    let first = groups.list().first()?;
    let bracket = usize::from(view.byte_before(first.start) == b'(');
    let plus = view.byte_before(first.start - bracket) == b'+';
    let code_at = match view.slice(first.start, first.end) {
        [b'0', b'0', _, ..] if !plus => first.start + 2,
        _ if plus => first.start,
        _ => return None,
    };
    let (width, least, most) = national_digits(view.slice(code_at, first.end))?;
    let mut total = 0;
    let mut end = None;
    for (place, group) in groups.list().iter().enumerate() {
        // `(0)` after the country code is not dialled.
        let trunk = place == 1 && group.len() == 1 && group.value == 0;
        total += if trunk { 0 } else { group.len() };
        let prefix = width + (code_at - first.start);
        if total > most + prefix {
            break;
        }
        if total >= least + prefix {
            end = Some(group.end);
        }
        if !matches!(group.then, b'-' | b'.' | b' ' | b'/' | b'(' | CLOSE) {
            break;
        }
    }
    with_extension(view, end?)
}

/// Three, three and four digits with separators, perhaps after a 1.
fn north_american(view: &View<'_>, groups: &Groups, told: bool) -> Option<usize> {
    let all = groups.list();
    let prefixed = all.first().is_some_and(|first| matches!(first.value, 1) && first.len() <= 3 && first.then != 0);
    let rest = all.get(usize::from(prefixed)..)?;
    let parts: &[Group] = match rest {
        [area, exchange, line, ..] if area.len() == 3 && exchange.len() == 3 && line.len() == 4 => rest.get(..3)?,
        [area, line, ..] if area.len() == 3 && line.len() == 7 && (area.then == CLOSE || prefixed) => rest.get(..2)?,
        [area, line, ..] if area.len() == 3 && line.len() == 7 && area.then == b'-' => rest.get(..2)?,
        [area, line, ..] if area.len() == 6 && line.len() == 4 && area.then == b'-' => rest.get(..2)?,
        [whole, ..] if whole.len() == 10 && (prefixed || told) => rest.get(..1)?,
        [whole, ..] if whole.len() == 11 && told && view.byte(whole.start) == b'1' => rest.get(..1)?,
        _ => return None,
    };
    let (area, last) = (parts.first()?, parts.last()?);
    let separators = parts.iter().take(parts.len() - 1);
    if separators.clone().any(|group| !matches!(group.then, b'-' | b'.' | b' ' | b'/' | CLOSE | WIDE_DASH)) {
        return None;
    }
    // Three bare numbers in a row are measurements unless area and exchange could be real.
    let only_spaces = parts.len() == 3 && separators.clone().all(|group| group.then == b' ');
    let real = plausible(area.value) && parts.get(1).is_some_and(|exchange| plausible(exchange.value));
    if only_spaces && !told && !prefixed && !real {
        return None;
    }
    with_extension(view, last.end)
}

fn plausible(area: u32) -> bool {
    area >= 200 && area % 100 != 11
}

/// `555-0123`: with the exchange that nobody has, or after a word that speaks of telephones.
fn local(view: &View<'_>, groups: &Groups, told: bool) -> Option<usize> {
    let [exchange, line] = groups.first::<2>()?;
    let fits = groups.lens(&[3, 4]) && matches!(exchange.then, b'-' | b'.') && (told || exchange.value == 555);
    // `555-0123-9` is something else.
    if !fits || line.then == exchange.then {
        return None;
    }
    with_extension(view, line.end)
}

/// National numbers with a leading zero: `020 7946 0958`, `01 23 45 67 89`, `0171/1234567`.
fn national(view: &View<'_>, groups: &Groups) -> Option<usize> {
    let all = groups.list();
    let first = all.first()?;
    let [b'0', b'1'..=b'9', ..] = view.slice(first.start, first.end) else { return None };
    if first.len() == 11 && view.byte(first.start + 1) == b'7' && groups.may_end(view, 1) {
        return Some(first.end);
    }
    let french = groups.lens(&[2, 2, 2, 2, 2]) && matches!(first.then, b' ' | b'.' | b'-');
    let mut total = 0;
    for (place, group) in all.iter().enumerate() {
        total += group.len();
        let enough = if french { place == 4 } else { (9..=12).contains(&total) && place > 0 };
        let more = group.then == b' '
            && total < 11
            && !french
            && all.get(place + 1).is_some_and(|next| total + next.len() <= 11);
        if enough && !more {
            return groups.may_end(view, place + 1).then_some(group.end);
        }
        let separator = matches!(group.then, b' ' | b'-' | CLOSE | b'/' | WIDE_DASH) || french;
        if !separator || group.len() < 2 || place == 0 && !(2..=5).contains(&group.len()) || total >= 12 {
            return None;
        }
    }
    None
}

/// The end including `x890`, ` ext. 12`; `None` when the number goes on in a way that numbers do not.
fn with_extension(view: &View<'_>, end: usize) -> Option<usize> {
    let mut at = end;
    while matches!(view.byte(at), b' ' | b',') && at < end + 2 {
        at += 1;
    }
    let rest = view.slice(at, at + 10);
    let word = [&b"extension"[..], b"ext.", b"ext", b"x.", b"x", b"#"]
        .into_iter()
        .find(|word| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)));
    if let Some(word) = word {
        at += word.len();
        while matches!(view.byte(at), b' ' | b':') && view.byte_before(at) != b' ' {
            at += 1;
        }
        let digits = view.slice(at, at + 7).iter().take_while(|byte| byte.is_ascii_digit()).count();
        if (1..=6).contains(&digits) && !view.byte(at + digits).is_ascii_alphanumeric() {
            return Some(at + digits);
        }
    }
    (!continues(view, end)).then_some(end)
}
