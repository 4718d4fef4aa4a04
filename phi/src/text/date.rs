//! Dates: numbers in every order, time stamps, written months, and years where a court speaks.

pub(crate) mod numeric;
pub(crate) mod stamp;
pub(crate) mod written;

use crate::finding::Evidence;

use super::check::is_day;
use super::claims::{Claims, Kind, Rank};
use super::groups::{Groups, continues};
use super::lexicon::{COURT, UNIT, YEAR_CUE};
use super::view::View;

/// Years that a record may speak of.
pub(crate) const fn is_year(value: u32) -> bool {
    value >= 1880 && value <= 2100
}

/// Of two numbers, whether one order of day and month is in the calendar.
pub(crate) fn is_day_and_month(year: u32, one: u32, other: u32) -> bool {
    is_day(year, one, other) || is_day(year, other, one)
}

/// The four-digit year of a two-digit one, only for the calendar's sake.
pub(crate) const fn full_year(value: u32, len: usize) -> u32 {
    if len == 2 { 2000 + value } else { value }
}

/// `in 1998` in a text that reads like a court's.
pub(crate) fn bare_year(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at).filter(|token| token.len() == 4)?;
    let year = view.number(at).filter(|year| (1900..=2100).contains(year))?;
    let (start, end) = (token.start as usize, token.end as usize);
    if let Some(first) = feast_before(view, at).filter(|_| !continues(view, end)) {
        let start = view.token(first)?.start as usize;
        claims.add(Kind::DateWritten, (start, end), Rank::Shape, Evidence::CALENDAR.with(Evidence::NEIGHBOURS));
        return Some(end);
    }
    let told = at.checked_sub(1).is_some_and(|before| view.note(before).is(YEAR_CUE));
    let tied = matches!(view.byte_before(start), b'/' | b'-' | b'.' | b'$') || view.note(at + 1).is(UNIT);
    let born = at > 0 && is_born(view, at);
    if !(view.court && told || born) || written::is_of_law(view, at) || tied || continues(view, end) || !is_year(year) {
        return None;
    }
    claims.add(Kind::DateYear, (start, end), Rank::Weak, Evidence::NEIGHBOURS);
    Some(end)
}

/// `born in 1949, 1976 and 1980`, `né en 1966`, `On an unspecified date in 2002`: a year that stands for a day of somebody's life.
fn is_born(view: &View<'_>, at: usize) -> bool {
    let mut place = at - 1;
    for _ in 0..12 {
        let joins = view.is_mark(place, b',') || matches!(view.word(place), "and" | "et" | "und");
        match place.checked_sub(1) {
            Some(year) if joins && view.number(year).is_some_and(is_year) && year > 1 => place = year - 1,
            _ => break,
        }
    }
    let before = place.wrapping_sub(1);
    let court = view.court || view.note(at + 1).is(COURT) || view.note(at + 2).is(COURT);
    match view.word(place) {
        "in" | "en" => {
            matches!(view.word(before), "born" | "né" | "née" | "nacido" | "nacida") || view.word(before) == "date"
        }
        "In" => court,
        _ => false,
    }
}

/// `Easter Monday 2023`, `Christmas Day 2019`, `New Year's Eve, 2020`.
fn feast_before(view: &View<'_>, at: usize) -> Option<usize> {
    let mut place = at.checked_sub(1)?;
    if view.is_mark(place, b',') {
        place = place.checked_sub(1)?;
    }
    if matches!(view.word(place), "Day" | "Eve" | "Monday" | "Sunday" | "Friday" | "Tuesday" | "Thursday" | "Wednesday")
    {
        place = place.checked_sub(1)?;
    }
    if view.word(place) == "s" && view.is_mark(place.checked_sub(1)?, b'\'') {
        place = place.checked_sub(2)?;
    }
    let known = matches!(
        view.word(place),
        "Easter"
            | "Christmas"
            | "Xmas"
            | "Thanksgiving"
            | "Halloween"
            | "Diwali"
            | "Ramadan"
            | "Hanukkah"
            | "Passover"
            | "Eid"
            | "Year"
            | "Boxing"
            | "Labor"
            | "Memorial"
            | "Independence"
            | "Palm"
            | "Whit"
            | "Good"
            | "Ash"
            | "Pentecost"
            | "Valentine"
            | "Mother"
            | "Father"
            | "Veterans"
            | "Bastille"
            | "Midsummer"
            | "Epiphany"
    );
    let whole = known
        && (place + 1 < at
            || !matches!(view.word(place), "Year" | "Good" | "Mother" | "Father" | "Memorial" | "Labor"));
    let new_year = view.word(place) == "Year" && place > 0 && matches!(view.word(place - 1), "New" | "new");
    if view.word(place) == "Year" && !new_year {
        return None;
    }
    whole.then(|| if new_year { place - 1 } else { place })
}

/// The end of a date after a label: any order, also without separators and without a year.
pub(crate) fn labelled_end(view: &View<'_>, start: usize) -> Option<usize> {
    let groups = Groups::read(view, start);
    if let Some(end) = numeric::end(view, &groups) {
        return Some(end);
    }
    let all = groups.list();
    // `6-6-24`: after a label any separator will do for a year of two digits.
    if let Some([one, two, year]) = groups.first::<3>()
        && one.then == two.then
        && matches!(one.then, b'-' | b'.' | b'/' | b' ')
        && matches!((one.len(), two.len(), year.len()), (1..=2, 1..=2, 2 | 4))
        && is_day_and_month(full_year(year.value, year.len()), one.value, two.value)
        && groups.may_end(view, 3)
    {
        return Some(year.end);
    }
    let first = all.first()?;
    let compact = view.slice(first.start, first.end);
    let part = |from: usize, to: usize| compact.get(from..to).map(number);
    let fits = match first.len() {
        8 => {
            let by_year = is_year(part(0, 4)?) && is_day(part(0, 4)?, part(4, 6)?, part(6, 8)?);
            by_year || is_year(part(4, 8)?) && is_day_and_month(part(4, 8)?, part(0, 2)?, part(2, 4)?)
        }
        6 => {
            is_day_and_month(2000 + part(4, 6)?, part(0, 2)?, part(2, 4)?)
                || is_day(2000 + part(0, 2)?, part(2, 4)?, part(4, 6)?)
        }
        _ => false,
    };
    if fits && groups.may_end(view, 1) {
        return Some(first.end);
    }
    let second = all.get(1)?;
    let short = matches!(first.then, b'/' | b'-') && first.len() <= 2 && second.len() <= 2;
    (short && is_day_and_month(2000, first.value, second.value) && groups.may_end(view, 2)).then_some(second.end)
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit.wrapping_sub(b'0')))
}
