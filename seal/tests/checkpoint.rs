//! Checkpoints against another implementation of signed notes, and every way to spell or sign one wrongly.
#![allow(clippy::unwrap_used)]

use seal::checkpoint::{Checkpoint, CheckpointSigner, CheckpointVerifier, NOTE_BYTES_MAX, NoteError};
use seal::merkle::{Hash, Head};
use signed_note::{Note, Signer, StandardSigner, StandardVerifier, VerifierList};

const TRAIL: &str = "example.com";
const CHAIN: &str = "audit.events/3";

fn signer() -> CheckpointSigner {
    CheckpointSigner::from_seed(TRAIL, &[7; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(TRAIL, CHAIN, Head { size: 12, root: Hash([0x5a; 32]) }).unwrap()
}

fn signed() -> String {
    signer().sign(&checkpoint()).unwrap()
}

fn verify(note: &str) -> Result<Checkpoint, NoteError> {
    signer().verifier().verify(note.as_bytes())
}

/// The text signed by the oracle with our key: well signed, whatever it says.
fn signed_by_oracle(text: &str) -> String {
    let mut note = Note::new(text.as_bytes(), &[]).unwrap();
    let skey = signer().skey();
    let oracle = StandardSigner::new(&skey).unwrap();
    note.add_sigs(&[&oracle as &dyn Signer]).unwrap();
    String::from_utf8(note.to_bytes()).unwrap()
}

#[test]
fn what_is_signed_comes_back() {
    let found = verify(&signed()).unwrap();
    assert_eq!(found, checkpoint());
    assert_eq!(found.origin(), "example.com/audit.events/3");
    assert_eq!(found.chain_of(TRAIL), Some(CHAIN));
    // One origin is one trail's: a name that goes on into the chain's is none.
    assert_eq!(found.chain_of("example.com/audit.events"), None);
    assert!(CheckpointSigner::from_seed("example.com/audit", &[7; 32]).is_err());
    assert_eq!(Checkpoint::new("example.com/audit", CHAIN, *found.head()), None);
    assert_eq!(found.chain_of("example.org"), None);
}

#[test]
fn the_oracle_signs_the_same_bytes_and_takes_our_keys_and_notes() {
    assert_eq!(signed_by_oracle(&checkpoint().text()), signed());
    let vkey = signer().verifier().vkey();
    let oracle = StandardVerifier::new(&vkey).unwrap();
    let note = Note::from_bytes(signed().as_bytes()).unwrap();
    let (verified, unknown) = note.verify(&VerifierList::new(vec![Box::new(oracle)])).unwrap();
    assert_eq!((verified.len(), unknown.len()), (1, 0));
    let theirs = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), (checkpoint().origin(), 12, [0x5a; 32]));
}

#[test]
fn keys_come_back_from_their_text_and_every_other_spelling_is_refused() {
    let signer = signer();
    assert_eq!(CheckpointSigner::from_skey(&signer.skey()).unwrap().verifier(), signer.verifier());
    let vkey = signer.verifier().vkey();
    assert_eq!(CheckpointVerifier::from_vkey(&vkey).unwrap(), signer.verifier());
    let (name, rest) = vkey.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    for wrong in [
        String::new(),
        format!("{vkey}\n"),
        format!("other+{id}+{key}"),
        format!("{name}+00000000+{key}"),
        format!("{name}+{}+{key}", id.to_uppercase()),
        format!("{name}+{id}+{key}="),
        format!("{name}+{id}+{key}+"),
        format!("a b+{id}+{key}"),
        format!("+{id}+{key}"),
    ] {
        assert!(CheckpointVerifier::from_vkey(&wrong).is_err(), "{wrong}");
        assert!(CheckpointSigner::from_skey(&format!("PRIVATE+KEY+{wrong}")).is_err());
    }
    assert!(CheckpointSigner::from_seed(&"t".repeat(55), &[7; 32]).is_err());
}

#[test]
fn a_key_of_small_order_is_refused_although_its_text_is_right() {
    use sha2::{Digest, Sha256};
    // The neutral element: with it, R = [S]B verifies for any text.
    let mut key = [0; 32];
    key[0] = 1;
    let id = Sha256::digest([b"t\n\x01".as_slice(), &key].concat());
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, [[1].as_slice(), &key].concat());
    let vkey = format!("t+{}+{encoded}", hex::encode(&id[..4]));
    assert!(StandardVerifier::new(&vkey).is_ok(), "the text itself is right");
    assert!(CheckpointVerifier::from_vkey(&vkey).is_err());
}

#[test]
fn one_changed_byte_of_the_text_or_of_our_signature_is_refused() {
    let note = signed();
    for index in 0..note.len() {
        for bit in 0..8 {
            let mut bytes = note.clone().into_bytes();
            bytes[index] ^= 1 << bit;
            let found = signer().verifier().verify(&bytes);
            assert!(found.is_err(), "byte {index}, bit {bit}: {found:?}");
        }
    }
}

