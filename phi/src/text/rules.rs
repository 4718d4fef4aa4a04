//! Rules as data: TOML files with word lists, labels, the built-in recognisers' settings and a site's own words and forms, each
//! with examples that must hold.

mod file;

pub(crate) use file::{LabelledRule, LiteralsRule, PatternRule, RecogniserRule, TextRules, Words};

use crate::finding::RuleId;
use crate::gazetteer::GazetteerError;
use crate::label::Label;
use crate::listed;

use super::claims::{KINDS, Kind, Param};
use super::labelled::Labelled;
use super::lexicon::{LISTS, Lexicon};
use super::literals::{Literals, Meaning};
use super::pattern::{Patterns, Source};

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
    #[error("rule {rule} has a score above 100, give it in percent")]
    BadScore { rule: String },
    #[error("rule {rule} lists no words, give at least one")]
    NoWords { rule: String },
    #[error("rule {rule}: phrase {number} is empty, longer than eight words, or listed twice")]
    BadLiteral { rule: String, number: usize },
    #[error("rule {rule}: the pattern is no regular expression, correct it: {reason}")]
    BadPattern { rule: String, reason: String },
    #[error("rule {rule}: the pattern is too large, shorten it or its repetitions")]
    BigPattern { rule: String },
    #[error("rule {rule}: the pattern fits the empty text, make it ask for at least one character")]
    EmptyPattern { rule: String },
    #[error("rule {rule} has no literal, give two or more characters that stand in every text that it is for")]
    NoLiteral { rule: String },
    #[error("rule {rule}: word {number} is no single word, give each word alone and without marks")]
    BadLabelWord { rule: String, number: usize },
    #[error("rule {rule} is one pattern too many, there may be {max}: join some or remove them")]
    TooManyPatterns { rule: String, max: usize },
    #[error("the literals of all patterns together are too large, shorten them")]
    BigLiterals,
    #[error(transparent)]
    WordTable(#[from] GazetteerError),
    #[error("there are more rules than {max}, remove some", max = u16::MAX)]
    TooMany,
}

/// What the event itself says elsewhere is as good as certain.
const HINT_SCORE: u8 = 95;

/// One rule's examples, for the self-test.
#[derive(Debug)]
pub(crate) struct Examples {
    pub file: String,
    pub rule: RuleId,
    pub positive: Vec<String>,
    pub negative: Vec<String>,
}

/// Everything that rules of text compile to.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub names: Vec<String>,
    pub lexicon: Lexicon,
    pub labelled: Vec<Labelled>,
    pub literals: Literals,
    pub patterns: Patterns,
    pub params: Vec<Param>,
    /// By [`listed::Kind`].
    pub listed: Vec<Param>,
    pub examples: Vec<Examples>,
}

impl Default for Compiled {
    fn default() -> Self {
        let off = Param { label: None, rule: RuleId(0), score: 0, on: false };
        Self {
            names: Vec::new(),
            lexicon: Lexicon::default(),
            labelled: Vec::new(),
            literals: Literals::default(),
            patterns: Patterns::default(),
            params: vec![off; KINDS.len()],
            listed: vec![off; listed::Kind::ALL.len()],
            examples: Vec::new(),
        }
    }
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
    /// Adds the rules of a file; their examples are not tried yet.
    pub fn add(&mut self, file: &str, rules: TextRules) -> Result<(), RuleError> {
        for (name, words) in &rules.words {
            add_words(name, words, &mut self.lexicon)?;
        }
        rules.recogniser.into_iter().try_for_each(|rule| self.add_recogniser(file, rule))?;
        rules.labelled.into_iter().try_for_each(|rule| self.add_labelled(file, rule))?;
        rules.literals.into_iter().try_for_each(|rule| self.add_literals(file, rule))?;
        rules.pattern.into_iter().try_for_each(|rule| self.add_pattern(file, rule))
    }

    /// When all files are in.
    pub fn finish(&mut self) -> Result<(), RuleError> {
        self.patterns.finish()?;
        // What an event's other fields say needs no rule of its own, only a name.
        [Kind::Known, Kind::Field].into_iter().try_for_each(|kind| self.add_hint(kind))
    }

