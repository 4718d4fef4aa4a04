//! The forms of a label's values: codes, plates, users' names; telephone numbers and dates have modules of their own.

use crate::label::Label;
use crate::text::groups::{Groups, continues, is_letter_at};
use crate::text::lexicon::{FILLER, MARKER, NOBODY, UNIT};
use crate::text::token::Class;
use crate::text::view::View;
use crate::text::{date, net, phone};

use super::{Labelled, Shape};

const CODE_MAX: usize = 48;

/// The value that starts at a token, if it has the rule's form.
pub(super) fn value(view: &View<'_>, rule: &Labelled, place: usize, marked: bool) -> Option<(usize, usize)> {
    let start = view.token(place)?.start as usize;
    match rule.shape {
        Shape::Code => {
            if let Some(end) = docket_end(view, rule, place) {
                return Some((start, end));
            }
            if rule.label == Some(Label::License)
                && let Some(end) = british_licence(view, place)
            {
                return Some((start, end));
            }
            let (end, counted) = code_end(view, rule, start)?;
            let national = !marked && view.byte(start) == b'0' && matches!(counted.digits, 10 | 11);
            let phone = national || is_half_phone(view, rule, start, end);
            if rule.label == Some(Label::OtherId) && counted.letters == 0 && phone {
                return None;
            }
            // `Account zrubaie1990`: a user's.
            let small = view.slice(start, end).iter().take_while(|byte| byte.is_ascii_lowercase()).count();
            if rule.label == Some(Label::Account) && small >= 5 && small == counted.letters {
                return None;
            }
            // Letters and four digits together are hardly ever a count.
            let mixed = counted.letters > 0 && counted.digits >= 4;
            let least = if marked || mixed { rule.min } else { rule.bare };
            let all = counted.letters + counted.digits;
            let measured = counted.letters == 0 && view.note(view.after(place, end)).is(UNIT);
            // `merged in error on 2024-12-02`: a day is no machine's number.
            if rule.label.is_none() && !marked && is_day(view, (start, end)) {
                return None;
            }
            let few = counted.letters > 0 && counted.digits < 3 && !matches!(rule.label, None | Some(Label::Mrn));
            if few || rule.label.is_some() && is_measure(view.text.get(start..end).unwrap_or_default()) {
                return None;
            }
            let other = rule.label.is_some() && is_other_shape(view, rule.label, (start, end), marked || rule.grouped);
            ((least..=rule.max).contains(&all) && counted.digits > 0 && !measured && !other).then_some((start, end))
        }
        Shape::Phone => phone::labelled_end(view, start).map(|end| (phone::start_with_marks(view, start, end), end)),
        Shape::Date => date::labelled_end(view, start).map(|end| (start, end)),
        Shape::Plate => {
            let (end, all) = plate_end(view, place)?;
            // `KA 05 MJ 4417`: the longest plates have letters twice.
            let written = view.slice(start, end);
            let twice = written.iter().filter(|byte| byte.is_ascii_uppercase()).count() >= 4
                && written.iter().filter(|byte| **byte == b' ').count() == 3;
            (rule.min..=if twice { rule.max.max(10) } else { rule.max }).contains(&all).then_some((start, end))
        }
        Shape::User => user(view, place, marked).map(|end| (start, end)),
    }
}

fn is_day(view: &View<'_>, (start, end): (usize, usize)) -> bool {
    date::numeric::end(view, &Groups::read(view, start)) == Some(end)
}

/// `07700 900123` behind `number`: a telephone number's first half.
fn is_half_phone(view: &View<'_>, rule: &Labelled, start: usize, end: usize) -> bool {
    let next = view.slice(end + 1, end + 13).iter().take_while(|byte| byte.is_ascii_digit()).count();
    !rule.grouped && view.byte(end) == b' ' && end - start <= 6 && (view.byte(start) == b'0' && next >= 3 || next >= 5)
}

