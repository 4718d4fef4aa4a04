//! What stores keep beside the leaf: typed columns and hidden values.

use schemas::sealed::Disclosure as Stored;
use seal::Sequence;
use seal::keys::KeyError;
use seal::projection::Projection;
use seal::protect::{Disclosure, Handle, Nonces, RecordProtection, SubjectKey};
use seal::verify::{ChainVerifier, Disclosures, Fault, Finding, Start, StoredRecord, SubjectAnswer, Subjects, Trust};

use crate::chains::{Builder, CHAIN, record};

struct Counting(u8);

impl Nonces for Counting {
    fn next(&mut self) -> Result<[u8; 12], KeyError> {
        self.0 += 1;
        Ok([self.0; 12])
    }
}

/// Two subjects; the second one's key may be gone.
struct Keys {
    first: SubjectKey,
    second: Option<SubjectKey>,
    destroyed: bool,
}

fn subject(byte: u8) -> SubjectKey {
    SubjectKey::from_bytes(Handle::from_bytes([byte; 16]), [byte; 32])
}

impl Subjects for Keys {
    fn key(&self, handle: &str) -> SubjectAnswer<'_> {
        match (&self.second, handle == self.first.handle().to_string()) {
            (_, true) => SubjectAnswer::Key(&self.first),
            (Some(key), false) => SubjectAnswer::Key(key),
            (None, false) if self.destroyed => SubjectAnswer::Destroyed,
            (None, false) => SubjectAnswer::NotGiven,
        }
    }
}

/// One event with a hidden note, and a hidden patient that holds a hidden name.
struct Hidden {
    chain: Builder,
    /// Digest, handle, sealed bytes: note, name, patient.
    values: Vec<([u8; 32], String, Vec<u8>)>,
    /// The same in clear.
    texts: Vec<String>,
}

fn base64url(digest: &[u8; 32]) -> String {
    base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, digest)
}

fn hidden() -> Hidden {
    let (first, second) = (subject(1), subject(2));
    let mut nonces = Counting(0);
    let mut protection = RecordProtection::new(CHAIN, Sequence(1), &mut nonces);
    let mut values = Vec::new();
    let mut texts = Vec::new();
    let mut hide = |key: &SubjectKey, pointer: &str, name: &str, value: &str| {
        let member = protection.hide(key, pointer, name, value.as_bytes()).unwrap();
        let opened = seal::protect::Sealed(&member.sealed).open(key, &member.digest).unwrap();
        texts.push(Disclosure::encode(&opened));
        values.push((member.digest, key.handle().to_string(), member.sealed));
        base64url(&member.digest)
    };
    let note = hide(&first, "/note", "note", "\"seen\"");
    let name = hide(&second, "/patients/0/name", "name", "\"P. Example\"");
    let inner = format!("{{\"_sd\":[\"{name}\"],\"id\":\"p\"}}");
    let patient = hide(&second, "/patients", "patients", &format!("[{inner}]"));
    let mut digests = [note, patient];
    digests.sort();
    let mut chain = Builder::new();
    chain.event_saying(&format!(
        "{{\"_sd\":[\"{}\",\"{}\"],\"action\":\"read\",\"event_id\":\"e-1\",\"tenant\":\"t\"}}",
        digests[0], digests[1]
    ));
    Hidden { chain, values, texts }
}

fn walk(hidden: &Hidden, given: Disclosures<'_>, subjects: Option<&dyn Subjects>) -> Vec<Fault> {
    let trust = Trust { subjects, ..Trust::default() };
    let mut findings: Vec<Finding> = Vec::new();
    let mut verifier = ChainVerifier::new(CHAIN, Start::genesis(), &trust);
    verifier.take(&record(&hidden.chain.records[0], true), &mut findings);
    let event = record(&hidden.chain.records[1], true);
    verifier.take(&StoredRecord { disclosures: given, ..event }, &mut findings);
    verifier.finish(&mut findings);
    findings.into_iter().inspect(|finding| assert_eq!(finding.sequence, Sequence(1))).map(|found| found.fault).collect()
}

