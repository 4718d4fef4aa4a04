//! Dropped secrets are gone from memory. Looked up in this process's own memory, at the place where they were.
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::os::unix::fs::FileExt;

use hmac::{Hmac, KeyInit};
use seal::keys::{Keyed, Secret};
use seal::protect::{Handle, SubjectKey};

/// What lies at an address now; freed memory stays readable as the allocator keeps it.
fn memory(address: usize, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    File::open("/proc/self/mem").unwrap().read_exact_at(&mut bytes, address as u64).unwrap();
    bytes
}

/// Eight-byte words that are still there; the allocator writes its own into the first two.
fn survivors(before: &[u8], after: &[u8]) -> usize {
    let pairs = before.chunks_exact(8).zip(after.chunks_exact(8)).skip(2);
    pairs.filter(|(before, after)| before == after && before.iter().any(|byte| *byte != 0)).count()
}

#[test]
fn a_dropped_secret_leaves_no_word_behind() {
    let secret = Secret::new(std::array::from_fn(|at| 0xa0 + at as u8));
    let address = std::ptr::from_ref(secret.expose()) as usize;
    let before = memory(address, 32);
    assert_eq!(before, secret.expose());
    drop(secret);
    assert_eq!(survivors(&before, &memory(address, 32)), 0);
}

#[test]
fn the_lookup_can_find_what_was_not_wiped() {
    let careless: Box<[u8; 32]> = Box::new(std::array::from_fn(|at| 0xa0 + at as u8));
    let address = std::ptr::from_ref(&*careless) as usize;
    let before = memory(address, 32);
    drop(careless);
    assert_eq!(survivors(&before, &memory(address, 32)), 2);
}

#[test]
fn secrets_are_marked_as_wiped_on_drop() {
    fn wiped<T: zeroize::ZeroizeOnDrop>() {}
    wiped::<Secret>();
    wiped::<Keyed>();
    wiped::<SubjectKey>();
    // What they are made of: the crates' own promise, which a missing feature would take away.
    wiped::<aes_gcm::Aes256Gcm>();
}

/// `Hmac` has no such mark, so it is looked at: both its hash states come from the key.
#[test]
fn a_dropped_hmac_state_leaves_no_word_behind() {
    let state = Box::new(Hmac::<sha2::Sha256>::new_from_slice(&[0xa5; 32]).unwrap());
    let (address, length) = (std::ptr::from_ref(&*state) as usize, size_of_val(&*state));
    let before = memory(address, length);
    drop(state);
    assert_eq!(survivors(&before, &memory(address, length)), 0);
}

#[test]
fn handles_are_no_secrets_and_stay_readable() {
    let key = SubjectKey::from_bytes(Handle::from_bytes([1; 16]), [2; 32]);
    assert_eq!(format!("{key:?}"), "SubjectKey(01010101010101010101010101010101)");
}
