//! Dates with a written month: `July 4th, 2021`, `4 July`, `third of July`, `Jul '21`, `14-Mar-2021`, `12-15 March 2021`.

use crate::finding::Evidence;
use crate::text::claims::{Claims, Kind, Rank};
use crate::text::lexicon::{DATE_CUE, MONTH, MONTH_FOREIGN, MONTH_SHORT, MONTH_WORD, NUMBER, ORDINAL, UNIT, WEEKDAY};
use crate::text::token::Class;
use crate::text::view::View;

use super::is_year;

const MONTHS: u32 = MONTH | MONTH_SHORT | MONTH_FOREIGN;

/// Tokens that a date may have before or after its month.
struct Part {
    /// First token, one past the last.
    first: usize,
    next: usize,
}

/// At a month's word: the date around it.
pub(crate) fn find(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let note = view.note(at);
    if !note.is(MONTHS) || view.byte_before(view.token(at)?.start as usize) == b'_' {
        return None;
    }
    let before = day_before(view, at);
    let year_first = if before.is_none() { year_before(view, at) } else { None };
    let mut next = at + 1;
    if view.is_mark(next, b'.')
        && view.token(at)?.len() <= 4
        && !view.token(next + 1).is_some_and(|t| t.starts_sentence() && t.is_word())
    {
        next += 1;
    }
    let after = if before.is_none() { day_after(view, next) } else { None };
    let year = year_after(view, after.as_ref().map_or(next, |day| day.next), before.is_some() || after.is_some());
    let has_day = before.is_some() || after.is_some();
    let whole = has_day && (year.is_some() || year_first.is_some());
    // `6. mars`
    let dotted = before.is_some() && at > 0 && view.is_mark(at - 1, b'.') && view.is_tight(at - 1);
    let sure = if note.is(MONTH_FOREIGN) && !note.is(MONTH | MONTH_SHORT) {
        let first = before.as_ref().map_or(at, |part| part.first);
        let cue = |flag: u32| view.word_before(first).is_some_and(|word| view.note(word).is(flag));
        // Short forms are words of other languages, too.
        whole || dotted || before.is_some() && (cue(WEEKDAY) || cue(DATE_CUE) && view.token(at)?.len() > 3)
    } else if note.is(MONTH_WORD) {
        let first = before.as_ref().map_or(at, |part| part.first);
        let told = view.word_before(first).is_some_and(|word| view.note(word).is(DATE_CUE | WEEKDAY));
        whole
            || (has_day || year.is_some()) && (view.token(at)?.class != Class::Lower || told)
            || before.is_some() && closes(view, at + 1)
    } else {
        has_day || year.is_some()
    };
    let end = year.as_ref().or(after.as_ref()).map_or(at + 1, |part| part.next);
    if !sure || year.is_none() && view.note(end).is(UNIT) && after.is_some() {
        return None;
    }
    let mut first = before.as_ref().or(year_first.as_ref()).map_or(at, |part| part.first);
    if let Some(weekday) = weekday_before(view, first) {
        first = weekday;
    }
    let end_byte = view.token(end - 1)?.end as usize;
    if is_of_law(view, first) {
        let span = (view.token(first)?.start as usize, end_byte);
        claims.add(Kind::Stamp, span, Rank::Shape, Evidence::CALENDAR);
        return Some(span.1);
    }
    let kind = if has_day { Kind::DateWritten } else { Kind::DateMonthYear };
    let span = (view.token(first)?.start as usize, view.token(end - 1)?.end as usize);
    claims.add(kind, span, Rank::Shape, Evidence::SHAPE.with(Evidence::CALENDAR));
    Some(span.1)
}

/// `the Aliens Act of 6 June 1997`, `entered into force on 1 July 2002`: a law's day is nobody's.
pub(super) fn is_of_law(view: &View<'_>, first: usize) -> bool {
    let Some(before) = first.checked_sub(1) else { return false };
    match view.word(before) {
        "on" => before > 1 && view.word(before - 1) == "force" && matches!(view.word(before - 2), "into" | "in"),
        "of" => (before.saturating_sub(4)..before).any(|place| {
            matches!(
                view.word(place),
                "Act"
                    | "Law"
                    | "Code"
                    | "Decree"
                    | "Ordinance"
                    | "Regulation"
                    | "Directive"
                    | "Constitution"
                    | "Statute"
            )
        }),
        _ => false,
    }
}

