//! What a run of digit groups can be: asked in the order of how few things have the form.

use crate::finding::Evidence;

use super::check;
use super::claims::{Claims, Kind, Rank};
use super::groups::{CLOSE, Groups, WIDE_DASH, continues};
use super::lexicon::UNIT;
use super::view::View;
use super::{date, ip, phone};

/// Looks at the run that starts with token `at` (its first byte is a digit). Gives the byte up to which it is claimed.
pub(crate) fn find(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let start = view.token(at)?.start as usize;
    let before = view.byte_before(start);
    let inner = matches!(before, b'-' | b'.' | b'/' | b':' | b'_') && view.byte_before(start - 1).is_ascii_digit();
    let groups = Groups::read(view, start);
    if inner {
        // Only the second date of a range starts inside a run.
        let ranged = before == b'-' && groups.list().first().is_some_and(|first| first.then != b'-');
        return if ranged { date::numeric::find(view, at, &groups, claims) } else { None };
    }
    ip::find_dotted(view, at, &groups, claims)
        .or_else(|| date::numeric::find(view, at, &groups, claims))
        .or_else(|| udi(view, &groups, claims))
        .or_else(|| ssn(view, &groups, claims))
        .or_else(|| card(view, &groups, claims))
        .or_else(|| codes(view, &groups, claims))
        .or_else(|| phone::find(view, at, &groups, claims))
        .or_else(|| paired(view, &groups, claims))
        .or_else(|| application(view, &groups, claims))
        .or_else(|| epoch(view, &groups, claims))
}

/// Three, two and four digits with one kind of separator.
fn ssn(view: &View<'_>, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let [area, group, serial] = groups.first::<3>()?;
    if !groups.lens(&[3, 2, 4]) || area.then != group.then || !groups.may_end(view, 3) {
        return None;
    }
    let fits = match area.then {
        b'-' | WIDE_DASH => true,
        b'.' => true,
        // With spaces only where the number could have been issued.
        b' ' => plausible_ssn(area.value, group.value, serial.value),
        _ => false,
    };
    if !fits || view.byte_before(area.start).is_ascii_alphanumeric() {
        return None;
    }
    let evidence = if plausible_ssn(area.value, group.value, serial.value) {
        Evidence::SHAPE.with(Evidence::CHECKSUM)
    } else {
        Evidence::SHAPE.with(Evidence::CHECKSUM_FAILED)
    };
    claims.add(Kind::Ssn, (area.start, serial.end), Rank::Shape, evidence);
    Some(serial.end)
}

/// Areas that were never issued fail, but for the 900s of taxpayer numbers (ITIN).
fn plausible_ssn(area: u32, group: u32, serial: u32) -> bool {
    let itin = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    area != 0 && area != 666 && (area < 900 || itin) && group != 0 && serial != 0
}

/// Payment cards: 4-4-4-4, 4-6-5, or bare with issuer, length and Luhn.
fn card(view: &View<'_>, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let first = groups.list().first()?;
    let grouped = matches!(first.then, b' ' | b'-') && groups.list().len() >= 3;
    let count = match first.len() {
        4 if grouped && groups.lens(&[4, 4, 4, 4]) => 4,
        4 if grouped && groups.lens(&[4, 4, 4, 3]) => 4,
        4 if grouped && groups.lens(&[4, 6, 5]) => 3,
        13..=19 => 1,
        _ => return None,
    };
    let used = groups.list().get(..count)?;
    let last = used.last()?;
    let one_separator = used.iter().take(count - 1).all(|group| group.then == first.then);
    if !one_separator || !groups.may_end(view, count) || view.byte_before(first.start).is_ascii_alphanumeric() {
        return None;
    }
    let mut digits = [0; 19];
    let mut len = 0;
    for byte in view.slice(first.start, last.end).iter().filter(|byte| byte.is_ascii_digit()) {
        *digits.get_mut(len)? = *byte;
        len += 1;
    }
    let digits = digits.get(..len)?;
    let (issuer, luhn) = (check::card_issuer(digits), check::luhn(digits, 0));
    let (rank, evidence) = match (count > 1, issuer, luhn) {
        (_, true, true) => (Rank::Strict, Evidence::SHAPE.with(Evidence::CHECKSUM)),
        (true, _, _) => (Rank::Shape, Evidence::SHAPE.with(Evidence::CHECKSUM_FAILED)),
        _ => return imei(view, first.start, last.end, claims),
    };
    claims.add(Kind::Card, (first.start, last.end), rank, evidence);
    Some(last.end)
}