/// `SMITH 701010 J99XY`
fn british_licence(view: &View<'_>, place: usize) -> Option<usize> {
    let len = |at: usize| view.token(at).map_or(0, crate::text::token::Token::len);
    let name = view.token(place).is_some_and(|token| matches!(token.class, Class::Upper | Class::Alnum));
    let born = view.token(place + 1).is_some_and(|token| token.class == Class::Digits);
    let end = view.token(place + 2).filter(|token| matches!(token.class, Class::Upper | Class::Alnum))?.end as usize;
    (name && born && (len(place), len(place + 1), len(place + 2)) == (5, 6, 5)).then_some(end)
}

/// Whether a code is a calendar date, or (without a mark after the label) has the form of a telephone or social security number.
fn is_other_shape(view: &View<'_>, label: Option<Label>, (start, end): (usize, usize), marked: bool) -> bool {
    let written = view.slice(start, end);
    if written.starts_with(b"0x")
        || is_machine_id(written) && !matches!(label, Some(Label::Mrn | Label::HealthPlan | Label::Biometric))
    {
        return true;
    }
    if !view.byte(start).is_ascii_digit() {
        return false;
    }
    // `79-year-old`, `12-lead`: a count and a word.
    let digits = written.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let word = written.iter().skip(digits + 1).take_while(|byte| byte.is_ascii_alphabetic()).count();
    if digits <= 3 && word >= 3 && written.get(digits) == Some(&b'-') {
        return true;
    }
    let groups = Groups::read(view, start);
    let short = groups.lens(&[2, 2, 2]) && marked && groups.list().first().is_some_and(|first| first.then != b'/');
    let dated = date::numeric::end(view, &groups) == Some(end) && !short;
    dated
        || !marked
            && (groups.lens(&[3, 3, 4]) || groups.lens(&[3, 2, 4]))
            && groups.list().get(2).is_some_and(|last| last.end == end)
}

/// `500mg`, `65M`, `45yo`: up to four digits and a few letters behind them.
fn is_measure(code: &str) -> bool {
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    let tail = code.get(digits..).unwrap_or_default();
    let small = !tail.is_empty() && tail.len() <= 4 && tail.bytes().all(|byte| byte.is_ascii_lowercase());
    (1..=4).contains(&digits)
        && (small || digits <= 3 && matches!(tail, "M" | "F" | "MG" | "ML" | "YO" | "H" | "D" | "L"))
        || code.starts_with(['Q', 'q']) && code.ends_with(['H', 'h'])
}

/// A UUID or sixteen and more hexadecimal digits with letters: a program's own id.
fn is_machine_id(written: &[u8]) -> bool {
    let hex = written.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let lettered = written.iter().any(u8::is_ascii_lowercase);
    hex && lettered && (written.len() == 36 || written.len() >= 16 && !written.contains(&b'-'))
}

/// Numbers as courts write them: `III ZR 09/96`, `JN 05/9811`, `2:19-cv-00341-HYO`.
fn docket_end(view: &View<'_>, rule: &Labelled, place: usize) -> Option<usize> {
    if !rule.slash {
        return None;
    }
    let mut next = place;
    while next < place + 3 && view.token(next).is_some_and(|token| token.class == Class::Upper && token.len() <= 4) {
        next += 1;
    }
    let number = view.token(next).filter(|token| token.class == Class::Digits)?;
    let (start, mut end) = (number.start as usize, number.end as usize);
    if view.byte(end) == b':' && number.len() <= 2 && view.byte(end + 3) == b'-' {
        let run = view.slice(end + 1, end + 32);
        let len = run.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        let counted = run.iter().take(len).filter(|byte| byte.is_ascii_digit()).count();
        return (counted >= 4 && view.byte_before(end + 1 + len) != b'-').then_some(end + 1 + len);
    }
    let digits = view.slice(end + 1, end + 7).iter().take_while(|byte| byte.is_ascii_digit()).count();
    if next == place || view.byte(end) != b'/' || !(2..=6).contains(&digits) || end - start > 6 {
        return None;
    }
    end += 1 + digits;
    (!continues(view, end)).then_some(end)
}

