//! The columns that come from the search tokens beside the leaf, which no leaf proves.

use schemas::Extras;

/// Of each of the policy's usual fields the first token: the first patient's, the actor's and the first object's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenColumns<'a> {
    pub patient_token: &'a str,
    pub agent_token: &'a str,
    pub object_token: &'a str,
}

impl<'a> TokenColumns<'a> {
    /// What a record has no token of is empty.
    #[must_use]
    pub fn of(tokens: &'a Extras<'_>) -> Self {
        let first = |field| tokens.get(field).and_then(|all| all.split(' ').next()).unwrap_or_default();
        Self { patient_token: first("patient"), agent_token: first("actor"), object_token: first("object") }
    }

    /// Names each column that differs from what a store holds.
    pub fn differences(&self, stored: &TokenColumns<'_>, mut name: impl FnMut(&'static str)) {
        let columns = [
            ("patient_token", self.patient_token == stored.patient_token),
            ("agent_token", self.agent_token == stored.agent_token),
            ("object_token", self.object_token == stored.object_token),
        ];
        columns.into_iter().filter(|(_, same)| !same).for_each(|(column, _)| name(column));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_holds_the_first_token_of_its_field_and_only_a_changed_one_differs() {
        let mut tokens = Extras::default();
        assert_eq!(TokenColumns::of(&tokens), TokenColumns::default());
        for (field, all) in [("actor", "0a"), ("patient", "5d 77"), ("device", "99")] {
            tokens.insert(field, all);
        }
        let columns = TokenColumns::of(&tokens);
        assert_eq!(columns, TokenColumns { patient_token: "5d", agent_token: "0a", object_token: "" });
        let mut named = Vec::new();
        columns.differences(&columns, |name| named.push(name));
        assert!(named.is_empty());
        let stored = TokenColumns { patient_token: "77", agent_token: "0a", object_token: "1" };
        columns.differences(&stored, |name| named.push(name));
        assert_eq!(named, ["patient_token", "object_token"]);
        columns.differences(&TokenColumns { agent_token: "", ..columns }, |name| named.push(name));
        assert_eq!(named[2..], ["agent_token"]);
    }
}
