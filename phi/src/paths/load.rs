//! From the rules as written to the tables that are walked.

use std::collections::BTreeMap;

use crate::Label;
use crate::encoded::hl7::{Field, Segments};
use crate::engine::error::RuleError;
use crate::finding::RuleId;
use crate::paths::file::{Examples, IdentifierRule, KeyRule, SegmentRule, TypeRule};
use crate::paths::identify::{self, Identifiers};
use crate::paths::keys::{Head, Keys, Meaning, Owner};
use crate::paths::treatment::Treatment;
use crate::paths::types::{Member, Type, TypeId, Types};

/// Rules of paths have the upper ids; the text scanner's rules have the lower ones.
pub(crate) const FIRST_RULE: u16 = 0x4000;

/// A rule with its examples, to be run once everything stands.
#[derive(Debug)]
pub(crate) struct Trial {
    pub file: String,
    pub rule: String,
    /// The ids that count as its findings.
    pub ids: std::ops::Range<u16>,
    /// It finds nothing: its positive examples are documents in which nothing is found.
    pub silent: bool,
    pub examples: Examples,
}

/// Collects rules, file by file.
#[derive(Debug, Default)]
pub(crate) struct Loader {
    names: Vec<Box<str>>,
    trials: Vec<Trial>,
    types: Vec<(String, TypeRule)>,
    keys: Keys,
    identifiers: Identifiers,
    segments: Segments,
}

/// The tables.
#[derive(Debug)]
pub(crate) struct Tables {
    pub types: Types,
    pub keys: Keys,
    pub identifiers: Identifiers,
    pub segments: Segments,
    /// The type of FHIR resources that have none of their own, and of the parameters of a search.
    pub resource: Option<TypeId>,
    /// The type of our own event.
    pub event: Option<TypeId>,
    /// Of FHIR's elements: what is not named is one of these, or of the type that its members show.
    pub element: Option<TypeId>,
    pub search: Option<TypeId>,
    /// The rule for `user@host`.
    pub url_rule: RuleId,
    pub names: Vec<Box<str>>,
    pub trials: Vec<Trial>,
}

impl Tables {
    #[must_use]
    pub fn rule_id(&self, name: &str) -> Option<RuleId> {
        let place = self.names.iter().position(|known| **known == *name)?;
        Some(RuleId(FIRST_RULE + u16::try_from(place).ok()?))
    }

    #[must_use]
    pub fn rule_name(&self, rule: RuleId) -> Option<&str> {
        self.names.get(usize::from(rule.0.checked_sub(FIRST_RULE)?)).map(|name| &**name)
    }
}

impl Loader {
    fn id(&mut self, file: &str, name: String) -> Result<RuleId, RuleError> {
        let next = u16::try_from(self.names.len()).ok().and_then(|count| FIRST_RULE.checked_add(count));
        let next = next.ok_or_else(|| RuleError::rule(file, &name, "too many rules"))?;
        self.names.push(name.into());
        Ok(RuleId(next))
    }

    fn examine(
        &mut self,
        file: &str,
        rule: &str,
        ids: std::ops::Range<u16>,
        examples: Examples,
    ) -> Result<(), RuleError> {
        if examples.positive.is_empty() || examples.negative.is_empty() {
            return Err(RuleError::rule(file, rule, "has no examples; give it some in `positive` and in `negative`"));
        }
        self.trials.push(Trial { file: file.to_owned(), rule: rule.to_owned(), ids, silent: false, examples });
        Ok(())
    }

    pub fn add_type(&mut self, file: &str, rule: TypeRule) {
        self.types.push((file.to_owned(), rule));
    }

    pub fn add_keys(&mut self, file: &str, rule: KeyRule) -> Result<(), RuleError> {
        let wrong = |reason: String| RuleError::rule(file, &rule.name, reason);
        let label = |word: &Option<String>| match word {
            None => Ok(None),
            Some(word) => Label::from_name(word).map(Some).ok_or_else(|| wrong(format!("`{word}` is no label"))),
        };
        let meaning = match rule.means.as_str() {
            "safe" => Meaning::Safe,
            "neutral" => Meaning::Neutral,
            "name" => Meaning::Of(Head::Name),
            "id" => Meaning::Of(Head::Id),
            "owner" => Meaning::Owner(Owner { name: label(&rule.its_name)?, id: label(&rule.its_id)? }),
            word => match Treatment::from_word(word) {
                Some(Treatment::Known(label)) => Meaning::Known(label),
                _ => return Err(wrong(format!("`{word}` is no meaning"))),
            },
        };
        let nobody = Meaning::Owner(Owner { name: None, id: None });
        let silent = matches!(meaning, Meaning::Safe | Meaning::Neutral) || meaning == nobody;
        let id = self.id(file, format!("key/{}", rule.name))?;
        for phrase in &rule.phrases {
            if !self.keys.insert(phrase, meaning, id) {
                return Err(RuleError::rule(file, &rule.name, format!("`{phrase}` stands in another rule too")));
            }
        }
        self.examine(file, &rule.name, id.0..id.0 + 1, rule.examples)?;
        // An owner, a name and an id only say something together.
        if let Some(trial) = self.trials.last_mut() {
            trial.silent = silent;
            if matches!(meaning, Meaning::Of(_)) {
                trial.ids = 0..u16::MAX;
            }
        }
        Ok(())
    }

