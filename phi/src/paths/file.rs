//! How path rules are written: types, names of fields, identifiers, segments of HL7 v2. Each with examples.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What shows that a rule works: documents in which it must, and must not, find something.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Examples {
    pub positive: Vec<String>,
    pub negative: Vec<String>,
}

/// A kind of object: what its members hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeRule {
    pub name: String,
    pub extends: Option<String>,
    /// Members that show an object to be of this kind where nothing else does.
    #[serde(default)]
    pub has: Vec<String>,
    /// A treatment, `:Type`, or both; `*` stands for all others.
    pub members: BTreeMap<String, String>,
    /// Rules that find nothing have documents in `positive` in which nothing may be found.
    pub examples: Examples,
}

/// Names of fields that mean the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRule {
    pub name: String,
    /// A label, `?` and a label, `safe`, `neutral`, `name`, `id` or `owner`.
    pub means: String,
    /// Of an owner: what its name and its id are.
    pub its_name: Option<String>,
    pub its_id: Option<String>,
    pub phrases: Vec<String>,
    pub examples: Examples,
}

/// A kind of identifier.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentifierRule {
    pub name: String,
    /// Nobody's, where there is none.
    pub label: Option<String>,
    #[serde(default)]
    pub codes: Vec<String>,
    #[serde(default)]
    pub systems: Vec<String>,
    #[serde(default)]
    pub owners: Vec<String>,
    #[serde(default)]
    pub references: Vec<String>,
    pub examples: Examples,
}

/// A segment of HL7 v2: what its fields hold, by number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentRule {
    pub name: String,
    pub fields: BTreeMap<String, String>,
    pub examples: Examples,
}