/// `next week (24 march)`
fn closes(view: &View<'_>, next: usize) -> bool {
    view.token(next).is_none_or(|next| matches!(next.mark, b')' | b',' | b';' | b'?' | b'!'))
}

/// `14Mar2021`, `04JUL21` as one token.
pub(crate) fn find_fused(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at).filter(|token| (6..=15).contains(&token.len()))?;
    let word = token.text(view.text);
    let days = word.bytes().take_while(u8::is_ascii_digit).count();
    let rest = word.get(days..)?;
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let year = rest.get(letters..)?;
    let month = rest.get(..letters).filter(|_| (1..=2).contains(&days) && (3..=9).contains(&letters))?;
    let value: u32 = word.get(..days)?.parse().ok()?;
    let numbers =
        matches!(year.len(), 2 | 4) && year.bytes().all(|byte| byte.is_ascii_digit()) && (1..=31).contains(&value);
    if !numbers || !view.lexicon.note(super::super::fold::fold_hash(month)).is(MONTH | MONTH_SHORT) {
        return None;
    }
    if year.len() == 4 && !year.parse().is_ok_and(is_year) {
        return None;
    }
    claims.add(Kind::DateWritten, (token.start as usize, token.end as usize), Rank::Shape, Evidence::SHAPE);
    Some(token.end as usize)
}

/// The day of month that a token is: `4`, `04`, `4th`, `fourth`.
fn day_value(view: &View<'_>, at: usize) -> Option<u32> {
    let token = view.token(at)?;
    let value = match token.class {
        Class::Digits if token.len() <= 2 => view.number(at)?,
        Class::Alnum if (3..=4).contains(&token.len()) => {
            let word = token.text(view.text);
            let (digits, suffix) = word.split_at_checked(token.len() - 2)?;
            let ordinal = ["st", "nd", "rd", "th", "er"].iter().any(|known| suffix.eq_ignore_ascii_case(known));
            digits.parse().ok().filter(|_| ordinal)?
        }
        _ if view.note(at).is(ORDINAL) => u32::from(view.note(at).value),
        _ => return None,
    };
    (1..=31).contains(&value).then_some(value)
}

/// `4 `, `4th of `, `14-`, `12-15 `, `twenty-third of ` before the month.
fn day_before(view: &View<'_>, at: usize) -> Option<Part> {
    let mut place = at.checked_sub(1)?;
    let joined = view.token(place).is_some_and(|token| matches!(token.mark, b'-' | b'/' | b'.' | b','));
    if joined || matches!(view.word(place), "of" | "de" | "Of" | "OF") {
        place = place.checked_sub(1)?;
        // `24th day of July`.
        if view.word(place) == "day" {
            place = place.checked_sub(1)?;
        }
    }
    let value = day_value(view, place)?;
    let token = view.token(place)?;
    let start = token.start as usize;
    let mut first = place;
    let before = view.byte_before(start);
    if view.note(place).is(ORDINAL) && before == b'-' && place >= 2 && view.note(place - 2).is(NUMBER) {
        let tens = u32::from(view.note(place - 2).value);
        return (matches!(tens, 20 | 30) && value < 10).then(|| Part { first: place - 2, next: at });
    }
    // `12-15 March`, `12/13 March`: the range's first day too. A time or a decimal is no day.
    if matches!(before, b'-' | b'/') && place >= 2 && day_value(view, place - 2).is_some() && view.is_tight(place - 1) {
        first = place - 2;
    } else if matches!(before, b':' | b'.' | b'/')
        || before == b'-' && view.byte_before(start - 1).is_ascii_alphanumeric()
    {
        return None;
    }
    if first == place {
        first = days_before(view, place);
    }
    Some(Part { first, next: at })
}

