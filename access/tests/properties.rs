//! What holds for every key ring, every signed request and every header text.
#![allow(clippy::unwrap_used)]

use access::signature::{self, Headers, Request, WINDOW_SECONDS_DEFAULT};
use access::{Credentials, Grant, KeyRing, Limits, Random, Scope, Sha256Digest, Signed, SigningMaster, UnixSeconds};
use proptest::prelude::*;

const NOW: UnixSeconds = UnixSeconds(1_795_268_404);

fn plain_grant() -> Grant {
    Grant {
        tenant: "t".parse().unwrap(),
        service: "s".parse().unwrap(),
        scopes: vec![Scope::EventsWrite],
        expires_at: None,
        limits: Limits::default(),
        signed: Signed::Required,
        certificate_sha256: None,
    }
}

fn grants() -> impl Strategy<Value = Grant> {
    let scopes = proptest::sample::subsequence(Scope::ALL.to_vec(), 1..=2);
    let limit = || proptest::option::of(1..1_000_000_u64);
    let signed = proptest::sample::select(vec![Signed::Never, Signed::Allowed, Signed::Required]);
    let certificate = proptest::option::of(any::<[u8; 32]>().prop_map(Sha256Digest));
    let names = ("[a-z0-9.-]{1,64}", "[a-z0-9.-]{1,64}");
    let expires = proptest::option::of(1..4_000_000_000_u64);
    (names, scopes, expires, (limit(), limit(), limit()), signed, certificate).prop_map(
        |((tenant, service), scopes, expires, (events, bytes, burst), signed, certificate_sha256)| Grant {
            tenant: tenant.parse().unwrap(),
            service: service.parse().unwrap(),
            scopes,
            expires_at: expires.map(|seconds| NOW.plus(seconds)),
            limits: Limits { events_per_second: events, bytes_per_second: bytes, burst_seconds: burst },
            signed,
            certificate_sha256,
        },
    )
}

proptest! {
    #[test]
    fn a_ring_is_the_same_after_it_was_written_and_read(
        grants in proptest::collection::vec((grants(), any::<[u8; 12]>(), any::<bool>()), 0..6),
    ) {
        let mut ring = KeyRing::default();
        for (at, (grant, random, changed)) in grants.into_iter().enumerate() {
            let mut bytes = [at as u8; 44];
            bytes[..12].copy_from_slice(&random);
            let Ok(issued) = ring.issue(grant, NOW, &Random::of(bytes)) else { continue };
            if changed {
                let _rotated = ring.rotate(issued.key.id(), 60, NOW, &Random::of([9; 44])).unwrap();
                ring.revoke(issued.key.id(), NOW.plus(5)).unwrap();
            }
        }
        let text = ring.render().unwrap();
        prop_assert_eq!(KeyRing::parse(&text).unwrap(), ring, "{}", text);
    }

    #[test]
    fn no_text_of_a_key_file_panics(text in "\\PC{0,200}", at in 0_usize..400) {
        let mut ring = KeyRing::default();
        ring.issue(plain_grant(), NOW, &Random::of([1; 44])).unwrap();
        let mut file = ring.render().unwrap();
        let at = file.char_indices().map(|(at, _)| at).nth(at).unwrap_or(0);
        file.insert_str(at, &text);
        if let Ok(read) = KeyRing::parse(&file) {
            prop_assert!(read.len() <= 1);
        }
    }

    #[test]
    fn no_header_text_panics_or_lets_in(
        values in proptest::array::uniform5(proptest::option::of(proptest::collection::vec(any::<u8>(), 0..80))),
        shaped in "[a-z]{1,3}=\\(\"@method\"( \"@path\")?\\);created=[0-9]{1,16};tag=\"sealtrail\"(;[a-z]{1,5}(=\"?[a-z]{0,4}\"?)?)?",
        use_shaped in any::<bool>(),
    ) {
        let names = ["authorization", "signature", "content-digest", "content-type", "signature-input"];
        let mut values = values;
        if use_shaped {
            values[4] = Some(shaped.into_bytes());
        }
        let given = names.iter().zip(&values).filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let ring = KeyRing::default();
        match Credentials::of(given) {
            Ok(Credentials::Bearer(key)) => prop_assert!(ring.authenticate(key.0, NOW).is_err()),
            Ok(Credentials::Signed(headers)) => prop_assert!(signature::read(&headers).is_err()),
            Err(refusal) => prop_assert!(!refusal.label().is_empty()),
        }
        let headers = Headers { signature_input: values[4].as_deref(), ..Headers::default() };
        prop_assert!(signature::read(&headers).is_err());
    }
}

/// The parts of a signed request as they travel, each of which somebody could change on the way.
#[derive(Clone)]
struct Sent {
    parts: [Vec<u8>; 8],
}

impl Sent {
    fn check(&self, secret: &access::SigningSecret) -> bool {
        let [method, path, query, body, content_type, digest, input, signature] = &self.parts;
        let text = |part| std::str::from_utf8(part);
        // What is not text never reaches the gateway's code: the HTTP server refuses it.
        let (Ok(method), Ok(path), Ok(query)) = (text(method), text(path), text(query)) else { return false };
        let request = Request { method, path, query: Some(query), body };
        let headers = Headers {
            signature_input: Some(input),
            signature: Some(signature),
            content_digest: Some(digest),
            content_type: Some(content_type),
        };
        signature::verify(&headers, &request, secret, NOW, WINDOW_SECONDS_DEFAULT).is_ok()
    }
}

proptest! {
    // Each case tries every bit of a request, several thousand of them.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_single_bit_changed_in_a_signed_request_is_refused(
        body in proptest::collection::vec(any::<u8>(), 1..64),
        path in "/[a-z0-9/%.-]{0,20}",
        query in "[a-z0-9=&%]{1,20}",
        (key, master, nonce) in (any::<[u8; 44]>(), any::<[u8; 32]>(), any::<[u8; 16]>()),
    ) {
        let issued = KeyRing::default().issue(
            plain_grant(),
            NOW,
            &Random::of(key),
        ).unwrap();
        let secret = SigningMaster::new(&master).unwrap().secret_of(issued.key.id(), issued.number);
        let request = Request { method: "POST", path: &path, query: Some(&query), body: &body };
        let headers = signature::sign(&request, "application/json", &secret, NOW, &nonce).unwrap();
        let parts = ["POST", &path, &query].map(|part| part.as_bytes().to_vec());
        let [method, path, query] = parts;
        let head = [&headers.content_digest, &headers.signature_input, &headers.signature].map(|part| part.clone().into_bytes());
        let [digest, input, signature] = head;
        let sent = Sent { parts: [method, path, query, body.clone(), b"application/json".to_vec(), digest, input, signature] };
        prop_assert!(sent.check(&secret), "the request as it was sent");
        for part in 0..sent.parts.len() {
            for bit in 0..sent.parts[part].len() * 8 {
                let mut changed = sent.clone();
                changed.parts[part][bit / 8] ^= 1 << (bit % 8);
                prop_assert!(!changed.check(&secret), "bit {bit} of part {part}");
            }
        }
    }
}
