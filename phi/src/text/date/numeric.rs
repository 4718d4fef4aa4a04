//! Dates in digits: `03/14/2021`, `14.3.21`, `2021-03-14`, `03/2021`, and `3/14` where the words before speak of a day.

use crate::finding::Evidence;
use crate::text::check::is_day;
use crate::text::claims::{Claims, Kind, Rank};
use crate::text::groups::{Group, Groups, WIDE_DASH, WIDE_DOT, continues};
use crate::text::lexicon::{DATE_CUE, FRACTION_NOT_DATE, UNIT, WEEKDAY};
use crate::text::token::Class;
use crate::text::view::View;

use super::{full_year, is_day_and_month, is_year, number, stamp};

/// Looks at the run of groups that starts with token `at`.
pub(crate) fn find(view: &View<'_>, at: usize, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let first = groups.list().first()?;
    // `NPSG.03.06.01` is a rule's number.
    if first.len() > 8 || matches!(view.byte_before(first.start), b'$' | b'.') {
        return None;
    }
    if let Some(end) = stamp::find(view, at, groups, claims) {
        return Some(end);
    }
    // `Apgar 8/9/10`
    let scored = view.word_before(at).filter(|word| view.note(*word).is(FRACTION_NOT_DATE) && view.word(*word) != "of");
    if let Some(end) = end(view, groups).filter(|_| scored.is_none()) {
        let start = weekday_start(view, at).unwrap_or(first.start);
        claims.add(Kind::DateNumeric, (start, end), Rank::Shape, Evidence::SHAPE.with(Evidence::CALENDAR));
        return Some(end);
    }
    if let Some(end) = told_short(view, at, groups) {
        claims.add(Kind::DateNumeric, (first.start, end), Rank::Shape, Evidence::CALENDAR.with(Evidence::NEIGHBOURS));
        return Some(end);
    }
    if let Some(end) = spaced(view, at).or_else(|| without_year(view, at, groups)) {
        claims.add(Kind::DateNumeric, (first.start, end), Rank::Shape, Evidence::SHAPE.with(Evidence::CALENDAR));
        return Some(end);
    }
    month_year(view, groups, claims)
        .or_else(|| month_day(view, at, groups, claims))
        .or_else(|| compact(view, at, groups, claims))
}

/// The end of a whole date: day, month and year in some order.
pub(crate) fn end(view: &View<'_>, groups: &Groups) -> Option<usize> {
    let [first, second, third] = groups.first::<3>()?;
    let separator = first.then;
    let lens = (first.len(), second.len(), third.len());
    // `14. 3. 2021` and `14. März` aside, separators are single.
    let even = separator == second.then && matches!(separator, b'-' | b'/' | b'.' | WIDE_DOT);
    if !even || !matches!(lens, (1..=2, 1..=2, 2 | 4) | (4, 1..=2, 1..=2)) {
        return None;
    }
    let fits = if lens.0 == 4 {
        separator != WIDE_DOT
            && (separator != b'.' || lens == (4, 2, 2))
            && is_year(first.value)
            && is_day(first.value, second.value, third.value)
    } else {
        let year = full_year(third.value, lens.2);
        let short_year_fits = lens.2 == 4 || separator == b'/' || lens == (2, 2, 2) && separator != WIDE_DOT;
        let by_year = lens == (2, 2, 2) && separator == b'-' && is_day(2000 + first.value, second.value, third.value);
        short_year_fits
            && (lens.2 == 2 || is_year(year))
            && (is_day_and_month(year, first.value, second.value) || by_year)
    };
    // A range's dash may follow: `03/14/2021-03/18/2021`; also a time: `2021-03-14:10`, `14/03/2021:10:00`.
    let tail = matches!(third.then, b'-' if separator != b'-')
        || third.then == b':'
        || groups.may_end(view, 3)
        || word_follows(view, third.end);
    (fits && tail).then_some(third.end)
}

