//! What only a key file can suffer: wrong rights, two writers, cuts, old copies.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use keystore::{KeystoreError, LocalProvider, key_from_hex, read_secret};
use seal::keys::file::{FileFault, Stretch, Unlock};
use seal::keys::{Disposition, KeyError, KeyProvider, KeyState, Purpose, Secret};
use tempfile::TempDir;

use crate::ground::{FileGround, Ground, PASSPHRASE, id, unlock};

fn open(path: &Path) -> Result<LocalProvider, KeystoreError> {
    LocalProvider::open(path, &unlock(PASSPHRASE), 0)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_file_that_others_may_read_is_refused_with_the_command_that_mends_it() {
    let ground = FileGround::new();
    ground.custodian().create(&id("mac"), &Purpose::Epoch).unwrap();
    assert_eq!(mode(&ground.path()), 0o600);
    for wrong in [0o644, 0o640, 0o620, 0o604] {
        chmod(&ground.path(), wrong);
        let error = open(&ground.path()).unwrap_err();
        assert!(matches!(error, KeystoreError::Exposed { mode, .. } if mode == wrong), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    chmod(&ground.path(), 0o600);
    open(&ground.path()).unwrap();
}

#[test]
fn an_existing_file_is_never_overwritten_by_a_new_one() {
    let ground = FileGround::new();
    let error = LocalProvider::create(&ground.path(), &unlock(PASSPHRASE), Stretch::LEAST).unwrap_err();
    assert!(matches!(error, KeystoreError::Exists { .. }), "{error}");
}

#[test]
fn a_key_opens_a_file_as_a_passphrase_does() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys");
    let unlock = || Unlock::Key(key_from_hex(&"0b".repeat(32)).unwrap());
    let keys = LocalProvider::create(&path, &unlock(), Stretch::Key).unwrap();
    keys.create(&id("mac"), &Purpose::Epoch, None).unwrap();
    let hash = keys.hash(&id("mac"), b"x").unwrap();
    assert_eq!(LocalProvider::open(&path, &unlock(), 0).unwrap().hash(&id("mac"), b"x"), Ok(hash));
    let other = Unlock::Key(Secret::new([1; 32]));
    let error = LocalProvider::open(&path, &other, 0).unwrap_err();
    assert!(matches!(error, KeystoreError::File { fault: FileFault::WrongKey, .. }), "{error}");
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("mac"), "names of keys stand in clear");
}

#[test]
fn two_writers_are_told_to_take_turns() {
    let ground = FileGround::new();
    let keys = ground.provider();
    let lock = fs::File::open(ground.path().with_extension("lock")).unwrap();
    lock.try_lock().unwrap();
    let error = keys.create(&id("mac"), &Purpose::Epoch, None).unwrap_err();
    assert_eq!(error.disposition(), Disposition::Retry);
    assert!(error.to_string().contains("another process is writing"), "{error}");
    lock.unlock().unwrap();
    keys.create(&id("mac"), &Purpose::Epoch, None).unwrap();
}

#[test]
fn a_child_that_is_just_being_started_does_not_keep_the_lock() {
    let ground = FileGround::new();
    let keys = ground.provider();
    let written = AtomicBool::new(false);
    thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while !written.load(Ordering::Acquire) {
                    Command::new(env!("CARGO")).arg("--version").output().unwrap();
                }
            });
        }
        let made: Vec<_> = (0..150).map(|at| keys.create(&id(&format!("k-{at}")), &Purpose::Epoch, None)).collect();
        written.store(true, Ordering::Release);
        assert_eq!(made.iter().filter(|made| made.is_err()).count(), 0);
    });
}

#[test]
fn many_writers_lose_no_key() {
    let ground = FileGround::new();
    let providers: Vec<_> = (0..4).map(|_| ground.provider()).collect();
    thread::scope(|threads| {
        for (writer, keys) in providers.iter().enumerate() {
            threads.spawn(move || {
                for at in 0..10 {
                    // Busy is an answer, not a failure: whoever gets it takes the next turn.
                    while let Err(error) = keys.create(&id(&format!("k-{writer}-{at}")), &Purpose::Epoch, None) {
                        assert_eq!(error.disposition(), Disposition::Retry, "{error}");
                        thread::yield_now();
                    }
                }
            });
        }
    });
    let all = open(&ground.path()).unwrap().list().unwrap();
    assert_eq!(all.len(), 40);
    assert_eq!(open(&ground.path()).unwrap().revision().unwrap(), 40);
}

