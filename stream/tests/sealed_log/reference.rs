//! The examples of the reference are what the reader really says.

use stream::Offset;
use stream::sealed_log::{Entry, Epoch, Position, Reader};

const PAGE: &str = include_str!("../../../docs/src/reference/sealed-log.md");

fn hash(letter: &str) -> [u8; 32] {
    if letter == "-" { [0; 32] } else { [letter.as_bytes()[0]; 32] }
}

fn epoch(text: &str) -> Epoch {
    let parts: Vec<i32> = text.split('.').map(|part| part.parse().unwrap()).collect();
    Epoch { term: parts[0].into(), generation: parts[1], attempt: parts[2] }
}

fn entry<'a>(words: &[&'a str]) -> Entry<'a> {
    let (epoch, owner) = (epoch(words[2]), words[3]);
    if words[1] == "fence" {
        return Entry::Fence { epoch, owner, authentic: true };
    }
    let field = |at: usize, name: &str| words[at].strip_prefix(name).unwrap();
    let sequence: u64 = field(4, "seq=").parse().unwrap();
    let (previous, hash) = (hash(field(5, "prev=")), hash(field(6, "hash=")));
    let (from, next) = (Offset(sequence as i64), Offset(sequence as i64 + 1));
    Entry::Record { epoch, owner, position: Position { sequence, previous, hash, from, next } }
}

#[test]
fn the_examples_of_the_reference_hold_line_by_line() {
    let blocks: Vec<&str> = PAGE.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let examples: Vec<&str> = blocks.into_iter().filter(|block| block.starts_with("offset")).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let mut reader = Reader::EMPTY;
        for line in example.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (verdict, sealed) = (words[words.len() - 2], words[words.len() - 1]);
            let found = reader.read(Offset(words[0].parse().unwrap()), entry(&words));
            assert_eq!((found.name(), reader.head().size.to_string().as_str()), (verdict, sealed), "{line}");
        }
    }
}