/// `on 2.6.98`, `seen 3-12-24`: a year of two digits, behind a word that speaks of a day.
fn told_short(view: &View<'_>, at: usize, groups: &Groups) -> Option<usize> {
    let [one, two, year] = groups.first::<3>()?;
    let even = one.then == two.then && matches!(one.then, b'.' | b'-');
    let fits = even && one.len() <= 2 && two.len() <= 2 && year.len() == 2;
    let told = view.word_before(at).is_some_and(|word| {
        view.note(word).is(DATE_CUE | WEEKDAY)
            // `12.3.19 and 14.3.19`
            || matches!(view.word(word), "and" | "to" | "until") && word >= 3 && view.is_mark(word - 2, one.then)
            || matches!(
                view.word(word),
                "used"
                    | "issued"
                    | "expires"
                    | "exp"
                    | "moved"
                    | "changed"
                    | "opened"
                    | "closed"
                    | "sent"
                    | "received"
                    | "booked"
                    | "reviewed"
                    | "assessed"
                    | "taken"
                    | "from"
                    | "to"
                    | "of"
                    | "until"
                    | "joined"
                    | "left"
                    | "valid"
                    | "wef"
            )
    });
    let day = fits && told && is_day_and_month(2000 + year.value, one.value, two.value);
    (day && groups.may_end(view, 3)).then_some(year.end)
}

/// `2 / 14 / 1959`
fn spaced(view: &View<'_>, at: usize) -> Option<usize> {
    let mark = view.token(at + 1).filter(|mark| mark.space_before() && matches!(mark.mark, b'/' | b'-' | b'.'))?.mark;
    let year = view.token(at + 4).filter(|year| year.len() == 4 && view.is_mark(at + 3, mark))?;
    let (one, two, value) = (view.number(at)?, view.number(at + 2)?, view.number(at + 4)?);
    (is_year(value) && is_day_and_month(value, one, two)).then_some(year.end as usize)
}

/// `am 18.3.`, `18.01. to 25.01.2022`: day and month with their full stops.
fn without_year(view: &View<'_>, at: usize, groups: &Groups) -> Option<usize> {
    let [day, month] = groups.first::<2>()?;
    let dotted = day.then == b'.' && view.byte(month.end) == b'.' && !view.byte(month.end + 1).is_ascii_alphanumeric();
    let fits = dotted && day.len() <= 2 && month.len() <= 2 && is_day(2000, month.value, day.value);
    let told = view.word_before(at).is_some_and(|word| {
        view.note(word).is(WEEKDAY)
            || matches!(
                view.word(word),
                "am" | "vom"
                    | "bis"
                    | "seit"
                    | "ab"
                    | "den"
                    | "from"
                    | "on"
                    | "since"
                    | "until"
                    | "to"
                    | "Mo"
                    | "Di"
                    | "Mi"
                    | "Do"
                    | "Fr"
                    | "Sa"
                    | "So"
            )
    });
    // `lactate 3.4 from 6.8.`
    let from = view.word_before(at).filter(|word| view.word(*word) == "from");
    let fell = from.is_some_and(|from| from > 0 && view.token(from - 1).is_some_and(|token| token.class.has_digit()));
    (fits && told && !fell).then_some(month.end + 1)
}

/// `report_2021-03-14_final`, `2021-03-14.pdf`: a file's name goes on.
fn word_follows(view: &View<'_>, end: usize) -> bool {
    view.byte(end) == b'_' || view.byte(end) == b'T'
}

/// `20210304` after a word that speaks of a day, or in a file's name.
fn compact(view: &View<'_>, at: usize, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let first = groups.list().first().filter(|first| first.len() == 8)?;
    let written = view.slice(first.start, first.end);
    let (year, month, day) = (number(written.get(..4)?), number(written.get(4..6)?), number(written.get(6..)?));
    let fits = (1900..=2060).contains(&year) && is_day(year, month, day);
    let told = view.word_before(at).is_some_and(|word| view.note(word).is(DATE_CUE | WEEKDAY));
    let named = view.byte_before(first.start) == b'_' && matches!(view.byte(first.end), b'.' | b'_');
    let ends = named || groups.may_end(view, 1);
    if !fits || !(told || named) || !ends {
        return None;
    }
    claims.add(Kind::DateNumeric, (first.start, first.end), Rank::Shape, Evidence::CALENDAR.with(Evidence::NEIGHBOURS));
    Some(first.end)
}

