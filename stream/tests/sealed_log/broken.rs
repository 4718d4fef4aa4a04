//! Without a rule.
