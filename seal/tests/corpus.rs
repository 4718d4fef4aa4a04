//! The corpus itself: attacks that change what they say, and a sample chain that the format's description makes.
#![allow(clippy::unwrap_used)]

#[path = "corpus/all.rs"]
mod corpus;

use corpus::attacks::attacks;
use std::collections::HashSet;

#[test]
fn every_attack_has_a_name_of_its_own_and_changes_something() {
    let attacks = attacks();
    let names: HashSet<&str> = attacks.iter().map(|attack| attack.name.as_str()).collect();
    assert_eq!(names.len(), attacks.len());
    let (none, rest) = attacks.split_first().unwrap();
    assert_eq!(none.lines, corpus::sample());
    for attack in rest {
        let changed = attack.lines != none.lines || attack.checkpoint != none.checkpoint;
        assert!(changed, "{} changes nothing", attack.name);
    }
    assert!(attacks.len() > 100);
}