/// `03/2021`, `2021-03`.
fn month_year(view: &View<'_>, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let [one, two] = groups.first::<2>()?;
    let month_first =
        one.then == b'/' && one.len() <= 2 && two.len() == 4 && (1..=12).contains(&one.value) && is_year(two.value)
            || one.then == b'-'
                && one.len() == 2
                && two.len() == 4
                && (1..=12).contains(&one.value)
                && (1900..=2060).contains(&two.value);
    let year_first = one.then == b'-'
        && (one.len(), two.len()) == (4, 2)
        && (1900..=2060).contains(&one.value)
        && (1..=12).contains(&two.value);
    let before = view.byte_before(one.start);
    // `3/2019-11/2021`
    let goes_on = two.then == b'-'
        && groups.list().get(2..4).is_some_and(|other| other.iter().map(Group::len).eq([one.len().min(2), two.len()]))
        || month_first && two.then == b'-' && groups.list().get(3).is_some_and(|year| year.len() == 4);
    let before_range = before == b'-' && view.byte_before(one.start.saturating_sub(1)).is_ascii_digit() && month_first;
    if !(month_first || year_first)
        || !(groups.may_end(view, 2) || goes_on)
        || before.is_ascii_alphanumeric()
        || before == b'-' && !before_range
    {
        return None;
    }
    claims.add(Kind::DateMonthYear, (one.start, two.end), Rank::Shape, Evidence::SHAPE.with(Evidence::CALENDAR));
    Some(two.end)
}

/// `3/14` after `on`, `seen`, a weekday and the like; never where it may be a fraction, a score or a ratio.
fn month_day(view: &View<'_>, at: usize, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let [one, two] = groups.first::<2>()?;
    let fits = one.then == b'/' && one.len() <= 2 && two.len() <= 2 && is_day_and_month(2000, one.value, two.value);
    // A dash may lead to the range's other end: `3/14-3/18`, `04/01 - 04/12`.
    let other_end = || {
        groups.list().get(2..4).is_some_and(|other| {
            let [month, day] = other else { return false };
            month.then == b'/' && day.len() <= 2 && is_day_and_month(2000, month.value, day.value)
        })
    };
    let leads = matches!(two.then, b'-' | WIDE_DASH) && other_end();
    let ends = groups.may_end(view, 2) || leads;
    if !fits || !ends {
        return None;
    }
    let next = view.after(at, two.end);
    let score =
        view.note(next).is(UNIT | FRACTION_NOT_DATE) && !view.token(next).is_some_and(|token| token.starts_line());
    let before = view.word_before(at);
    let score = score || before.is_some_and(|word| view.note(word).is(FRACTION_NOT_DATE) && view.word(word) != "of");
    let through = |word: usize| matches!(view.word(word), "through" | "thru" | "thur" | "throguh" | "thruogh");
    let ranged = through(next) || before.is_some_and(through) || in_line(view, at, groups) || listed(view, at, groups);
    let told = before.is_some_and(|word| view.note(word).is(DATE_CUE | WEEKDAY)) || ranged || moved(view, at, one, two);
    let from = before.is_some_and(|word| matches!(view.word(word), "from" | "for" | "of" | "the" | "From"));
    let padded = one.len() == 2 && two.len() == 2 && (view.byte(one.start) == b'0' || view.byte(two.start) == b'0');
    let follows = view.byte_before(one.start) == b'-' || before_is_range(view, at);
    let range = two.then == b'-' || leads || follows;
    // No test is scored out of 13 or 22: `filled 12/28`.
    let calendar = one.value <= 12 && matches!(two.value, 13 | 14 | 16..=19 | 21 | 22 | 23 | 26 | 29 | 31);
    let line_start = padded && view.token(at).is_some_and(|token| token.starts_line());
    let alone = calendar && view.byte_before(one.start) != b'-' || range && (padded || leads || calendar);
    if score || !(told || line_start || alone || padded && (range || from)) {
        return None;
    }
    let end = if two.then == b'-' { range_end(view, groups).unwrap_or(two.end) } else { two.end };
    let start = weekday_start(view, at).unwrap_or(one.start);
    claims.add(Kind::DateMonthDay, (start, end), Rank::Shape, Evidence::NEIGHBOURS.with(Evidence::CALENDAR));
    Some(end)
}

