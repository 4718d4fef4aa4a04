//! The state that leaves are read back to is the one that the sealer had.
#![allow(clippy::unwrap_used, missing_docs)]

use schemas::{Owner, SealedRecord};
use seal::keys::{EpochKey, KeyId, Secret};
use seal::leaf::{Duplicate, Genesis};
use seal::replay::{ReplayError, Replayed};
use seal::{ChainState, Consumed, Sealer, Sequence};

const CHAIN: &str = "audit.events/3";

fn key(name: &str, byte: u8) -> EpochKey {
    EpochKey::new(KeyId::new(name).unwrap(), &Secret::new([byte; 32]))
}

/// A chain with a leaf of most types, and the sealer's state after each.
fn chain() -> Vec<(Vec<u8>, ChainState)> {
    let owner = Owner { term: 1, generation: 4, attempt: 0, id: "worker-a" };
    let mut sealer = Sealer::new(CHAIN, ChainState::new(), key("k-1", 1), owner).unwrap();
    let mut written = Vec::new();
    let mut step = |sealer: &mut Sealer, act: &dyn Fn(&mut Sealer, &mut Vec<u8>)| {
        let mut out = Vec::new();
        act(sealer, &mut out);
        written.push((SealedRecord::decode(&out).unwrap().leaf.to_vec(), sealer.state().clone()));
    };
    step(&mut sealer, &|sealer, out| {
        let genesis =
            Genesis { config: [1; 32], key: "k-1".into(), previous: None, topic: "id".into(), trail: "t".into() };
        sealer.genesis(3, 100, genesis, out).unwrap();
    });
    for offset in 100..110 {
        step(&mut sealer, &|sealer, out| {
            sealer.reject(Consumed { offset, time: 5 + offset }, b"what", "truncated", out).unwrap();
        });
    }
    step(&mut sealer, &|sealer, out| {
        let duplicate = Duplicate { event_id: "e-1".into(), first: Sequence(1), tenant: "north".into() };
        sealer.duplicate(Consumed { offset: 110, time: 7 }, duplicate, out).map(drop).unwrap();
    });
    step(&mut sealer, &|sealer, out| sealer.source_gap(120, "deleted", out).map(drop).unwrap());
    step(&mut sealer, &|sealer, out| sealer.close_segment(out).map(drop).unwrap());
    step(&mut sealer, &|sealer, out| sealer.rotate(key("k-2", 2), out).map(drop).unwrap());
    step(&mut sealer, &|sealer, out| sealer.owner_change(out).map(drop).unwrap());
    step(&mut sealer, &|sealer, out| sealer.close_segment(out).map(drop).unwrap());
    written
}

#[test]
fn every_leaf_read_back_gives_the_sealers_own_state() {
    let mut state = ChainState::new();
    for (leaf, expected) in chain() {
        let replayed = Replayed::read(&leaf).unwrap();
        assert_eq!(replayed.envelope().sequence.0, state.size());
        state.replay(CHAIN, &replayed).unwrap();
        assert_eq!(state, expected);
    }
}

#[test]
fn a_leaf_that_does_not_stand_next_changes_nothing() {
    let chain = chain();
    let mut state = ChainState::new();
    let first = Replayed::read(&chain[0].0).unwrap();
    state.replay(CHAIN, &first).unwrap();
    let before = state.clone();
    assert!(matches!(state.replay(CHAIN, &Replayed::read(&chain[2].0).unwrap()), Err(ReplayError::Place(_))));
    assert!(matches!(state.replay(CHAIN, &first), Err(ReplayError::Place(_))));
    assert_eq!(state.replay("audit.events/4", &Replayed::read(&chain[1].0).unwrap()), Err(ReplayError::OtherChain));
    assert_eq!(state, before);
}

#[test]
fn a_close_that_adds_up_to_something_else_is_refused() {
    let chain = chain();
    let close = chain.iter().position(|(leaf, _)| leaf.windows(15).any(|part| part == b"\"segment-close\"")).unwrap();
    let mut state = chain[close - 1].1.clone();
    let text = String::from_utf8(chain[close].0.clone()).unwrap();
    let lying = text.replacen("\"reject\":10", "\"reject\":11", 1);
    assert_ne!(lying, text);
    assert_eq!(state.replay(CHAIN, &Replayed::read(lying.as_bytes()).unwrap()), Err(ReplayError::Close));
    state.replay(CHAIN, &Replayed::read(text.as_bytes()).unwrap()).unwrap();
}
