//! Which class of event ours is to others: OCSF's class and activity, ECS's category and type, and how much it matters.

use crate::siem::account::Account;

/// OCSF's classes that ours fall into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    AccountChange,
    Authentication,
    UserAccess,
    Lifecycle,
    Api,
}

impl Class {
    #[must_use]
    pub fn uid(self) -> u32 {
        match self {
            Self::AccountChange => 3001,
            Self::Authentication => 3002,
            Self::UserAccess => 3005,
            Self::Lifecycle => 6002,
            Self::Api => 6003,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountChange => "Account Change",
            Self::Authentication => "Authentication",
            Self::UserAccess => "User Access Management",
            Self::Lifecycle => "Application Lifecycle",
            Self::Api => "API Activity",
        }
    }

    #[must_use]
    pub fn category(self) -> (u32, &'static str) {
        match self {
            Self::AccountChange | Self::Authentication | Self::UserAccess => (3, "Identity & Access Management"),
            Self::Lifecycle | Self::Api => (6, "Application Activity"),
        }
    }
}

/// How others file an event.
#[derive(Debug, Clone, Copy)]
pub struct Filing {
    pub class: Class,
    /// OCSF's activity; 99 is one that has only our name.
    pub activity: (u32, &'static str),
    pub ecs_category: &'static str,
    pub ecs_type: &'static str,
    /// OCSF's scale, 1 informational to 4 high.
    pub severity: u32,
}

const OTHER: u32 = 99;

impl Filing {
    #[must_use]
    pub fn of(account: &Account<'_>) -> Self {
        let (class, activity, ecs_category, ecs_type) =
            by_type(account.event_type).unwrap_or_else(|| by_action(account.action));
        Self { class, activity, ecs_category, ecs_type, severity: severity(account) }
    }
}

type Filed = (Class, (u32, &'static str), &'static str, &'static str);

fn by_type(event_type: &str) -> Option<Filed> {
    use Class::{AccountChange, Authentication, Lifecycle, UserAccess};
    Some(match event_type {
        "user.login" | "user.login-failed" | "user.mfa-failed" => {
            (Authentication, (1, "Logon"), "authentication", "start")
        }
        "user.logout" | "user.session-locked" => (Authentication, (2, "Logoff"), "authentication", "end"),
        "user.created" => (AccountChange, (1, "Create"), "iam", "creation"),
        "user.password-changed" => (AccountChange, (3, "Password Change"), "iam", "change"),
        "user.disabled" => (AccountChange, (5, "Disable"), "iam", "change"),
        "role.granted" => (UserAccess, (1, "Assign Privileges"), "iam", "change"),
        "role.revoked" => (UserAccess, (2, "Revoke Privileges"), "iam", "change"),
        "permission.changed" => (UserAccess, (OTHER, "Permission Changed"), "iam", "change"),
        "audit.started" => (Lifecycle, (3, "Start"), "configuration", "change"),
        "audit.stopped" => (Lifecycle, (4, "Stop"), "configuration", "change"),
        _ => return None,
    })
}

fn by_action(action: &str) -> Filed {
    let (activity, ecs_type) = match action {
        "create" => ((1, "Create"), "creation"),
        "read" | "search" => ((2, "Read"), "access"),
        "update" => ((3, "Update"), "change"),
        "delete" => ((4, "Delete"), "deletion"),
        _ => ((OTHER, "Other"), "info"),
    };
    (Class::Api, activity, "api", ecs_type)
}

fn severity(account: &Account<'_>) -> u32 {
    match (account.event_type, account.outcome) {
        ("break-glass.started" | "audit.stopped" | "key.destroyed", _) => 4,
        (_, "denied") => 3,
        ("user.login-failed" | "user.mfa-failed", _) | (_, "failure") => 2,
        ("record.exported" | "disclosure.made" | "audit-log.exported" | "backup.restored", _) => 2,
        ("role.granted" | "permission.changed" | "configuration.changed" | "key.rotated", _) => 2,
        _ => 1,
    }
}
