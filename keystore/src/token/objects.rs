//! How keys and their descriptions lie in a token.

use std::collections::BTreeMap;

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use seal::keys::{KeyId, KeyInfo, Purpose, Secret};
use zeroize::Zeroize;

use crate::random::random_bytes;

/// Marks our objects among those of others.
const APPLICATION: &[u8] = b"sealtrail";

/// Which object of a key: the one that does everything, or the copy that can only check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Whole,
    CheckOnly,
}

impl Role {
    fn label(self) -> Attribute {
        let label: &[u8] = match self {
            Self::Whole => b"sealtrail",
            Self::CheckOnly => b"sealtrail check-only",
        };
        Attribute::Label(label.to_vec())
    }
}

/// The states' order is the order of a key's life, so of several descriptions the furthest one counts.
pub(super) fn list(session: &Session) -> Result<Vec<KeyInfo>, Error> {
    let mut keys: BTreeMap<KeyId, KeyInfo> = BTreeMap::new();
    for (_, info) in descriptions(session, &[])? {
        match keys.get(&info.id) {
            Some(known) if known.state >= info.state => {}
            _ => drop(keys.insert(info.id.clone(), info)),
        }
    }
    Ok(keys.into_values().collect())
}

pub(super) fn find(session: &Session, id: &KeyId) -> Result<Option<KeyInfo>, Error> {
    let found = descriptions(session, &[label_of(id)])?;
    Ok(found.into_iter().map(|(_, info)| info).max_by_key(|info| info.state))
}

fn descriptions(session: &Session, also: &[Attribute]) -> Result<Vec<(ObjectHandle, KeyInfo)>, Error> {
    let mut template = vec![Attribute::Class(ObjectClass::DATA), Attribute::Application(APPLICATION.to_vec())];
    template.extend_from_slice(also);
    let read = |object| read_description(session, object).map(|info| (object, info));
    session.find_objects(&template)?.into_iter().map(read).collect()
}

fn read_description(session: &Session, object: ObjectHandle) -> Result<KeyInfo, Error> {
    let found = session.get_attributes(object, &[AttributeType::Value])?;
    let line = found.iter().find_map(|attribute| match attribute {
        Attribute::Value(value) => std::str::from_utf8(value).ok(),
        _ => None,
    });
    line.and_then(KeyInfo::from_line).ok_or(Error::InvalidValue)
}

/// Adds a key's new description, then takes the old ones away: tokens don't let a data object's value change.
/// After a crash in between there are two, and the newer one counts.
pub(super) fn describe(session: &Session, info: &KeyInfo) -> Result<(), Error> {
    let old = descriptions(session, &[label_of(&info.id)])?;
    let template = [
        Attribute::Class(ObjectClass::DATA),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Application(APPLICATION.to_vec()),
        label_of(&info.id),
        Attribute::Value(info.line().into_bytes()),
    ];
    session.create_object(&template)?;
    for (object, known) in old {
        if known.state < info.state {
            session.destroy_object(object)?;
        }
    }
    Ok(())
}

pub(super) fn key(session: &Session, id: &KeyId, role: Role) -> Result<Option<ObjectHandle>, Error> {
    let template = [Attribute::Class(ObjectClass::SECRET_KEY), id_of(id), role.label()];
    Ok(session.find_objects(&template)?.first().copied())
}

/// Makes the key, its checking copy and, last, its description: a key counts only once it is described.
pub(super) fn create(session: &Session, info: &KeyInfo, import: Option<&Secret>) -> Result<(), Error> {
    // What a crash left of an earlier attempt.
    destroy_keys(session, &info.id)?;
    let made = make_key(session, info, import).and_then(|()| describe(session, info));
    if made.is_err() {
        destroy_keys(session, &info.id)?;
    }
    made
}

fn make_key(session: &Session, info: &KeyInfo, import: Option<&Secret>) -> Result<(), Error> {
    let wraps = matches!(info.purpose, Purpose::Wrapping { .. });
    let mut template = vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Modifiable(true),
        Attribute::Encrypt(wraps),
        Attribute::Decrypt(wraps),
        Attribute::Sign(!wraps),
        Attribute::Verify(!wraps),
        Attribute::Wrap(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
        id_of(&info.id),
        Role::Whole.label(),
    ];
    let (key_type, generate) = if wraps {
        (KeyType::AES, Mechanism::AesKeyGen)
    } else {
        (KeyType::GENERIC_SECRET, Mechanism::GenericSecretKeyGen)
    };
    template.push(Attribute::KeyType(key_type));
    template.push(Attribute::Class(ObjectClass::SECRET_KEY));
    let whole = match import {
        Some(secret) => {
            template.push(Attribute::Value(secret.expose().to_vec()));
            let made = session.create_object(&template);
            if let Some(Attribute::Value(value)) = template.last_mut() {
                value.zeroize();
            }
            made?
        }
        None => {
            template.push(Attribute::ValueLen(32.into()));
            session.generate_key(&generate, &template)?
        }
    };
    if info.purpose == Purpose::Epoch {
        session.copy_object(whole, &[Attribute::Sign(false), Role::CheckOnly.label()])?;
    }
    Ok(())
}

/// All objects of a key but its description.
pub(super) fn destroy_keys(session: &Session, id: &KeyId) -> Result<(), Error> {
    for role in [Role::CheckOnly, Role::Whole] {
        let template = [Attribute::Class(ObjectClass::SECRET_KEY), id_of(id), role.label()];
        for object in session.find_objects(&template)? {
            session.destroy_object(object)?;
        }
    }
    Ok(())
}

fn label_of(id: &KeyId) -> Attribute {
    Attribute::Label(id.as_str().as_bytes().to_vec())
}

fn id_of(id: &KeyId) -> Attribute {
    Attribute::Id(id.as_str().as_bytes().to_vec())
}

/// Whether the ciphertext is at fault. Some tokens call that a general error; then whether the same key still works tells.
pub(super) fn is_bad_ciphertext(session: &Session, key: ObjectHandle, error: &Error) -> bool {
    use RvError::{EncryptedDataInvalid, EncryptedDataLenRange, FunctionFailed, GeneralError};
    match error {
        Error::Pkcs11(EncryptedDataInvalid | EncryptedDataLenRange, _) => true,
        Error::Pkcs11(GeneralError | FunctionFailed, _) => encrypts(session, key),
        _ => false,
    }
}

fn encrypts(session: &Session, key: ObjectHandle) -> bool {
    let Ok(mut nonce) = random_bytes::<12>() else { return false };
    let Ok(params) = GcmParams::new(&mut nonce, b"sealtrail probe", 128.into()) else { return false };
    session.encrypt(&Mechanism::AesGcm(params), key, b"probe").is_ok()
}
