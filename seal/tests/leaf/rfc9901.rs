//! RFC 9901's own examples: a disclosure's text, and its digest as this suite computes it for our leaves.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use seal::canonical::{Canonical, KeepAll, Scratch};
use seal::protect::Disclosure;
use serde_json::Value;

use crate::fixture::digest;

/// Sections 4.2.3 and 5.1: disclosures in the RFC's spelling, which has white space, and their digests.
const DIGESTS: [(&str, &str); 6] = [
    (
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
        "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
    ),
    ("WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd", "jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQwLUK4"),
    ("WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImZhbWlseV9uYW1lIiwgIkRvZSJd", "TGf4oLbgwd5JQaHyKVQZU9UdGE0w5rtDsrZzfUaomLo"),
    (
        "WyI2SWo3dE0tYTVpVlBHYm9TNXRtdlZBIiwgImVtYWlsIiwgImpvaG5kb2VAZXhhbXBsZS5jb20iXQ",
        "JzYjH4svliH0R3PyEMfeZu6Jt69u5qehZo7F7EPYlSE",
    ),
    (
        "WyJlSThaV205UW5LUHBOUGVOZW5IZGhRIiwgInBob25lX251bWJlciIsICIrMS0yMDItNTU1LTAxMDEiXQ",
        "PorFbpKuVu6xymJagvkFsFXAbRoc2JGlAUA2BA4o7cI",
    ),
    (
        "WyJQYzMzSk0yTGNoY1VfbEhnZ3ZfdWZRIiwgImJpcnRoZGF0ZSIsICIxOTQwLTAxLTAxIl0",
        "gbOsI4Edq2x2Kw-w5wPEzakob9hV1cRD0ATN3oQL9JM",
    ),
];

/// Section 4.2.1: the first of them in the spelling without white space, which is the one that we write.
const WITHOUT_SPACE: &str = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd";

fn array(text: &str) -> Vec<String> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

#[test]
fn the_digests_are_the_rfcs() {
    for (disclosure, expected) in DIGESTS {
        assert_eq!(digest(disclosure), expected, "{disclosure}");
    }
}

#[test]
fn our_spelling_is_the_rfcs_without_white_space() {
    let (mut out, mut scratch) = (Vec::new(), Scratch::default());
    Canonical::new(&mut out, &mut scratch, &mut KeepAll).write(&array(DIGESTS[0].0), &[]).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(out), WITHOUT_SPACE);
    // The first one's salt is no multiple of eight bits, so none of ours can be like it.
    for (text, _) in &DIGESTS[1..] {
        let [salt, name, value] = array(text).try_into().unwrap();
        let salt: [u8; 16] = URL_SAFE_NO_PAD.decode(salt).unwrap().try_into().unwrap();
        let ours = Disclosure::new(&salt, &name, Value::from(value).to_string().as_bytes());
        assert_eq!(array(&ours.encode()), array(text));
        assert!(!URL_SAFE_NO_PAD.decode(ours.encode()).unwrap().contains(&b' '));
        assert_eq!(URL_SAFE_NO_PAD.encode(ours.digest()), digest(&ours.encode()));
        // The same facts in another spelling are another disclosure, and not one of ours.
        assert!(Disclosure::decode(text).is_err());
    }
}
