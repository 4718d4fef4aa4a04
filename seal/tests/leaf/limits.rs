//! What the sealer refuses or shortens: sizes, places, texts, and what Kafka may say about time.

use phi::Level;
use phi::hidden::{Hidden, SubjectRef};
use schemas::sealed::DISCLOSURES_MAX;
use schemas::{AuditEvent, Owner, SealedRecord};
use seal::keys::Disposition;
use seal::leaf::{ConfigChange, Duplicate, Erasure, LEAF_BYTES_MAX, RetentionCut};
use seal::{ChainState, Consumed, Protected, SealError, Sealer, Sequence, Vault};
use serde_json::{Value, json};

use crate::fixture::{CHAIN, Desk, epoch, genesis, owner, place};

fn base() -> Value {
    json!({
        "event_id": "e-1", "tenant": "north-clinic", "event_type": "patient-record.viewed", "action": "read",
        "outcome": "success", "occurred_at": "2026-03-01T09:30:00Z", "source": {"system": "ehr"},
        "agents": [{"name": "nobody"}, {"id": "u-1", "requestor": true}],
    })
}

/// Seals; gives the leaf and, per disclosure, whose it is and which member it holds.
fn seal(event: &Value, hidden: &[Hidden]) -> Result<(String, Vec<(String, String)>), SealError> {
    let text = event.to_string();
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    let (mut desk, mut out) = (Desk::begun(), Vec::new());
    desk.event(100, &event, hidden, &mut out)?;
    let record = SealedRecord::decode(&out).unwrap();
    let mut held: Vec<(String, String)> = record
        .disclosures
        .iter()
        .map(|disclosure| {
            let ((_, class, id), key) = desk.ring.find(disclosure.key);
            let opened = seal::protect::Sealed(disclosure.sealed).open(key, &disclosure.digest).unwrap();
            (opened.name().to_owned(), format!("{}/{id}", class.name()))
        })
        .collect();
    held.sort();
    Ok((String::from_utf8(record.leaf.to_vec()).unwrap(), held))
}

