//! What only a token can show: nothing leaves it, copies that can only check, PINs, sessions that die.

use std::path::Path;

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use keystore::{KeystoreError, TokenConfig, TokenProvider};
use seal::keys::{Disposition, KeyProvider, KeyState, Purpose, Secret};

use crate::ground::{Ground, PIN, TokenGround, id, kill_sessions, module};

/// A session beside the provider's, as a thief with the PIN would have.
fn thief() -> Session {
    session_with(PIN)
}

fn session_with(pin: &str) -> Session {
    let context = Pkcs11::new(module()).unwrap();
    let slot = context.get_slots_with_initialized_token().unwrap()[0];
    let session = context.open_rw_session(slot).unwrap();
    match session.login(UserType::User, Some(&AuthPin::new(pin.into()))) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => session,
        Err(error) => panic!("{error}"),
    }
}

fn objects(session: &Session, label: &str) -> Vec<ObjectHandle> {
    let template = [Attribute::Class(ObjectClass::SECRET_KEY), Attribute::Label(label.as_bytes().to_vec())];
    session.find_objects(&template).unwrap()
}

fn scenario(name: &str, body: impl FnOnce(&TokenGround)) {
    TokenGround::run(&format!("token::{name}"), body);
}

#[test]
fn no_key_can_be_read_or_wrapped_out_of_the_token() {
    scenario("no_key_can_be_read_or_wrapped_out_of_the_token", |ground| {
        let keys = ground.custodian();
        let kek = Purpose::Wrapping { tenant: "north".to_owned(), period: 1 };
        for (name, purpose) in [("mac", &Purpose::Epoch), ("root", &Purpose::TenantRoot), ("kek", &kek)] {
            keys.create(&id(name), purpose).unwrap();
            keys.import(&id(&format!("{name}-imported")), purpose, &Secret::new([1; 32])).unwrap();
        }
        let session = thief();
        let whole = objects(&session, "sealtrail");
        let copies = objects(&session, "sealtrail check-only");
        assert_eq!((whole.len(), copies.len()), (6, 2));
        for key in whole.iter().chain(&copies) {
            let info = session.get_attribute_info(*key, &[AttributeType::Value]).unwrap();
            assert!(matches!(info[0], AttributeInfo::Sensitive), "a key's value can be read: {info:?}");
            let wrapped = session.wrap_key(&Mechanism::AesKeyWrap, whole[0], *key);
            assert!(wrapped.is_err(), "a key can be wrapped out of the token");
        }
    });
}

#[test]
fn a_check_only_copy_checks_and_refuses_to_sign() {
    scenario("a_check_only_copy_checks_and_refuses_to_sign", |ground| {
        ground.custodian().import(&id("mac"), &Purpose::Epoch, &Secret::new([1; 32])).unwrap();
        let provider = ground.open();
        let mac = provider.hash(&id("mac"), b"text").unwrap();
        let session = thief();
        let copy = objects(&session, "sealtrail check-only")[0];
        session.verify(&Mechanism::Sha256Hmac, copy, b"text", &mac).unwrap();
        assert!(matches!(
            session.sign(&Mechanism::Sha256Hmac, copy, b"text"),
            Err(Error::Pkcs11(RvError::KeyFunctionNotPermitted, _))
        ));
        // The provider checks with the copy: without the other object it still can, and can't sign any more.
        session.destroy_object(objects(&session, "sealtrail")[0]).unwrap();
        assert_eq!(provider.verifies(&id("mac"), b"text", &mac), Ok(true));
        assert_eq!(provider.verifies(&id("mac"), b"texT", &mac), Ok(false));
        assert!(provider.hash(&id("mac"), b"text").is_err());
    });
}

#[test]
fn sessions_that_die_are_opened_anew() {
    scenario("sessions_that_die_are_opened_anew", |ground| {
        let keys = ground.custodian();
        keys.create(&id("mac"), &Purpose::Epoch).unwrap();
        keys.change(&id("mac"), KeyState::Active).unwrap();
        let signer = keys.epoch_signer(&id("mac")).unwrap();
        let before = signer.segment("t/0", 1).unwrap().sign(&seal::LeafHash([9; 32]));
        for round in 0..3 {
            kill_sessions();
            assert_eq!(signer.segment("t/0", 1).unwrap().sign(&seal::LeafHash([9; 32])), before);
            kill_sessions();
            keys.create(&id(&format!("mac-{round}")), &Purpose::Epoch).unwrap();
        }
    });
}

#[test]
fn a_pin_that_was_refused_is_not_tried_again() {
    scenario("a_pin_that_was_refused_is_not_tried_again", |ground| {
        let provider = ground.open();
        provider.create(&id("mac"), &Purpose::Epoch, None).unwrap();
        let session = thief();
        session.set_pin(&AuthPin::new(PIN.into()), &AuthPin::new("1234-other".into())).unwrap();
        kill_sessions();
        let told = provider.list().unwrap_err();
        assert!(told.to_string().contains("refused the PIN: it is wrong"), "{told}");
        assert_eq!(told.disposition(), Disposition::Fatal);
        assert!(!told.to_string().contains(PIN), "{told}");
        // The PIN would be right again, but it is not tried: a token locks after a few wrong ones.
        let session = session_with("1234-other");
        session.set_pin(&AuthPin::new("1234-other".into()), &AuthPin::new(PIN.into())).unwrap();
        drop(session);
        assert_eq!(provider.list().unwrap_err(), told);
        assert_eq!(ground.open().list().unwrap().len(), 1);
    });
}

#[test]
fn a_missing_module_or_token_is_named() {
    scenario("a_missing_module_or_token_is_named", |ground| {
        let config = TokenConfig { module: Path::new("no/such/module.so").to_owned(), ..ground.config.clone() };
        assert!(matches!(TokenProvider::open(config).unwrap_err(), KeystoreError::Module { .. }));
        let config = TokenConfig { label: "another".to_owned(), ..ground.config.clone() };
        let error = TokenProvider::open(config.clone()).unwrap_err();
        assert!(error.to_string().contains("\"another\""), "{error}");
        assert!(!format!("{config:?} {:?}", ground.open()).contains(PIN));
    });
}

#[test]
fn half_a_change_is_ended_by_the_next() {
    scenario("half_a_change_is_ended_by_the_next", |ground| {
        let keys = ground.custodian();
        keys.create(&id("mac"), &Purpose::Epoch).unwrap();
        let session = thief();
        // A crash between the new description and taking the old one away: the further state counts.
        let line = b"1 active mac epoch".to_vec();
        let template = [
            Attribute::Class(ObjectClass::DATA),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Application(b"sealtrail".to_vec()),
            Attribute::Label(b"mac".to_vec()),
            Attribute::Value(line),
        ];
        session.create_object(&template).unwrap();
        assert_eq!(keys.list().unwrap().len(), 1);
        keys.epoch_signer(&id("mac")).unwrap().segment("t/0", 1).unwrap();
        keys.change(&id("mac"), KeyState::Retiring).unwrap();
        // A crash after the objects of a key to be destroyed are gone: destroying again ends it.
        session.destroy_object(objects(&session, "sealtrail")[0]).unwrap();
        keys.change(&id("mac"), KeyState::Destroyed).unwrap();
        assert_eq!(objects(&session, "sealtrail check-only").len(), 0);
        assert_eq!(session.find_objects(&[Attribute::Class(ObjectClass::DATA)]).unwrap().len(), 1);
    });
}
