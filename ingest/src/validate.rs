//! Stage 5, validate: only an event that keeps to the catalogue goes on.

use schemas::{AuditEvent, DecodeFault, Mistake, catalogue};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// An event that has been looked at. The publish stage takes nothing else.
#[derive(Debug, PartialEq, Eq)]
pub struct Valid<'a>(AuditEvent<'a>);

impl<'a> Valid<'a> {
    pub fn event(&self) -> &AuditEvent<'a> {
        &self.0
    }
}

/// What becomes of an event whose type the catalogue does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownEventTypes {
    #[default]
    Accept,
    Refuse,
}

/// Holds an event against the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Validate {
    pub unknown: UnknownEventTypes,
}

impl Validate {
    pub fn validate<'a>(&self, event: AuditEvent<'a>) -> Result<Valid<'a>, Problem> {
        if self.unknown == UnknownEventTypes::Refuse && catalogue::find(&event.event_type).is_none() {
            let near = catalogue::nearest(&event.event_type);
            let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
            let fix = format!("{near}this gateway takes event types of the catalogue only");
            return Err(Problem::fields(vec![Mistake::new("/event_type", "unknown-event-type", fix)]));
        }
        let mistakes = catalogue::check(&event);
        if mistakes.is_empty() { Ok(Valid(event)) } else { Err(Problem::fields(mistakes)) }
    }
}

/// A fault of an encoded event, with its fix.
pub fn explain(fault: DecodeFault) -> Mistake {
    let fix = match fault {
        DecodeFault::EmptyField => "give every mandatory field a value, and the one who acted an id",
        DecodeFault::TooLong => "shorten ids to at most 512 bytes, and words to at most 128",
        DecodeFault::NulCharacter => "remove the NUL character",
        DecodeFault::TimeOutOfRange => "give a time between the years 1900 and 2255",
        DecodeFault::NumberOutOfRange => "give a size between 0 and 2^53",
        DecodeFault::Oversized => "shorten the event, or refer to the content instead of carrying it",
        _ => "correct it",
    };
    Mistake::new("", fault.reason(), fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(unknown: UnknownEventTypes, event_type: &str) -> Vec<(String, &'static str)> {
        let event: AuditEvent<'_> = serde_json::from_str(crate::decode::tests::EVENT).unwrap();
        let event = AuditEvent { event_type: event_type.into(), ..event };
        let judged = Validate { unknown }.validate(event);
        judged.map_or_else(
            |problem| problem.errors().iter().map(|(at, why)| ((*at).to_owned(), *why)).collect(),
            |_| vec![],
        )
    }

    #[test]
    fn a_catalogued_type_asks_for_its_fields() {
        let mistakes = judged(UnknownEventTypes::Accept, "patient-record.viewed");
        assert!(mistakes.contains(&("/agents/0/role".to_owned(), "missing-field")), "{mistakes:?}");
    }

    #[test]
    fn an_unknown_type_is_refused_where_the_deployment_says_so() {
        assert_eq!(judged(UnknownEventTypes::Accept, "our-own.type"), []);
        let refused = [("/event_type".to_owned(), "unknown-event-type")];
        assert_eq!(judged(UnknownEventTypes::Refuse, "our-own.type"), refused);
    }
}