fn names(held: &[(String, String)]) -> Vec<&str> {
    held.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_large_event_loses_its_largest_members_first_and_no_more_than_needed() {
    let mut event = base();
    event["note"] = json!("n".repeat(30_000));
    event["purpose"] = json!("p".repeat(30_000));
    event["session_id"] = json!("s".repeat(20_000));
    let (leaf, held) = seal(&event, &[]).unwrap();
    // Of the two equal ones the first by name.
    assert_eq!(names(&held), ["note"]);
    assert!(leaf.len() <= LEAF_BYTES_MAX);
    for (name, length) in [("note", 34_000), ("purpose", 34_000), ("session_id", 60_000)] {
        event[name] = json!("x".repeat(length));
    }
    assert_eq!(names(&seal(&event, &[]).unwrap().1), ["note", "session_id"]);
}

#[test]
fn a_leaf_may_be_65535_bytes_long_and_not_one_more() {
    let mut event = base();
    event["note"] = json!("");
    let empty = seal(&event, &[]).unwrap().0.len();
    event["note"] = json!("n".repeat(LEAF_BYTES_MAX - empty));
    let (leaf, held) = seal(&event, &[]).unwrap();
    assert_eq!((leaf.len(), held.len()), (LEAF_BYTES_MAX, 0));
    event["note"] = json!("n".repeat(LEAF_BYTES_MAX - empty + 1));
    let (leaf, held) = seal(&event, &[]).unwrap();
    assert_eq!(names(&held), ["note"]);
    assert!(leaf.len() < 1_000);
}

#[test]
fn the_length_that_hiding_is_planned_with_is_the_length_that_comes_out() {
    // Two members go; what is left is exactly as long as a leaf may be, then one byte longer.
    for (more, gone) in [(0, 2), (1, 3)] {
        let mut event = base();
        for name in ["note", "purpose"] {
            event[name] = json!("x".repeat(70_000));
        }
        event["session_id"] = json!("");
        let without = seal(&event, &[]).unwrap().0.len();
        event["session_id"] = json!("s".repeat(LEAF_BYTES_MAX - without + more));
        let (leaf, held) = seal(&event, &[]).unwrap();
        assert_eq!(held.len(), gone, "{more}");
        assert!(leaf.len() <= LEAF_BYTES_MAX && (more == 1 || leaf.len() == LEAF_BYTES_MAX));
    }
}

#[test]
fn members_hidden_for_their_size_belong_to_the_patient_else_the_actor() {
    let mut event = base();
    event["note"] = json!("n".repeat(70_000));
    assert_eq!(seal(&event, &[]).unwrap().1, [("note".to_owned(), "workforce/u-1".to_owned())]);
    event["patients"] = json!([{"id": "MRN-1"}, {"id": "MRN-2"}]);
    assert_eq!(seal(&event, &[]).unwrap().1, [("note".to_owned(), "patient/MRN-1".to_owned())]);
}

#[test]
fn a_large_member_keeps_the_digests_of_what_the_policy_hid_in_it() {
    let mut event = base();
    event["objects"] = json!([{"kind": "chart", "name": "n".repeat(70_000), "id": "c-1"}]);
    event["patients"] = json!([{"id": "MRN-1"}]);
    let hidden = [Hidden { place: place("/objects/0/id"), subject: SubjectRef::Tenant }];
    let (leaf, held) = seal(&event, &hidden).unwrap();
    assert_eq!(names(&held), ["id", "objects"]);
    let what = &serde_json::from_str::<Value>(&leaf).unwrap()["what"];
    assert!(what.get("objects").is_none() && what["_sd"].as_array().unwrap().len() == 1);
}

#[test]
fn an_event_that_is_too_large_in_what_must_stay_is_rejected() {
    let mut event = base();
    event["source"]["address"] = json!("a".repeat(70_000));
    event["note"] = json!("n".repeat(70_000));
    let error = seal(&event, &[]).unwrap_err();
    assert_eq!(error, SealError::TooLarge);
    assert_eq!((error.disposition(), error.reason()), (Disposition::Reject, "leaf-too-large"));
}

#[test]
fn extras_that_look_like_digests_are_hidden_whole() {
    for key in ["_sd", "..."] {
        let mut event = base();
        event["extras"] = json!({key: "x", "ward": "3B"});
        let (leaf, held) = seal(&event, &[]).unwrap();
        assert_eq!(held, [("extras".to_owned(), "workforce/u-1".to_owned())]);
        assert!(!leaf.contains("3B"));
        let by_policy = [Hidden { place: place("/extras"), subject: SubjectRef::Tenant }];
        assert_eq!(seal(&event, &by_policy).unwrap().1, [("extras".to_owned(), "tenant/north-clinic".to_owned())]);
    }
    let mut event = base();
    event["extras"] = json!({"_sd_alg": "x", "_SD": "y", "....": "z"});
    assert!(seal(&event, &[]).unwrap().1.is_empty());
}

#[test]
fn no_more_members_are_hidden_than_a_record_can_carry() {
    // A list has at most 1,000 entries.
    let event = |count: usize, extras: Value| {
        let changes = vec![json!({"path": "p"}); 1_000];
        let mut event = base();
        event["objects"] = json!(vec![json!({"changes": changes, "kind": "k"}); count / 1_000]);
        event["extras"] = extras;
        event
    };
    let places = |count: usize| -> Vec<Hidden> {
        let one = |n| format!("/objects/{}/changes/{}/path", n / 1_000, n % 1_000);
        (0..count).map(|n| Hidden { place: place(&one(n)), subject: SubjectRef::Tenant }).collect()
    };
    let plain = json!({"ward": "3B"});
    assert_eq!(seal(&event(1_000, plain.clone()), &places(1_000)).unwrap().1.len(), 1_000);
    // 10,000 by the policy, and one more for extras that look like digests, or for a member too large to stay.
    let many = event(DISCLOSURES_MAX, plain.clone());
    let hostile = event(DISCLOSURES_MAX, json!({"_sd": "x"}));
    for event in [&many, &hostile] {
        assert_eq!(seal(event, &places(DISCLOSURES_MAX)).unwrap_err(), SealError::TooLarge);
    }
    assert_eq!(seal(&many, &places(DISCLOSURES_MAX - 1)).unwrap().1.len(), DISCLOSURES_MAX);
    assert_eq!(seal(&hostile, &places(DISCLOSURES_MAX - 2)).unwrap().1.len(), DISCLOSURES_MAX);
}

#[test]
fn an_agent_without_identity_is_the_tenants() {
    let mut event = base();
    event["agents"][0] = json!({"role": "nurse"});
    let hidden = [Hidden { place: place("/agents/0/role"), subject: SubjectRef::Agent(0) }];
    assert_eq!(seal(&event, &hidden).unwrap().1, [("role".to_owned(), "tenant/north-clinic".to_owned())]);
}

#[test]
fn a_time_that_no_leaf_can_hold_counts_as_none() {
    for time in [-1, -2, i64::MIN, 1 << 53, i64::MAX] {
        let (mut desk, mut out) = (Desk::begun(), Vec::new());
        desk.sealer.reject(Consumed { offset: 100, time }, b"", "truncated", &mut out).unwrap();
        let leaf: Value = serde_json::from_slice(SealedRecord::decode(&out).unwrap().leaf).unwrap();
        assert_eq!(leaf["source"]["time"], -1, "{time}");
    }
}

#[test]
fn a_number_beyond_what_doubles_hold_rejects_the_event() {
    let mut event = base();
    event["origin"] = json!({"bytes": 1_i64 << 53});
    assert_eq!(seal(&event, &[]).unwrap_err(), SealError::Number);
    event["origin"] = json!({"bytes": (1_i64 << 53) - 1});
    assert!(seal(&event, &[]).is_ok());
}

#[test]
fn what_fails_leaves_the_state_and_the_output_as_they_were() {
    let mut desk = Desk::begun();
    let before = desk.sealer.state().clone();
    let mut out = b"before".to_vec();
    let record = Consumed { offset: 101, time: 0 };
    assert_eq!(
        desk.sealer.reject(record, b"", "truncated", &mut out),
        Err(SealError::SourceOffset { expected: 100, given: 101 })
    );
    let last = Consumed { offset: i64::MAX, time: 0 };
    assert!(desk.sealer.reject(last, b"", "truncated", &mut out).is_err());
    let record = Consumed { offset: 100, time: 0 };
    let handle = || "0".repeat(32);
    let duplicate =
        |id: &str, first| Duplicate { event_id: id.to_owned().into(), first: Sequence(first), tenant: "t".into() };
    let erasure = |handle: String, scope: &'static str, size| Erasure {
        basis: "b".into(),
        handle: handle.into(),
        root: [0; 32],
        scope: scope.into(),
        size,
    };
    let cut = |first, next| RetentionCut { first: Sequence(first), next: Sequence(next), policy: "p".into() };
    let refused = [
        (desk.sealer.reject(record, b"", "Not a code", &mut out), "reason"),
        (desk.sealer.reject(record, b"", "", &mut out), "reason"),
        (desk.sealer.duplicate(record, duplicate("e", 1), &mut out), "first"),
        (desk.sealer.duplicate(record, duplicate("", 0), &mut out), "event_id"),
        (desk.sealer.duplicate(record, duplicate("\0", 0), &mut out), "event_id"),
        (desk.sealer.duplicate(record, duplicate(&"e".repeat(1_025), 0), &mut out), "event_id"),
        (desk.sealer.source_gap(105, "a b", &mut out), "reason"),
        (desk.sealer.erasure(erasure("A".repeat(32), "patient", 1), &mut out), "handle"),
        (desk.sealer.erasure(erasure(handle(), "", 1), &mut out), "scope"),
        (desk.sealer.erasure(erasure(handle(), "patient", 2), &mut out), "size"),
        (desk.sealer.retention_cut(cut(0, 0), &mut out), "first"),
        (desk.sealer.retention_cut(cut(0, 2), &mut out), "next"),
    ];
    for (index, (result, member)) in refused.into_iter().enumerate() {
        assert_eq!(result, Err(SealError::Member(member)), "case {index}");
    }
    let change = ConfigChange { digest: [0; 32], part: "".into(), version: "1".into() };
    assert_eq!(desk.sealer.config_change(change, &mut out), Err(SealError::Member("part")));
    assert!(matches!(desk.sealer.source_gap(100, "compacted", &mut out), Err(SealError::Place(_))));
    assert!(matches!(desk.sealer.genesis(3, 100, genesis(), &mut out), Err(SealError::Place(_))));
    assert!(matches!(desk.sealer.rotate(epoch("k-2"), &mut out), Err(SealError::Place(_))));
    assert_eq!(*desk.sealer.state(), before);
    assert_eq!(out, b"before");
    desk.sealer.reject(record, b"", "truncated", &mut out).unwrap();
}

