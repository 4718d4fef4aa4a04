//! Rules as data: a TOML file with word lists, labels and the built-in recognisers' settings, each with examples that must hold.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::RuleId;
use crate::gazetteer::GazetteerError;
use crate::label::Label;
use crate::listed;

use super::claims::{KINDS, Kind, Param};
use super::labelled::{Check, Labelled, Shape};
use super::lexicon::{LISTS, Lexicon};

/// Why a rules file is refused. Examples are named by number and never shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("the rules file is not valid: {0}")]
    Malformed(String),
    #[error("rule {0} stands twice, give each rule its own id")]
    Doubled(String),
    #[error("rule {0} is no built-in recogniser, see the reference for their names")]
    UnknownRecogniser(String),
    #[error("rule {rule} has an unknown label, use one of the reference's labels")]
    UnknownLabel { rule: String },
    #[error("word list {0} is unknown, see the reference for the lists")]
    UnknownList(String),
    #[error("rule {rule}: phrase {number} is empty, longer than four words, or another rule has it")]
    BadPhrase { rule: String, number: usize },
    #[error("rule {rule}: positive example {number} is not found as marked")]
    PositiveFails { rule: String, number: usize },
    #[error("rule {rule}: negative example {number} is found though it must not")]
    NegativeFails { rule: String, number: usize },
    #[error("rule {rule} has no positive and negative example, give at least one of each")]
    NoExample { rule: String },
    #[error(transparent)]
    WordTable(#[from] GazetteerError),
    #[error("there are more rules than {max}, remove some", max = u16::MAX)]
    TooMany,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    #[serde(default)]
    words: BTreeMap<String, Words>,
    #[serde(default)]
    recogniser: Vec<RecogniserRule>,
    #[serde(default)]
    labelled: Vec<LabelledRule>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    List(Vec<String>),
    Values(BTreeMap<String, u8>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecogniserRule {
    id: String,
    score: u8,
    #[serde(default = "on")]
    on: bool,
    positive: Vec<String>,
    negative: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelledRule {
    id: String,
    /// None for values that are harmless.
    label: Option<String>,
    score: u8,
    #[serde(default = "on")]
    on: bool,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    prefixes: Vec<String>,
    #[serde(default)]
    shape: Shape,
    #[serde(default = "least")]
    min: usize,
    #[serde(default = "most")]
    max: usize,
    bare: Option<usize>,
    #[serde(default)]
    reach: usize,
    #[serde(default)]
    after: bool,
    #[serde(default)]
    grouped: bool,
    #[serde(default)]
    slash: bool,
    #[serde(default)]
    told: bool,
    check: Option<Check>,
    positive: Vec<String>,
    negative: Vec<String>,
}

/// What the event itself says elsewhere is as good as certain.
const HINT_SCORE: u8 = 95;

const fn on() -> bool {
    true
}

const fn least() -> usize {
    4
}

const fn most() -> usize {
    32
}

/// One rule's examples, for the self-test.
#[derive(Debug)]
pub(crate) struct Examples {
    pub rule: RuleId,
    pub positive: Vec<String>,
    pub negative: Vec<String>,
}

/// Everything that a rules file compiles to.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub version: String,
    pub names: Vec<String>,
    pub lexicon: Lexicon,
    pub labelled: Vec<Labelled>,
    pub params: Vec<Param>,
    /// By [`listed::Kind`].
    pub listed: Vec<Param>,
    pub examples: Vec<Examples>,
}

/// Compiles a rules file; its examples are not tried yet.
pub(crate) fn compile(toml: &str) -> Result<Compiled, RuleError> {
    let file: File = toml::from_str(toml).map_err(|error| RuleError::Malformed(error.message().to_owned()))?;
    let off = Param { label: None, rule: RuleId(0), score: 0, on: false };
    let mut compiled = Compiled {
        version: file.version,
        names: Vec::new(),
        lexicon: Lexicon::default(),
        labelled: Vec::new(),
        params: vec![off; KINDS.len()],
        listed: vec![off; listed::Kind::ALL.len()],
        examples: Vec::new(),
    };
    for (name, words) in &file.words {
        add_words(name, words, &mut compiled.lexicon)?;
    }
    for rule in file.recogniser {
        if let Some(kind) = listed::Kind::ALL.iter().find(|kind| kind.name() == rule.id) {
            let id = compiled.enter(&rule.id, rule.on, rule.positive, rule.negative)?;
            if let Some(param) = compiled.listed.get_mut(*kind as usize) {
                *param = Param { label: Some(kind.label()), rule: id, score: rule.score, on: rule.on };
            }
            continue;
        }
        let kind = KINDS.iter().position(|(id, _)| *id == rule.id);
        let Some((kind, (_, label))) = kind.and_then(|kind| Some((kind, KINDS.get(kind)?))) else {
            return Err(RuleError::UnknownRecogniser(rule.id));
        };
        let id = compiled.enter(&rule.id, rule.on, rule.positive, rule.negative)?;
        if let Some(param) = compiled.params.get_mut(kind) {
            *param = Param { label: *label, rule: id, score: rule.score, on: rule.on };
        }
    }
    for rule in file.labelled {
        compiled.add_labelled(rule)?;
    }
    // What an event's other fields say needs no rule of its own, only a name.
    for kind in [Kind::Known, Kind::Field] {
        compiled.add_hint(kind)?;
    }
    Ok(compiled)
}

fn add_words(name: &str, words: &Words, lexicon: &mut Lexicon) -> Result<(), RuleError> {
    let known = LISTS.iter().find(|(list, _)| *list == name);
    let (_, flag) = known.ok_or_else(|| RuleError::UnknownList(name.to_owned()))?;
    match words {
        Words::List(list) => list.iter().for_each(|word| lexicon.add_word(word, *flag, 0)),
        Words::Values(values) => values.iter().for_each(|(word, value)| lexicon.add_word(word, *flag, *value)),
    }
    Ok(())
}

impl Compiled {
    fn add_hint(&mut self, kind: Kind) -> Result<(), RuleError> {
        let rule = RuleId(u16::try_from(self.names.len()).map_err(|_| RuleError::TooMany)?);
        if let (Some((id, _)), Some(param)) = (KINDS.get(kind as usize), self.params.get_mut(kind as usize)) {
            self.names.push((*id).to_owned());
            *param = Param { label: None, rule, score: HINT_SCORE, on: true };
        }
        Ok(())
    }

    fn enter(&mut self, id: &str, on: bool, positive: Vec<String>, negative: Vec<String>) -> Result<RuleId, RuleError> {
        if self.names.iter().any(|name| name == id) {
            return Err(RuleError::Doubled(id.to_owned()));
        }
        if positive.is_empty() || negative.is_empty() {
            return Err(RuleError::NoExample { rule: id.to_owned() });
        }
        let rule = RuleId(u16::try_from(self.names.len()).map_err(|_| RuleError::TooMany)?);
        self.names.push(id.to_owned());
        if on {
            self.examples.push(Examples { rule, positive, negative });
        }
        Ok(rule)
    }

    fn add_labelled(&mut self, rule: LabelledRule) -> Result<(), RuleError> {
        let id = self.enter(&rule.id, rule.on, rule.positive, rule.negative)?;
        let unknown = || RuleError::UnknownLabel { rule: rule.id.clone() };
        let label = rule.label.as_deref().map(|name| Label::from_name(name).ok_or_else(unknown)).transpose()?;
        if !rule.on {
            return Ok(());
        }
        let index = u16::try_from(self.labelled.len()).map_err(|_| RuleError::TooMany)?;
        let phrases = rule.words.iter().map(|phrase| self.lexicon.add_phrase(phrase, index)).collect::<Vec<_>>();
        let prefixes = rule.prefixes.iter().map(|prefix| self.lexicon.add_prefix(prefix, index)).collect::<Vec<_>>();
        if let Some(bad) = phrases.iter().chain(&prefixes).position(|fits| !fits) {
            return Err(RuleError::BadPhrase { rule: rule.id, number: bad + 1 });
        }
        self.labelled.push(Labelled {
            rule: id,
            label,
            score: rule.score,
            shape: rule.shape,
            min: rule.min,
            max: rule.max,
            bare: rule.bare.unwrap_or(rule.min),
            reach: rule.reach,
            after: rule.after,
            grouped: rule.grouped,
            slash: rule.slash,
            told: rule.told,
            check: rule.check,
        });
        Ok(())
    }
}