/// Fifteen bare digits that start with a reporting body's code, with Luhn: a telephone's own number.
fn imei(view: &View<'_>, start: usize, end: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let digits = view.slice(start, end);
    if digits.len() != 15 || !matches!(digits.get(..2), Some(b"01" | b"35" | b"86" | b"99")) || !check::luhn(digits, 0)
    {
        return None;
    }
    claims.add(Kind::Imei, (start, end), Rank::Shape, Evidence::SHAPE.with(Evidence::CHECKSUM));
    Some(end)
}

/// `(01)00643169001763(17)250101(21)ABC`: a device identifier as GS1 writes it.
fn udi(view: &View<'_>, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let first = groups.list().first()?;
    if first.then != CLOSE || first.len() != 2 || first.value != 1 || view.byte_before(first.start) != b'(' {
        return None;
    }
    let gtin = groups.list().get(1).filter(|group| group.len() == 14)?;
    let mut end = gtin.end;
    while end - gtin.end < 80
        && matches!(view.byte(end), b'(' | b')' | b'-' | b'/' | b'.') | view.byte(end).is_ascii_alphanumeric()
    {
        end += 1;
    }
    while matches!(view.byte_before(end), b'.' | b'-' | b'/' | b'(') {
        end -= 1;
    }
    let evidence =
        if check::gtin(view.slice(gtin.start, gtin.end)) { Evidence::CHECKSUM } else { Evidence::CHECKSUM_FAILED };
    claims.add(Kind::Udi, (first.start - 1, end), Rank::Strict, Evidence::SHAPE.with(evidence));
    Some(end)
}

/// Drug codes (NDC), LOINC codes: harmless.
fn codes(view: &View<'_>, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let [labeller, product] = groups.first::<2>()?;
    if labeller.then != b'-' {
        return None;
    }
    let ndc = [[4, 4, 2], [5, 3, 2], [5, 4, 1], [5, 4, 2]].iter().any(|form| groups.lens(form))
        && product.then == b'-'
        && groups.may_end(view, 3);
    if ndc {
        let end = groups.list().get(2)?.end;
        claims.add(Kind::Code, (labeller.start, end), Rank::Shape, Evidence::SHAPE);
        return Some(end);
    }
    let loinc = (3..=5).contains(&labeller.len()) && product.len() == 1 && groups.may_end(view, 2);
    if loinc && check::luhn(view.slice(labeller.start, product.end), 0) {
        claims.add(Kind::Code, (labeller.start, product.end), Rank::Shape, Evidence::CHECKSUM);
        return Some(product.end);
    }
    None
}

/// `00-58-31-94`: record numbers in pairs; telephone numbers have five of them, or none that starts with two noughts.
fn paired(view: &View<'_>, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let [first, second, third, last] = groups.first::<4>()?;
    let dashed = [first, second, third].iter().all(|group| group.then == b'-');
    if !dashed || !groups.lens(&[2, 2, 2, 2]) || !groups.may_end(view, 4) {
        return None;
    }
    claims.add(Kind::Paired, (first.start, last.end), Rank::Shape, Evidence::SHAPE);
    Some(last.end)
}

/// `36244/06`: five digits and a year, as European courts number applications.
fn application(view: &View<'_>, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let [number, year] = groups.first::<2>()?;
    let fits = number.then == b'/' && (4..=5).contains(&number.len()) && year.len() == 2 && groups.may_end(view, 2);
    if !fits || number.len() == 4 && !view.court {
        return None;
    }
    claims.add(Kind::Application, (number.start, year.end), Rank::Shape, Evidence::SHAPE);
    Some(year.end)
}

