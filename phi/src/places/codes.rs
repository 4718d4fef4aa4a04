//! Postal codes: ZIP codes with a label, British and Canadian postcodes.

use super::Spot;
use super::locality::{is_zip, zip_end};
use crate::listed::{Kind, Scene};
use crate::text::Class;

/// `ZIP 62704`, `zip code: 62704-1234`.
pub(super) fn zip(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    if !is_zip(scene, at)
        || scene.is_tight(at) && !matches!(scene.token(at.wrapping_sub(1))?.mark, b':' | b'=' | b'(' | b'"')
    {
        return None;
    }
    let near = at.saturating_sub(if asks(scene, at) { 16 } else { 4 })..at;
    let labelled = near.rev().take_while(|place| scene.class(*place) != Some(Class::Newline)).any(|place| {
        ["zip", "zipcode", "postcode", "postal", "postalcode", "plz"]
            .iter()
            .any(|label| scene.word(place).eq_ignore_ascii_case(label))
    });
    labelled.then(|| Spot { first: at, last: zip_end(scene, at), kind: Kind::GeoZip, score: 88 })
}

/// `zip code for the pt, is it 60629 or 60639`
fn asks(scene: &Scene<'_>, at: usize) -> bool {
    let is = |at: usize| matches!(scene.word(at), "it" | "is" | "its" | "s");
    at > 0 && is(at - 1) || at > 2 && scene.word(at - 1) == "or" && is_zip(scene, at - 2) && is(at - 3)
}

/// `SW1A 2AA`, `M5V 2T6`.
pub(super) fn postcode(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let last = postcode_end(scene, at)?;
    let lower = scene.word(at).chars().any(char::is_lowercase);
    let told = || (1..4).any(|steps| at.checked_sub(steps).is_some_and(|place| is_label(scene.word(place))));
    (!lower || told()).then_some(Spot { first: at, last, kind: Kind::GeoPostcode, score: 80 })
}

fn is_label(word: &str) -> bool {
    ["postcode", "code", "postal", "post"].iter().any(|label| word.eq_ignore_ascii_case(label))
}

/// The token that ends a British or Canadian postcode that starts at `at`.
pub(super) fn postcode_end(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let token = scene.token(at).filter(|token| token.class == Class::Alnum && token.len() <= 4)?;
    let next =
        scene.token(at + 1).filter(|next| next.class == Class::Alnum && next.len() == 3 && next.space_before())?;
    let (mut halves, texts) = ([[0; 4]; 2], [token.text(scene.text), next.text(scene.text)]);
    for (half, text) in halves.iter_mut().zip(texts) {
        for (place, byte) in half.iter_mut().zip(text.bytes()) {
            *place = byte.to_ascii_uppercase();
        }
    }
    let [outward, inward] = &halves;
    let (outward, inward) = (outward.get(..token.len())?, inward.get(..next.len())?);
    // Nothing joined to it: `A1B 2C3` inside of a longer id is none.
    let joined = scene.is_tight(at)
        || scene.is_tight(at + 2)
            && !matches!(
                scene.token(at + 2).map_or(0, |t| t.mark),
                b'.' | b',' | b')' | b';' | b'"' | b'?' | b'!' | b'|' | b'\n' | b'\''
            );
    (!joined && (is_british(outward, inward) || is_canadian(outward, inward))).then_some(at + 1)
}

fn is_british(outward: &[u8], inward: &[u8]) -> bool {
    let area = outward.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let district = outward.get(area..).unwrap_or_default();
    let digits = district.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let letter = district.len() - digits;
    let outward_fits = (1..=2).contains(&area)
        && (1..=2).contains(&digits)
        && letter <= 1
        && digits + letter <= 2
        && district.iter().skip(digits).all(u8::is_ascii_uppercase);
    outward_fits && matches!(inward, [a, b, c] if a.is_ascii_digit() && unit(*b) && unit(*c))
}

/// Letters that the second half never has: C I K M O V.
const fn unit(byte: u8) -> bool {
    byte.is_ascii_uppercase() && !matches!(byte, b'C' | b'I' | b'K' | b'M' | b'O' | b'V')
}

fn is_canadian(outward: &[u8], inward: &[u8]) -> bool {
    matches!(outward, [a, b, c] if b"ABCEGHJKLMNPRSTVXY".contains(a) && b.is_ascii_digit() && c.is_ascii_uppercase())
        && matches!(inward, [a, b, c] if a.is_ascii_digit() && b.is_ascii_uppercase() && c.is_ascii_digit())
}
