//! What every keeper of keys must do. Each scenario opens its own providers on one ground.

use std::thread;

use keystore::KeystoreError;
use seal::keys::{Boundary, Custodian, Disposition, EpochKey, KeyError, KeyId, KeyState, Outcome, Purpose, Secret};
use seal::mac::Turn;
use seal::protect::{Handle, SubjectClass, SubjectKey, TenantKeys, WrapScope, WrappedKey};
use seal::{LeafHash, Sequence};

use crate::ground::{Ground, id};

const LEAF: LeafHash = LeafHash([9; 32]);
const TURN: Turn<'_> = Turn { term: 1, generation: 2, attempt: 0, owner: "worker" };

fn active(keys: &Custodian, name: &str, purpose: &Purpose) -> KeyId {
    let id = id(name);
    keys.create(&id, purpose).unwrap();
    keys.change(&id, KeyState::Active).unwrap();
    id
}

fn wrapping(tenant: &str, period: u32) -> Purpose {
    Purpose::Wrapping { tenant: tenant.to_owned(), period }
}

fn handle() -> Handle {
    Handle::from_bytes([3; 16])
}

fn scope(handle: &Handle) -> WrapScope<'_> {
    WrapScope { tenant: "north", class: SubjectClass::Patient, handle }
}

pub fn every_operation_does_its_work(ground: &dyn Ground) {
    let keys = ground.custodian();
    let mac = active(&keys, "mac-1", &Purpose::Epoch);
    let (signer, verifier) = (keys.epoch_signer(&mac).unwrap(), keys.epoch_verifier(&mac).unwrap());
    let signed = signer.segment("t/0", 5).unwrap().sign(&LEAF);
    assert!(verifier.segment("t/0", 5).unwrap().verify(&LEAF, &signed));
    assert!(!verifier.segment("t/0", 6).unwrap().verify(&LEAF, &signed));
    let fence = signer.fence("t/0").unwrap().sign(&TURN);
    assert!(verifier.fence("t/0").unwrap().verify(&TURN, &fence));
    let old = id("mac-0");
    let boundary = Boundary { chain: "t/0", sequence: Sequence(9), previous: &old };
    let mut proof = signer.prove(&boundary).unwrap();
    assert_eq!(verifier.verify(&boundary, &proof), Ok(true));
    proof[0] ^= 1;
    assert_eq!(verifier.verify(&boundary, &proof), Ok(false));

    let root = active(&keys, "root-1", &Purpose::TenantRoot);
    let token = keys.tenant_keys(&root, "north").unwrap().token("email", "a@example.org");
    assert_eq!(keys.tenant_keys(&root, "north").unwrap().token("email", "a@example.org"), token);
    assert_ne!(keys.tenant_keys(&root, "south").unwrap().token("email", "a@example.org"), token);

    let (handle, other) = (handle(), Handle::from_bytes([4; 16]));
    let kek = active(&keys, "kek-north-1", &wrapping("north", 1));
    let subject = SubjectKey::from_bytes(handle, [8; 32]);
    let wrapped = keys.wrap(&kek, &scope(&handle), &subject).unwrap();
    assert_ne!(keys.wrap(&kek, &scope(&handle), &subject).unwrap(), wrapped, "a nonce came twice");
    assert_eq!(keys.unwrap(&scope(&handle), &wrapped).unwrap().root(), subject.root());
    assert_eq!(keys.unwrap(&scope(&other), &wrapped).unwrap_err(), KeyError::CannotOpen);
    let next = active(&keys, "kek-north-2", &wrapping("north", 2));
    let moved = keys.rewrap(&scope(&handle), &wrapped, &next).unwrap();
    assert_eq!(keys.unwrap(&scope(&handle), &moved).unwrap().root(), subject.root());
    let mut changed = moved.clone();
    changed.sealed[20] ^= 1;
    assert_eq!(keys.unwrap(&scope(&handle), &changed).unwrap_err(), KeyError::CannotOpen);
    let elsewhere = WrappedKey { kek, ..moved };
    assert_eq!(keys.unwrap(&scope(&handle), &elsewhere).unwrap_err(), KeyError::CannotOpen);
    let names: Vec<String> = keys.list().unwrap().iter().map(|info| info.id.to_string()).collect();
    assert_eq!(names, ["mac-1", "root-1", "kek-north-1", "kek-north-2"]);
}