#[test]
fn attack_43_a_note_has_one_spelling() {
    let note = signed();
    let (text, line) = note.split_once("\n\n").unwrap();
    let base64 = line.trim_end().rsplit(' ').next().unwrap();
    for (what, wrong) in [
        ("CRLF", note.replace('\n', "\r\n")),
        ("one more blank line", format!("{text}\n\n\n{line}")),
        ("a blank line at the end", format!("{note}\n")),
        ("no newline at the end", note.trim_end().to_owned()),
        ("no blank line", format!("{text}\n{line}")),
        ("no signature", format!("{text}\n\n")),
        ("a byte order mark", format!("\u{feff}{note}")),
        ("a control character", note.replace("12", "1\t2")),
        ("no padding", note.replace(base64, base64.trim_end_matches('='))),
        ("a space at the end of a line", note.replace(base64, &format!("{base64} "))),
        ("two spaces", note.replace("\u{2014} ", "\u{2014}  ")),
        ("a hyphen for the dash", note.replace('\u{2014}', "-")),
        ("text after the signatures", format!("{note}more\n")),
        ("our signature twice", format!("{note}{line}")),
    ] {
        assert_ne!(wrong, note, "{what}");
        assert!(verify(&wrong).is_err(), "{what}");
    }
    // The last digit before the padding holds four bits that no byte takes.
    let stray: Vec<&str> = base64.split('=').collect();
    let last = stray[0].chars().last().unwrap();
    let next = char::from(u8::try_from(u32::from(last)).unwrap() + 1);
    let wrong = base64.replacen(&format!("{last}="), &format!("{next}="), 1);
    assert_eq!(verify(&note.replace(base64, &wrong)), Err(NoteError::Malformed("a signature line is not one")));
}

#[test]
fn attack_43_sixteen_signatures_are_taken_and_not_one_more_nor_a_long_note() {
    let others = |count: usize| "\u{2014} witness.example AAAAAAAAAAA=\n".repeat(count);
    let note = signed();
    assert_eq!(verify(&format!("{note}{}", others(15))), Ok(checkpoint()));
    assert_eq!(verify(&format!("{note}{}", others(16))), Err(NoteError::TooManySignatures));
    let long = |length: usize| format!("{note}\u{2014} w {}\n", "A".repeat((length - note.len() - 7) / 4 * 4));
    assert_eq!(verify(&long(NOTE_BYTES_MAX)), Ok(checkpoint()));
    assert_eq!(verify(&long(NOTE_BYTES_MAX + 8)), Err(NoteError::TooLong));
    assert_eq!(verify(&long(1 << 20)), Err(NoteError::TooLong));
}

#[test]
fn a_well_signed_text_that_is_no_checkpoint_of_the_trail_is_refused() {
    let root = "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=";
    let good = format!("{TRAIL}/{CHAIN}\n12\n{root}\n");
    assert_eq!(verify(&signed_by_oracle(&good)), Ok(checkpoint()));
    for wrong in [
        format!("{TRAIL}/{CHAIN}\n12\n{root}\nextension\n"),
        format!("{TRAIL}/{CHAIN}\n012\n{root}\n"),
        format!("{TRAIL}/{CHAIN}\n+12\n{root}\n"),
        format!("{TRAIL}/{CHAIN}\n9223372036854775809\n{root}\n"),
        format!("{TRAIL}/{CHAIN}\n12\n{}\n", root.trim_end_matches('=')),
        format!("{TRAIL}/{CHAIN}\n12\nWlpa\n"),
        format!("{TRAIL}/{CHAIN}\n12\n"),
        format!("\n{TRAIL}/{CHAIN}\n12\n{root}\n"),
        format!("{TRAIL}/a b\n12\n{root}\n"),
        format!("{TRAIL}/a\"b\n12\n{root}\n"),
        format!("{TRAIL}/\n12\n{root}\n"),
        format!("{TRAIL}\n12\n{root}\n"),
    ] {
        assert!(verify(&signed_by_oracle(&wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn attack_45_another_logs_checkpoint_is_refused_whoever_signed_it() {
    // Signed with our own key, but for a trail that is not the key's.
    let text = checkpoint().text().replace(TRAIL, "example.org");
    assert_eq!(verify(&signed_by_oracle(&text)), Err(NoteError::OtherTrail));
    let other = Checkpoint::new("example.org", CHAIN, *checkpoint().head()).unwrap();
    assert_eq!(signer().sign(&other), Err(NoteError::OtherTrail));
    // The same name and another key: what a server may answer that was replaced.
    let forger = CheckpointSigner::from_seed(TRAIL, &[8; 32]).unwrap();
    let forged = forger.sign(&checkpoint()).unwrap();
    assert_eq!(verify(&forged), Err(NoteError::NotSigned));
    // Our key's id over the forger's signature.
    let id = |signer: &CheckpointSigner| {
        let id: [u8; 4] = hex::decode(signer.verifier().vkey().split('+').nth(1).unwrap()).unwrap().try_into().unwrap();
        id
    };
    let line = forged.trim_end().rsplit(' ').next().unwrap();
    let engine = base64::prelude::BASE64_STANDARD;
    let mut bytes = base64::Engine::decode(&engine, line).unwrap();
    bytes[..4].copy_from_slice(&id(&signer()));
    let relabelled = forged.replace(line, &base64::Engine::encode(&engine, &bytes));
    assert_eq!(verify(&relabelled), Err(NoteError::BadSignature));
    // A bad signature of ours beside a good one of ours, or before a stranger's.
    assert!(verify(&format!("{}\u{2014}{}", signed(), relabelled.split('\u{2014}').nth(1).unwrap())).is_err());
}

#[test]
fn attack_48_a_malleated_ed25519_signature_is_refused() {
    // The group's order, least significant byte first: S + L signs whatever S signs, for who does not look.
    let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let note = signed();
    let line = note.trim_end().rsplit(' ').next().unwrap();
    let engine = base64::prelude::BASE64_STANDARD;
    let mut bytes = base64::Engine::decode(&engine, line).unwrap();
    let mut carry = 0;
    for (digit, add) in bytes[4 + 32..].iter_mut().zip(order) {
        carry += u16::from(*digit) + u16::from(add);
        *digit = (carry & 0xff) as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0);
    let malleated = note.replace(line, &base64::Engine::encode(&engine, &bytes));
    assert_ne!(malleated, note);
    assert_eq!(verify(&malleated), Err(NoteError::BadSignature));
}
