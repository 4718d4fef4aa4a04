//! What is harmless though it looks like a number of somebody: UUIDs, hashes, trace ids, ULIDs, versions, clinical codes.
//! And the few letter-and-digit forms that are not: vehicle, health plan, prescriber, bank account.

use crate::finding::Evidence;

use super::check;
use super::claims::{Claims, Kind, Rank};
use super::groups::continues;
use super::lexicon::VERSION;
use super::token::Class;
use super::view::View;

/// Looks at a token of letters and digits, or at a word that may start such a code.
pub(crate) fn find(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let (start, end) = (token.start as usize, token.end as usize);
    let before = view.byte_before(start);
    if matches!(before, b'-' | b'_' | b'.') && view.byte_before(start - 1).is_ascii_alphanumeric() {
        return None;
    }
    uuid(view, start, claims)
        .or_else(|| bank_account(view, start, end, claims))
        .or_else(|| hex(view, start, end, claims))
        .or_else(|| fixed(view, start, end, claims))
        .or_else(|| version(view, at, claims))
        .or_else(|| icd(view, start, end, claims))
}

/// 8-4-4-4-12 hexadecimal digits.
fn uuid(view: &View<'_>, start: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let end = start + 36;
    let written = view.bytes().get(start..end)?;
    let fits = written.iter().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    if !fits || view.byte(end).is_ascii_alphanumeric() {
        return None;
    }
    claims.add(Kind::Opaque, (start, end), Rank::Shape, Evidence::SHAPE);
    Some(end)
}

