//! Network addresses: IPv4, IPv6, MAC; and the dotted numbers that look like them, versions and object identifiers.

use core::net::Ipv6Addr;

use crate::finding::Evidence;

use super::claims::{Claims, Kind, Rank};
use super::groups::Groups;
use super::lexicon::VERSION;
use super::token::Class;
use super::view::View;

/// How long a written IPv6 address may be.
const ADDRESS_MAX: usize = 45;

/// Dotted runs: an IPv4 address, a version or an object identifier.
pub(crate) fn find_dotted(view: &View<'_>, at: usize, groups: &Groups, claims: &mut Claims<'_>) -> Option<usize> {
    let all = groups.list();
    let dots = all.iter().take_while(|group| group.then == b'.').count();
    let first = all.first()?;
    if dots < 2 {
        return None;
    }
    if dots >= 4 {
        let end = (first.end..view.text.len())
            .find(|at| !matches!(view.byte(*at), b'0'..=b'9' | b'.'))
            .unwrap_or(view.text.len());
        let end = if view.byte_before(end) == b'.' { end - 1 } else { end };
        claims.add(Kind::Opaque, (first.start, end), Rank::Shape, Evidence::SHAPE);
        return Some(end);
    }
    let last = all.get(dots)?;
    if is_version(view, at, first.start) {
        claims.add(Kind::Version, (first.start, last.end), Rank::Shape, Evidence::NEIGHBOURS);
        return Some(last.end);
    }
    let octets = all.get(..4)?;
    if dots != 3 || octets.iter().any(|octet| octet.len() > 3 || octet.value > 255) {
        return None;
    }
    let after = view.byte(last.end);
    if after.is_ascii_alphabetic() || after == b'_' || view.byte_before(first.start).is_ascii_alphabetic() {
        return None;
    }
    // This machine, no machine and network masks are nobody's address.
    let nobody = matches!(octets.first()?.value, 0 | 127 | 255);
    let kind = if nobody { Kind::Version } else { Kind::Ip };
    claims.add(kind, (first.start, last.end), if nobody { Rank::Shape } else { Rank::Strict }, Evidence::SHAPE);
    Some(last.end)
}

/// `v1.2.3`, `version 1.2.3.4`, `Chrome/120.0.0.0`, `openssl-3.0.2`.
fn is_version(view: &View<'_>, at: usize, start: usize) -> bool {
    let before = view.byte_before(start);
    let joined = matches!(before, b'/' | b'-' | b'_') && view.byte_before(start - 1).is_ascii_alphabetic();
    let scheme = before == b'/' && view.byte_before(start - 1) == b'/';
    joined && !scheme && !ip_word(view, at)
        || before.eq_ignore_ascii_case(&b'v')
        || view.cue_distance_before(at, 2, VERSION).is_some()
        || is_product(view, at, start)
}

/// `OpenSSL 3.0.13.4`, `rolled back to 10.1.7.2`.
fn is_product(view: &View<'_>, at: usize, start: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let mixed = view.token(before).is_some_and(|token| token.class == Class::Mixed && token.len() >= 5);
    let back = view.word(before) == "to"
        && before
            .checked_sub(2)
            .is_some_and(|verb| matches!((view.word(verb), view.word(verb + 1)), ("rolled" | "reverted", "back")));
    // `OpenVPN 10.8.0.3` is an address: versions start with one digit.
    mixed && view.byte(start + 1) == b'.' || back
}

/// `ip-10.0.0.1`: the word before the joining mark says that it is an address.
fn ip_word(view: &View<'_>, at: usize) -> bool {
    at.checked_sub(2).is_some_and(|word| matches!(view.word(word), "ip" | "IP" | "host" | "addr" | "address" | "from"))
}

/// Runs of hexadecimal groups with colons or dashes: IPv6 and MAC addresses. `at` is the first group's token, or the first
/// colon of `::1`.
pub(crate) fn find_hex(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let start = token.start as usize;
    let colon_start = token.is_mark(b':');
    let before = view.byte_before(start);
    if !colon_start && (token.len() > 4 || !matches!(view.byte(token.end as usize), b':' | b'-' | b'.')) {
        return None;
    }
    if before.is_ascii_alphanumeric() || matches!(before, b':' | b'-' | b'_' | b'.') && !colon_start {
        return None;
    }
    mac(view, start, claims).or_else(|| ipv6(view, start, claims))
}

fn mac(view: &View<'_>, start: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let mark = view.byte(start + 2);
    let pairs = matches!(mark, b':' | b'-')
        && view
            .slice(start, start + 17)
            .iter()
            .enumerate()
            .all(|(place, byte)| if place % 3 == 2 { *byte == mark } else { byte.is_ascii_hexdigit() });
    let dotted = view.byte(start + 4) == b'.'
        && view
            .slice(start, start + 14)
            .iter()
            .enumerate()
            .all(|(place, byte)| if place % 5 == 4 { *byte == b'.' } else { byte.is_ascii_hexdigit() });
    let end = start + if pairs { 17 } else { 14 };
    let whole = view.slice(start, end);
    let lettered = pairs || whole.iter().any(u8::is_ascii_alphabetic);
    if !(pairs || dotted) || !lettered || end > view.text.len() {
        return None;
    }
    let after = view.byte(end);
    if after.is_ascii_alphanumeric() || matches!(after, b':' | b'-') && view.byte(end + 1).is_ascii_hexdigit() {
        return None;
    }
    claims.add(Kind::Mac, (start, end), Rank::Strict, Evidence::SHAPE);
    Some(end)
}

fn ipv6(view: &View<'_>, start: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let run = view.slice(start, (start + ADDRESS_MAX + 1).min(view.text.len()));
    let len = run.iter().take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')).count();
    if len < 3 || run.iter().take(len).filter(|byte| **byte == b':').count() < 2 {
        return None;
    }
    // A sentence's own colon or full stop may follow.
    let (len, address) = (len.saturating_sub(2)..=len).rev().find_map(|len| Some((len, address(run.get(..len)?)?)))?;
    // `a::b` is a path in a program; real addresses start with three digits or more.
    let first = run.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    if view.byte(start + len).is_ascii_alphanumeric() || matches!(first, 1..=2) {
        return None;
    }
    let end = start + len;
    let own = address.is_loopback() || address.is_unspecified();
    claims.add(if own { Kind::Version } else { Kind::Ip }, (start, end), Rank::Strict, Evidence::SHAPE);
    Some(end)
}

fn address(written: &[u8]) -> Option<Ipv6Addr> {
    std::str::from_utf8(written).ok()?.parse().ok()
}

/// Whether a token can be a group of a hexadecimal address.
pub(crate) fn may_start(view: &View<'_>, at: usize) -> bool {
    let Some(token) = view.token(at) else { return false };
    let tight = matches!(view.byte(token.end as usize), b':' | b'-' | b'.');
    token.class != Class::Newline
        && tight
        && token.len() <= 4
        && view.slice(token.start as usize, token.end as usize).iter().all(u8::is_ascii_hexdigit)
}
