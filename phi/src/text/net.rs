//! E-mail addresses, web addresses and bare domains; user names in paths; image files.

use crate::finding::Evidence;
use crate::gazetteer::{Fact, Known};

use super::claims::{Claims, Kind, Rank};
use super::groups::is_letter_at;
use super::lexicon::{HOST, IMAGE, NOBODY, PHOTO, SOUND, TLD};
use super::token::Class;
use super::view::View;

const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 253;
const URL_MAX: usize = 2048;

/// Web addresses of standards and code systems: nobody's.
const SYSTEM_URLS: [&str; 10] = [
    "hl7.org/",
    "terminology.hl7.org",
    "loinc.org",
    "snomed.info",
    "unitsofmeasure.org",
    "www.w3.org/",
    "www.nlm.nih.gov/research/umls",
    "dicom.nema.org",
    "fhir.org/",
    "ihe.net",
];

/// At an `@`: the address around it.
pub(crate) fn email(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let mark = view.token(at)?.start as usize;
    let local = view.slice(mark.saturating_sub(LOCAL_MAX), mark);
    let width = local.iter().rev().take_while(|byte| is_local(**byte)).count();
    let mut start = mark - width;
    while matches!(view.byte(start), b'.' | b'-' | b'\'' | b'+') && start < mark {
        start += 1;
    }
    while start < mark && !view.text.is_char_boundary(start) {
        start += 1;
    }
    // `scheme://user:password@host` belongs to the web address.
    if start == mark || view.byte_before(start) == b'/' && view.byte_before(start - 1) == b'/' {
        return None;
    }
    let end = domain_end(view, mark + 1)?;
    claims.add(Kind::Email, (start, end), Rank::Strict, Evidence::SHAPE);
    Some(end)
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'') || byte >= 0x80
}

/// The end of a domain of at least two labels, the last one letters.
fn domain_end(view: &View<'_>, start: usize) -> Option<usize> {
    let run = view.slice(start, (start + DOMAIN_MAX).min(view.text.len()));
    let len = run
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-') || **byte >= 0x80)
        .count();
    let mut domain = run.get(..len)?;
    while let [rest @ .., b'.' | b'-'] = domain {
        domain = rest;
    }
    // An odd character that is no letter (a typographic mark) ends the domain.
    let end = start + domain.len();
    let text = view.text.get(start..end)?;
    let letters = text.find(|c: char| !c.is_ascii() && !c.is_alphanumeric()).unwrap_or(text.len());
    let text = text.get(..letters)?.trim_end_matches(['.', '-']);
    let (host, last) = text.rsplit_once('.')?;
    let named = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic) || last.starts_with("xn--");
    (named && !host.is_empty() && !host.starts_with('.') && !text.contains("..")).then(|| start + text.len())
}

/// At a colon: `scheme://...`.
pub(crate) fn url(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    if !view.is_mark(at + 1, b'/') || !view.is_mark(at + 2, b'/') || !view.is_tight(at + 2) {
        return None;
    }
    let scheme = at.checked_sub(1).and_then(|before| view.token(before)).filter(|scheme| scheme.is_word())?;
    let start = scheme.start as usize;
    let end = url_end(view, start)?;
    let body = view.text.get(view.token(at + 2)?.end as usize..end)?;
    let known = SYSTEM_URLS.iter().any(|system| body.starts_with(system));
    let rank = Rank::Strict;
    claims.add(if known { Kind::SystemUrl } else { Kind::Url }, (start, end), rank, Evidence::SHAPE);
    Some(end)
}

/// Where a web address ends: at white space or a closing mark, without the sentence's own punctuation.
fn url_end(view: &View<'_>, start: usize) -> Option<usize> {
    let run = view.slice(start, (start + URL_MAX).min(view.text.len()));
    let len = run
        .iter()
        .take_while(|byte| {
            !matches!(byte, 0..=b' ' | b'"' | b'<' | b'>' | b'`' | b'\\' | b'^' | b'{' | b'|' | b'}' | 127)
        })
        .count();
    let mut written = run.get(..len)?;
    while let [rest @ .., last @ (b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b')' | b']')] = written {
        let count = |mark: u8| written.iter().filter(|byte| **byte == mark).count();
        if *last == b')' && count(b'(') >= count(b')') {
            break;
        }
        written = rest;
    }
    let mut end = start + written.len();
    while !view.text.is_char_boundary(end) {
        end -= 1;
    }
    Some(end)
}

/// At `www`: whatever follows is a web address.
pub(crate) fn www(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at).filter(|_| view.word(at).eq_ignore_ascii_case("www"))?;
    let start = token.start as usize;
    let end = url_end(view, start).filter(|end| *end > start + 6)?;
    claims.add(Kind::Url, (start, end), Rank::Strict, Evidence::SHAPE);
    Some(end)
}

