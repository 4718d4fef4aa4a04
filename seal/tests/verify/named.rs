//! The shared corpus of named attacks: verdict and first sequence of each, without and with keys.

use crate::corpus::attacks::{Attack, Expected, attacks};
use crate::corpus::judge::{keys, rust};

#[test]
fn every_attack_gets_the_verdict_that_the_corpus_expects() {
    let keys = keys();
    let owned = |expected: Expected| (expected.0.to_owned(), expected.1);
    let mut wrong = Vec::new();
    for Attack { name, lines, checkpoint, keyless, keyed, .. } in attacks() {
        for (keys, expected) in [(&[][..], owned(keyless)), (&keys[..], owned(keyed))] {
            let (said, texts) = rust(&lines, &checkpoint, keys);
            if said != expected {
                wrong.push(format!("{name}, {} keys: {said:?}, expected {expected:?}: {texts:?}", keys.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
