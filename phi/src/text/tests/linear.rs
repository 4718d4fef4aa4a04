//! Texts that are made to hurt cost as many looks at the text as their length allows.

use super::pieces::PIECES;
use super::scanner;
use crate::text::{Hint, KnownValues, Scratch, work};

/// A byte is looked at so often at most.
const PER_BYTE: u64 = 60;

#[test]
fn four_times_a_hostile_text_takes_four_times_as_many_looks() {
    let known = KnownValues::default();
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    let mut looks = |text: &str| {
        work::looks(|| scanner().scan(text, Hint { label: None, known: &known }, &mut scratch, &mut found))
    };
    let (mut wrong, mut counted) = (Vec::new(), 0);
    for piece in PIECES {
        let (quarter, whole) = (piece.repeat((1 << 14) / piece.len()), piece.repeat((1 << 16) / piece.len()));
        let (few, many) = (looks(&quarter), looks(&whole));
        // What is one token, or marks alone, is the tokeniser's work, which counts nothing.
        counted += usize::from(many > 1000);
        if many > few * 9 / 2 || many > PER_BYTE * whole.len() as u64 {
            wrong.push(format!("{piece:?}: {few} looks, then {many}"));
        }
    }
    assert!(counted * 4 > PIECES.len() * 3, "only {counted} texts are counted");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
