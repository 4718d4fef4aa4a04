//! Date and time in one: `2021-03-14T10:11:12Z`. In prose it is a date like any other; where a log line or a field for times
//! says so, it is the event's own time and harmless.

use crate::finding::Evidence;
use crate::text::check::is_day;
use crate::text::claims::{Claims, Kind, Rank};
use crate::text::groups::Groups;
use crate::text::lexicon::{LOG_LEVEL, STAMP_KEY};
use crate::text::view::View;

use super::is_year;

/// Looks at a run that starts with year, month and day.
pub(crate) fn find(view: &View<'_>, at: usize, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let [year, month, day] = groups.first::<3>()?;
    let dated = groups.lens(&[4, 2, 2])
        && year.then == month.then
        && matches!(year.then, b'-' | b'/')
        && is_year(year.value)
        && is_day(year.value, month.value, day.value);
    if !dated {
        return None;
    }
    let joined = matches!(view.byte(day.end), b'T' | b't');
    let time = time_end(view, day.end + 1).filter(|_| matches!(view.byte(day.end), b'T' | b't' | b' ' | b'_'))?;
    let log = is_log_time(view, at, time, joined);
    let end = if joined || log { time.end } else { day.end };
    let kind = if log { Kind::Stamp } else { Kind::DateStamp };
    claims.add(kind, (year.start, end), Rank::Shape, Evidence::SHAPE.with(Evidence::CALENDAR));
    Some(end)
}

/// `20210314T101112Z` as one token.
pub(crate) fn find_compact(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at).filter(|token| matches!(token.len(), 15 | 16))?;
    let written = view.slice(token.start as usize, token.end as usize);
    let digits = |from: usize, to: usize| {
        let part = written.get(from..to)?;
        let fits = part.iter().all(u8::is_ascii_digit);
        fits.then(|| super::number(part))
    };
    let fits = written.get(8) == Some(&b'T')
        && is_day(digits(0, 4)?, digits(4, 6)?, digits(6, 8)?)
        && is_year(digits(0, 4)?)
        && digits(9, 15)? < 240_000
        && matches!(written.get(15), None | Some(b'Z'));
    if !fits {
        return None;
    }
    let end = token.end as usize;
    let told = at.checked_sub(1).is_some_and(|_| key_before(view, at)) || token.starts_line();
    claims.add(
        if told { Kind::Stamp } else { Kind::DateStamp },
        (token.start as usize, end),
        Rank::Shape,
        Evidence::SHAPE,
    );
    Some(end)
}

#[derive(Clone, Copy)]
struct Time {
    end: usize,
    seconds: bool,
    /// A fraction or an offset: people write neither.
    machine: bool,
}

/// `10:11`, `10:11:12.123456+01:00`.
fn time_end(view: &View<'_>, start: usize) -> Option<Time> {
    let two = |at: usize, most: u8| {
        let (tens, ones) = (view.byte(at), view.byte(at + 1));
        tens.is_ascii_digit() && ones.is_ascii_digit() && (tens - b'0') * 10 + (ones - b'0') <= most
    };
    if !two(start, 24) || view.byte(start + 2) != b':' || !two(start + 3, 59) {
        return None;
    }
    let mut time = Time { end: start + 5, seconds: false, machine: false };
    if view.byte(time.end) == b':' && two(time.end + 1, 60) {
        time.end += 3;
        time.seconds = true;
        if matches!(view.byte(time.end), b'.' | b',') && view.byte(time.end + 1).is_ascii_digit() {
            let digits = view.slice(time.end + 1, (time.end + 10).min(view.text.len()));
            time.end += 1 + digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
            time.machine = true;
        }
    }
    match view.byte(time.end) {
        b'Z' | b'z' if !view.byte(time.end + 1).is_ascii_alphanumeric() => {
            time.end += 1;
            time.machine = true;
        }
        b'+' | b'-' if two(time.end + 1, 14) => {
            let colon = usize::from(view.byte(time.end + 3) == b':');
            if two(time.end + 3 + colon, 59) {
                time.end += 5 + colon;
                time.machine = true;
            }
        }
        _ => {}
    }
    Some(time)
}

/// A line's first word, or the value of a field for times.
fn is_log_time(view: &View<'_>, at: usize, time: Time, joined: bool) -> bool {
    if key_before(view, at) {
        return true;
    }
    let opens_line = view.token(at).is_some_and(|token| token.starts_line());
    let next = view.after(at, time.end);
    let level = (next..next + 3).any(|word| view.note(word).is(LOG_LEVEL));
    let bracket = at.checked_sub(1).is_some_and(|mark| view.is_mark(mark, b'[') || view.is_mark(mark, b'>'));
    (opens_line || bracket) && time.seconds && (joined || time.machine || level || bracket)
}

/// `ts=`, `"timestamp": "`, `recorded_at: `.
fn key_before(view: &View<'_>, at: usize) -> bool {
    let mut place = at;
    let mut tied = false;
    for _ in 0..4 {
        let Some(before) = place.checked_sub(1) else { return false };
        place = before;
        match view.token(place) {
            Some(token) if matches!(token.mark, b'=' | b':') => tied = true,
            Some(token) if matches!(token.mark, b'"' | b'\'' | b'[') => {}
            Some(_) => break,
            None => return false,
        }
    }
    tied && view.note(place).is(STAMP_KEY)
}