#[test]
fn the_policy_that_a_leaf_names_is_a_short_plain_text() {
    let text = base().to_string();
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    for policy in ["", "a\"b", &"p".repeat(65)] {
        let mut desk = Desk::begun();
        let (tokens, redacted) = Default::default();
        let protected = Protected { event: &event, level: Level::Public, policy, hidden: &[], tokens, redacted };
        let vault = Vault { keys: &mut desk.ring, nonces: &mut desk.nonces };
        let sealed = desk.sealer.event(Consumed { offset: 100, time: 0 }, protected, vault, &mut Vec::new());
        assert_eq!(sealed, Err(SealError::Member("policy")), "{policy}");
    }
}

#[test]
fn keys_change_directly_after_a_close_and_an_empty_segment_is_not_closed() {
    let (mut desk, mut out) = (Desk::begun(), Vec::new());
    desk.sealer.close_segment(&mut out).unwrap();
    assert!(matches!(desk.sealer.close_segment(&mut out), Err(SealError::Place(_))));
    assert_eq!(desk.sealer.rotate(epoch("k-1"), &mut out), Err(SealError::Member("previous")));
    desk.sealer.rotate(epoch("k-2"), &mut out).unwrap();
    assert!(matches!(desk.sealer.rotate(epoch("k-3"), &mut out), Err(SealError::Place(_))));
    assert_eq!(desk.sealer.state().key().unwrap().as_str(), "k-2");
}

