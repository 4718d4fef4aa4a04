//! What a key file gives back, and what it refuses.

use super::*;
use crate::keys::{KeyId, KeyState, Purpose, Secret};

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

fn sample() -> KeyFile {
    let mut file = KeyFile::default();
    file.add(&id("mac-1"), &Purpose::Epoch, Secret::new([1; 32])).unwrap();
    file.add(&id("root"), &Purpose::TenantRoot, Secret::new([2; 32])).unwrap();
    let wrapping = Purpose::Wrapping { tenant: "north".to_owned(), period: 3 };
    file.add(&id("kek-3"), &wrapping, Secret::new([3; 32])).unwrap();
    file.change(&id("mac-1"), KeyState::Pending, KeyState::Active).unwrap();
    file.change(&id("kek-3"), KeyState::Pending, KeyState::Destroyed).unwrap();
    file
}

fn with_key(byte: u8) -> FileKey {
    let lock = Lock { salt: [9; 16], stretch: Stretch::Key };
    lock.unlock(&Unlock::Key(Secret::new([byte; 32]))).unwrap()
}

fn passphrase(text: &str) -> Unlock {
    Unlock::Passphrase(text.to_owned().into())
}

fn open(text: &str, key: &FileKey) -> Result<KeyFile, FileFault> {
    Envelope::parse(text)?.open(key)
}

#[test]
fn a_file_gives_back_what_was_sealed() {
    let text = sample().seal(&with_key(1), &[4; 12]).unwrap();
    let file = open(&text, &with_key(1)).unwrap();
    assert_eq!(file, sample());
    assert_eq!(file.revision(), 5);
    assert_eq!(*file.secret(&id("mac-1")).unwrap(), Secret::new([1; 32]));
    assert!(file.secret(&id("kek-3")).is_err(), "a destroyed key has no secret");
}

#[test]
fn a_passphrase_opens_what_it_sealed_and_no_other_does() {
    let lock = Lock { salt: [9; 16], stretch: Stretch::LEAST };
    let key = lock.unlock_new(&passphrase("correct horse battery staple")).unwrap();
    let text = sample().seal(&key, &[4; 12]).unwrap();
    let envelope = Envelope::parse(&text).unwrap();
    let again = envelope.lock().unlock(&passphrase("correct horse battery staple")).unwrap();
    assert_eq!(envelope.open(&again), Ok(sample()));
    let wrong = envelope.lock().unlock(&passphrase("correct horse battery stable")).unwrap();
    assert_eq!(envelope.open(&wrong), Err(FileFault::WrongKey));
}

#[test]
fn argon2id_is_rfc_9106s() {
    // Computed by the reference implementation: argon2id, v 0x13, m 19456, t 2, p 1, 32 bytes.
    let lock = Lock { salt: *b"0123456789abcdef", stretch: Stretch::LEAST };
    let key = lock.unlock(&passphrase("a passphrase of words")).unwrap();
    let root = Secret::from_slice(&hex::decode(REFERENCE).unwrap()).unwrap();
    assert_eq!(*key.body(), crate::keys::kdf(&root, "sealtrail/key-file-body/1", &[]));
}

/// See the test above.
const REFERENCE: &str = "6c40ce897ebdab3392768b029d8828cc4d7879bf26a397d418a753ba14152ee1";

#[test]
fn a_new_file_wants_a_long_passphrase_and_each_kind_its_own() {
    let lock = Lock { salt: [9; 16], stretch: Stretch::LEAST };
    assert_eq!(lock.unlock_new(&passphrase("fifteen letters")).unwrap_err(), FileFault::WeakPassphrase);
    assert_eq!(lock.unlock(&Unlock::Key(Secret::new([1; 32]))).unwrap_err(), FileFault::WantsPassphrase);
    let lock = Lock { stretch: Stretch::Key, ..lock };
    assert_eq!(lock.unlock(&passphrase("correct horse battery staple")).unwrap_err(), FileFault::WantsKey);
}