    fn add_recogniser(&mut self, file: &str, rule: RecogniserRule) -> Result<(), RuleError> {
        let RecogniserRule { id, score, on, positive, negative } = rule;
        let listed = listed::Kind::ALL.iter().find(|kind| kind.name() == id);
        let kind = KINDS.iter().position(|(name, _)| *name == id);
        let label = match (listed, kind.and_then(|kind| KINDS.get(kind))) {
            (Some(listed), _) => Some(listed.label()),
            (None, Some((_, label))) => *label,
            (None, None) => return Err(RuleError::UnknownRecogniser(id)),
        };
        let examples = Examples { file: file.to_owned(), rule: RuleId(0), positive, negative };
        let rule = self.enter(&id, on, examples)?;
        let param = match listed {
            Some(listed) => self.listed.get_mut(*listed as usize),
            None => kind.and_then(|kind| self.params.get_mut(kind)),
        };
        if let Some(param) = param {
            *param = Param { label, rule, score, on };
        }
        Ok(())
    }

    fn add_literals(&mut self, file: &str, rule: LiteralsRule) -> Result<(), RuleError> {
        let LiteralsRule { id, label, score, words, case, positive, negative } = rule;
        let examples = Examples { file: file.to_owned(), rule: RuleId(0), positive, negative };
        let meaning = self.meaning(&id, label.as_deref(), score, examples)?;
        if words.is_empty() {
            return Err(RuleError::NoWords { rule: id });
        }
        match words.iter().position(|phrase| !self.literals.add(phrase, case, meaning)) {
            Some(bad) => Err(RuleError::BadLiteral { rule: id, number: bad + 1 }),
            None => Ok(()),
        }
    }

    fn add_pattern(&mut self, file: &str, rule: PatternRule) -> Result<(), RuleError> {
        let PatternRule { id, label, score, pattern, literal, words, positive, negative } = rule;
        let examples = Examples { file: file.to_owned(), rule: RuleId(0), positive, negative };
        let meaning = self.meaning(&id, label.as_deref(), score, examples)?;
        self.patterns.add(Source { rule: &id, pattern: &pattern, literal: &literal, words: &words, meaning })
    }

    fn meaning(&mut self, id: &str, label: Option<&str>, score: u8, examples: Examples) -> Result<Meaning, RuleError> {
        if score > 100 {
            return Err(RuleError::BadScore { rule: id.to_owned() });
        }
        let label = known_label(id, label)?;
        let rule = self.enter(id, true, examples)?;
        Ok(Meaning { rule, label, score })
    }

    fn add_hint(&mut self, kind: Kind) -> Result<(), RuleError> {
        let rule = RuleId(u16::try_from(self.names.len()).map_err(|_| RuleError::TooMany)?);
        if let (Some((id, _)), Some(param)) = (KINDS.get(kind as usize), self.params.get_mut(kind as usize)) {
            self.names.push((*id).to_owned());
            *param = Param { label: None, rule, score: HINT_SCORE, on: true };
        }
        Ok(())
    }

    fn enter(&mut self, id: &str, on: bool, examples: Examples) -> Result<RuleId, RuleError> {
        if self.names.iter().any(|name| name == id) {
            return Err(RuleError::Doubled(id.to_owned()));
        }
        if examples.positive.is_empty() || examples.negative.is_empty() {
            return Err(RuleError::NoExample { rule: id.to_owned() });
        }
        let rule = RuleId(u16::try_from(self.names.len()).map_err(|_| RuleError::TooMany)?);
        self.names.push(id.to_owned());
        if on {
            self.examples.push(Examples { rule, ..examples });
        }
        Ok(rule)
    }

    fn add_labelled(&mut self, file: &str, rule: LabelledRule) -> Result<(), RuleError> {
        let LabelledRule { positive, negative, .. } = rule;
        let examples = Examples { file: file.to_owned(), rule: RuleId(0), positive, negative };
        let id = self.enter(&rule.id, rule.on, examples)?;
        let label = known_label(&rule.id, rule.label.as_deref())?;
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

fn known_label(rule: &str, label: Option<&str>) -> Result<Option<Label>, RuleError> {
    let unknown = || RuleError::UnknownLabel { rule: rule.to_owned() };
    label.map(|name| Label::from_name(name).ok_or_else(unknown)).transpose()
}
