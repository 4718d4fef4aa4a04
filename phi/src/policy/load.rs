//! From the policy as written to the one that is applied.

use std::collections::BTreeMap;

use crate::engine::error::RuleError;
use crate::finding::RuleId;
use crate::paths::file::Examples;
use crate::policy::fields::When;
use crate::policy::file::{Defaults, FloorRule, HideRule, LevelRule, PresenceRule, Suppression, TenantRule, TokenRule};
use crate::policy::floor::Floor;
use crate::policy::token::PATHS;
use crate::policy::{Labels, LevelTerm, Owner, Policy, Suppressed, TERMS_MAX, Tenant, Term};
use crate::{Label, Level};
use schemas::Time;

/// What an example of the policy must show.
#[derive(Debug)]
pub(crate) enum Shows {
    /// The term applies.
    Term(u16),
    /// One of these is hidden; or, the other way round, stays readable.
    Hidden { paths: Vec<String>, readable: bool },
}

/// A rule of the policy with its examples.
#[derive(Debug)]
pub(crate) struct PolicyTrial {
    pub file: String,
    pub rule: String,
    pub shows: Shows,
    pub examples: Examples,
}

/// Collects the policy's rules, file by file.
#[derive(Debug, Default)]
pub(crate) struct PolicyLoader {
    file: String,
    defaults: Option<Defaults>,
    floors: Vec<(String, FloorRule)>,
    presences: Vec<(String, PresenceRule)>,
    levels: Vec<(String, LevelRule)>,
    hides: Vec<(String, HideRule)>,
    tokens: Vec<(String, TokenRule)>,
    suppressions: Vec<(String, Suppression)>,
    tenants: Vec<(String, BTreeMap<String, TenantRule>)>,
}

/// The parts of one file that are policy.
#[derive(Debug, Default)]
pub(crate) struct PolicyPart {
    pub defaults: Option<Defaults>,
    pub floors: Vec<FloorRule>,
    pub presences: Vec<PresenceRule>,
    pub levels: Vec<LevelRule>,
    pub hides: Vec<HideRule>,
    pub tokens: Vec<TokenRule>,
    pub suppressions: Vec<Suppression>,
    pub tenants: BTreeMap<String, TenantRule>,
}

impl PolicyLoader {
    pub fn add(&mut self, file: &str, part: PolicyPart) {
        fn named<T>(file: &str, rules: Vec<T>) -> impl Iterator<Item = (String, T)> {
            let file = file.to_owned();
            rules.into_iter().map(move |rule| (file.clone(), rule))
        }
        if let Some(defaults) = part.defaults {
            self.defaults = Some(defaults);
            file.clone_into(&mut self.file);
        }
        self.floors.extend(named(file, part.floors));
        self.presences.extend(named(file, part.presences));
        self.levels.extend(named(file, part.levels));
        self.hides.extend(named(file, part.hides));
        self.tokens.extend(named(file, part.tokens));
        self.suppressions.extend(named(file, part.suppressions));
        self.tenants.push((file.to_owned(), part.tenants));
    }

    /// `rule_id` knows the rules that make findings.
    pub fn finish(self, rule_id: &dyn Fn(&str) -> Option<RuleId>) -> Result<(Policy, Vec<PolicyTrial>), RuleError> {
        let missing =
            || RuleError::rule("policy.toml", "levels", "is missing; give the levels of events that no rule knows");
        let defaults = self.defaults.as_ref().ok_or_else(missing)?;
        let mut builder = Builder::default();
        let preset = [
            ("nothing-found", &defaults.nothing),
            ("unknown-content", &defaults.unknown),
            ("undecodable-content", &defaults.undecodable),
            ("recogniser-fault", &defaults.fault),
            ("work-used-up", &defaults.fault),
        ];
        for (name, word) in preset {
            builder.term(&self.file, name, word)?;
        }
        self.floors.into_iter().try_for_each(|(file, rule)| builder.floor(&file, rule))?;
        self.presences.into_iter().try_for_each(|(file, rule)| builder.presence(&file, rule))?;
        self.levels.into_iter().try_for_each(|(file, rule)| builder.level(&file, rule))?;
        self.hides.into_iter().try_for_each(|(file, rule)| builder.hide(&file, rule))?;
        self.tokens.into_iter().try_for_each(|(file, rule)| builder.token(&file, &rule))?;
        for (file, rule) in self.suppressions {
            builder.policy.suppressed.push(suppressed(&file, rule, rule_id)?);
        }
        for (file, tenants) in self.tenants {
            tenants.into_iter().try_for_each(|(name, rule)| builder.tenant(&file, &name, rule))?;
        }
        Ok((builder.policy, builder.trials))
    }
}

/// A suppression stands only with a reason and an end.
fn suppressed(
    file: &str,
    rule: Suppression,
    rule_id: &dyn Fn(&str) -> Option<RuleId>,
) -> Result<Suppressed, RuleError> {
    let wrong = |reason: &str| RuleError::rule(file, &rule.rule, reason);
    let id = rule_id(&rule.rule).ok_or_else(|| wrong("is suppressed, but there is no such rule"))?;
    if rule.reason.trim().is_empty() {
        return Err(wrong("is suppressed without a reason; say why"));
    }
    let until = Time::parse(rule.until.as_str()).ok_or_else(|| wrong("is suppressed until no time; give a date"))?;
    let boxed = |text: Option<String>| text.map(String::into_boxed_str);
    Ok(Suppressed { rule: id, path: boxed(rule.path), tenant: boxed(rule.tenant), until: until.micros() })
}

#[derive(Default)]
struct Builder {
    policy: Policy,
    trials: Vec<PolicyTrial>,
}

