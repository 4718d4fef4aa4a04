//! The ring's answers: each refusal by name, and every edge of a key's life to the second.

use super::*;
use crate::signature::{SigningMaster, content_digest, sign};
use crate::{Grant, Issued, Limits, Random, Scope, State};

const NOW: UnixSeconds = UnixSeconds(1_795_268_404);

fn at(offset: u64) -> UnixSeconds {
    NOW.plus(offset)
}

fn grant(signed: Signed) -> Grant {
    Grant {
        tenant: "north-clinic".parse().unwrap(),
        service: "ehr".parse().unwrap(),
        scopes: vec![Scope::EventsWrite],
        expires_at: Some(at(1_000)),
        limits: Limits::default(),
        signed,
        certificate_sha256: None,
    }
}

fn ring(signed: Signed) -> (KeyRing, Issued) {
    let mut ring = KeyRing::default();
    let issued = ring.issue(grant(signed), NOW, &Random::of([5; 44])).unwrap();
    (ring, issued)
}

#[test]
fn a_key_lets_in_from_its_first_second_to_the_one_before_its_end() {
    let (ring, issued) = ring(Signed::Never);
    let key = issued.key.reveal();
    assert_eq!(ring.authenticate(key, UnixSeconds(NOW.0 - 1)), Err(Refusal::NotYetValid));
    for offset in [0, 999] {
        assert_eq!(ring.authenticate(key, at(offset)).map(|key| key.service.as_str()), Ok("ehr"));
    }
    assert_eq!(ring.authenticate(key, at(1_000)), Err(Refusal::Expired));
}

#[test]
fn unknown_wrong_and_malformed_keys_are_told_apart_by_us() {
    let (ring, issued) = ring(Signed::Never);
    let other_secret = KeyRing::default().issue(
        grant(Signed::Never),
        NOW,
        &Random::of({
            let mut bytes = [5; 44];
            bytes[43] ^= 1;
            bytes
        }),
    );
    let other_id = KeyRing::default().issue(grant(Signed::Never), NOW, &Random::of([6; 44]));
    assert_eq!(ring.authenticate(other_secret.unwrap().key.reveal(), NOW), Err(Refusal::WrongSecret));
    assert_eq!(ring.authenticate(other_id.unwrap().key.reveal(), NOW), Err(Refusal::UnknownKey));
    assert_eq!(ring.authenticate(&issued.key.reveal()[1..], NOW), Err(Refusal::Malformed));
}

#[test]
fn only_who_holds_the_secret_learns_of_a_keys_end() {
    let (mut ring, issued) = ring(Signed::Never);
    ring.revoke(issued.key.id(), at(10)).unwrap();
    assert_eq!(ring.authenticate(issued.key.reveal(), NOW), Err(Refusal::Revoked), "at once, whatever the clock");
    let guessed = format!("{}A", &issued.key.reveal()[..issued.key.reveal().len() - 1]);
    assert_eq!(ring.authenticate(&guessed, at(2_000)), Err(Refusal::WrongSecret));
}

#[test]
fn both_secrets_are_good_through_the_overlap_and_the_old_one_ends_to_the_second() {
    let (mut ring, old) = ring(Signed::Never);
    let new = ring.rotate(old.key.id(), 60, at(100), &Random::of([8; 44])).unwrap();
    assert_eq!((new.number, new.key.id()), (2, old.key.id()));
    for (secret, offset, good) in
        [(&old, 100, true), (&new, 100, true), (&old, 159, true), (&old, 160, false), (&new, 160, true)]
    {
        let answer = ring.authenticate(secret.key.reveal(), at(offset));
        assert_eq!(answer.is_ok(), good, "secret {} at {offset}", secret.number);
        assert!(good || answer == Err(Refusal::Expired));
    }
    let key = ring.get(old.key.id()).unwrap();
    assert_eq!((key.state(at(159)), key.secrets.len()), (State::Expiring, 2), "the key itself ends within seven days");
}

#[test]
fn rotating_again_never_gives_an_old_secret_more_time() {
    let (mut ring, first) = ring(Signed::Never);
    let id = first.key.id().clone();
    ring.rotate(&id, 60, NOW, &Random::of([8; 44])).unwrap();
    ring.rotate(&id, 600, at(1), &Random::of([9; 44])).unwrap();
    assert_eq!(ring.authenticate(first.key.reveal(), at(60)), Err(Refusal::Expired));
    let last = ring.rotate(&id, 600, at(2), &Random::of([10; 44])).unwrap();
    assert_eq!(last.number, 4);
    assert!(matches!(ring.rotate(&id, 0, at(3), &Random::of([11; 44])), Err(Error::TooManySecrets { count: 4, .. })));
    assert_eq!(ring.rotate(&id, 0, at(60), &Random::of([11; 44])).unwrap().number, 5);
    assert_eq!(ring.get(&id).unwrap().secrets.len(), 1, "an overlap of nothing ends the others at once");
}