#[test]
fn a_sealer_takes_only_the_key_in_force_and_a_name_that_leaves_can_carry() {
    let state = Desk::begun().sealer.state().clone();
    let made = Sealer::new(CHAIN, state.clone(), epoch("k-2"), owner());
    assert_eq!(made.unwrap_err(), SealError::OtherKey("k-1".to_owned()));
    assert_eq!(Sealer::new("a b", state, epoch("k-1"), owner()).unwrap_err(), SealError::ChainName);
    let mut fresh = Sealer::new(CHAIN, ChainState::new(), epoch("k-2"), owner()).unwrap();
    let mut out = Vec::new();
    assert_eq!(fresh.genesis(3, 0, genesis(), &mut out), Err(SealError::OtherKey("k-1".to_owned())));
    assert!(matches!(fresh.owner_change(&mut out), Err(SealError::Place(_))), "genesis comes first");
}

#[test]
fn an_owner_whose_turn_has_passed_is_refused_also_after_a_restart() {
    let (mut desk, mut out) = (Desk::begun(), Vec::new());
    desk.sealer.owner_change(&mut out).unwrap();
    let text = desk.sealer.state().to_text(CHAIN);
    let written = out.len();
    let mut again = |owner: Owner<'static>| {
        let state = ChainState::parse(CHAIN, &text).unwrap();
        let mut sealer = Sealer::new(CHAIN, state, epoch("k-1"), owner).unwrap();
        let sealed = sealer.owner_change(&mut out);
        out.truncate(written);
        sealed.map(|_| ())
    };
    let now = owner();
    assert_eq!(again(Owner { term: now.term - 1, ..now }), Err(SealError::TurnPassed));
    assert_eq!(again(Owner { generation: now.generation - 1, attempt: 9, ..now }), Err(SealError::TurnPassed));
    assert_eq!(SealError::TurnPassed.disposition(), Disposition::Fatal);
    assert_eq!(again(Owner { id: "worker-b", ..now }), Ok(()));
    assert_eq!(again(Owner { term: now.term + 1, generation: 0, ..now }), Ok(()));
}