pub fn an_imported_key_gives_the_same_mac_everywhere(ground: &dyn Ground) {
    let keys = ground.custodian();
    let (mac, secret) = (id("mac-1"), Secret::new([0x5a; 32]));
    keys.import(&mac, &Purpose::Epoch, &secret).unwrap();
    keys.change(&mac, KeyState::Active).unwrap();
    let here = keys.epoch_signer(&mac).unwrap();
    let in_memory = EpochKey::new(mac, &secret);
    assert_eq!(here.segment("t/0", 1).unwrap().sign(&LEAF), in_memory.segment("t/0", 1).unwrap().sign(&LEAF));
    assert_eq!(here.fence("t/0").unwrap().sign(&TURN), in_memory.fence("t/0").unwrap().sign(&TURN));
    let root = id("root-1");
    keys.import(&root, &Purpose::TenantRoot, &secret).unwrap();
    keys.change(&root, KeyState::Active).unwrap();
    let token = keys.tenant_keys(&root, "north").unwrap().token("email", "x");
    assert_eq!(token, TenantKeys::of(&secret, "north").token("email", "x"));
    // Wrapped in memory, unwrapped here: the formats are one.
    let (kek, handle) = (id("kek-1"), handle());
    keys.import(&kek, &wrapping("north", 1), &secret).unwrap();
    keys.change(&kek, KeyState::Active).unwrap();
    let data = scope(&handle).associated_data(&kek);
    let sealed = seal::keys::encrypt_secret(&secret, &[7; 12], &data, &Secret::new([8; 32])).unwrap();
    let subject = keys.unwrap(&scope(&handle), &WrappedKey { kek, sealed }).unwrap();
    assert_eq!(*subject.root(), Secret::new([8; 32]));
}

pub fn states_allow_what_the_table_says(ground: &dyn Ground) {
    let keys = ground.custodian();
    let paths: [(&[KeyState], bool, bool, bool); 6] = [
        (&[], false, false, false),
        (&[KeyState::Active], true, true, true),
        (&[KeyState::Active, KeyState::Retiring], false, true, true),
        (&[KeyState::Active, KeyState::Retiring, KeyState::Archived], false, true, true),
        (&[KeyState::Active, KeyState::Compromised], false, false, true),
        (&[KeyState::Active, KeyState::Retiring, KeyState::Destroyed], false, false, false),
    ];
    let handle = handle();
    for (at, (path, protects, checks, unwraps)) in paths.into_iter().enumerate() {
        let (mac, kek) = (id(&format!("mac-{at}")), id(&format!("kek-{at}")));
        keys.create(&mac, &Purpose::Epoch).unwrap();
        keys.create(&kek, &wrapping("north", 1)).unwrap();
        let mut wrapped = WrappedKey { kek: kek.clone(), sealed: [0; 60] };
        for state in path {
            keys.change(&mac, *state).unwrap();
            keys.change(&kek, *state).unwrap();
            if *state == KeyState::Active {
                wrapped = keys.wrap(&kek, &scope(&handle), &SubjectKey::from_bytes(handle, [1; 32])).unwrap();
            }
        }
        // As another process sees it.
        let keys = ground.custodian();
        let subject = SubjectKey::from_bytes(handle, [1; 32]);
        assert_eq!(keys.epoch_signer(&mac).is_ok(), protects, "signing, {path:?}");
        assert_eq!(keys.wrap(&kek, &scope(&handle), &subject).is_ok(), protects, "wrapping, {path:?}");
        assert_eq!(keys.epoch_verifier(&mac).is_ok(), checks, "checking, {path:?}");
        assert_eq!(keys.unwrap(&scope(&handle), &wrapped).is_ok(), unwraps, "unwrapping, {path:?}");
    }
    let mac = id("mac-1");
    let refused = keys.change(&mac, KeyState::Archived).unwrap_err();
    assert_eq!(refused, KeyError::Transition { key: mac, from: KeyState::Active, to: KeyState::Archived });
}

