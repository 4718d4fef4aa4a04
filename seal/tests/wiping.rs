//! Dropped secrets are gone from memory, a closed segment's key too. Looked up in this process's own memory.
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::os::unix::fs::FileExt;

use hmac::{Hmac, KeyInit};
use schemas::Owner;
use seal::keys::{EpochKey, KeyId, Keyed, Secret, kdf};
use seal::leaf::Genesis;
use seal::protect::{
    CacheLimits, Handle, SubjectCache, SubjectClass, SubjectKey, SubjectKeys, SubjectName, TenantKeys,
};
use seal::{ChainState, Consumed, Sealer};

/// What lies at an address now; freed memory stays readable as the allocator keeps it. Allocates nothing itself: that could
/// be given the very place.
fn memory<const N: usize>(address: usize) -> [u8; N] {
    let mut bytes = [0; N];
    File::open("/proc/self/mem").unwrap().read_exact_at(&mut bytes, address as u64).unwrap();
    bytes
}

/// Eight-byte words that are still there; the allocator writes its own into the first two.
fn survivors(before: &[u8], after: &[u8]) -> usize {
    let pairs = before.chunks_exact(8).zip(after.chunks_exact(8)).skip(2);
    pairs.filter(|(before, after)| before == after && before.iter().any(|byte| *byte != 0)).count()
}

/// The state that HMAC-SHA256 keeps of a key, whatever it has hashed since: SHA-256 after the key's outer block. Bit by bit
/// the other way round, so that a search does not find the wanted bytes here.
fn inverted_outer_state(key: &Secret) -> [u8; 32] {
    let mut block = [0x5c; 64];
    block.iter_mut().zip(key.expose()).for_each(|(byte, key)| *byte ^= key);
    let mut state =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    sha2::block_api::compress256(&mut state, &[block]);
    let mut inverted = [0; 32];
    for (bytes, word) in inverted.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&(!word).to_ne_bytes());
    }
    state.fill(0);
    std::hint::black_box(&state);
    inverted
}

/// How often the bytes lie in this process's memory: everywhere but on this thread's stack, of which nothing is promised and
/// where what is read lies itself.
fn copies_of(inverted: &[u8; 32]) -> usize {
    const STACK: usize = 2 << 20;
    let here = std::ptr::from_ref(inverted) as usize;
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut copies = 0;
    for line in maps.lines().filter(|line| line.split(' ').nth(1).unwrap().starts_with("rw")) {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|digits| usize::from_str_radix(digits, 16).unwrap());
        for page in (start..end).step_by(4096) {
            let mut bytes = [0; 4096 + 31];
            // A region may have gone since it was listed.
            let length = memory.read_at(&mut bytes, page as u64).unwrap_or(0);
            let is_it = |at: &usize| bytes[*at..].iter().zip(inverted).all(|(byte, inverted)| *byte == !inverted);
            let found = (0..length.saturating_sub(31)).filter(|at| bytes[*at] == !inverted[0]).filter(is_it);
            copies += found.filter(|at| (page + at).abs_diff(here) > STACK).count();
        }
    }
    copies
}

