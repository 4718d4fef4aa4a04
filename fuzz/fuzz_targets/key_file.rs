//! Any text as a key file, as the description of a key, as a disclosure. What is taken must come back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::keys::file::{Envelope, FileKey, Lock, Stretch, Unlock};
use seal::keys::{KeyInfo, Secret};
use seal::protect::Disclosure;

/// Without Argon2, which would only make the search slow.
fn key() -> FileKey {
    let lock = Lock { salt: [9; 16], stretch: Stretch::Key };
    lock.unlock(&Unlock::Key(Secret::new([1; 32]))).expect("a key fits a key's lock")
}

fuzz_target!(|text: &str| {
    if let Ok(file) = Envelope::parse(text).and_then(|envelope| envelope.open(&key())) {
        let again = file.seal(&key(), &[4; 12]).expect("what was opened can be sealed");
        let reopened = Envelope::parse(&again).and_then(|envelope| envelope.open(&key())).expect("it opens");
        assert_eq!(reopened, file, "its text says something else");
    }
    for line in text.lines() {
        if let Some(info) = KeyInfo::from_line(line) {
            assert_eq!(info.line(), line, "a key's description has two spellings");
        }
        if let Ok(disclosure) = Disclosure::decode(line) {
            assert_eq!(disclosure.encode(), line, "a disclosure has two spellings");
        }
    }
});