/// Sixteen or more hexadecimal digits with letters among them, also in the W3C's `00-<trace>-<span>-01`; ULIDs.
fn hex(view: &View<'_>, start: usize, end: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let written = view.slice(start, end);
    if written == b"00" && view.byte(end) == b'-' {
        let whole = view.bytes().get(start..start + 55)?;
        let fits = whole.iter().enumerate().all(|(place, byte)| match place {
            2 | 35 | 52 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        if fits {
            claims.add(Kind::Opaque, (start, start + 55), Rank::Shape, Evidence::SHAPE);
            return Some(start + 55);
        }
        return None;
    }
    let one_case = !written.iter().any(u8::is_ascii_uppercase) || !written.iter().any(u8::is_ascii_lowercase);
    let hex = written.len() >= 12 && one_case && written.iter().all(u8::is_ascii_hexdigit);
    let hex = hex && written.iter().any(u8::is_ascii_alphabetic) && (written.len() >= 16 || written.len() == 12);
    let ulid = written.len() == 26
        && view.byte(start) == b'0'
        && written.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if !hex && !ulid {
        return None;
    }
    claims.add(Kind::Opaque, (start, end), Rank::Shape, Evidence::SHAPE);
    Some(end)
}

/// Forms with a fixed length: vehicle (17), Medicare beneficiary (11, with or without dashes), prescriber (9).
fn fixed(view: &View<'_>, start: usize, end: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let written = view.slice(start, end);
    let dashed =
        view.bytes().get(start..start + 13).filter(|code| code.get(4) == Some(&b'-') && code.get(9 - 1) == Some(&b'-'));
    let (kind, end) = if written.len() == 17 && check::vin(written) {
        (Kind::Vin, end)
    } else if written.len() == 11 && check::mbi(written) {
        (Kind::Mbi, end)
    } else if dashed.is_some_and(check::mbi) {
        (Kind::Mbi, start + 13)
    } else if written.len() == 9 && check::dea(written) && written.iter().take(2).all(u8::is_ascii_uppercase) {
        (Kind::Dea, end)
    } else {
        return None;
    };
    if continues(view, end) {
        return None;
    }
    // One in ten of other such codes has a matching digit, so a label that says otherwise wins.
    let rank = if matches!(kind, Kind::Dea) { Rank::Shape } else { Rank::Strict };
    claims.add(kind, (start, end), rank, Evidence::SHAPE.with(Evidence::CHECKSUM));
    Some(end)
}

/// An IBAN, written together or in fours.
fn bank_account(view: &View<'_>, start: usize, end: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let head = view.bytes().get(start..start + 4)?;
    let fits = head.iter().take(2).all(u8::is_ascii_uppercase) && head.iter().skip(2).all(u8::is_ascii_digit);
    if !fits {
        return None;
    }
    let mut last = end;
    if end - start == 4 {
        // Groups of four, the last one shorter.
        while view.byte(last) == b' ' && last - start < 40 {
            let group = view
                .slice(last + 1, last + 5)
                .iter()
                .take_while(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
                .count();
            if group == 0 || view.byte(last + 1 + group).is_ascii_alphanumeric() {
                break;
            }
            last += 1 + group;
            if group < 4 {
                break;
            }
        }
    }
    let written = view.slice(start, last);
    let len = written.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    if !(15..=34).contains(&len) || continues(view, last) || !check::iban(written) {
        return None;
    }
    claims.add(Kind::Iban, (start, last), Rank::Strict, Evidence::SHAPE.with(Evidence::CHECKSUM));
    Some(last)
}

/// `v2.4.1-rc1`, `Mozilla/5.0`: a program's version, and the brackets after it.
fn version(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let start = token.start as usize;
    let [b'v' | b'V', digit, ..] = view.slice(start, token.end as usize) else { return None };
    let dotted = view.byte(token.end as usize) == b'.' && view.byte(token.end as usize + 1).is_ascii_digit();
    if !digit.is_ascii_digit() || !dotted && !at.checked_sub(1).is_some_and(|word| view.note(word).is(VERSION)) {
        return None;
    }
    let run = view.slice(start, (start + 40).min(view.text.len()));
    let len = run.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+')).count();
    let mut written = run.get(..len)?;
    while let [rest @ .., b'.' | b'-' | b'+'] = written {
        written = rest;
    }
    claims.add(Kind::Version, (start, start + written.len()), Rank::Shape, Evidence::SHAPE);
    Some(start + written.len())
}

/// `E11.9`, `S72.001A`: a letter, two digits, a dot and more.
fn icd(view: &View<'_>, start: usize, end: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let [letter, tens, ones] = view.slice(start, end) else { return None };
    let form = letter.is_ascii_uppercase() && tens.is_ascii_digit() && ones.is_ascii_alphanumeric();
    if !form || view.byte(end) != b'.' {
        return None;
    }
    let tail = view.slice(end + 1, end + 6).iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if !(1..=4).contains(&tail) || !view.byte(end + 1).is_ascii_alphanumeric() {
        return None;
    }
    claims.add(Kind::Code, (start, end + 1 + tail), Rank::Shape, Evidence::SHAPE);
    Some(end + 1 + tail)
}

/// `Mozilla/5.0 (Windows NT 10.0; ...) AppleWebKit/537.36 ...`: a browser's own words, to their end.
pub(crate) fn user_agent(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    if view.word(at) != "Mozilla" || !view.is_mark(at + 1, b'/') {
        return None;
    }
    let start = view.token(at)?.start as usize;
    let mut end = start;
    let mut depth = 0_u32;
    let mut product = false;
    for next in at..(at + 160).min(view.tokens.len()) {
        let token = view.token(next)?;
        match token.mark {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'"' | b'\n' => break,
            _ => {}
        }
        if depth == 0 && token.space_before() {
            product = token.is_word() && view.is_mark(next + 1, b'/') && view.is_tight(next + 1);
            if !product && token.class != Class::Punct {
                break;
            }
        }
        if depth > 0 || product || token.mark == b')' {
            end = token.end as usize;
        }
    }
    claims.add(Kind::Agent, (start, end.max(start + 7)), Rank::Strict, Evidence::SHAPE);
    Some(end.max(start + 7))
}