    pub fn add_identifier(&mut self, file: &str, rule: IdentifierRule) -> Result<(), RuleError> {
        let id = self.id(file, format!("identifier/{}", rule.name))?;
        let label = match &rule.label {
            None => None,
            Some(word) => Some(
                Label::from_name(word)
                    .ok_or_else(|| RuleError::rule(file, &rule.name, format!("`{word}` is no label")))?,
            ),
        };
        let boxed = |words: &[String]| words.iter().map(|word| word.as_str().into()).collect();
        self.identifiers.rules.push(identify::IdentifierRule {
            label,
            rule: id,
            codes: boxed(&rule.codes),
            systems: boxed(&rule.systems),
            owners: boxed(&rule.owners),
            references: boxed(&rule.references),
        });
        self.examine(file, &rule.name, id.0..id.0 + 1, rule.examples)?;
        if let Some(trial) = self.trials.last_mut() {
            trial.silent = label.is_none();
        }
        Ok(())
    }

    pub fn add_segment(&mut self, file: &str, rule: SegmentRule) -> Result<(), RuleError> {
        for (number, word) in &rule.fields {
            let id = self.id(file, format!("hl7/{}-{number}", rule.name))?;
            let wrong = |reason: &str| RuleError::rule(file, &format!("{}-{number}", rule.name), reason);
            let number: u16 = number.parse().map_err(|_| wrong("a field is named by its number"))?;
            let field = Field::from_word(word).ok_or_else(|| wrong("has no known treatment"))?;
            if !self.segments.insert(&rule.name, number, field, id) {
                return Err(wrong("a segment's name has three characters, and each field one rule"));
            }
        }
        self.examine(file, &rule.name, 0..u16::MAX, rule.examples)
    }

    pub fn finish(mut self) -> Result<Tables, RuleError> {
        let rules = std::mem::take(&mut self.types);
        let mut ids = BTreeMap::new();
        for (index, (file, rule)) in rules.iter().enumerate() {
            let id = u16::try_from(index).map_err(|_| RuleError::rule(file, &rule.name, "too many types"))?;
            if ids.insert(rule.name.clone(), TypeId(id)).is_some() {
                return Err(RuleError::rule(file, &rule.name, "stands there twice"));
            }
        }
        let mut types = Vec::with_capacity(rules.len());
        for (file, rule) in rules {
            types.push(self.compile(&file, rule, &ids)?);
        }
        let url_rule = self.id("", "url/user".to_owned())?;
        let Self { names, trials, keys, identifiers, segments, .. } = self;
        let is_owner =
            |name: &str| identifiers.rules.iter().any(|rule| rule.owners.iter().any(|owner| **owner == *name));
        let types = Types::new(types, is_owner);
        let [resource, event, element, search] =
            ["Resource", "event.AuditEvent", "Element", "Search"].map(|name| types.find(name));
        Ok(Tables { types, keys, identifiers, segments, resource, event, element, search, url_rule, names, trials })
    }

    fn compile(&mut self, file: &str, rule: TypeRule, ids: &BTreeMap<String, TypeId>) -> Result<Type, RuleError> {
        let known = |name: &str| {
            ids.get(name)
                .copied()
                .ok_or_else(|| RuleError::rule(file, &rule.name, format!("there is no type `{name}`")))
        };
        let extends = rule.extends.as_deref().map(known).transpose()?;
        let mut members = Vec::with_capacity(rule.members.len());
        let mut silent = true;
        for (name, words) in &rule.members {
            let (mut treatment, mut into) = (None, None);
            for word in words.split_ascii_whitespace() {
                match word.strip_prefix(':') {
                    Some(kind) => into = Some(known(kind)?),
                    None => treatment = Treatment::from_word(word),
                }
                if treatment.is_none() && into.is_none() {
                    return Err(RuleError::rule(
                        file,
                        &rule.name,
                        format!("member `{name}`: `{word}` is no treatment"),
                    ));
                }
            }
            let treatment = treatment.unwrap_or(Treatment::Text);
            silent &= treatment == Treatment::Safe;
            let rule = self.id(file, format!("path/{}.{name}", rule.name))?;
            members.push((name.as_str().into(), Member { treatment, rule, into }));
        }
        // What is in a text is found by the rules of what it is written in.
        self.examine(file, &rule.name, 0..u16::MAX, rule.examples)?;
        if let Some(trial) = self.trials.last_mut() {
            trial.silent = silent;
        }
        Ok(Type::new(&rule.name, members, extends, &rule.has))
    }
}
