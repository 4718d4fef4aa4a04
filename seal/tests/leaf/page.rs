//! The format's page: every value of its examples, computed again.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use seal::keys::{Boundary, EpochKey, KeyError, KeyId, Secret, kdf};
use seal::mac::Turn;
use seal::merkle::{Edge, Hash};
use seal::protect::{Handle, Nonces, RecordProtection, SubjectClass, SubjectKey, TenantKeys};
use seal::{ChainState, LeafHash, Sequence};

/// The lines `name = value` of the page's blocks. A name that stands there twice would hide one of its values.
struct Page(HashMap<String, String>);

impl Page {
    fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/reference/sealed-format.md");
        let (mut values, mut inside) = (HashMap::new(), false);
        for line in std::fs::read_to_string(path).unwrap().lines() {
            if line.starts_with("```") {
                inside = line == "```text";
            } else if inside {
                let (name, value) = line.split_once(" = ").unwrap();
                assert_eq!(values.insert(name.to_owned(), value.to_owned()), None, "{name}");
            }
        }
        Self(values)
    }

    fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_else(|| panic!("the page has no {name}"))
    }

    fn bytes(&mut self, name: &str) -> Vec<u8> {
        hex::decode(self.take(name)).unwrap()
    }

    fn secret(&mut self, name: &str) -> Secret {
        Secret::from_slice(&self.bytes(name)).unwrap()
    }

    fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(&mut self, name: &str) -> T {
        self.take(name).parse().unwrap()
    }
}

/// A nonce that was used before, for a value that was sealed before.
struct Given([u8; 12]);

impl Nonces for Given {
    fn next(&mut self) -> Result<[u8; 12], KeyError> {
        Ok(self.0)
    }
}

fn hashes_and_macs(page: &mut Page, chain: &str) {
    let leaf = page.take("leaf");
    assert_eq!(LeafHash::of(leaf.as_bytes()).to_string(), page.take("leaf_hash"));
    let earlier = ["leaf_hash_0", "leaf_hash_1"].map(|name| LeafHash::from_hex(&page.take(name)).unwrap());
    let mut edge = Edge::EMPTY;
    earlier.into_iter().for_each(|hash| edge.push(hash));
    assert_eq!(Hash::node(&earlier[0].into(), &earlier[1].into()).to_string(), page.take("node_0_1"));
    edge.push(LeafHash::of(leaf.as_bytes()));
    assert_eq!(edge.root().to_string(), page.take("root_of_3"));

    let bytes = page.secret("epoch_key");
    let epoch = EpochKey::new(KeyId::new("k-1").unwrap(), &bytes);
    let segment: u64 = page.number("segment");
    let derived = kdf(&bytes, "sealtrail/segment/1", &[chain.as_bytes(), &segment.to_be_bytes()]);
    assert_eq!(derived.expose().as_slice(), page.bytes("segment_key"));
    assert_eq!(
        epoch.segment(chain, segment).unwrap().sign(&LeafHash::of(leaf.as_bytes())).as_slice(),
        page.bytes("mac")
    );

    let previous = KeyId::new(&page.take("previous_id")).unwrap();
    let new = EpochKey::new(KeyId::new(&page.take("new_id")).unwrap(), &page.secret("new_epoch_key"));
    let boundary = Boundary { chain, sequence: Sequence(page.number("key_epoch_seq")), previous: &previous };
    assert_eq!(new.prove(&boundary).unwrap().as_slice(), page.bytes("proof"));

    let (offset, record, digest): (i64, _, _) =
        (page.number("refused_offset"), page.take("refused_record"), page.bytes("refused_digest"));
    let rejects = kdf(&bytes, "sealtrail/reject-key/1", &[chain.as_bytes()]);
    let at = offset.to_be_bytes();
    let parts = [at.as_slice(), record.as_bytes()];
    assert_eq!(kdf(&rejects, "sealtrail/reject/1", &parts).expose().as_slice(), digest);
    let verifier = epoch.verifier().rejects(chain).unwrap();
    assert!(verifier.verify(offset, record.as_bytes(), digest.as_slice().try_into().unwrap()));

    assert_eq!(kdf(&bytes, "sealtrail/fence-key/1", &[chain.as_bytes()]).expose().as_slice(), page.bytes("fence_key"));
    let (term, generation, attempt) = (page.number("term"), page.number("generation"), page.number("attempt"));
    let owner = page.take("owner");
    let mac = epoch.fence(chain).unwrap().sign(&Turn { term, generation, attempt, owner: &owner });
    assert_eq!(mac.as_slice(), page.bytes("fence_mac"));
}