/// At a top-level domain's word: the bare domain it ends, with its path; hosts of no public domain are not found at all.
pub(crate) fn domain(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let end_of_name = view.token(at)?.end as usize;
    if !view.is_tight(at) || !view.is_mark(at.checked_sub(1)?, b'.') || !view.is_tight(at - 1) {
        return None;
    }
    // `sheet.Pt` is a sentence without its space.
    if matches!(view.token(at)?.class, Class::Capital | Class::Mixed) {
        return None;
    }
    // The label after this one, if any, has its own turn.
    if view.byte(end_of_name) == b'.' && view.note(at + 2).is(TLD) && view.is_tight(at + 2)
        || view.byte(end_of_name) == b'@'
    {
        return None;
    }
    let name = view.slice(end_of_name.saturating_sub(DOMAIN_MAX), end_of_name);
    let width =
        name.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')).count();
    let mut start = end_of_name - width;
    while matches!(view.byte(start), b'.' | b'-') {
        start += 1;
    }
    let before = view.byte_before(start);
    let www = view.slice(start, start + 4).eq_ignore_ascii_case(b"www.");
    if matches!(before, b'@' | b'/' | b'\\' | b'_' | b'=') && !www || continues_name(view, end_of_name) {
        return None;
    }
    let path = matches!(view.byte(end_of_name), b'/' | b'?') && !matches!(view.byte(end_of_name + 1), 0..=b' ');
    let port = view.byte(end_of_name) == b':' && view.byte(end_of_name + 1).is_ascii_digit();
    let end = if path { url_end(view, start)? } else { end_of_name };
    // Short and general endings make domains only together with more: `normal.ca` is a sentence without its space.
    let sure = www
        || path
        || matches!(
            view.word(at),
            "com" | "org" | "net" | "edu" | "gov" | "mil" | "uk" | "de" | "eu" | "info" | "io" | "biz"
        );
    let dots = view.slice(start, end_of_name).iter().filter(|byte| **byte == b'.').count();
    if !sure && dots < 2 {
        return None;
    }
    let machine = port || !www && !path && view.cue_distance_before(at.checked_sub(2)?, 3, HOST).is_some();
    let kind = if machine { Kind::Host } else { Kind::Url };
    claims.add(kind, (start, end), if www || path { Rank::Strict } else { Rank::Shape }, Evidence::SHAPE);
    Some(end)
}

fn continues_name(view: &View<'_>, end: usize) -> bool {
    match view.byte(end) {
        b'-' | b'_' => true,
        b'.' => view.byte(end + 1).is_ascii_alphanumeric(),
        byte => byte >= 0x80 && is_letter_at(view, end),
    }
}

/// At a backslash: `DOMAIN\user`, `C:\Users\user`. At a slash: `/home/user`, `/Users/user`.
pub(crate) fn user_path(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let before = at.checked_sub(1)?;
    let folder = matches!(view.word(before), "Users" | "home" | "users" | "Home") && view.is_tight(at);
    let slashed =
        view.is_mark(at, b'/') && folder && view.is_mark(before.checked_sub(1)?, b'/') && view.is_tight(before);
    let backslash = view.is_mark(at, b'\\') && view.is_tight(at);
    let rooted = backslash && before > 0 && view.is_mark(before - 1, b'\\');
    let domain =
        backslash && !folder && !rooted && view.token(before)?.class == Class::Upper && view.token(before)?.len() >= 2;
    if !(slashed || backslash && folder || domain) {
        return None;
    }
    let name =
        view.token(at + 1).filter(|name| !name.space_before() && (name.is_word() || name.class == Class::Alnum))?;
    if view.note(at + 1).is(NOBODY) {
        return None;
    }
    let start = name.start as usize;
    let end = user_name_end(view, start);
    // A path goes on after its first folder; a user name does not.
    if domain && view.byte(end) == b'\\' {
        return None;
    }
    let start = if domain { view.token(before)?.start as usize } else { start };
    claims.add(Kind::UserPath, (start, end), Rank::Shape, Evidence::SHAPE);
    Some(end)
}

/// The end of what may stand in a user name.
pub(crate) fn user_name_end(view: &View<'_>, start: usize) -> usize {
    let run = view.slice(start, (start + LOCAL_MAX).min(view.text.len()));
    let len = run.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')).count();
    let mut name = run.get(..len).unwrap_or_default();
    while let [rest @ .., b'.' | b'-' | b'_'] = name {
        name = rest;
    }
    start + name.len()
}

/// At an image file's extension: its whole name, when it or a word near it speaks of a photograph.
pub(crate) fn image_file(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let end = view.token(at)?.end as usize;
    if !view.note(at).is(IMAGE | SOUND) || !view.is_tight(at) || !view.is_mark(at.checked_sub(1)?, b'.') {
        return None;
    }
    let run = view.slice(end.saturating_sub(120), end);
    let width = run
        .iter()
        .rev()
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'(' | b')' | b'/' | b'\\')
        })
        .count();
    let path = view.text.get(end - width..end)?;
    let name = path.trim_start_matches(['(', '.', '-']).rsplit(['/', '\\']).next()?;
    let start = end - name.len();
    let first = view.tokens.partition_point(|token| (token.end as usize) <= start);
    let camera = ["IMG", "DSC", "DCIM", "PXL", "PIC", "WIN"].iter().any(|camera| name.starts_with(camera));
    let told = (first..at).any(|word| view.note(word).is(PHOTO))
        || ["photo", "face", "portrait", "selfie", "headshot", "mugshot"].iter().any(|word| contains_word(name, word))
        || view.cue_before(first, 6, PHOTO);
    let person = (first..at).any(|word| {
        let known = view.token(word).map_or(Known::NOTHING, |token| view.words.known(token.fold));
        known.common() == 0 && (known.first() >= 5 || known.last() >= 5) && !known.is(Fact::Clinical)
    });
    if view.note(at).is(SOUND) {
        let voice = ["voice", "vp_", "speech", "dictation"].iter().any(|word| contains_word(name, word));
        if !(voice || person) {
            return None;
        }
        claims.add(Kind::VoiceFile, (start, end), Rank::Strict, Evidence::SHAPE);
        return Some(end);
    }
    if !camera && !told && !person {
        return None;
    }
    claims.add(Kind::ImageFile, (start, end), Rank::Strict, Evidence::SHAPE);
    Some(end)
}

fn contains_word(name: &str, word: &str) -> bool {
    name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}