pub fn a_rotation_lets_both_keys_sign_until_the_old_one_retires(ground: &dyn Ground) {
    let keys = ground.custodian();
    let old = active(&keys, "mac-1", &Purpose::Epoch);
    let old_signer = keys.epoch_signer(&old).unwrap();
    let mac = old_signer.segment("t/0", 1).unwrap().sign(&LEAF);
    let new = active(&keys, "mac-2", &Purpose::Epoch);
    assert_eq!(keys.current(&Purpose::Epoch).unwrap(), new);
    // Chain 1 has not got its key-epoch leaf yet, chain 0 has.
    let new_signer = keys.epoch_signer(&new).unwrap();
    old_signer.segment("t/1", 1).unwrap();
    new_signer.segment("t/0", 2).unwrap();
    keys.change(&old, KeyState::Retiring).unwrap();
    let refused = old_signer.segment("t/1", 2).unwrap_err();
    assert_eq!(refused, KeyError::State { key: old.clone(), state: KeyState::Retiring });
    assert!(keys.epoch_signer(&old).is_err());
    assert!(keys.epoch_verifier(&old).unwrap().segment("t/0", 1).unwrap().verify(&LEAF, &mac));
    new_signer.segment("t/0", 3).unwrap();
}

pub fn a_destroyed_key_is_gone_for_good(ground: &dyn Ground) {
    let keys = ground.custodian();
    let handle = handle();
    let mac = active(&keys, "mac-1", &Purpose::Epoch);
    let kek = active(&keys, "kek-1", &wrapping("north", 1));
    let (signer, verifier) = (keys.epoch_signer(&mac).unwrap(), keys.epoch_verifier(&mac).unwrap());
    let wrapped = keys.wrap(&kek, &scope(&handle), &SubjectKey::from_bytes(handle, [1; 32])).unwrap();
    for id in [&mac, &kek] {
        keys.change(id, KeyState::Retiring).unwrap();
        keys.change(id, KeyState::Destroyed).unwrap();
    }
    let provider = ground.provider();
    for keys in [&keys, &ground.custodian()] {
        assert!(keys.epoch_verifier(&mac).is_err());
        assert!(keys.unwrap(&scope(&handle), &wrapped).is_err());
        assert_eq!(keys.create(&mac, &Purpose::Epoch), Err(KeyError::Exists(mac.clone())));
        assert_eq!(keys.list().unwrap().iter().filter(|info| info.state == KeyState::Destroyed).count(), 2);
    }
    assert!(signer.segment("t/0", 1).is_err());
    assert!(verifier.segment("t/0", 1).is_err());
    // Not the rule alone: without the custodian the material is not there either.
    assert!(provider.hash(&mac, b"x").is_err());
    assert!(provider.verifies(&mac, b"x", &[0; 32]).is_err());
    assert!(provider.encrypt(&kek, b"x", &Secret::new([1; 32])).is_err());
    assert!(provider.decrypt(&kek, &scope(&handle).associated_data(&kek), &wrapped.sealed).is_err());
}

pub fn what_another_process_changes_counts_at_once(ground: &dyn Ground) {
    let (service, operator) = (ground.custodian(), ground.custodian());
    let mac = active(&operator, "mac-1", &Purpose::Epoch);
    let signer = service.epoch_signer(&mac).unwrap();
    signer.segment("t/0", 1).unwrap();
    operator.change(&mac, KeyState::Compromised).unwrap();
    assert!(signer.segment("t/0", 2).is_err());
    assert!(service.epoch_verifier(&mac).is_err());
}

pub fn a_wrong_secret_opens_nothing(ground: &dyn Ground) {
    let error = ground.open_wrongly();
    assert!(matches!(error, KeystoreError::File { .. } | KeystoreError::Pin { .. }), "{error}");
    assert!(error.to_string().contains("wrong"), "{error}");
    assert_eq!(error.disposition(), Disposition::Fatal);
    ground.provider_after_a_wrong_secret().list().unwrap();
}

