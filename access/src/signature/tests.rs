//! Signed requests against the standard's own vector, and against everybody who changes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;

use super::*;
use crate::KeyId;

const NOW: UnixSeconds = UnixSeconds(1_795_268_404);
const TYPE: &str = "application/json";
const REQUEST: Request<'static> =
    Request { method: "POST", path: "/v1/events", query: Some("a=b"), body: b"{\"action\":\"read\"}" };

fn secret() -> SigningSecret {
    SigningMaster::new(&[7; 32]).unwrap().secret_of(&KeyId::of(&[3; 12]), 1)
}

fn signed(request: &Request<'_>) -> SignedHeaders {
    sign(request, TYPE, &secret(), NOW, &[9; 16]).unwrap()
}

fn check(headers: &Headers<'_>, request: &Request<'_>, now: UnixSeconds) -> Result<Accepted, SignatureFault> {
    verify(headers, request, &secret(), now, WINDOW_SECONDS_DEFAULT)
}

/// RFC 9421, B.2.5: its own components, so only the base builder and the HMAC are ours here.
#[test]
fn the_standards_own_hmac_vector_comes_out() {
    let key = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    let components = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
    ];
    let parameters = "(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"";
    let mac = base::mac(&STANDARD.decode(key).unwrap(), &base::build(&components, parameters)).unwrap();
    assert_eq!(STANDARD.encode(mac.finalize().into_bytes()), "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
}

/// The values in the book were computed by Python's standard library.
#[test]
fn the_books_example_comes_out() {
    let book = include_str!("../../../docs/src/reference/signed-requests.md");
    let request = Request { path: "/v1/events", query: None, body: b"{}", ..REQUEST };
    let headers = signed(&request);
    assert!(book.contains(&format!("\n{}\n", secret().reveal())), "{}", secret().reveal());
    assert!(book.contains(&format!("\n{}\n", headers.signature)), "{}", headers.signature);
    let parameters = headers.signature_input.strip_prefix("sig=").unwrap();
    let base = base::of_request(&request, &headers.content_digest, TYPE, parameters).unwrap();
    assert!(book.contains(&format!("\n{base}\n")), "{base}");
}

#[test]
fn a_signed_request_is_taken_within_the_window_to_the_second() {
    let headers = signed(&REQUEST);
    let headers = headers.as_headers(TYPE);
    for now in [NOW.0 - 300, NOW.0, NOW.0 + 300] {
        assert!(check(&headers, &REQUEST, UnixSeconds(now)).is_ok(), "{now}");
    }
    assert_eq!(check(&headers, &REQUEST, UnixSeconds(NOW.0 + 301)), Err(SignatureFault::TooOld));
    assert_eq!(check(&headers, &REQUEST, UnixSeconds(NOW.0 - 301)), Err(SignatureFault::FromTheFuture));
}

#[test]
fn each_covered_part_is_covered() {
    let headers = signed(&REQUEST);
    let headers = headers.as_headers(TYPE);
    let wrong = Err(SignatureFault::Wrong);
    assert_eq!(check(&headers, &Request { method: "PUT", ..REQUEST }, NOW), wrong);
    assert_eq!(check(&headers, &Request { path: "/v1/event", ..REQUEST }, NOW), wrong);
    assert_eq!(check(&headers, &Request { query: None, ..REQUEST }, NOW), wrong);
    assert_eq!(check(&headers, &Request { query: Some(""), ..REQUEST }, NOW), wrong);
    assert_eq!(check(&headers, &Request { body: b"{}", ..REQUEST }, NOW), Err(SignatureFault::WrongDigest));
    assert_eq!(check(&Headers { content_type: Some(b"text/plain"), ..headers }, &REQUEST, NOW), wrong);
    let other = content_digest(b"{}");
    let replaced = Headers { content_digest: Some(other.as_bytes()), ..headers };
    assert_eq!(check(&replaced, &Request { body: b"{}", ..REQUEST }, NOW), wrong);
    let foreign = SigningMaster::new(&[8; 32]).unwrap().secret_of(&KeyId::of(&[3; 12]), 1);
    assert_eq!(verify(&headers, &REQUEST, &foreign, NOW, 300), wrong);
}

