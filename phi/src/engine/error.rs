//! Why a set of rules is refused. Never a value from an example, only which one.

/// A rule file that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule file {file}: {fault}")]
pub struct RuleError {
    pub file: String,
    pub fault: RuleFault,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// Only the parser's own words: where, and what was expected.
    #[error("not readable: {0}")]
    Unreadable(String),
    #[error("rule {rule}: {reason}")]
    Rule { rule: String, reason: String },
    #[error("rule {rule}: example {number} of `{list}` {reason}")]
    Example { rule: String, list: &'static str, number: usize, reason: &'static str },
    #[error(transparent)]
    Text(#[from] crate::text::RuleError),
}

impl RuleError {
    pub(crate) fn rule(file: &str, rule: &str, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), fault: RuleFault::Rule { rule: rule.to_owned(), reason: reason.into() } }
    }
}