#[test]
fn a_closed_segments_key_is_gone_from_memory_while_the_sealer_lives_on() {
    let epoch = Secret::new([0x3e; 32]);
    let segment =
        |number: u64| inverted_outer_state(&kdf(&epoch, "sealtrail/segment/1", &[b"t/0", &number.to_be_bytes()]));
    let (first, second) = (segment(0), segment(1));
    let owner = Owner { term: 1, generation: 1, attempt: 0, id: "w" };
    let key = EpochKey::new(KeyId::new("k-1").unwrap(), &epoch);
    let mut sealer = Sealer::new("t/0", ChainState::new(), key, owner).unwrap();
    let genesis = Genesis { config: [0; 32], key: "k-1".into(), previous: None, topic: "id".into(), trail: "t".into() };
    let mut out = Vec::new();
    sealer.genesis(0, 0, genesis, &mut out).unwrap();
    sealer.reject(Consumed { offset: 0, time: -1 }, b"", "truncated", &mut out).unwrap();
    // Open, the key is found; so the search can find it.
    assert_eq!((copies_of(&first), copies_of(&second)), (1, 0));
    sealer.close_segment(&mut out).unwrap();
    assert_eq!((copies_of(&first), copies_of(&second)), (0, 0));
    sealer.reject(Consumed { offset: 1, time: -1 }, b"", "truncated", &mut out).unwrap();
    assert_eq!((copies_of(&first), copies_of(&second)), (0, 1));
    drop(sealer);
    assert_eq!((copies_of(&first), copies_of(&second)), (0, 0));
}

#[test]
fn a_dropped_secret_leaves_no_word_behind() {
    let secret = Secret::new(std::array::from_fn(|at| 0xa0 + at as u8));
    let address = std::ptr::from_ref(secret.expose()) as usize;
    let before = memory::<32>(address);
    assert_eq!(before, *secret.expose());
    drop(secret);
    assert_eq!(survivors(&before, &memory::<32>(address)), 0);
}

#[test]
fn a_subjects_key_that_leaves_the_cache_leaves_no_word_behind() {
    type Leave = fn(&mut SubjectCache);
    let ways: [Leave; 4] = [
        |cache| cache.expire(1_000),
        |cache| assert!(cache.forget(&tenant().handle(SubjectClass::Patient, "1"))),
        SubjectCache::forget_all,
        // Another subject takes its place.
        |cache| load(cache, "2"),
    ];
    for leave in ways {
        let mut cache = SubjectCache::new(CacheLimits { subjects_max: 1, keep_ms: 10 });
        load(&mut cache, "1");
        let root = cache.key("north", SubjectClass::Patient, "1").unwrap().root().expose();
        let address = std::ptr::from_ref(root) as usize;
        let before = memory::<32>(address);
        assert_eq!(before, [0xa7; 32]);
        leave(&mut cache);
        assert!(cache.key("north", SubjectClass::Patient, "1").is_err());
        assert_eq!(survivors(&before, &memory::<32>(address)), 0);
    }
}

fn tenant() -> TenantKeys {
    TenantKeys::of(&Secret::new([1; 32]), "north")
}

fn load(cache: &mut SubjectCache, id: &str) {
    let name = SubjectName { tenant: "north", class: SubjectClass::Patient, id };
    let wanted = cache.missing([name], 0, |_| Ok(tenant())).unwrap().remove(0);
    let byte = if id == "1" { 0xa7 } else { 0xb8 };
    assert!(cache.insert(&wanted, SubjectKey::from_bytes(wanted.subject, [byte; 32])));
}

#[test]
fn the_lookup_can_find_what_was_not_wiped() {
    let careless: Box<[u8; 32]> = Box::new(std::array::from_fn(|at| 0xa0 + at as u8));
    let address = std::ptr::from_ref(&*careless) as usize;
    let before = memory::<32>(address);
    drop(careless);
    assert_eq!(survivors(&before, &memory::<32>(address)), 2);
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
    const LENGTH: usize = size_of::<Hmac<sha2::Sha256>>();
    let state = Box::new(Hmac::<sha2::Sha256>::new_from_slice(&[0xa5; 32]).unwrap());
    let address = std::ptr::from_ref(&*state) as usize;
    let before = memory::<LENGTH>(address);
    drop(state);
    assert_eq!(survivors(&before, &memory::<LENGTH>(address)), 0);
}

#[test]
fn handles_are_no_secrets_and_stay_readable() {
    let key = SubjectKey::from_bytes(Handle::from_bytes([1; 16]), [2; 32]);
    assert_eq!(format!("{key:?}"), "SubjectKey(01010101010101010101010101010101)");
}