fn sealed(values: &[([u8; 32], String, Vec<u8>)], subjects: Option<&dyn Subjects>) -> Vec<Fault> {
    let stored: Vec<Stored<'_>> =
        values.iter().map(|(digest, key, sealed)| Stored { digest: *digest, key, sealed }).collect();
    walk(&hidden(), Disclosures::Sealed(&stored), subjects)
}

fn all_keys() -> Keys {
    Keys { first: subject(1), second: Some(subject(2)), destroyed: false }
}

#[test]
fn every_digest_needs_its_sealed_value_and_every_value_its_digest() {
    let values = hidden().values;
    let keys = all_keys();
    for subjects in [None, Some(&keys as &dyn Subjects)] {
        assert_eq!(sealed(&values, subjects), []);
        assert_eq!(sealed(&values[1..], subjects), [Fault::DisclosureMissing]);
        assert_eq!(sealed(&values[..2], subjects), [Fault::DisclosureMissing]);
    }
    // The name's digest stands inside the patient: without its key nobody can miss it.
    let without_name = [values[0].clone(), values[2].clone()];
    assert_eq!(sealed(&without_name, None), []);
    assert_eq!(sealed(&without_name, Some(&keys)), [Fault::DisclosureMissing]);
    let twice = [values.clone(), vec![values[0].clone()]].concat();
    assert_eq!(sealed(&twice, Some(&keys)), [Fault::DisclosureForeign]);
    // What could be inside an unopened value is nobody's fault.
    assert_eq!(sealed(&twice, None), []);
}

#[test]
fn a_sealed_value_must_open_to_what_its_digest_stands_for() {
    let keys = all_keys();
    let mut changed = hidden().values;
    changed[0].2[20] ^= 1;
    assert_eq!(sealed(&changed, Some(&keys)), [Fault::DisclosureWrong]);
    assert_eq!(sealed(&changed, None), []);
    let mut swapped = hidden().values;
    let (note, patient) = (swapped[0].2.clone(), swapped[2].2.clone());
    (swapped[0].2, swapped[2].2) = (patient, note);
    assert_eq!(sealed(&swapped, Some(&keys)), [Fault::DisclosureWrong, Fault::DisclosureWrong]);
    let mut other_key = hidden().values;
    other_key[0].1 = keys.second.as_ref().unwrap().handle().to_string();
    assert_eq!(sealed(&other_key, Some(&keys)), [Fault::DisclosureWrong]);
}

#[test]
fn a_destroyed_key_is_erasure_and_an_unknown_one_says_nothing() {
    let values = hidden().values;
    let keys = Keys { second: None, destroyed: true, ..all_keys() };
    assert_eq!(sealed(&values, Some(&keys)), [Fault::ErasureNotRecorded { values: 1 }]);
    assert_eq!(Fault::ErasureNotRecorded { values: 1 }.verdict().name(), "unverifiable");
    let keys = Keys { second: None, ..all_keys() };
    assert_eq!(sealed(&values, Some(&keys)), [Fault::SubjectKeyNotGiven { values: 1 }]);
}

/// The chain of [`hidden`] and an erasure leaf in which `change` was made; what is found with the second key destroyed.
fn with_erasure(change: &dyn Fn(&mut Builder), named: u8) -> Vec<(u64, Fault)> {
    let keys = Keys { second: None, destroyed: true, ..all_keys() };
    let mut hidden = hidden();
    let root = hidden.chain.edge.root();
    let handle = subject(named).handle().to_string();
    let what =
        format!("{{\"basis\":\"b\",\"handle\":\"{handle}\",\"root\":\"{root}\",\"scope\":\"patient\",\"size\":2}}");
    hidden.chain.control("erasure", &what);
    change(&mut hidden.chain);
    let stored: Vec<Stored<'_>> =
        hidden.values.iter().map(|(digest, key, sealed)| Stored { digest: *digest, key, sealed }).collect();
    let epochs = crate::chains::verifiers(&["k1"]);
    let trust = Trust { subjects: Some(&keys), keys: &epochs, ..Trust::default() };
    let mut findings: Vec<Finding> = Vec::new();
    let mut verifier = ChainVerifier::new(CHAIN, Start::genesis(), &trust);
    for (at, kept) in hidden.chain.records.iter().enumerate() {
        let disclosures = if at == 1 { Disclosures::Sealed(&stored) } else { Disclosures::NotKept };
        verifier.take(&StoredRecord { disclosures, ..record(kept, true) }, &mut findings);
    }
    verifier.finish(&mut findings);
    findings.into_iter().map(|found| (found.sequence.0, found.fault)).collect()
}