/// The end of a plate or a vehicle's number and its length: `7XYZ123`, `ABC-1234`, `AB12 CDE`, `1HGCM82633A004352`.
fn plate_end(view: &View<'_>, place: usize) -> Option<(usize, usize)> {
    let mut next = place;
    let (mut letters, mut digits, mut end) = (0, 0, 0);
    while let Some(token) =
        view.token(next).filter(|token| matches!(token.class, Class::Upper | Class::Alnum | Class::Digits))
    {
        let written = view.slice(token.start as usize, token.end as usize);
        let most = if next > place && view.is_tight(next) { 6 } else { 4 };
        if written.iter().any(u8::is_ascii_lowercase) || next > place && written.len() > most {
            break;
        }
        digits += written.iter().filter(|byte| byte.is_ascii_digit()).count();
        letters += written.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        end = token.end as usize;
        next += 1;
        if view.is_mark(next, b'-') && view.is_tight(next) && view.is_tight(next + 1) {
            next += 1;
        }
        if next > place + 4 || letters + digits >= 17 {
            break;
        }
    }
    let whole = letters > 0 && digits > 0 || digits >= 6;
    (whole && !continues(view, end)).then_some((end, letters + digits))
}

#[derive(Clone, Copy, Default)]
pub(super) struct Counted {
    pub letters: usize,
    pub digits: usize,
}

/// The end of a code and what it is made of; `None` where it goes on in a way that codes do not.
pub(super) fn code_end(view: &View<'_>, rule: &Labelled, start: usize) -> Option<(usize, Counted)> {
    let mut counted = Counted::default();
    let mut group = 0;
    let mut end = start;
    loop {
        let next = view.byte(end + 1);
        match view.byte(end) {
            b'0'..=b'9' => {
                counted.digits += 1;
                group += 1;
            }
            byte if byte.is_ascii_alphabetic() => {
                counted.letters += 1;
                group += 1;
            }
            b'-' | b'_' if next.is_ascii_alphanumeric() => group = 0,
            b'/' if rule.slash && next.is_ascii_alphanumeric() => group = 0,
            // `K/0091827`
            b'/' if rule.label == Some(Label::Mrn)
                && counted.digits == 0
                && counted.letters <= 3
                && next.is_ascii_digit() =>
            {
                group = 0;
            }
            b'.' if rule.grouped && next.is_ascii_digit() => group = 0,
            b' ' if next.is_ascii_digit() && joins(view, rule, end, group, counted) => group = 0,
            _ => break,
        }
        end += 1;
        if end - start > CODE_MAX {
            return None;
        }
    }
    let wide = view.byte(end) >= 0x80 && is_letter_at(view, end);
    (!continues(view, end) && !wide && counted.digits > 0).then_some((end, counted))
}

/// Whether a space is inside the code: after leading capitals (`A 1234567`), or between groups of digits.
fn joins(view: &View<'_>, rule: &Labelled, space: usize, group: usize, counted: Counted) -> bool {
    let next = view.slice(space + 1, space + 12).iter().take_while(|byte| byte.is_ascii_digit()).count();
    if counted.digits == 0 {
        let capitals = view.slice(space - group, space).iter().all(u8::is_ascii_uppercase);
        return capitals && group == counted.letters && group <= 3 && next >= 4;
    }
    let after = view.byte(space + 1 + next);
    rule.grouped
        && (2..=6).contains(&group)
        && (2..=6).contains(&next)
        && !after.is_ascii_alphabetic()
        && !matches!(after, b'/' | b':')
}

