//! Any bytes as a signed note, and any text as one that the right key signed.
#![no_main]

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use libfuzzer_sys::fuzz_target;
use seal::checkpoint::CheckpointSigner;

const SEED: [u8; 32] = [7; 32];

fuzz_target!(|bytes: &[u8]| {
    let signer = CheckpointSigner::from_seed("example", &SEED).expect("the name is a trail's");
    let verifier = signer.verifier();
    let sign_again = |note: &[u8]| {
        let checkpoint = verifier.verify(note).ok()?;
        // Other keys' lines may follow ours or stand before it; the text is what was accepted.
        assert!(note.starts_with(checkpoint.text().as_bytes()), "another text was read than the one that was signed");
        signer.sign(&checkpoint).ok()
    };
    if let Some(again) = sign_again(bytes) {
        assert!(sign_again(again.as_bytes()) == Some(again), "a checkpoint does not come back");
    }
    let signature = SigningKey::from_bytes(&SEED).sign(bytes).to_bytes();
    let vkey = verifier.vkey();
    let id = vkey.split('+').nth(1).and_then(|digits| u32::from_str_radix(digits, 16).ok()).expect("a vkey has an id");
    let line = BASE64_STANDARD.encode([id.to_be_bytes().as_slice(), &signature].concat());
    let note = [bytes, format!("\n\u{2014} example {line}\n").as_bytes()].concat();
    if let Some(again) = sign_again(&note) {
        assert!(again.as_bytes() == note, "a text has two spellings");
    }
});
