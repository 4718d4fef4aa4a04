//! Sessions with one token: kept for reuse, opened anew when they die, closed when there are too many.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use crate::token::{TokenConfig, context};
use crate::{KeystoreError, PinFault};

/// Idle sessions kept; more are opened when more threads ask at once, and closed after.
pub const SESSIONS_MAX: usize = 8;

pub(super) struct Sessions {
    context: Pkcs11,
    label: String,
    pin: AuthPin,
    idle: Mutex<Vec<Session>>,
    /// A wrong PIN tried a few times locks the token for everyone.
    pin_refused: AtomicBool,
}

impl Sessions {
    pub(super) fn new(config: TokenConfig) -> Result<Self, KeystoreError> {
        let context = context::load(&config.module)?;
        Ok(Self {
            context,
            label: config.label,
            pin: AuthPin::new(config.pin.as_str().into()),
            idle: Mutex::new(Vec::new()),
            pin_refused: AtomicBool::new(false),
        })
    }

    /// Opens a session and keeps it: the login lasts as long as one session does.
    pub(super) fn check(&self) -> Result<(), KeystoreError> {
        let session = self.open()?;
        self.give_back(session);
        Ok(())
    }

    /// Runs `act`, and once more in a new session if the first had died. The inner error is the token's own answer.
    pub(super) fn run_twice<T>(
        &self,
        act: impl Fn(&Session) -> Result<T, Error>,
    ) -> Result<Result<T, Error>, KeystoreError> {
        if let Some(session) = self.take() {
            let result = act(&session);
            match &result {
                Err(error) if is_dead(error) => self.forget_all(session),
                _ => {
                    self.give_back(session);
                    return Ok(result);
                }
            }
        }
        let session = self.open()?;
        let result = act(&session);
        match &result {
            Err(error) if is_dead(error) => self.forget_all(session),
            _ => self.give_back(session),
        }
        Ok(result)
    }

    /// A session that has just answered.
    pub(super) fn alive(&self) -> Result<Session, KeystoreError> {
        while let Some(session) = self.take() {
            if session.get_session_info().is_ok() {
                return Ok(session);
            }
            self.forget_all(session);
        }
        self.open()
    }

    pub(super) fn give_back(&self, session: Session) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < SESSIONS_MAX {
            idle.push(session);
        }
    }

    /// What a token's answer means to the caller.
    pub(super) fn fault(&self, error: &Error) -> KeystoreError {
        let label = self.label.clone();
        let pin = |fault| KeystoreError::Pin { label: self.label.clone(), fault };
        match error {
            Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _) => {
                pin(PinFault::Wrong)
            }
            Error::Pkcs11(RvError::PinLocked, _) => pin(PinFault::Locked),
            Error::Pkcs11(RvError::PinExpired, _) => pin(PinFault::Expired),
            Error::Pkcs11(RvError::KeyHandleInvalid, _) => {
                KeystoreError::Token { label, reason: "the key's object is gone".to_owned() }
            }
            other => KeystoreError::Token { label, reason: other.to_string() },
        }
    }

    fn take(&self) -> Option<Session> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// When one session is dead the others are too: they share the connection and the login.
    fn forget_all(&self, dead: Session) {
        drop(dead);
        self.forget();
    }

    pub(super) fn forget(&self) {
        let others = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        drop(others);
    }

    fn open(&self) -> Result<Session, KeystoreError> {
        if self.pin_refused.load(Ordering::Acquire) {
            return Err(KeystoreError::Pin { label: self.label.clone(), fault: PinFault::Wrong });
        }
        let slot = self.slot()?;
        let session = self.context.open_rw_session(slot).map_err(|error| self.fault(&error))?;
        match session.login(UserType::User, Some(&self.pin)) {
            // The login belongs to the process, not to the session.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => {
                let fault = self.fault(&error);
                if matches!(fault, KeystoreError::Pin { .. }) {
                    self.pin_refused.store(true, Ordering::Release);
                }
                Err(fault)
            }
        }
    }

    fn slot(&self) -> Result<Slot, KeystoreError> {
        let slots = self.context.get_slots_with_token().map_err(|error| self.fault(&error))?;
        let is_ours = |slot: &Slot| self.context.get_token_info(*slot).is_ok_and(|info| info.label() == self.label);
        slots.into_iter().find(is_ours).ok_or_else(|| KeystoreError::NoToken { label: self.label.clone() })
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sessions({:?})", self.label)
    }
}

/// Whether a new session may help.
fn is_dead(error: &Error) -> bool {
    use RvError::{
        CryptokiNotInitialized, DeviceError, DeviceRemoved, FunctionFailed, GeneralError, KeyHandleInvalid,
        ObjectHandleInvalid, SessionClosed, SessionHandleInvalid, TokenNotPresent, TokenNotRecognized, UserNotLoggedIn,
    };
    matches!(
        error,
        Error::Pkcs11(
            CryptokiNotInitialized
                | DeviceError
                | DeviceRemoved
                | FunctionFailed
                | GeneralError
                | KeyHandleInvalid
                | ObjectHandleInvalid
                | SessionClosed
                | SessionHandleInvalid
                | TokenNotPresent
                | TokenNotRecognized
                | UserNotLoggedIn,
            _
        )
    )
}
