//! Times as text: RFC 3339, and the parts of it that FHIR and syslog senders leave away.

use super::Precision;
use super::civil::Date;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// `2026-03-01T09:30:00.000000Z`, with room for years that no event may have.
const LONGEST: usize = 40;

/// What a text says.
pub(super) struct Parsed {
    pub micros: i64,
    pub precision: Precision,
}

/// Takes the text apart from the left.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn skip(&mut self, accepted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        accepted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// A number of exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
    }

    fn digits_up_to(&mut self, max: i64, count: usize) -> Option<i64> {
        self.digits(count).filter(|number| *number <= max)
    }

    /// The digits after the point, cut to microseconds; at most nine are a time, more are noise.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        let number = self.digits(count)?;
        let scale = 10_i64.pow(count.abs_diff(6) as u32);
        Some(if count <= 6 { number * scale } else { number / scale })
    }

    /// Seconds east of UTC.
    fn zone(&mut self) -> Option<i64> {
        let sign = match self.skip(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.digits_up_to(23, 2)?;
        self.skip(b":")?;
        let minutes = self.digits_up_to(59, 2)?;
        Some(sign * (hours * 60 + minutes) * 60)
    }
}

pub(super) fn parse(text: &str) -> Option<Parsed> {
    let mut rest = Cursor(text.as_bytes());
    let (mut month, mut day) = (1, 1);
    let (mut seconds, mut micros, mut precision) = (0, 0, Precision { has_time: false, has_zone: false });
    let year = rest.digits(4)?;
    if rest.skip(b"-").is_some() {
        month = rest.digits(2)?;
        if rest.skip(b"-").is_some() {
            day = rest.digits(2)?;
            if rest.skip(b"Tt ").is_some() {
                (seconds, micros) = clock(&mut rest)?;
                precision.has_time = true;
                if !rest.0.is_empty() {
                    seconds -= rest.zone()?;
                    precision.has_zone = true;
                }
            }
        }
    }
    let days = Date::new(year, month, day)?.days();
    let whole = days * SECONDS_PER_DAY + seconds;
    rest.0.is_empty().then_some(Parsed { micros: whole * MICROS_PER_SECOND + micros, precision })
}

/// Seconds of the day and microseconds. Second 60 is the next minute's first, as Unix time has it.
fn clock(rest: &mut Cursor<'_>) -> Option<(i64, i64)> {
    let hour = rest.digits_up_to(23, 2)?;
    rest.skip(b":")?;
    let minute = rest.digits_up_to(59, 2)?;
    let (mut second, mut micros) = (0, 0);
    if rest.skip(b":").is_some() {
        second = rest.digits_up_to(60, 2)?;
        if rest.skip(b".,").is_some() {
            micros = rest.fraction()?;
        }
    }
    Some(((hour * 60 + minute) * 60 + second, micros))
}

/// A short text without an allocation.
pub(super) struct Written {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Written {
    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
        }
    }

    fn number(&mut self, number: i64, digits: u32) {
        for place in (0..digits).rev() {
            self.push(b'0' + (number / 10_i64.pow(place) % 10) as u8);
        }
    }
}

/// The one text of an instant: RFC 3339 in UTC, as many digits after the point as it takes.
pub(super) fn write(micros: i64) -> Written {
    let mut out = Written { bytes: [0; LONGEST], length: 0 };
    let seconds = micros.div_euclid(MICROS_PER_SECOND);
    let date = Date::from_days(seconds.div_euclid(SECONDS_PER_DAY));
    let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
    if date.year < 0 {
        out.push(b'-');
    }
    let year = date.year.abs();
    out.number(year, if year < 10_000 { 4 } else { 6 });
    for (mark, number) in
        [(b'-', date.month), (b'-', date.day), (b'T', of_day / 3_600), (b':', of_day / 60 % 60), (b':', of_day % 60)]
    {
        out.push(mark);
        out.number(number, 2);
    }
    let mut fraction = micros.rem_euclid(MICROS_PER_SECOND);
    if fraction > 0 {
        let mut digits = 6;
        while fraction % 10 == 0 {
            fraction /= 10;
            digits -= 1;
        }
        out.push(b'.');
        out.number(fraction, digits);
    }
    out.push(b'Z');
    out
}