pub fn eight_threads_get_the_right_answers(ground: &dyn Ground) {
    let keys = ground.custodian();
    let (mac, secret) = (id("mac-1"), Secret::new([0x5a; 32]));
    keys.import(&mac, &Purpose::Epoch, &secret).unwrap();
    keys.change(&mac, KeyState::Active).unwrap();
    let signer = keys.epoch_signer(&mac).unwrap();
    let in_memory = EpochKey::new(mac, &secret);
    thread::scope(|threads| {
        for chain in 0..8 {
            let (signer, in_memory) = (signer.clone(), in_memory.clone());
            threads.spawn(move || {
                let chain = format!("t/{chain}");
                for segment in 0..50 {
                    let mac = signer.segment(&chain, segment).unwrap().sign(&LEAF);
                    assert_eq!(mac, in_memory.segment(&chain, segment).unwrap().sign(&LEAF));
                }
            });
        }
    });
}

pub fn keys_that_vanish_are_an_outage_and_come_back(ground: &dyn Ground) {
    let keys = ground.custodian();
    let mac = active(&keys, "mac-1", &Purpose::Epoch);
    let signer = keys.epoch_signer(&mac).unwrap();
    let before = signer.segment("t/0", 1).unwrap().sign(&LEAF);
    ground.take_away();
    let error = signer.segment("t/0", 2).unwrap_err();
    assert_eq!(error.disposition(), Disposition::Retry, "{error}");
    assert!(keys.create(&id("mac-2"), &Purpose::Epoch).is_err());
    ground.put_back();
    assert_eq!(signer.segment("t/0", 1).unwrap().sign(&LEAF), before);
    keys.create(&id("mac-2"), &Purpose::Epoch).unwrap();
}

pub fn no_operation_is_silent(ground: &dyn Ground) {
    let (keys, events) = ground.watched();
    let handle = handle();
    let (mac, kek, root, none) = (id("mac-1"), id("kek-1"), id("root-1"), id("none"));
    let subject = SubjectKey::from_bytes(handle, [1; 32]);
    let old = id("mac-0");
    let boundary = Boundary { chain: "t/0", sequence: Sequence(9), previous: &old };
    // What is called, in order, and what must be reported of each.
    let mut expected = Vec::new();
    let mut after = |done: bool, operations: &str| {
        expected.extend(operations.split(' ').map(|name| (name.to_owned(), done)));
        let seen: Vec<_> = events.lock().unwrap().iter().map(told).collect();
        assert_eq!(seen, expected);
    };
    keys.create(&mac, &Purpose::Epoch).unwrap();
    after(true, "create:mac-1");
    assert!(keys.epoch_signer(&mac).is_err());
    after(false, "epoch-signer:mac-1");
    keys.import(&kek, &wrapping("north", 1), &Secret::new([2; 32])).unwrap();
    after(true, "import:kek-1");
    keys.create(&root, &Purpose::TenantRoot).unwrap();
    after(true, "create:root-1");
    for key in [&mac, &kek, &root] {
        keys.change(key, KeyState::Active).unwrap();
    }
    after(true, "activate:mac-1 activate:kek-1 activate:root-1");
    keys.current(&Purpose::Epoch).unwrap();
    after(true, "current");
    let (signer, verifier) = (keys.epoch_signer(&mac).unwrap(), keys.epoch_verifier(&mac).unwrap());
    after(true, "epoch-signer:mac-1 epoch-verifier:mac-1");
    signer.segment("t/0", 1).unwrap();
    verifier.segment("t/0", 1).unwrap();
    signer.fence("t/0").unwrap();
    let proof = signer.prove(&boundary).unwrap();
    after(true, "derive:mac-1 derive:mac-1 derive:mac-1 derive:mac-1");
    assert_eq!(verifier.verify(&boundary, &proof), Ok(true));
    assert_eq!(signer.verifier().verify(&boundary, &[0; 32]), Ok(false));
    after(true, "check:mac-1 check:mac-1");
    keys.tenant_keys(&root, "north").unwrap();
    after(true, "token-key:root-1");
    let wrapped = keys.wrap(&kek, &scope(&handle), &subject).unwrap();
    keys.unwrap(&scope(&handle), &wrapped).unwrap();
    after(true, "wrap:kek-1 unwrap:kek-1");
    keys.list().unwrap();
    after(true, "list");
    for state in [KeyState::Retiring, KeyState::Archived, KeyState::Compromised, KeyState::Destroyed] {
        keys.change(&mac, state).unwrap();
    }
    after(true, "retire:mac-1 archive:mac-1 compromise:mac-1 destroy:mac-1");
    assert!(signer.segment("t/0", 1).is_err());
    after(false, "derive:mac-1");
    assert!(verifier.verify(&boundary, &proof).is_err());
    after(false, "check:mac-1");
    assert!(keys.current(&Purpose::Epoch).is_err());
    after(false, "current");
    assert!(keys.tenant_keys(&none, "north").is_err());
    assert!(keys.wrap(&none, &scope(&handle), &subject).is_err());
    assert!(keys.unwrap(&scope(&handle), &WrappedKey { kek: none.clone(), ..wrapped.clone() }).is_err());
    assert!(keys.change(&none, KeyState::Active).is_err());
    assert!(keys.create(&kek, &Purpose::Epoch).is_err());
    after(false, "token-key:none wrap:none unwrap:none activate:none create:kek-1");
}