#[test]
fn every_cut_is_noticed() {
    let text = sample().seal(&with_key(1), &[4; 12]).unwrap();
    for end in 0..text.len() {
        assert!(open(&text[..end], &with_key(1)).is_err(), "cut at {end}");
    }
    assert_eq!(open(&text[..text.len() - 1], &with_key(1)), Err(FileFault::Cut));
}

#[test]
fn every_changed_byte_is_noticed() {
    let text = sample().seal(&with_key(1), &[4; 12]).unwrap();
    for place in 0..text.len() {
        for other in [b'A', b'0', b' ', b'\n'] {
            let mut bytes = text.clone().into_bytes();
            if bytes[place] == other {
                continue;
            }
            bytes[place] = other;
            let changed = String::from_utf8(bytes).unwrap();
            assert!(open(&changed, &with_key(1)).is_err(), "byte {place} became {other}");
        }
    }
}

#[test]
fn the_head_is_bound_to_the_body() {
    let text = sample().seal(&with_key(1), &[4; 12]).unwrap();
    let newer = text.replace("revision 5", "revision 6");
    assert_eq!(open(&newer, &with_key(1)), Err(FileFault::Changed));
}

#[test]
fn the_faults_are_told_apart() {
    let text = sample().seal(&with_key(1), &[4; 12]).unwrap();
    assert_eq!(open(&text, &with_key(2)), Err(FileFault::WrongKey));
    assert_eq!(open("{}", &with_key(1)), Err(FileFault::NotAKeyFile));
    let newer = text.replace("sealtrail-keys 1", "sealtrail-keys 2");
    assert_eq!(open(&newer, &with_key(1)), Err(FileFault::OtherVersion("2".to_owned())));
    assert_eq!(open(&text.replace("nonce", "nouce"), &with_key(1)), Err(FileFault::Malformed("nonce")));
    assert_eq!(open(&"x".repeat(FILE_BYTES_MAX + 1), &with_key(1)), Err(FileFault::TooLarge));
}

#[test]
fn hostile_parameters_are_refused_before_any_work() {
    let text = sample().seal(&with_key(1), &[4; 12]).unwrap();
    for (asked, allowed) in [
        ("argon2id m=19456 t=2 p=1", true),
        ("argon2id m=4294967295 t=3 p=1", false),
        ("argon2id m=1048576 t=16 p=1", false),
        ("argon2id m=65536 t=4294967295 p=1", false),
        ("argon2id m=65536 t=3 p=4294967295", false),
        ("argon2id m=8 t=1 p=1", false),
        ("argon2id m=65536 t=0 p=1", false),
        ("argon2id m=65536 t=3 p=0", false),
    ] {
        let text = text.replace("lock key", &format!("lock {asked}"));
        let unlocked = Envelope::parse(&text).unwrap().lock().unlock(&passphrase("correct horse battery staple"));
        assert_eq!(unlocked.is_ok(), allowed, "{asked}");
    }
    for malformed in ["argon2id m=065536 t=3 p=1", "argon2id m=99999999999 t=3 p=1", "scrypt", "argon2id m=65536 t=3"] {
        let text = text.replace("lock key", &format!("lock {malformed}"));
        assert_eq!(Envelope::parse(&text).err(), Some(FileFault::Malformed("lock")), "{malformed}");
    }
}

#[test]
fn a_name_is_never_given_twice_even_after_destruction() {
    let mut file = sample();
    assert!(file.add(&id("kek-3"), &Purpose::Epoch, Secret::new([5; 32])).is_err());
}

#[test]
fn debug_shows_names_only() {
    let shown = format!("{:?} {:?} {:?}", sample(), with_key(0xab), passphrase("correct horse"));
    assert!(shown.contains("mac-1"));
    for secret in ["correct", "abab", "171", "[1, 1", "0101"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
