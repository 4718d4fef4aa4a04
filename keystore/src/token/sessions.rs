//! Sessions with one token: kept for reuse, opened anew when they die, closed when there are too many.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use crate::token::pins::{Pin, Pins};
use crate::token::{TokenConfig, context};
use crate::{KeystoreError, PinFault};

/// Idle sessions kept; more are opened when more threads ask at once, and closed after.
pub const SESSIONS_MAX: usize = 8;

pub(super) struct Sessions {
    context: Pkcs11,
    label: String,
    pin: AuthPin,
    /// The PIN, to remember it by.
    known: Pin,
    insist: AtomicBool,
    idle: Mutex<Vec<Session>>,
    /// The token took the PIN from us before.
    pin_taken: AtomicBool,
}

impl Sessions {
    pub(super) fn new(config: TokenConfig) -> Result<Self, KeystoreError> {
        let context = context::load(&config.module)?;
        Ok(Self {
            context,
            known: Pin::new(&config)?,
            pin: AuthPin::new(config.pin.as_str().into()),
            label: config.label,
            insist: AtomicBool::new(config.insist),
            idle: Mutex::new(Vec::new()),
            pin_taken: AtomicBool::new(false),
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
        // Held until the token has answered: two threads must not try one wrong PIN twice.
        let mut pins = Pins::lock();
        let (slot, info) = self.slot()?;
        self.may_try(&pins, &info)?;
        let session = self.context.open_rw_session(slot).map_err(|error| self.fault(&error))?;
        match session.login(UserType::User, Some(&self.pin)) {
            Ok(()) => {
                pins.taken(&self.known);
                self.pin_taken.store(true, Ordering::Release);
                Ok(session)
            }
            // The login belongs to the process, not to the session.
            Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => {
                let fault = self.fault(&error);
                if matches!(fault, KeystoreError::Pin { .. }) {
                    pins.refused(&self.known);
                }
                Err(fault)
            }
        }
    }

    /// A wrong PIN tried a few times locks the token for everyone, and a service that restarts in a loop tries often. What
    /// the token says of wrong tries outlives the process.
    fn may_try(&self, pins: &Pins, info: &TokenInfo) -> Result<(), KeystoreError> {
        let pin = |fault| Err(KeystoreError::Pin { label: self.label.clone(), fault });
        if info.user_pin_locked() {
            return pin(PinFault::Locked);
        }
        if self.insist.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        if pins.were_refused(&self.known) {
            return pin(PinFault::Wrong);
        }
        if info.user_pin_final_try() {
            return pin(PinFault::LastTry);
        }
        // Somebody else may have mistyped it while we were logged in; ours was right then.
        if info.user_pin_count_low() && !self.pin_taken.load(Ordering::Acquire) {
            return pin(PinFault::TriedBefore);
        }
        Ok(())
    }

    fn slot(&self) -> Result<(Slot, TokenInfo), KeystoreError> {
        let slots = self.context.get_slots_with_token().map_err(|error| self.fault(&error))?;
        let with_info = |slot: Slot| self.context.get_token_info(slot).ok().map(|info| (slot, info));
        let ours = slots.into_iter().filter_map(with_info).find(|(_, info)| info.label() == self.label);
        ours.ok_or_else(|| KeystoreError::NoToken { label: self.label.clone() })
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