#[test]
fn a_cut_or_changed_file_is_refused_at_the_start_and_in_use() {
    let ground = FileGround::new();
    let keys = ground.provider();
    keys.create(&id("mac"), &Purpose::Epoch, None).unwrap();
    let text = fs::read(ground.path()).unwrap();
    fs::write(ground.path(), &text[..text.len() - 40]).unwrap();
    let error = open(&ground.path()).unwrap_err();
    assert!(matches!(error, KeystoreError::File { fault: FileFault::Cut, .. }), "{error}");
    assert_eq!(keys.hash(&id("mac"), b"x"), Err(KeyError::File(FileFault::Cut)));
    fs::write(ground.path(), String::from_utf8(text).unwrap().replace("keys 1", "keys 2")).unwrap();
    let error = open(&ground.path()).unwrap_err();
    assert!(error.to_string().contains("version 2"), "{error}");
}

#[test]
fn an_older_copy_is_noticed_by_a_running_process_by_the_note_and_by_a_remembered_revision() {
    let ground = FileGround::new();
    let keys = ground.provider();
    keys.create(&id("mac"), &Purpose::Epoch, None).unwrap();
    keys.change(&id("mac"), KeyState::Pending, KeyState::Active).unwrap();
    let old = fs::read(ground.path()).unwrap();
    keys.change(&id("mac"), KeyState::Active, KeyState::Compromised).unwrap();
    let revision = open(&ground.path()).unwrap().revision().unwrap();
    fs::write(ground.path(), &old).unwrap();
    let rolled_back = FileFault::RolledBack { found: 2, seen: 3 };
    assert_eq!(keys.list(), Err(KeyError::File(rolled_back.clone())));
    let error = open(&ground.path()).unwrap_err();
    assert!(matches!(error, KeystoreError::File { fault, .. } if fault == rolled_back));
    // A thief who takes the note away too is noticed by whoever has noted the revision elsewhere.
    fs::remove_file(ground.path().with_extension("revision")).unwrap();
    open(&ground.path()).unwrap();
    let error = LocalProvider::open(&ground.path(), &unlock(PASSPHRASE), revision).unwrap_err();
    assert!(matches!(error, KeystoreError::File { fault, .. } if fault == rolled_back));
}

#[test]
fn a_destroyed_key_is_not_in_the_file_any_more() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys");
    let keys = LocalProvider::create(&path, &unlock(PASSPHRASE), Stretch::LEAST).unwrap();
    keys.create(&id("mac"), &Purpose::Epoch, None).unwrap();
    let before = fs::read(&path).unwrap().len();
    keys.change(&id("mac"), KeyState::Pending, KeyState::Destroyed).unwrap();
    // 64 digits less, in base64.
    assert!(before - fs::read(&path).unwrap().len() > 70);
}

#[test]
fn a_secrets_file_holds_one_line_and_is_its_owners_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pin");
    fs::write(&path, "4711\n").unwrap();
    chmod(&path, 0o600);
    assert_eq!(*read_secret(&path).unwrap(), "4711");
    chmod(&path, 0o640);
    assert!(matches!(read_secret(&path).unwrap_err(), KeystoreError::Exposed { .. }));
    chmod(&path, 0o400);
    assert_eq!(*read_secret(&path).unwrap(), "4711");
    chmod(&path, 0o600);
    for bad in ["", "\n", "a\nb\n", &"x".repeat(4097)] {
        fs::write(&path, bad).unwrap();
        assert!(matches!(read_secret(&path).unwrap_err(), KeystoreError::Secret { .. }), "{}", bad.len());
    }
    assert!(matches!(read_secret(folder.path()).unwrap_err(), KeystoreError::NotAFile { .. }));
    assert!(matches!(read_secret(&folder.path().join("none")).unwrap_err(), KeystoreError::Missing { .. }));
}
