//! Stage 1, authenticate: who sends this, for which tenant, and whether they may do what the path does.

use std::sync::Arc;

use axum::extract::Request;

use crate::problem::Problem;

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    WriteEvents,
}

/// Who sent a request. The tenant of everything in it comes from here and from nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub tenant: Arc<str>,
    pub service: Arc<str>,
    pub key_id: Arc<str>,
}

/// A request whose sender is known.
#[derive(Debug)]
pub struct Identified {
    pub caller: Caller,
    pub request: Request,
}

/// Knows the callers.
pub struct Authenticate {
    open: Caller,
}

impl Authenticate {
    /// Asks nobody who they are: everything belongs to one tenant.
    pub fn open(tenant: &str) -> Self {
        Self { open: Caller { tenant: tenant.into(), service: "open".into(), key_id: "open".into() } }
    }

    pub fn identify(&self, request: Request, scope: Scope) -> Result<Identified, Problem> {
        let Scope::WriteEvents = scope;
        Ok(Identified { caller: self.open.clone(), request })
    }
}