#[test]
fn a_value_is_erased_where_a_sound_erasure_leaf_names_its_subject_and_nowhere_else() {
    let erased = (1, Fault::Erased { values: 1, by: Sequence(2) });
    let unknown = (1, Fault::ErasureNotRecorded { values: 1 });
    assert_eq!(with_erasure(&|_| {}, 2), std::slice::from_ref(&erased));
    assert_eq!(erased.1.verdict().name(), "erased");
    assert_eq!(with_erasure(&Builder::event, 2), std::slice::from_ref(&erased));
    // Another subject's erasure, a forged leaf, a leaf with a wrong statement, a leaf that its successor denies.
    assert_eq!(with_erasure(&|_| {}, 3), std::slice::from_ref(&unknown));
    let forged = with_erasure(&|chain| chain.records[2].mac[0] ^= 1, 2);
    assert_eq!(forged, [(2, Fault::MacWrong), unknown.clone()]);
    let other_key = with_erasure(&|chain| chain.records[2].key_id = "k2".to_owned(), 2);
    assert!(other_key.contains(&unknown) && other_key.len() == 2, "{other_key:?}");
    let lying = |chain: &mut Builder| {
        let leaf = String::from_utf8(chain.records[2].leaf.clone()).unwrap();
        let root = seal::merkle::Hash(chain.records[2].leaf[..32].try_into().unwrap());
        let at = leaf.find("\"root\":\"").unwrap() + 8;
        let leaf = format!("{}{root}{}", &leaf[..at], &leaf[at + 64..]);
        let key = crate::chains::key("k1").segment(CHAIN, 0).unwrap();
        chain.records[2].mac = key.sign(&seal::LeafHash::of(leaf.as_bytes())).to_vec();
        chain.records[2].leaf = leaf.into_bytes();
    };
    assert_eq!(with_erasure(&lying, 2), [(2, Fault::Contradicts("root")), unknown.clone()]);
    let denied = with_erasure(
        &|chain| {
            chain.event();
            chain.events(1);
            lying(chain);
        },
        2,
    );
    assert!(denied.contains(&unknown) && !denied.contains(&erased), "{denied:?}");
}

/// Nobody has keys here: only the leaves after it say that the erasure leaf is not the one that was sealed.
#[test]
fn an_erasure_leaf_that_its_successors_deny_erases_nothing() {
    let keys = Keys { second: None, destroyed: true, ..all_keys() };
    let mut hidden = hidden();
    let handle = subject(2).handle().to_string();
    let root = hidden.chain.edge.root();
    let what =
        format!("{{\"basis\":\"b\",\"handle\":\"{handle}\",\"root\":\"{root}\",\"scope\":\"patient\",\"size\":2}}");
    let mut forged = hidden.chain.clone();
    forged.control("erasure", &what);
    hidden.chain.config();
    hidden.chain.events(2);
    hidden.chain.records[2] = forged.records[2].clone();
    let stored: Vec<Stored<'_>> =
        hidden.values.iter().map(|(digest, key, sealed)| Stored { digest: *digest, key, sealed }).collect();
    let trust = Trust { subjects: Some(&keys), ..Trust::default() };
    let mut findings: Vec<Finding> = Vec::new();
    let mut verifier = ChainVerifier::new(CHAIN, Start::genesis(), &trust);
    for (at, kept) in hidden.chain.records.iter().enumerate() {
        let disclosures = if at == 1 { Disclosures::Sealed(&stored) } else { Disclosures::NotKept };
        verifier.take(&StoredRecord { disclosures, ..record(kept, true) }, &mut findings);
    }
    verifier.finish(&mut findings);
    let found: Vec<_> = findings.into_iter().map(|found| (found.sequence.0, found.fault)).collect();
    assert_eq!(found, [(2, Fault::Changed), (1, Fault::ErasureNotRecorded { values: 1 })]);
}