/// `4/2 2115 -- Pt c/o headache`: the day and the hour that open a note's line.
fn in_line(view: &View<'_>, at: usize, groups: &Groups) -> bool {
    let opens = view.token(at).is_some_and(|token| token.starts_line());
    let hour = groups.list().get(2).filter(|hour| hour.len() == 4 && hour.value % 100 < 60 && hour.value < 2400);
    opens && hour.is_some() && groups.list().get(1).is_some_and(|day| day.then == b' ')
}

/// `between 01/04 and 30/06`, `seen twice (8/2, 11/2)`: two days that are written alike.
fn listed(view: &View<'_>, at: usize, groups: &Groups) -> bool {
    let Some([one, two]) = groups.first::<2>() else { return false };
    let day = |first: usize| {
        let other = (view.number(first), view.number(first + 2));
        let (Some(day), Some(month)) = other else { return false };
        let alike = view.word(first + 2).len() == two.len();
        view.is_mark(first + 1, b'/') && view.is_tight(first + 2) && alike && is_day_and_month(2000, day, month)
    };
    let between = |first: usize| first.checked_sub(1).is_some_and(|word| matches!(view.word(word), "between" | "from"));
    let padded = one.len() == 2 && two.len() == 2;
    let bracket = |first: usize| first > 0 && view.is_mark(first - 1, b'(');
    let closes = |last: usize| view.is_mark(last + 1, b')');
    let and = |at: usize| matches!(view.word(at), "and" | "to");
    let first_of_two = padded && between(at) && and(at + 3) && day(at + 4)
        || bracket(at) && view.is_mark(at + 3, b',') && day(at + 4) && closes(at + 6);
    let second_of_two = at >= 4
        && (padded && and(at - 1) && day(at - 4) && between(at - 4)
            || view.is_mark(at - 1, b',') && day(at - 4) && bracket(at - 4) && closes(at + 2));
    first_of_two || second_of_two
}

/// `from 7/8 to 7/15`: two days of one month, which no two scores or fractions are.
fn moved(view: &View<'_>, at: usize, one: &Group, two: &Group) -> bool {
    let joins = |word: &str| matches!(word, "to" | "until" | "till" | "and");
    let same = |first: usize| {
        view.is_mark(first + 1, b'/')
            && view.is_tight(first + 1)
            && view.number(first) == Some(one.value)
            && view.number(first + 2).is_some_and(|day| day != two.value && (1..=31).contains(&day))
    };
    let starts =
        |first: usize| first.checked_sub(1).is_some_and(|word| matches!(view.word(word), "from" | "frm" | "From"));
    joins(view.word(at + 3)) && same(at + 4) && starts(at)
        || at.checked_sub(4).is_some_and(|first| joins(view.word(at - 1)) && same(first) && starts(first))
}

/// ` - ` and a day before that: the second end of a range.
fn before_is_range(view: &View<'_>, at: usize) -> bool {
    let back = |steps: usize| at.checked_sub(steps);
    back(1).is_some_and(|dash| view.is_mark(dash, b'-'))
        && back(3).is_some_and(|slash| view.is_mark(slash, b'/') && view.is_tight(slash))
}

/// `Tues 5/14`: the weekday belongs to the date.
fn weekday_start(view: &View<'_>, at: usize) -> Option<usize> {
    let mut place = at.checked_sub(1)?;
    if view.token(place).is_some_and(|token| matches!(token.mark, b',' | b'.')) {
        place = place.checked_sub(1)?;
    }
    let token = view.token(place).filter(|token| view.note(place).is(WEEKDAY) && token.len() >= 3)?;
    let known = token.class != Class::Lower || token.len() > 3;
    (known && view.token(at)?.space_before()).then_some(token.start as usize)
}

/// `3/14-3/18`, `3/14-3/18/2021`: one span.
fn range_end(view: &View<'_>, groups: &Groups) -> Option<usize> {
    let [_, _, month, day] = groups.first::<4>()?;
    let fits = month.len() <= 2 && day.len() <= 2 && is_day_and_month(2000, month.value, day.value);
    let year = groups.list().get(4).filter(|year| day.then == b'/' && matches!(year.len(), 2 | 4));
    let end = year.map_or(day.end, |year| year.end);
    (fits && !continues(view, end)).then_some(end)
}