/// Another library may write the parameters in another order, and a proxy may sign too.
#[test]
fn the_order_of_parameters_and_other_signatures_are_free() {
    let id = secret().key_id().clone();
    let list = "(\"@method\" \"@path\" \"@query\" \"content-digest\" \"content-type\")";
    let parameters = format!(
        "{list};tag=\"sealtrail\";keyid=\"{id}\";alg=\"hmac-sha256\";nonce=\"AAAAAAAAAAAAAAAA\";created={}",
        NOW.0
    );
    let digest = content_digest(REQUEST.body);
    let base = base::of_request(&REQUEST, &digest, TYPE, &parameters).unwrap();
    let mac = STANDARD.encode(base::mac(secret().bytes(), &base).unwrap().finalize().into_bytes());
    let input = format!("proxy=(\"@method\");tag=\"proxy\", a={parameters}");
    let signature = format!("a=:{mac}:, proxy=:AAAA:");
    let headers = Headers {
        signature_input: Some(input.as_bytes()),
        signature: Some(signature.as_bytes()),
        content_digest: Some(digest.as_bytes()),
        content_type: Some(TYPE.as_bytes()),
    };
    assert!(check(&headers, &REQUEST, NOW).is_ok());
}

#[test]
fn anything_but_the_one_form_is_refused_by_name() {
    use SignatureFault::{HeaderMissing, Malformed, WrongComponents, WrongParameter};
    let good = signed(&REQUEST);
    let refused = |from: &str, to: &str| {
        assert!(good.signature_input.contains(from), "{from}");
        let input = good.signature_input.replacen(from, to, 1);
        let headers = Headers { signature_input: Some(input.as_bytes()), ..good.as_headers(TYPE) };
        check(&headers, &REQUEST, NOW).unwrap_err()
    };
    assert_eq!(refused("\"@query\" ", ""), WrongComponents);
    assert_eq!(refused("\"@query\"", "\"@query\";req"), WrongComponents);
    assert_eq!(refused("\"@method\" \"@path\"", "\"@path\" \"@method\""), WrongComponents);
    assert_eq!(refused("hmac-sha256", "ed25519"), WrongParameter("alg"));
    assert_eq!(refused(";alg=\"hmac-sha256\"", ""), WrongParameter("alg"));
    assert_eq!(refused("sealtrail", "other"), WrongParameter("tag"));
    assert_eq!(refused("keyid=\"", "keyid=\"x"), WrongParameter("keyid"));
    assert_eq!(refused("nonce=\"", "nonce=\"\\\""), WrongParameter("nonce"));
    assert_eq!(refused("created=", "created=-"), WrongParameter("created"));
    assert_eq!(refused("created=", "creates="), WrongParameter("any other than created, nonce, keyid, alg, tag"));
    assert_eq!(refused("sig=", "other="), Malformed("signature"));
    let without = Headers { content_digest: None, ..good.as_headers(TYPE) };
    assert_eq!(check(&without, &REQUEST, NOW), Err(HeaderMissing("content-digest")));
    let long = format!("{}{}", good.signature, " ".repeat(HEADER_BYTES_MAX));
    let long = Headers { signature: Some(long.as_bytes()), ..good.as_headers(TYPE) };
    assert_eq!(check(&long, &REQUEST, NOW), Err(Malformed("signature")));
}

#[test]
fn what_cannot_stand_in_a_header_cannot_be_signed() {
    for request in [
        Request { path: "/a b", ..REQUEST },
        Request { query: Some("a\n"), ..REQUEST },
        Request { method: "", ..REQUEST },
    ] {
        assert!(sign(&request, TYPE, &secret(), NOW, &[9; 16]).is_err());
    }
    assert!(sign(&REQUEST, "a\nb: c", &secret(), NOW, &[9; 16]).is_err());
    assert!(sign(&REQUEST, "", &secret(), NOW, &[9; 16]).is_err());
}