/// Seconds, milliseconds or microseconds since 1970 of the years 2001 to 2039: harmless.
fn epoch(view: &View<'_>, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let first = groups.list().first()?;
    let fraction = groups.list().get(1).filter(|next| first.then == b'.' && next.len() <= 9);
    let fits = matches!(first.len(), 10 | 13 | 16 | 19)
        && matches!(
            view.slice(first.start, first.start + 2),
            b"10" | b"11" | b"12" | b"13" | b"14" | b"15" | b"16" | b"17" | b"18" | b"19" | b"20" | b"21"
        );
    let end = fraction.map_or(first.end, |fraction| fraction.end);
    if !fits || continues(view, end) || view.byte_before(first.start).is_ascii_alphanumeric() {
        return None;
    }
    claims.add(Kind::Epoch, (first.start, end), Rank::Weak, Evidence::SHAPE);
    Some(end)
}

/// At a star or a plus: `***-**-6789`, a number of which the last four digits are left, and HIBCC device codes.
pub(crate) fn masked(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let start = view.token(at)?.start as usize;
    let written = view.bytes().get(start..start + 11);
    if let Some(written) = written.filter(|written| masked_ssn(written)) {
        let end = start + written.len();
        if !continues(view, end) {
            claims.add(Kind::Ssn, (start, end), Rank::Strict, Evidence::SHAPE);
            return Some(end);
        }
    }
    hibcc(view, start, claims)
}

/// `***-**-6789`, `XXX-XX-6789`.
pub(crate) fn masked_ssn(written: &[u8]) -> bool {
    written.iter().enumerate().all(|(place, byte)| match place {
        3 | 6 => *byte == b'-',
        0..=5 => matches!(byte, b'*' | b'X' | b'x'),
        _ => byte.is_ascii_digit(),
    })
}

/// `+A99912345/$$52001510X3`: a device code as HIBCC writes it; the last character checks the rest.
fn hibcc(view: &View<'_>, start: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let run = view.slice(start, (start + 80).min(view.text.len()));
    let len = run
        .iter()
        .take_while(|byte| {
            byte.is_ascii_uppercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'+' | b'/' | b'$' | b'.' | b'-' | b'%')
        })
        .count();
    let code = run.get(..len)?;
    let form =
        code.first() == Some(&b'+') && code.get(1).is_some_and(u8::is_ascii_uppercase) && (8..=80).contains(&len);
    if !form || code.iter().filter(|byte| byte.is_ascii_digit()).count() < 4 {
        return None;
    }
    let checked = check::mod_43(code);
    if !checked && !code.contains(&b'/') {
        return None;
    }
    let evidence = if checked { Evidence::CHECKSUM } else { Evidence::CHECKSUM_FAILED };
    claims.add(Kind::Udi, (start, start + len), Rank::Strict, Evidence::SHAPE.with(evidence));
    Some(start + len)
}

/// `500 mg`, `10mg`, `120/80`, `7/10`: measured, not somebody's.
pub(crate) fn measure(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let start = token.start as usize;
    if view.note(at + 1).is(UNIT) && token.len() <= 6 {
        let end = view.token(at + 1)?.end as usize;
        claims.add(Kind::Measure, (start, end), Rank::Shape, Evidence::NEIGHBOURS);
        return Some(end);
    }
    let tied = matches!(view.byte_before(start), b'/' | b'-' | b'.') || token.len() > 3;
    let over = view
        .token(at + 2)
        .filter(|over| over.len() <= 3 && view.is_mark(at + 1, b'/') && view.number(at + 2).is_some());
    let over = over.filter(|over| !over.space_before() && !tied && view.number(at).is_some())?;
    let end = over.end as usize;
    if continues(view, end) {
        return None;
    }
    claims.add(Kind::Measure, (start, end), Rank::Weak, Evidence::SHAPE);
    Some(end)
}