/// `4, 5 and 7 February`: the days before the last one.
fn days_before(view: &View<'_>, last: usize) -> usize {
    let mut first = last;
    for _ in 0..4 {
        let Some(day) = first.checked_sub(2) else { break };
        let joins = view.is_mark(first - 1, b',') && first < last
            || matches!(view.word(first - 1), "and" | "und" | "et" | "or" | "to" | "bis" | "au");
        let comma = view.is_mark(first - 1, b',');
        let number = view
            .token(day)
            .is_some_and(|token| matches!(token.class, Class::Digits | Class::Alnum) && token.len() <= 4);
        if !(joins || comma) || !number || day_value(view, day).is_none() {
            break;
        }
        let before = view.token(day).map_or(0, |token| view.byte_before(token.start as usize));
        if matches!(before, b':' | b'.' | b'/' | b'-') {
            break;
        }
        first = day;
    }
    // A comma alone joins anything: `room 4, 5 February`.
    let listed =
        (first..last).any(|place| matches!(view.word(place), "and" | "und" | "et" | "or" | "to" | "bis" | "au"));
    if listed { first } else { last }
}

/// `2021-Mar-14`, `2021 March 14`.
fn year_before(view: &View<'_>, at: usize) -> Option<Part> {
    let mut place = at.checked_sub(1)?;
    if view.token(place).is_some_and(|token| matches!(token.mark, b'-' | b'/' | b',')) {
        place = place.checked_sub(1)?;
    }
    let year = view.token(place).is_some_and(|token| token.len() == 4) && view.number(place).is_some_and(is_year);
    (year && day_after(view, at + 1).is_some()).then_some(Part { first: place, next: at })
}

/// ` 4`, ` 4th`, ` the 4th`, `-14`, ` 3-5`, ` twenty-third` after the month.
fn day_after(view: &View<'_>, next: usize) -> Option<Part> {
    let mut place = next;
    if view.token(place).is_some_and(|token| matches!(token.mark, b'-' | b'/')) && view.is_tight(place)
        || view.word(place) == "the"
    {
        place += 1;
    }
    if view.note(place).is(NUMBER) && view.is_mark(place + 1, b'-') && view.note(place + 2).is(ORDINAL) {
        return Some(Part { first: place, next: place + 3 });
    }
    day_value(view, place)?;
    // `May 10:30` is a time, `May 4.5` a number, `Mar 4%` a share.
    let end = view.token(place)?.end as usize;
    let follows = view.byte(end + 1).is_ascii_digit();
    match view.byte(end) {
        b':' | b'.' if follows => return None,
        b'%' => return None,
        b'-' if follows && day_value(view, place + 2).is_some() => return Some(Part { first: place, next: place + 3 }),
        _ => {}
    }
    Some(Part { first: place, next: place + 1 })
}

/// `, 2021`, ` 2021`, ` '21`, `-21`, ` of 2021`, ` de 2021`.
fn year_after(view: &View<'_>, next: usize, has_day: bool) -> Option<Part> {
    let mut place = next;
    let joined = view.token(place).is_some_and(|token| matches!(token.mark, b'-' | b'/')) && view.is_tight(place);
    if joined || view.is_mark(place, b',') || matches!(view.word(place), "of" | "de" | "in") {
        place += 1;
    }
    let short = view.is_mark(place, b'\'') && view.is_tight(place + 1);
    if short {
        place += 1;
    }
    let token = view.token(place).filter(|token| token.class == Class::Digits)?;
    let value = view.number(place)?;
    let fits = match token.len() {
        // Years of the Islamic calendar, too.
        4 => is_year(value) || (1350..=1500).contains(&value),
        2 => short || joined && has_day,
        _ => false,
    };
    let end = token.end as usize;
    let tail = view.byte(end);
    let follows = view.byte(end + 1).is_ascii_digit();
    // `July 4, 2021:` and `2021.` end; `2021/4` and `20:15` do not.
    let goes_on = tail.is_ascii_alphabetic()
        || tail == b'%'
        || follows && matches!(tail, b'.' | b'/')
        || tail == b':' && token.len() == 2;
    (fits && !goes_on).then_some(Part { first: next, next: place + 1 })
}

/// `Monday, ` before the date.
fn weekday_before(view: &View<'_>, first: usize) -> Option<usize> {
    let mut place = first.checked_sub(1)?;
    if view.word(place) == "the" {
        place = place.checked_sub(1)?;
    }
    if view.token(place).is_some_and(|token| matches!(token.mark, b',' | b'.')) {
        place = place.checked_sub(1)?;
    }
    let weekday = view.token(place).filter(|_| view.note(place).is(WEEKDAY))?;
    (weekday.class != Class::Lower || weekday.len() > 5).then_some(place)
}
