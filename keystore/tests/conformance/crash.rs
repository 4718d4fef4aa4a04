//! What becomes of a key file when the writer dies, the disk is full, or the note of its revision is damaged.
//!
//! Writers that are to die or to run out of room are child processes: the child runs the same test by its name.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use keystore::{KeystoreError, LocalProvider};
use seal::keys::file::FileFault;
use seal::keys::{Custodian, KeyError, KeyProvider, KeyState, Purpose};

use crate::ground::{FileGround, PASSPHRASE, id, unlock};

/// Tells a child which file to write.
const FILE: &str = "SEALTRAIL_TEST_KEY_FILE";

fn open(path: &Path) -> Result<LocalProvider, KeystoreError> {
    LocalProvider::open(path, &unlock(PASSPHRASE), 0)
}

fn note(ground: &FileGround) -> PathBuf {
    ground.path().with_extension("revision")
}

/// A file whose next version has more than 2 KiB, and its revision.
fn filled() -> (FileGround, u64) {
    let ground = FileGround::new();
    let keys = open(&ground.path()).unwrap();
    for at in 0..30 {
        keys.create(&id(&format!("k-{at}")), &Purpose::Epoch, None).unwrap();
    }
    assert!(fs::metadata(ground.path()).unwrap().len() > 2_048);
    (ground, keys.revision().unwrap())
}

/// In the child: the file to write. In the parent: a command that runs the test again behind the shell's `setting`.
fn child(name: &str, setting: &str) -> Result<PathBuf, Box<Command>> {
    if let Some(file) = std::env::var_os(FILE) {
        return Ok(file.into());
    }
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{setting} exec \"$0\" --exact crash::{name} --nocapture")]);
    command.arg(std::env::current_exe().unwrap());
    Err(Box::new(command))
}

/// What is there afterwards: one whole file, its note, and nothing half written after the next change.
fn is_sound(ground: &FileGround, revision: u64) {
    let keys = open(&ground.path()).unwrap();
    assert_eq!(keys.revision().unwrap(), revision);
    assert_eq!(keys.list().unwrap().len() as u64, revision);
    keys.create(&id("after"), &Purpose::Epoch, None).unwrap();
    assert_eq!(fs::read_to_string(note(ground)).unwrap(), format!("{}\n", revision + 1));
    let folder = ground.path().parent().unwrap().to_owned();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["keys", "keys.lock", "keys.revision"]);
}

#[test]
fn a_writer_that_runs_out_of_room_says_so_and_changes_nothing() {
    // The limit makes a write fail in its middle, as a full disk does, in a file system of any kind.
    let room = "trap '' XFSZ; ulimit -f 1;";
    let mut command = match child("a_writer_that_runs_out_of_room_says_so_and_changes_nothing", room) {
        Ok(path) => {
            let keys = open(&path).unwrap();
            let error = keys.create(&id("more"), &Purpose::Epoch, None).unwrap_err();
            assert!(matches!(&error, KeyError::Unavailable(text) if text.contains("disk")), "{error}");
            // Not even half a file is left on the full disk.
            assert!(!path.with_extension("new").exists() && !path.with_extension("revision.new").exists());
            assert_eq!(keys.list().unwrap().len(), 30);
            return;
        }
        Err(command) => command,
    };
    let (ground, revision) = filled();
    let done = command.env(FILE, ground.path()).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&done.stderr));
    is_sound(&ground, revision);
}

#[test]
fn a_writer_that_is_killed_in_the_middle_of_a_write_leaves_the_old_file() {
    // The system kills whoever writes past the limit: half a file is there, and nobody to clean up.
    const SIGXFSZ: i32 = 25;
    let mut command =
        match child("a_writer_that_is_killed_in_the_middle_of_a_write_leaves_the_old_file", "ulimit -f 1;") {
            Ok(path) => {
                let made = open(&path).unwrap().create(&id("more"), &Purpose::Epoch, None);
                panic!("it lived: {made:?}");
            }
            Err(command) => command,
        };
    let (ground, revision) = filled();
    let done = command.env(FILE, ground.path()).output().unwrap();
    assert_eq!(done.status.signal(), Some(SIGXFSZ), "{}", String::from_utf8_lossy(&done.stderr));
    let half = fs::metadata(ground.path().with_extension("new")).unwrap().len();
    assert!((1..fs::metadata(ground.path()).unwrap().len()).contains(&half), "{half} bytes of the new file");
    is_sound(&ground, revision);
}

