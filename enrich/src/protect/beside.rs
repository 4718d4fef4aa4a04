//! What goes beside the leaf so that hidden values can still be worked with: search tokens, and texts without what was found in them.

use phi::hidden::SubjectRef;
use phi::{Classified, Label, SearchToken, Tagger};
use schemas::Extras;
use seal::protect::TenantKeys;

/// A thousand values of one field can be searched for in one event; more would make the record too large.
const TOKENS_BYTES_MAX: usize = 1_000 * 33 - 1;

/// Tokens by field: 32 hexadecimal digits each, separated by a space. Those of the actor come before other agents'.
pub fn tokens(classified: &Classified<'_>, pseudonyms: &TenantKeys) -> Extras<'static> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    let actor = actor(classified);
    let (first, others): (Vec<_>, Vec<_>) = classified.tokens().partition(|token| Some(token.subject) == actor);
    for SearchToken { field, value, .. } in first.into_iter().chain(others) {
        let known = fields.iter_mut().find(|(known, _)| *known == field);
        if known.as_ref().is_some_and(|(_, tokens)| tokens.len() >= TOKENS_BYTES_MAX) {
            continue;
        }
        let token = pseudonyms.token(field, &value).to_string();
        match known {
            // All have one length and no space: one stands in the text only as itself.
            Some((_, tokens)) if tokens.contains(&token) => {}
            Some((_, tokens)) => {
                tokens.push(' ');
                tokens.push_str(&token);
            }
            None => fields.push((field, token)),
        }
    }
    let mut all = Extras::default();
    for (field, tokens) in fields {
        all.insert(field.to_owned(), tokens);
    }
    all
}

fn actor(classified: &Classified<'_>) -> Option<SubjectRef> {
    let event = classified.event();
    let actor = event.actor()?;
    let index = event.agents.iter().position(|agent| std::ptr::eq(agent, actor))?;
    u16::try_from(index).ok().map(SubjectRef::Agent)
}

/// Hidden texts by path, with a tag in the place of everything that was found in them.
pub fn redacted(
    classified: &Classified<'_>,
    pseudonyms: &TenantKeys,
    engine: &phi::Engine,
    scratch: &mut phi::Scratch,
) -> Extras<'static> {
    let mut all = Extras::default();
    for (path, text) in engine.redact_texts(classified, &Tags(pseudonyms), scratch) {
        all.insert(path, text.into_owned());
    }
    all
}

/// Tags of one tenant.
struct Tags<'k>(&'k TenantKeys);

impl Tagger for Tags<'_> {
    fn tag(&self, label: Label, value: &str) -> u16 {
        // Four hexadecimal digits.
        u16::from_str_radix(&self.0.tag(label.name(), &phi::normalise(value)), 16).unwrap_or_default()
    }
}