#[test]
fn a_destroyed_key_whose_name_is_no_handle_erases_nothing() {
    let mut values = hidden().values;
    for value in &mut values[1..] {
        value.1 = "nobody".to_owned();
    }
    let keys = Keys { second: None, destroyed: true, ..all_keys() };
    assert_eq!(sealed(&values, Some(&keys)), [Fault::ErasureNotRecorded { values: 1 }]);
}

#[test]
fn what_somebody_discloses_must_belong_to_the_leaf() {
    let hidden = hidden();
    let [note, name, patient] = [&*hidden.texts[0], &*hidden.texts[1], &*hidden.texts[2]];
    let open = |texts: &[&str]| walk(&hidden, Disclosures::Open(texts), None);
    for fine in [&[][..], &[note], &[patient], &[patient, name], &[name, patient, note]] {
        assert_eq!(open(fine), []);
    }
    // The name belongs to the patient, which is not disclosed here.
    assert_eq!(open(&[name]), [Fault::DisclosureForeign]);
    assert_eq!(open(&[note, note]), [Fault::DisclosureForeign]);
    let other = Disclosure::new(&[1; 16], "note", b"\"other\"").encode();
    assert_eq!(open(&[&other]), [Fault::DisclosureForeign]);
    let spelled = format!("{note}=");
    assert_eq!(open(&[&spelled]), [Fault::DisclosureWrong]);
}

#[test]
fn a_hidden_value_whose_text_is_not_canonical_is_wrong() {
    let key = subject(1);
    let mut nonces = Counting(0);
    let mut protection = RecordProtection::new(CHAIN, Sequence(1), &mut nonces);
    let member = protection.hide(&key, "/note", "note", b"1.50").unwrap();
    let mut chain = Builder::new();
    chain.event_saying(&format!("{{\"_sd\":[\"{}\"]}}", base64url(&member.digest)));
    let handle = key.handle().to_string();
    let hidden = Hidden { chain, values: Vec::new(), texts: Vec::new() };
    let stored = [Stored { digest: member.digest, key: &handle, sealed: &member.sealed }];
    let keys = all_keys();
    assert_eq!(walk(&hidden, Disclosures::Sealed(&stored), Some(&keys)), [Fault::DisclosureWrong]);
}

#[test]
fn typed_columns_are_computed_again_from_the_leaf() {
    let mut chain = Builder::new();
    chain.event();
    chain.reject();
    let mut columns: Vec<Projection<'_>> =
        chain.records.iter().map(|stored| Projection::of(&stored.leaf).unwrap()).collect();
    let look = |columns: &[Projection<'_>]| {
        let mut findings = Vec::new();
        let mut verifier = ChainVerifier::new(CHAIN, Start::genesis(), &Trust::default());
        for (stored, columns) in chain.records.iter().zip(columns) {
            verifier.take(&StoredRecord { columns: Some(columns), ..record(stored, true) }, &mut findings);
        }
        verifier.finish(&mut findings);
        findings.iter().map(|finding| (finding.sequence.0, finding.fault.clone())).collect::<Vec<_>>()
    };
    assert_eq!(look(&columns), []);
    columns[1].patient_id = "p-2".into();
    columns[2].reason = "other".into();
    columns[0].source_offset += 1;
    let expected = [(0, "source_offset"), (1, "patient_id"), (2, "reason")];
    assert_eq!(look(&columns), expected.map(|(at, column)| (at, Fault::Column(column))));
}

#[test]
fn an_events_text_is_looked_through_unless_a_shallow_walk_is_asked_for() {
    let mut chain = Builder::new();
    chain.event_saying("{\"action\":1.5}");
    let look = |shallow, columns: Option<&Projection<'_>>| {
        let mut findings = Vec::new();
        let trust = Trust { shallow, ..Trust::default() };
        let mut verifier = ChainVerifier::new(CHAIN, Start::genesis(), &trust);
        for stored in &chain.records {
            let columns = columns.filter(|_| stored.sequence == 1);
            verifier.take(&StoredRecord { columns, ..record(stored, true) }, &mut findings);
        }
        verifier.finish(&mut findings);
        findings.len()
    };
    assert_eq!((look(false, None), look(true, None)), (1, 0));
    assert_eq!(look(true, Some(&Projection::default())), 1);
}
