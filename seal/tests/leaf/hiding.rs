//! What hiding leaves: the rest as it was, and the whole event for whoever has the disclosures.

use phi::hidden::{Hidden, SubjectRef};
use proptest::prelude::*;
use schemas::{AuditEvent, SealedRecord};
use seal::SealError;
use seal::protect::Disclosure;
use serde_json::{Map, Value, json};

use crate::fixture::{Desk, digest, place};

/// Members that must stay, as the format has them.
const KEPT: [&str; 7] = ["action", "event_id", "event_type", "occurred_at", "outcome", "source", "tenant"];

/// Every member of every record of the event, in canonical order. Extras are a member, but what is in them is not.
fn places(event: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, found: &mut Vec<String>) {
        for (step, inner) in steps(value) {
            let inner_pointer = format!("{pointer}/{step}");
            let kept = pointer.is_empty() && KEPT.contains(&step.as_str());
            // `phi` names places of up to eight steps.
            if value.is_object() && !kept && inner_pointer.matches('/').count() <= 8 {
                found.push(inner_pointer.clone());
            }
            if inner_pointer != "/extras" {
                walk(inner, &inner_pointer, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(event, "", &mut found);
    found
}

fn steps(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(entries) => entries.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    }
}

/// RFC 9901, section 7.1, step 3: every digest that has a disclosure is replaced by its member; the rest is dropped.
fn reveal(value: &mut Value, disclosures: &mut Vec<(String, Disclosure)>) {
    if let Value::Object(members) = value {
        for digest in members.remove("_sd").iter().flat_map(|digests| digests.as_array().unwrap().clone()) {
            let digest = digest.as_str().unwrap();
            if let Some(index) = disclosures.iter().position(|(own, _)| own == digest) {
                let (_, disclosure) = disclosures.swap_remove(index);
                let inner = serde_json::from_slice(disclosure.value()).unwrap();
                let before = members.insert(disclosure.name().to_owned(), inner);
                assert_eq!(before, None, "{} is there already", disclosure.name());
            }
        }
        members.values_mut().for_each(|inner| reveal(inner, disclosures));
    } else if let Value::Array(entries) = value {
        entries.iter_mut().for_each(|inner| reveal(inner, disclosures));
    }
}

fn digests(value: &Value, found: &mut Vec<String>) {
    if let Some(own) = value.get("_sd") {
        let own: Vec<String> = serde_json::from_value(own.clone()).unwrap();
        assert!(own.is_sorted());
        found.extend(own);
    }
    for (_, inner) in steps(value) {
        digests(inner, found);
    }
}

fn remove(event: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    if let Some(record) = event.pointer_mut(parent).and_then(Value::as_object_mut) {
        record.remove(name);
    }
}

/// Seals the event with these members hidden; gives the leaf and its disclosures.
fn seal(event: &Value, chosen: &[&str]) -> (String, Vec<(String, Disclosure)>) {
    let text = event.to_string();
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    let hidden: Vec<Hidden> =
        chosen.iter().map(|pointer| Hidden { place: place(pointer), subject: SubjectRef::Tenant }).collect();
    let (mut desk, mut out) = (Desk::begun(), Vec::new());
    desk.event(100, &event, &hidden, &mut out).unwrap();
    let record = SealedRecord::decode(&out).unwrap();
    assert!(record.disclosures.iter().map(|disclosure| disclosure.digest).is_sorted());
    let disclosures =
        desk.disclosures(&record).into_iter().map(|text| (digest(&text), Disclosure::decode(&text).unwrap()));
    (String::from_utf8(record.leaf.to_vec()).unwrap(), disclosures.collect())
}

/// Checks everything that must hold of one event with these members hidden.
fn check(event: &Value, chosen: &[&str]) {
    let (leaf, mut disclosures) = seal(event, chosen);
    let parsed: Value = serde_json::from_str(&leaf).unwrap();
    assert_eq!(serde_json_canonicalizer::to_string(&parsed).unwrap(), leaf, "not canonical");

    let what = parsed["what"].clone();
    let mut there = Vec::new();
    digests(&what, &mut there);
    for (_, disclosure) in &disclosures {
        digests(&serde_json::from_slice(disclosure.value()).unwrap(), &mut there);
    }
    there.sort();
    let mut given: Vec<String> = disclosures.iter().map(|(digest, _)| digest.clone()).collect();
    given.sort();
    assert_eq!(there, given, "each disclosure has its one digest");
    assert_eq!(given.len(), chosen.len());

    let mut rest = event.clone();
    chosen.iter().for_each(|pointer| remove(&mut rest, pointer));
    let mut shown = what.clone();
    reveal(&mut shown, &mut Vec::new());
    assert_eq!(shown, rest, "hiding changed something else");

    let mut whole = what;
    reveal(&mut whole, &mut disclosures);
    assert_eq!(&whole, event);
    assert!(disclosures.is_empty());
}

/// The golden event with every field, some of its texts replaced.
fn everything(texts: &[String]) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/golden/audit_event/1/everything.json");
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (pointer, text) in ["/note", "/patients/0/name", "/agents/0/name", "/agents/0/detail/display"].iter().zip(texts)
    {
        *event.pointer_mut(pointer).unwrap() = json!(text);
    }
    if let Some(text) = texts.get(4) {
        event["extras"] =
            Value::Object(Map::from_iter([(text.clone(), json!("value")), ("ward".to_owned(), json!(text))]));
    }
    event
}

#[test]
fn every_member_can_be_hidden_by_itself() {
    let event = everything(&[]);
    let places = places(&event);
    assert!(places.len() > 150, "{}", places.len());
    for pointer in &places {
        check(&event, &[pointer.as_str()]);
    }
}

#[test]
fn every_member_can_be_hidden_at_once() {
    let event = everything(&[]);
    let places = places(&event);
    check(&event, &places.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn places_that_no_member_answers_to_are_refused() {
    let event = everything(&[]);
    let text = event.to_string();
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    let lists: [&[&str]; 9] = [
        &["/nothing"],
        &["/agents/9999/id"],
        &["/note/inner"],
        &["/extras/ward"],
        &["/patients/0/name", "/patients/0/id"],
        &["/patients/0/name", "/agents/0/id"],
        &["/note", "/note"],
        &["/patients/0/detail/display", "/patients/0/detail"],
        &["/agents/0/requestor/x"],
    ];
    for places in lists {
        let hidden: Vec<Hidden> =
            places.iter().map(|pointer| Hidden { place: place(pointer), subject: SubjectRef::Tenant }).collect();
        let (mut desk, mut out) = (Desk::begun(), Vec::new());
        let before = desk.sealer.state().clone();
        assert_eq!(desk.event(100, &event, &hidden, &mut out), Err(SealError::HiddenPlace), "{places:?}");
        assert!(out.is_empty());
        assert_eq!(*desk.sealer.state(), before);
    }
    for subject in [SubjectRef::Patient(9), SubjectRef::Agent(99)] {
        let hidden = [Hidden { place: place("/note"), subject }];
        let sealed = Desk::begun().event(100, &event, &hidden, &mut Vec::new());
        assert_eq!(sealed, Err(SealError::HiddenPlace), "{subject:?}");
    }
}

#[test]
fn what_makes_an_event_an_event_is_never_hidden_whole() {
    let text = everything(&[]).to_string();
    let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
    for name in KEPT {
        let hidden = [Hidden { place: place(&format!("/{name}")), subject: SubjectRef::Tenant }];
        let sealed = Desk::begun().event(100, &event, &hidden, &mut Vec::new());
        assert_eq!(sealed, Err(SealError::KeptMember(name)));
    }
    check(&everything(&[]), &["/source/address"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_choice_of_members_leaves_the_rest_and_can_be_put_back(
        texts in proptest::collection::vec("[^\\x00]{0,40}", 5),
        choice in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        // These two keys make the sealer hide all extras, which has its own tests.
        prop_assume!(!["_sd", "..."].contains(&texts[4].as_str()));
        let event = everything(&texts);
        let places = places(&event);
        let mut chosen: Vec<usize> = choice.iter().map(|index| index.index(places.len())).collect();
        chosen.sort_unstable();
        chosen.dedup();
        check(&event, &chosen.iter().map(|index| places[*index].as_str()).collect::<Vec<_>>());
    }
}