#[test]
fn what_has_ended_is_not_rotated_or_revived() {
    let (mut ring, issued) = ring(Signed::Never);
    let id = issued.key.id();
    assert!(matches!(ring.rotate(id, 60, at(1_000), &Random::of([8; 44])), Err(Error::Expired(_))));
    ring.expire(id, at(2_000)).unwrap();
    assert!(ring.authenticate(issued.key.reveal(), at(1_999)).is_ok());
    assert_eq!(ring.authenticate(issued.key.reveal(), at(2_000)), Err(Refusal::Expired));
    ring.revoke(id, at(5)).unwrap();
    assert_eq!(ring.revoke(id, at(9)).unwrap().revoked_at, Some(at(5)));
    assert!(matches!(ring.rotate(id, 60, at(10), &Random::of([8; 44])), Err(Error::Revoked(_))));
    assert!(matches!(ring.expire(id, at(3_000)), Err(Error::Revoked(_))));
}

#[test]
fn a_key_may_what_its_scopes_say() {
    let (ring, issued) = ring(Signed::Never);
    let key = ring.authenticate(issued.key.reveal(), NOW).unwrap();
    assert!(key.may(Scope::EventsWrite) && !key.may(Scope::QueryRead));
    assert_eq!(key.require(Scope::QueryRead), Err(Refusal::ScopeMissing(Scope::QueryRead)));
}

#[test]
fn a_bound_key_wants_its_own_certificate() {
    let mut ring = KeyRing::default();
    let bound = Grant { certificate_sha256: Some(crate::api_key::digest("der")), ..grant(Signed::Never) };
    let issued = ring.issue(bound, NOW, &Random::of([5; 44])).unwrap();
    let key = ring.get(issued.key.id()).unwrap();
    assert!(key.require_certificate(Some(b"der")).is_ok());
    assert_eq!(key.require_certificate(Some(b"other")), Err(Refusal::WrongCertificate));
    assert_eq!(key.require_certificate(None), Err(Refusal::CertificateMissing));
}

fn policy(byte: u8) -> SigningPolicy {
    SigningPolicy { master: Some(SigningMaster::new(&[byte; 32]).unwrap()), window_seconds: 300 }
}

/// Signs with the secret of this number, and asks the ring.
fn signed<'ring>(ring: &'ring KeyRing, id: &KeyId, number: u32, now: UnixSeconds) -> Result<Pending<'ring>, Refusal> {
    let request = Request { method: "POST", path: "/v1/events", query: None, body: b"{}" };
    let secret = SigningMaster::new(&[7; 32]).unwrap().secret_of(id, number);
    let headers = sign(&request, "application/json", &secret, now, &[1; 16]).unwrap();
    assert_eq!(headers.content_digest, content_digest(b"{}"));
    ring.authenticate_signed(&headers.as_headers("application/json"), &request, &policy(7), now)
}

#[test]
fn a_signature_lets_in_once() {
    let (ring, issued) = ring(Signed::Required);
    let id = issued.key.id();
    let mut guard = ReplayGuard::default();
    assert_eq!(signed(&ring, id, 1, NOW).unwrap().once(&mut guard, NOW).map(|key| &key.id), Ok(id));
    assert_eq!(signed(&ring, id, 1, NOW).unwrap().once(&mut guard, NOW), Err(SignatureFault::Replayed.into()));
    assert_eq!(ring.authenticate(issued.key.reveal(), NOW), Err(Refusal::SignatureRequired));
}

#[test]
fn a_rotated_key_signs_with_either_secret_until_the_overlap_is_over() {
    let (mut ring, issued) = ring(Signed::Allowed);
    let id = issued.key.id();
    ring.rotate(id, 60, NOW, &Random::of([8; 44])).unwrap();
    assert!(ring.authenticate(issued.key.reveal(), NOW).is_ok());
    assert!(signed(&ring, id, 1, at(59)).is_ok() && signed(&ring, id, 2, at(59)).is_ok());
    assert_eq!(signed(&ring, id, 1, at(60)).unwrap_err(), Refusal::Expired);
    assert!(signed(&ring, id, 2, at(60)).is_ok());
    assert_eq!(signed(&ring, id, 3, NOW).unwrap_err(), SignatureFault::Wrong.into());
    assert_eq!(signed(&ring, id, 2, at(1_000)).unwrap_err(), Refusal::Expired);
    ring.revoke(id, NOW).unwrap();
    assert_eq!(signed(&ring, id, 2, at(60)).unwrap_err(), Refusal::Revoked);
}

#[test]
fn signatures_need_a_key_made_for_them_and_the_right_master() {
    let (never, issued) = ring(Signed::Never);
    assert_eq!(signed(&never, issued.key.id(), 1, NOW).unwrap_err(), SignatureFault::NotAllowed.into());
    assert_eq!(signed(&KeyRing::default(), issued.key.id(), 1, NOW).unwrap_err(), Refusal::UnknownKey);
    let (ring, issued) = ring(Signed::Required);
    let request = Request { method: "POST", path: "/", query: None, body: b"" };
    let secret = SigningMaster::new(&[7; 32]).unwrap().secret_of(issued.key.id(), 1);
    let headers = sign(&request, "a/b", &secret, NOW, &[1; 16]).unwrap();
    let headers = headers.as_headers("a/b");
    let none = SigningPolicy { master: None, window_seconds: 300 };
    assert_eq!(
        ring.authenticate_signed(&headers, &request, &none, NOW).unwrap_err(),
        SignatureFault::Unavailable.into()
    );
    let wrong = ring.authenticate_signed(&headers, &request, &policy(8), NOW);
    assert_eq!(wrong.unwrap_err(), SignatureFault::Wrong.into());
    assert!(ring.authenticate_signed(&headers, &request, &policy(7), NOW).is_ok());
}