/// The end of a user's name: after `=` or `:` any name but nobody's, else one that no other word looks like.
fn user(view: &View<'_>, place: usize, marked: bool) -> Option<usize> {
    let token = view.token(place).filter(|token| token.is_word() || token.class == Class::Alnum)?;
    let start = token.start as usize;
    let end = net::user_name_end(view, start);
    let name = view.slice(start, end);
    let after = view.byte(end);
    // `dr.hassan@radiology`: a realm, not a mail server.
    let host = view.slice(end + 1, end + 24).iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let realm = after == b'@' && host >= 3 && matches!(view.byte(end + 1 + host), b' ' | b',' | b'"' | 0);
    if view.note(place).is(NOBODY | FILLER)
        || name.len() < 2
        || after == b'@' && !realm
        || after == b'\\'
        || after >= 0x80
    {
        return None;
    }
    // `User: can you ...` is somebody who speaks.
    if after == b'\'' && view.byte_before(start) != b'\'' || view.words.known(token.fold).common() > 0 {
        return None;
    }
    let odd = name.iter().any(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
    let next = view.after(place, end);
    let small = token.class == Class::Lower;
    let acts = small && past_tense(view.word(next)) && !past_tense(token.text(view.text));
    let from = small && matches!(view.word(next), "from") && !past_tense(token.text(view.text));
    // `user: Jane Doe` is a name; `user: jdoe` is not.
    let named =
        token.class == Class::Capital && !odd && view.token(next).is_some_and(|next| next.class == Class::Capital);
    // `user "lzulu"`, `user lzulu overrode`: a word that no list has.
    let quoted = matches!(view.byte_before(start), b'"' | b'\'') && matches!(after, b'"' | b'\'');
    let strange = small && view.words.known(token.fold).is_nothing() && name.len() >= 4;
    // `User slee (not slee2) locked out`
    let bracketed = small && view.token(next).is_some_and(|next| next.mark == b'(' && next.space_before());
    (odd || bracketed || !named && (marked || acts || from || quoted || strange)).then_some(if realm {
        end + 1 + host
    } else {
        end
    })
}

fn past_tense(word: &str) -> bool {
    word.len() > 4 && word.ends_with("ed")
        || matches!(word, "failed" | "read" | "ran" | "made" | "sent" | "tried" | "was" | "has")
}

/// `MRN-00482` after `MRN:`, `A 1234567`: a word that begins a code.
pub(super) fn is_code_word(view: &View<'_>, rule: &Labelled, place: usize) -> bool {
    if rule.shape == Shape::Plate {
        let capitals = view.token(place).is_some_and(|token| token.class == Class::Upper && token.len() <= 3);
        return capitals && plate_end(view, place).is_some();
    }
    if rule.shape != Shape::Code {
        return false;
    }
    if docket_end(view, rule, place).is_some()
        || rule.label == Some(Label::License) && british_licence(view, place).is_some()
    {
        return true;
    }
    view.token(place).is_some_and(|token| {
        let end = token.end as usize;
        // `voiceprint-64215`: any word, when nothing but digits follows.
        let digits = view.slice(end + 1, end + 12).iter().take_while(|byte| byte.is_ascii_digit()).count();
        let numbered = digits >= 3 && !view.byte(end + 1 + digits).is_ascii_alphanumeric();
        let joined = match view.byte(end) {
            b'-' | b'_' => view.byte(end + 1).is_ascii_alphanumeric(),
            b'/' if token.class == Class::Upper && token.len() <= 3 => {
                rule.slash && view.byte(end + 1).is_ascii_alphanumeric()
                    || rule.label == Some(Label::Mrn) && view.byte(end + 1).is_ascii_digit()
            }
            b'/' => rule.slash && view.byte(end + 1).is_ascii_digit(),
            b' ' => {
                token.class == Class::Upper
                    && token.len() <= 3
                    && view.byte(end + 1).is_ascii_digit()
                    && !view.note(place).is(FILLER | MARKER)
                    && !view.note(place).starts_phrase
            }
            _ => false,
        };
        joined
            && (token.class == Class::Upper || token.class == Class::Lower && (token.len() <= 4 || numbered))
            && code_end(view, rule, token.start as usize).is_some()
    })
}
