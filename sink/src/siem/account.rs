//! What a security tool may know of an event: codes, tokens and places in the trail. Whatever else a leaf says stays out.

use std::borrow::Cow;

use schemas::SealedRecord;
use seal::projection::Projection;
use serde::Deserialize;

/// The members of a leaf that the columns do not have.
#[derive(Deserialize)]
pub struct Told<'a> {
    #[serde(borrow)]
    pub chain: Cow<'a, str>,
    #[serde(borrow)]
    what: What<'a>,
}

#[derive(Deserialize)]
struct What<'a> {
    #[serde(default, borrow)]
    agents: Vec<Agent<'a>>,
    #[serde(borrow)]
    purpose: Option<Cow<'a, str>>,
    #[serde(borrow)]
    source: Option<Source<'a>>,
    #[serde(borrow)]
    trace_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Agent<'a> {
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    network: Option<Network<'a>>,
    #[serde(default)]
    requestor: Option<bool>,
    #[serde(borrow)]
    role: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Network<'a> {
    #[serde(borrow)]
    ip: Option<Cow<'a, str>>,
    #[serde(borrow)]
    address: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Source<'a> {
    #[serde(borrow)]
    system: Option<Cow<'a, str>>,
}

impl<'a> Told<'a> {
    pub fn read(leaf: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(leaf)
    }

    /// As everywhere: the first that asked for it, else the first.
    fn actor(&self) -> Option<&Agent<'a>> {
        let agents = &self.what.agents;
        agents.iter().find(|agent| agent.requestor == Some(true)).or_else(|| agents.first())
    }
}

/// One event, told to a security tool.
#[derive(Debug, Default)]
pub struct Account<'a> {
    pub chain: &'a str,
    pub sequence: i64,
    /// The producer's id where it is a UUID, which says nothing; else the place in the trail.
    pub uid: Cow<'a, str>,
    pub tenant: Option<&'a str>,
    pub event_type: &'a str,
    pub action: &'a str,
    pub outcome: &'a str,
    /// Milliseconds since 1970.
    pub time: i64,
    pub level: &'a str,
    pub actor: Option<&'a str>,
    pub actor_kind: Option<&'a str>,
    pub role: Option<&'a str>,
    pub patients: Vec<&'a str>,
    pub objects: Vec<&'a str>,
    pub object_kind: Option<&'a str>,
    pub purpose: Option<&'a str>,
    pub system: Option<&'a str>,
    pub trace: Option<&'a str>,
    /// Where the deployment wants it.
    pub address: Option<&'a str>,
}

impl<'a> Account<'a> {
    pub fn of(columns: &'a Projection<'_>, told: &'a Told<'_>, sealed: &'a SealedRecord<'_>, addresses: bool) -> Self {
        let actor = told.actor();
        let network = actor.and_then(|agent| agent.network.as_ref()).filter(|_| addresses);
        let address = network.and_then(|network| network.ip.as_deref().or(network.address.as_deref()));
        let system = told.what.source.as_ref().and_then(|source| source.system.as_deref());
        let tokens = |field| sealed.tokens.get(field).unwrap_or_default().split(' ').filter(|token| !token.is_empty());
        let uid = match is_uuid(&columns.event_id) {
            true => Cow::Borrowed(&*columns.event_id),
            false => Cow::Owned(format!("{}/{}", told.chain, columns.sequence)),
        };
        Self {
            chain: &told.chain,
            sequence: columns.sequence,
            uid,
            tenant: code(Some(&columns.tenant)),
            event_type: code(Some(&columns.event_type)).unwrap_or("other"),
            action: code(Some(&columns.action)).unwrap_or("other"),
            outcome: code(Some(&columns.outcome)).unwrap_or("unknown"),
            time: columns.occurred_at.div_euclid(1_000),
            level: columns.level,
            actor: tokens("actor").next(),
            actor_kind: code(actor.and_then(|agent| agent.kind.as_deref())),
            role: code(actor.and_then(|agent| agent.role.as_deref())),
            patients: tokens("patient").collect(),
            objects: tokens("object").collect(),
            object_kind: code(Some(&columns.object_kind)),
            purpose: code(told.what.purpose.as_deref()),
            system: code(system),
            trace: told.what.trace_id.as_deref().filter(|id| is_trace_id(id)),
            address: address.filter(|text| text.parse::<std::net::IpAddr>().is_ok()),
        }
    }
}

/// A word of somebody's vocabulary. Text, numbers of people and things, addresses and dates are none.
fn code(text: Option<&str>) -> Option<&str> {
    let text = text?;
    let is_of_code = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let longest_number = text.split(|character: char| !character.is_ascii_digit()).map(str::len).max();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(is_of_code);
    (fits && longest_number.unwrap_or(0) <= 3 && digits <= 4).then_some(text)
}

fn is_uuid(text: &str) -> bool {
    let is_place_of_dash = |at| matches!(at, 8 | 13 | 18 | 23);
    let fits = |(at, byte): (usize, u8)| if is_place_of_dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

fn is_trace_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_a_vocabulary_pass() {
        for word in ["patient-record.viewed", "nurse", "ehr", "ward-3b", "TREAT", "v2.1", "lab_result"] {
            assert_eq!(code(Some(word)), Some(word));
        }
        for text in ["", "Anna Berg", "0004711", "a@b", "mrn-00047", "1970-01-02", "12.03.70", "\u{141}ukasz", "a/b"] {
            assert_eq!(code(Some(text)), None, "{text}");
        }
        assert_eq!(code(Some(&"x".repeat(65))), None);
        assert_eq!(code(None), None);
    }

    #[test]
    fn ids_that_say_nothing_are_told_apart() {
        assert!(is_uuid("01990000-0000-7000-8000-000000000001"));
        assert!(!is_uuid("01990000-0000-7000-8000-00000000000x"));
        assert!(!is_uuid("mrn-4711-view-of-the-chart-by-a-berg"));
        assert!(is_trace_id("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert!(!is_trace_id("4BF92F3577B34DA6A3CE929D0E0E4736"));
    }
}
