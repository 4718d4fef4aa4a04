//! Golden records, changed thousands of times: a little fuzzing in every run of the tests. `fuzz/` goes on where this ends.

use schemas::resolve::Resolver;
use schemas::wire::Frame;
use schemas::{AuditEvent, DeadLetter, SealedRecord, Time, released};

use crate::generate::Random;
use crate::golden::cases;
use crate::refusals::assert_sound;

/// Change it to look elsewhere; a failure prints the round that it needs.
const SEED: u64 = 20_260_301;
const ROUNDS: u64 = 20_000;
/// The longest goldens are for other tests: here many rounds count.
const BYTES_MAX: usize = 4_000;

/// Numbers that codecs stumble over, as one byte or as the beginning of a varint.
const TELLING: [u8; 12] = [0, 1, 2, 3, 0x7f, 0x80, 0x81, 0xc3, 0xd0, 0xfe, 0xff, b'"'];

/// One to eight changes: a bit, a byte, a piece cut out, doubled, moved, or taken from another record.
fn mutated(random: &mut Random, from: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = random.pick(from);
    for _ in 0..=random.below(8) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let length = random.below(8.min(bytes.len() - at) + 1);
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.pick(&TELLING),
            2 => drop(bytes.drain(at..at + length)),
            3 => bytes.truncate(at),
            4 => {
                let piece = bytes[at..at + length].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            5 => {
                let other = random.pick(from);
                let start = random.below(other.len());
                let piece = other[start..other.len().min(start + 16)].to_vec();
                bytes.splice(at..at + length, piece);
            }
            _ => bytes.insert(at, random.pick(&TELLING)),
        }
    }
    bytes
}

/// Runs `check` on changed records; it answers whether the record was accepted. Both must happen, or nothing was tested.
fn rounds(from: &[Vec<u8>], mut check: impl FnMut(&[u8]) -> bool) {
    let mut accepted = 0;
    for round in 0..ROUNDS {
        let bytes = mutated(&mut Random(SEED ^ (round << 20)), from);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&bytes)));
        match outcome {
            Ok(was_accepted) => accepted += u64::from(was_accepted),
            Err(panic) => {
                println!("seed {SEED}, round {round}: {bytes:02x?}");
                std::panic::resume_unwind(panic);
            }
        }
    }
    assert!((ROUNDS / 100..ROUNDS).contains(&accepted), "seed {SEED}: {accepted} of {ROUNDS} accepted");
}

fn golden_bytes(version: &released::Released) -> Vec<Vec<u8>> {
    let all = cases(version).into_iter().map(|case| case.bytes());
    all.filter(|bytes| bytes.len() <= BYTES_MAX).collect()
}

#[test]
fn changed_avro_is_refused_or_another_sound_event_and_the_resolver_agrees() {
    let resolver = Resolver::new(released::AUDIT_EVENT.text).unwrap();
    let mut translated = Vec::new();
    rounds(&golden_bytes(&released::AUDIT_EVENT), |bytes| {
        translated.clear();
        let through = resolver.translate(bytes, &mut translated).is_ok();
        match AuditEvent::decode(bytes) {
            Ok(event) => {
                assert_sound(&event);
                assert!(through);
                assert_eq!(AuditEvent::decode(&translated).unwrap(), event);
                true
            }
            Err(_) => {
                assert!(!through || AuditEvent::decode(&translated).is_err());
                false
            }
        }
    });
}

#[test]
fn changed_json_is_refused_or_another_sound_event() {
    let texts = cases(&released::AUDIT_EVENT).into_iter().map(|case| case.json.into_bytes());
    let texts: Vec<_> = texts.filter(|text| text.len() <= BYTES_MAX).collect();
    rounds(&texts, |text| match serde_json::from_slice::<AuditEvent<'_>>(text) {
        Ok(event) => {
            if event.faults().is_empty() {
                assert_sound(&event);
            }
            true
        }
        Err(_) => false,
    });
}

#[test]
fn changed_sealed_records_and_dead_letters_are_refused_or_come_back_as_they_are_read() {
    rounds(&golden_bytes(&released::SEALED_EVENT), |bytes| {
        let mut out = Vec::new();
        let Ok(record) = SealedRecord::decode(bytes) else { return false };
        record.encode(&mut out);
        SealedRecord::decode(&out) == Ok(record)
    });
    rounds(&golden_bytes(&released::DEAD_LETTER), |bytes| {
        let mut out = Vec::new();
        let Ok(letter) = DeadLetter::decode(bytes) else { return false };
        letter.encode(&mut out);
        DeadLetter::decode(&out) == Ok(letter)
    });
}

#[test]
fn changed_frames_and_times_never_panic() {
    let framed =
        |header: &[u8]| golden_bytes(&released::AUDIT_EVENT).into_iter().map(|body| [header, &body].concat()).collect();
    let mut frames: Vec<Vec<u8>> = framed(&[0, 0, 0, 0, 1]);
    frames.extend::<Vec<_>>(framed(&[0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8]));
    rounds(&frames, |bytes| {
        Frame::parse(bytes).is_ok_and(|frame| {
            assert_eq!(frame.body, &bytes[frame.body_start()..]);
            true
        })
    });
    let times = ["2026-03-01T09:30:00.125Z", "1999-12", "2016-12-31T23:59:60.5+01:00", "2026-03-01 09:30"];
    let times: Vec<_> = times.iter().map(|time| time.as_bytes().to_vec()).collect();
    rounds(&times, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        Time::parse(text).is_some_and(|time| {
            assert_eq!(time.to_string(), text);
            true
        })
    });
}
