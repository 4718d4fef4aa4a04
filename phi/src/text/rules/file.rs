//! What stands in the files of the text rules.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::labelled::{Check, Shape};

/// The rules of text in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextRules {
    pub version: String,
    #[serde(default)]
    pub words: BTreeMap<String, Words>,
    #[serde(default)]
    pub recogniser: Vec<RecogniserRule>,
    #[serde(default)]
    pub labelled: Vec<LabelledRule>,
    #[serde(default)]
    pub literals: Vec<LiteralsRule>,
    #[serde(default)]
    pub pattern: Vec<PatternRule>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Words {
    List(Vec<String>),
    Values(BTreeMap<String, u8>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecogniserRule {
    pub id: String,
    pub score: u8,
    #[serde(default = "on")]
    pub on: bool,
    pub positive: Vec<String>,
    pub negative: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelledRule {
    pub id: String,
    /// None for values that are harmless.
    pub label: Option<String>,
    pub score: u8,
    #[serde(default = "on")]
    pub on: bool,
    #[serde(default)]
    pub words: Vec<String>,
    #[serde(default)]
    pub prefixes: Vec<String>,
    #[serde(default)]
    pub shape: Shape,
    #[serde(default = "least")]
    pub min: usize,
    #[serde(default = "most")]
    pub max: usize,
    pub bare: Option<usize>,
    #[serde(default)]
    pub reach: usize,
    #[serde(default)]
    pub after: bool,
    #[serde(default)]
    pub grouped: bool,
    #[serde(default)]
    pub slash: bool,
    #[serde(default)]
    pub told: bool,
    pub check: Option<Check>,
    pub positive: Vec<String>,
    pub negative: Vec<String>,
}

/// A site's own words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiteralsRule {
    pub id: String,
    /// None for words that are harmless.
    pub label: Option<String>,
    pub score: u8,
    /// Words and phrases.
    #[serde(default)]
    pub words: Vec<String>,
    /// Whether capitals must be as they are written here.
    #[serde(default)]
    pub case: bool,
    pub positive: Vec<String>,
    pub negative: Vec<String>,
}

/// A site's own form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatternRule {
    pub id: String,
    /// None for values that are harmless.
    pub label: Option<String>,
    pub score: u8,
    #[serde(default)]
    pub pattern: String,
    /// What must stand in a text before the pattern is tried. Required; what is missing is told with the rule's name.
    #[serde(default)]
    pub literal: String,
    /// Words of which one must stand shortly before the value.
    #[serde(default)]
    pub words: Vec<String>,
    pub positive: Vec<String>,
    pub negative: Vec<String>,
}

const fn on() -> bool {
    true
}

const fn least() -> usize {
    4
}

const fn most() -> usize {
    32
}
