//! What is left of a value when its subject's key is gone: nothing that a dictionary of a million names and ids finds.
#![allow(clippy::unwrap_used)]

use seal::Sequence;
use seal::keys::KeyError;
use seal::protect::{Handle, HiddenMember, Nonces, Place, RecordProtection, Sealed, SubjectKey};
use sha2::{Digest, Sha256};

const CHAIN: &str = "audit.events/3";
const SEQUENCE: Sequence = Sequence(4711);
const CANDIDATES: u32 = 1_000_000;

struct Counter(u8);

impl Nonces for Counter {
    fn next(&mut self) -> Result<[u8; 12], KeyError> {
        self.0 += 1;
        Ok([self.0; 12])
    }
}

fn subject(byte: u8) -> SubjectKey {
    SubjectKey::from_bytes(Handle::from_bytes([!byte; 16]), [byte; 32])
}

/// Half names, half record numbers; the victim's own are among them.
fn candidate(number: u32) -> (&'static str, String) {
    const GIVEN: [&str; 10] = ["Ana", "Ben", "Chloe", "Dan", "Eva", "Finn", "Gita", "Hugo", "Ida", "Jan"];
    const FAMILY: [&str; 10] = ["Adams", "Brown", "Costa", "Diaz", "Evans", "Fox", "Gray", "Hill", "Ivanov", "Jones"];
    let half = number / 2;
    if number.is_multiple_of(2) {
        let (given, family) = (GIVEN[half as usize % 10], FAMILY[half as usize / 10 % 10]);
        return (
            "name",
            format!("\"{given} {}. {family}-{}\"", char::from(b'A' + (half / 100 % 26) as u8), half / 2600),
        );
    }
    ("id", format!("\"MRN-{half:07}\""))
}

fn pointer(name: &str) -> String {
    format!("/patients/0/{name}")
}

/// All that the leaf and the record beside it hold of the victim.
fn victim(key: &SubjectKey) -> (Vec<HiddenMember>, [u32; 2]) {
    let numbers = [640_000, 123_457];
    let mut nonces = Counter(0);
    let mut record = RecordProtection::new(CHAIN, SEQUENCE, &mut nonces);
    let hide = |number| {
        let (name, value) = candidate(number);
        record.hide(key, &pointer(name), name, value.as_bytes()).unwrap()
    };
    (numbers.map(hide).into(), numbers)
}

/// Tries every candidate against every digest with every key at hand, and without one. Gives the candidates that fit.
fn search(hidden: &[HiddenMember], keys: &[SubjectKey]) -> Vec<u32> {
    let is_there = |digest: [u8; 32]| hidden.iter().any(|member| member.digest == digest);
    let fits = |number: &u32| {
        let (name, value) = candidate(*number);
        let pointer = pointer(name);
        let place = Place { chain: CHAIN, sequence: SEQUENCE, pointer: &pointer };
        let with_key = |key: &SubjectKey| is_there(key.disclosure(&place, name, value.as_bytes()).digest());
        is_there(Sha256::digest(&value).into()) || keys.iter().any(with_key)
    };
    (0..CANDIDATES).filter(fits).collect()
}

#[test]
fn a_destroyed_key_takes_names_and_ids_with_it_and_the_key_finds_them_at_once() {
    let key = subject(42);
    let (hidden, numbers) = victim(&key);
    // Everything but the key: other subjects' keys, and the ones that a careless derivation would give.
    let handle_twice = [*key.handle().as_bytes(), *key.handle().as_bytes()].concat();
    let from_handle = SubjectKey::from_bytes(*key.handle(), handle_twice.try_into().unwrap());
    let strangers = [subject(0), subject(41), from_handle];
    drop(key);
    assert_eq!(search(&hidden, &strangers), Vec::<u32>::new());
    for member in &hidden {
        for stranger in &strangers {
            assert_eq!(Sealed(&member.sealed).open(stranger, &member.digest), Err(KeyError::CannotOpen));
        }
    }
    // The search can find: with the key it does, and the ciphertexts open.
    let mut found = search(&hidden, &[subject(42)]);
    found.sort_unstable_by_key(|number| numbers.iter().position(|wanted| wanted == number));
    assert_eq!(found, numbers);
    for (member, number) in hidden.iter().zip(numbers) {
        let opened = Sealed(&member.sealed).open(&subject(42), &member.digest).unwrap();
        assert_eq!((opened.name(), opened.value()), (candidate(number).0, candidate(number).1.as_bytes()));
    }
}
