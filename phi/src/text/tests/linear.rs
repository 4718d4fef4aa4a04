//! Texts that are made to hurt cost as many looks at the text as their length allows.

use super::scanner;
use crate::text::{Hint, KnownValues, Scratch, work};

/// Each starts some recogniser again and again and lets it finish late or never.
const PIECES: [&str; 28] = [
    "1",
    "a@",
    "1.",
    "12 345-",
    "MRN 12, ",
    "http://a.",
    "Anna Berg ",
    "May 3 ",
    "A.",
    "1 A.",
    "de la ",
    "Smith, ",
    "A^",
    "Ab-",
    "MRN-",
    "Ab'",
    "St. ",
    "Ji-hoon ",
    "SMITH ",
    "Hospital ",
    "3/4-",
    "4, 5 and ",
    "x.jpg ",
    "12 Main St, ",
    "john smith ",
    "phone: ",
    "patient ",
    "id: ",
];
/// A byte is looked at so often at most.
const PER_BYTE: u64 = 60;

#[test]
fn four_times_a_hostile_text_takes_four_times_as_many_looks() {
    let known = KnownValues::default();
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    let mut looks = |text: &str| {
        work::looks(|| scanner().scan(text, Hint { label: None, known: &known }, &mut scratch, &mut found))
    };
    for piece in PIECES {
        let (quarter, whole) = (piece.repeat((1 << 14) / piece.len()), piece.repeat((1 << 16) / piece.len()));
        let (few, many) = (looks(&quarter), looks(&whole));
        assert!(many > 1000, "{piece:?}: nothing is counted");
        assert!(many <= few * 9 / 2, "{piece:?}: {few} looks, then {many}");
        assert!(many <= PER_BYTE * whole.len() as u64, "{piece:?}: {many} looks");
    }
}