pub fn both_halves_of_a_rewrap_are_reported(ground: &dyn Ground) {
    let (keys, events) = ground.watched();
    let handle = handle();
    let (old, new) = (active(&keys, "kek-1", &wrapping("north", 1)), active(&keys, "kek-2", &wrapping("north", 2)));
    let wrapped = keys.wrap(&old, &scope(&handle), &SubjectKey::from_bytes(handle, [1; 32])).unwrap();
    let absent = WrappedKey { kek: id("none"), ..wrapped.clone() };
    for (from, to, expected) in [
        (&wrapped, &new, &[("unwrap:kek-1", true), ("rewrap:kek-2", true)][..]),
        (&wrapped, &id("none"), &[("unwrap:kek-1", true), ("rewrap:none", false)]),
        // The second half is not begun.
        (&absent, &new, &[("unwrap:none", false)]),
    ] {
        events.lock().unwrap().clear();
        let moved = keys.rewrap(&scope(&handle), from, to);
        assert_eq!(moved.is_ok(), expected.iter().all(|(_, done)| *done));
        let seen: Vec<_> = events.lock().unwrap().iter().map(told).collect();
        let expected: Vec<_> = expected.iter().map(|(name, done)| ((*name).to_owned(), *done)).collect();
        assert_eq!(seen, expected);
    }
}

fn told(event: &seal::keys::KeyEvent) -> (String, bool) {
    let name = event.operation.name();
    let told = event.key.as_ref().map_or_else(|| name.to_owned(), |key| format!("{name}:{key}"));
    (told, event.outcome == Outcome::Done)
}

pub fn names_and_purposes_are_kept_apart(ground: &dyn Ground) {
    let keys = ground.custodian();
    let handle = handle();
    let mac = active(&keys, "mac-1", &Purpose::Epoch);
    let kek = active(&keys, "kek-1", &wrapping("south", 1));
    assert_eq!(keys.create(&mac, &Purpose::TenantRoot), Err(KeyError::Exists(mac.clone())));
    assert!(matches!(keys.epoch_signer(&kek), Err(KeyError::Purpose { .. })));
    assert!(matches!(keys.tenant_keys(&mac, "north"), Err(KeyError::Purpose { .. })));
    let subject = SubjectKey::from_bytes(handle, [1; 32]);
    assert!(matches!(keys.wrap(&mac, &scope(&handle), &subject), Err(KeyError::Purpose { .. })));
    assert_eq!(keys.wrap(&kek, &scope(&handle), &subject), Err(KeyError::OtherTenant(kek)));
    assert_eq!(keys.create(&id("kek-2"), &wrapping("a tenant", 1)), Err(KeyError::BadTenant));
    assert!(matches!(keys.epoch_signer(&id("none")), Err(KeyError::Unknown(_))));
    assert_eq!(keys.current(&Purpose::TenantRoot), Err(KeyError::NoneActive(Purpose::TenantRoot)));
}
