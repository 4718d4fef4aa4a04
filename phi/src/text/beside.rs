//! An id right beside a person's name (`Ann Berg (E4322131)`, `"Kang, Frank, E2182839"`) is that person's.

use crate::finding::Evidence;
use crate::label::Label;

use super::claims::{Claims, Kind, Rank};
use super::token::Class;
use super::view::View;

/// Least digits of such an id.
const DIGITS_MIN: usize = 5;

/// Looks behind each name that is claimed.
pub(crate) fn find(view: &View<'_>, claims: &mut Claims<'_>) {
    for place in 0..claims.list.len() {
        let Some(name) = claims.list.get(place).copied().filter(|claim| claim.label == Some(Label::Name)) else {
            continue;
        };
        let next = view.tokens.partition_point(|token| token.start < name.end);
        let bracket = view.is_mark(next, b'(');
        if !bracket && !view.is_mark(next, b',') {
            continue;
        }
        let Some(end) = code_end(view, next + 1) else { continue };
        let after = view.byte(end);
        if bracket && after == b')' || !bracket && matches!(after, b',' | b'"' | b')' | b';') {
            let start = view.token(next + 1).map_or(end, |token| token.start as usize);
            claims.add(Kind::Beside, (start, end), Rank::Listed, Evidence::SHAPE.with(Evidence::NEIGHBOURS));
        }
    }
}

/// The end of letters and digits, perhaps with one dash: `H-610839`, `BP413704`, `04874208`.
fn code_end(view: &View<'_>, at: usize) -> Option<usize> {
    let token =
        view.token(at).filter(|token| token.class.has_digit() || token.class == Class::Upper && token.len() <= 4)?;
    let start = token.start as usize;
    let run = view.slice(start, start + 20);
    let len = run.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    let code = run.get(..len)?;
    let digits = code.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = code.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let dashes = code.iter().filter(|byte| **byte == b'-').count();
    let fits = digits >= DIGITS_MIN && letters <= 4 && dashes <= 1 && len < 20;
    fits.then_some(start + len)
}