impl Builder {
    fn term(&mut self, file: &str, name: &str, level: &str) -> Result<u16, RuleError> {
        let terms = &mut self.policy.terms;
        let level = level_of(level).ok_or_else(|| RuleError::rule(file, name, format!("`{level}` is no level")))?;
        if terms.iter().any(|term| *term.name == *name) {
            return Err(RuleError::rule(file, name, "stands there twice"));
        }
        if terms.len() >= TERMS_MAX {
            return Err(RuleError::rule(file, name, "is one rule too many; at most 64 can set a level"));
        }
        terms.push(Term { name: name.into(), level });
        Ok(terms.len() as u16 - 1)
    }

    fn examine(&mut self, file: &str, rule: &str, shows: Shows, examples: Examples) -> Result<(), RuleError> {
        if examples.positive.is_empty() || examples.negative.is_empty() {
            return Err(RuleError::rule(file, rule, "has no examples; give it some in `positive` and in `negative`"));
        }
        self.trials.push(PolicyTrial { file: file.to_owned(), rule: rule.to_owned(), shows, examples });
        Ok(())
    }

    fn floor(&mut self, file: &str, rule: FloorRule) -> Result<(), RuleError> {
        let term = self.term(file, &rule.name, &rule.level)?;
        let boxed = |words: Vec<String>| words.into_iter().map(String::into_boxed_str).collect();
        let phrases = rule.phrases.iter().map(|phrase| phrase.to_ascii_lowercase()).filter(|phrase| !phrase.is_empty());
        let phrases = phrases.map(String::into_boxed_str).collect();
        self.policy.floors.push(Floor { term, codes: boxed(rule.codes), purposes: boxed(rule.purposes), phrases });
        self.examine(file, &rule.name, Shows::Term(term), rule.examples)
    }

    fn presence(&mut self, file: &str, rule: PresenceRule) -> Result<(), RuleError> {
        let term = self.term(file, &rule.name, &rule.level)?;
        for path in &rule.paths {
            let field = self.policy.fields.at(path).filter(|field| field.presence.is_none());
            let twice = || RuleError::rule(file, &rule.name, format!("`{path}` stands in another rule too"));
            field.ok_or_else(twice)?.presence = Some(term);
        }
        self.examine(file, &rule.name, Shows::Term(term), rule.examples)
    }

    fn level(&mut self, file: &str, rule: LevelRule) -> Result<(), RuleError> {
        let term = self.term(file, &rule.name, &rule.level)?;
        let owner = match rule.owner.as_deref() {
            Some("patient") => Some(Owner::Patient),
            Some("agent") => Some(Owner::Agent),
            None => None,
            Some(_) => {
                return Err(RuleError::rule(file, &rule.name, "has an owner that is neither `patient` nor `agent`"));
            }
        };
        let labels = if rule.labels.is_empty() { Labels::ALL } else { labels_of(file, &rule.name, &rule.labels)? };
        let at_least = rule.at_least.clamp(1, Label::ALL.len()) as u32;
        self.policy.levels.push(LevelTerm { owner, labels, at_least, term });
        self.examine(file, &rule.name, Shows::Term(term), rule.examples)
    }

    fn hide(&mut self, file: &str, rule: HideRule) -> Result<(), RuleError> {
        let wrong = |reason: String| RuleError::rule(file, &rule.name, reason);
        let when = When::from_word(&rule.when).ok_or_else(|| wrong(format!("`{}` is no case of hiding", rule.when)))?;
        for path in &rule.paths {
            let field = self.policy.fields.at(path).filter(|field| field.hide.is_none());
            field.ok_or_else(|| wrong(format!("`{path}` stands in another rule too")))?.hide = Some(when);
        }
        let shows = Shows::Hidden { paths: rule.paths, readable: when == When::Never };
        self.examine(file, &rule.name, shows, rule.examples)
    }

    fn token(&mut self, file: &str, rule: &TokenRule) -> Result<(), RuleError> {
        let number = self.policy.tokens.len() as u16;
        self.policy.tokens.push(rule.field.as_str().into());
        for path in &rule.paths {
            if !PATHS.contains(&path.as_str()) {
                let reason = format!("`{path}` can have no token; give one of {}", PATHS.join(", "));
                return Err(RuleError::rule(file, &rule.field, reason));
            }
            let field = self.policy.fields.at(path).filter(|field| field.token.is_none());
            let twice = || RuleError::rule(file, &rule.field, format!("`{path}` stands in another token too"));
            field.ok_or_else(twice)?.token = Some(number);
        }
        Ok(())
    }

    fn tenant(&mut self, file: &str, name: &str, rule: TenantRule) -> Result<(), RuleError> {
        let off = labels_of(file, name, &rule.off)?;
        let mut levels = Vec::with_capacity(rule.levels.len());
        for (term, level) in &rule.levels {
            let wrong = |reason: String| RuleError::rule(file, name, reason);
            let number = self.policy.terms.iter().position(|known| *known.name == **term);
            let number = number.ok_or_else(|| wrong(format!("there is no rule `{term}`")))?;
            let level = level_of(level).ok_or_else(|| wrong(format!("`{level}` is no level")))?;
            levels.push((number as u16, level));
        }
        self.policy.tenants.insert(name.into(), Tenant { off, levels });
        Ok(())
    }
}

fn level_of(word: &str) -> Option<Level> {
    [Level::Public, Level::Internal, Level::Confidential, Level::Restricted]
        .into_iter()
        .find(|level| level.name() == word)
}

fn labels_of(file: &str, rule: &str, words: &[String]) -> Result<Labels, RuleError> {
    let mut labels = Labels::default();
    for word in words {
        let label = Label::from_name(word);
        labels.insert(label.ok_or_else(|| RuleError::rule(file, rule, format!("`{word}` is no label")))?);
    }
    Ok(labels)
}