fn hidden_member(page: &mut Page, chain: &str) {
    let (sequence, pointer, value): (u64, _, _) = (page.number("seq"), page.take("pointer"), page.take("value"));
    let root = page.secret("subject_key");
    let salts = kdf(&root, "sealtrail/salt-key/1", &[]);
    assert_eq!(salts.expose().as_slice(), page.bytes("salt_key"));
    let parts = [chain.as_bytes(), &sequence.to_be_bytes(), pointer.as_bytes(), value.as_bytes()];
    let salt = page.bytes("salt");
    assert_eq!(kdf(&salts, "sealtrail/salt/1", &parts).expose()[..16], salt);
    assert_eq!(kdf(&root, "sealtrail/disclosure-key/1", &[]).expose().as_slice(), page.bytes("disclosure_key"));
    let array = format!("[\"{}\",\"note\",{value}]", URL_SAFE_NO_PAD.encode(salt));
    assert_eq!(array, page.take("array"));
    let disclosure = URL_SAFE_NO_PAD.encode(array);
    assert_eq!(disclosure, page.take("disclosure"));
    let digest = page.take("digest");
    assert_eq!(crate::fixture::digest(&disclosure), digest);

    let handle = page.take("handle");
    let key = SubjectKey::new(Handle::from_hex(&handle).unwrap(), root);
    let sealed = page.bytes("sealed");
    let mut nonces = Given(sealed[..12].try_into().unwrap());
    let made =
        RecordProtection::new(chain, Sequence(sequence), &mut nonces).hide(&key, &pointer, "note", value.as_bytes());
    let made = made.unwrap();
    assert_eq!((made.sealed, URL_SAFE_NO_PAD.encode(made.digest)), (sealed, digest));

    let (root, tenant) = (page.secret("tenants_root"), page.take("tenant"));
    assert_eq!(kdf(&root, "sealtrail/token-key/1", &[tenant.as_bytes()]).expose().as_slice(), page.bytes("token_key"));
    let keys = TenantKeys::of(&root, &tenant);
    assert_eq!(page.take("class"), "patient");
    let subject = page.take("subject");
    let first = keys.handle(SubjectClass::Patient, &subject);
    assert_eq!(first.to_string(), handle);
    let generation: u32 = page.number("subject_generation");
    let later = page.take("later_handle");
    assert_eq!(keys.generation(&first, generation).to_string(), later);
    let parts: [&[u8]; 2] = [first.as_bytes(), &generation.to_be_bytes()];
    let token_key = kdf(&root, "sealtrail/token-key/1", &[tenant.as_bytes()]);
    assert_eq!(hex::encode(&kdf(&token_key, "sealtrail/subject-generation/1", &parts).expose()[..16]), later);
    assert_eq!(keys.token(&page.take("token_class"), &subject).to_string(), page.take("token"));
    assert_eq!(keys.tag(&page.take("label"), &page.take("redacted")), page.take("tag"));
}

#[test]
fn every_value_on_the_formats_page_is_what_comes_out() {
    let mut page = Page::read();
    let chain = page.take("chain");
    hashes_and_macs(&mut page, &chain);
    hidden_member(&mut page, &chain);
    let (fields, text) = (page.take("fields"), page.take("state"));
    assert_eq!(fields.split(';').count(), text.split(';').count());
    let state = ChainState::parse(&chain, &text).unwrap();
    assert_eq!((state.size(), state.to_text(&chain)), (3, text));
    assert!(page.0.is_empty(), "not checked: {:?}", page.0);
}