#[test]
fn no_key_that_a_killed_writer_has_announced_is_lost() {
    let mut command = match child("no_key_that_a_killed_writer_has_announced_is_lost", "") {
        Ok(path) => {
            let keys = open(&path).unwrap();
            for at in keys.revision().unwrap().. {
                keys.create(&id(&format!("k-{at}")), &Purpose::Epoch, None).unwrap();
                eprintln!("made {at}");
            }
            return;
        }
        Err(command) => command,
    };
    let ground = FileGround::new();
    command.env(FILE, ground.path()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut revision = 0;
    for round in 0..12 {
        let mut writer = command.spawn().unwrap();
        let lines = BufReader::new(writer.stderr.take().unwrap()).lines();
        let announced = lines.map(Result::unwrap).filter(|line| line.starts_with("made ")).nth(round);
        let at: u64 = announced.unwrap()["made ".len()..].parse().unwrap();
        writer.kill().unwrap();
        writer.wait().unwrap();
        // The note is never ahead of the file, and the file never behind what was announced.
        let noted: u64 = fs::read_to_string(note(&ground)).unwrap().trim().parse().unwrap();
        let keys = open(&ground.path()).unwrap();
        revision = keys.revision().unwrap();
        assert!(noted <= revision && revision > at, "noted {noted}, found {revision}, announced {at}");
        assert_eq!(keys.list().unwrap().len() as u64, revision);
    }
    is_sound(&ground, revision);
}

#[test]
fn a_note_that_a_dead_writer_left_behind_is_brought_up_by_the_next_open() {
    let ground = FileGround::new();
    let keys = open(&ground.path()).unwrap();
    keys.create(&id("mac"), &Purpose::Epoch, None).unwrap();
    let (old, noted) = (fs::read(ground.path()).unwrap(), fs::read(note(&ground)).unwrap());
    keys.change(&id("mac"), KeyState::Pending, KeyState::Compromised).unwrap();
    // Dead between the two renames.
    fs::write(note(&ground), noted).unwrap();
    fs::write(ground.path().with_extension("revision.new"), "2\n").unwrap();
    open(&ground.path()).unwrap();
    fs::write(ground.path(), &old).unwrap();
    let error = open(&ground.path()).unwrap_err();
    let rolled_back = FileFault::RolledBack { found: 1, seen: 2 };
    assert!(matches!(&error, KeystoreError::File { fault, .. } if *fault == rolled_back), "{error}");
}

#[test]
fn a_damaged_note_is_refused_and_not_taken_for_none() {
    let ground = FileGround::new();
    open(&ground.path()).unwrap().create(&id("mac"), &Purpose::Epoch, None).unwrap();
    let long = "1".repeat(30);
    let damaged: [&[u8]; 9] = [b"", b"\n", b"1", b"x\n", b" 1\n", b"01\n", b"1\n\n", b"\xff\xfe\n", long.as_bytes()];
    for text in damaged {
        fs::write(note(&ground), text).unwrap();
        let error = open(&ground.path()).unwrap_err();
        assert!(matches!(error, KeystoreError::BadNote { .. }), "{text:?}: {error}");
        assert!(error.to_string().contains("then remove"), "{error}");
    }
    fs::remove_file(note(&ground)).unwrap();
    fs::create_dir(note(&ground)).unwrap();
    assert!(matches!(open(&ground.path()).unwrap_err(), KeystoreError::Io { .. }));
    // The fix that the message names.
    fs::remove_dir(note(&ground)).unwrap();
    open(&ground.path()).unwrap();
    assert_eq!(fs::read(note(&ground)).unwrap(), b"1\n");
}

#[test]
fn what_a_dead_writer_left_behind_hurts_nobody() {
    let ground = FileGround::new();
    fs::write(ground.path().with_extension("new"), "half a file").unwrap();
    let keys = Custodian::new(Arc::new(open(&ground.path()).unwrap()), Arc::new(|_| {}));
    keys.create(&id("mac"), &Purpose::Epoch).unwrap();
    assert!(!ground.path().with_extension("new").exists());
    assert_eq!(open(&ground.path()).unwrap().list().unwrap().len(), 1);
    for path in [ground.path(), note(&ground)] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
