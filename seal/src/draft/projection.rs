//! The typed columns of a leaf: what sinks write beside it and what the verifier recomputes from it.

use std::borrow::Cow;

use schemas::{AuditEvent, Text};

use crate::chain::LeafHash;
use crate::draft::error::LeafError;
use crate::draft::leaf::{Body, Leaf};

/// Every column that a store keeps beside the leaf. A reject has no event, so its event columns are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection<'a> {
    pub partition: i32,
    pub sequence: i64,
    pub source_offset: i64,
    pub kind: &'static str,
    pub reason: &'a str,
    pub event_id: Cow<'a, str>,
    pub tenant: Cow<'a, str>,
    pub event_type: Cow<'a, str>,
    pub action: Cow<'a, str>,
    pub outcome: Cow<'a, str>,
    /// Microseconds since 1970.
    pub occurred_at: i64,
    pub agent_id: Cow<'a, str>,
    pub patient_id: Cow<'a, str>,
    pub object_kind: Cow<'a, str>,
    pub object_id: Cow<'a, str>,
    pub level: &'a str,
    pub leaf_hash: LeafHash,
}

impl<'a> Projection<'a> {
    /// Reads the columns out of a stored leaf.
    pub fn of(bytes: &'a [u8]) -> Result<Self, LeafError> {
        Leaf::parse(bytes).map(|leaf| Self::from_leaf(leaf, LeafHash::of(bytes)))
    }

    pub(crate) fn from_leaf(leaf: Leaf<'a>, leaf_hash: LeafHash) -> Self {
        let empty = Self {
            partition: leaf.source.partition,
            sequence: leaf.sequence.0.cast_signed(),
            source_offset: leaf.source.offset,
            kind: "event",
            reason: "",
            event_id: Cow::Borrowed(""),
            tenant: Cow::Borrowed(""),
            event_type: Cow::Borrowed(""),
            action: Cow::Borrowed(""),
            outcome: Cow::Borrowed(""),
            occurred_at: 0,
            agent_id: Cow::Borrowed(""),
            patient_id: Cow::Borrowed(""),
            object_kind: Cow::Borrowed(""),
            object_id: Cow::Borrowed(""),
            level: "",
            leaf_hash,
        };
        match leaf.body {
            Body::Reject(reject) => Self { kind: "reject", reason: reject.reason, ..empty },
            Body::Event { event, level } => {
                let agent_id = actor_column(&event);
                let event = *event;
                let patient = event.patients.into_vec().into_iter().next();
                let object = event.objects.into_vec().into_iter().next();
                let (object_kind, object_id) =
                    object.map(|object| (object.kind.into_cow(), column(object.id))).unwrap_or_default();
                Self {
                    event_id: event.event_id.into_cow(),
                    tenant: event.tenant.into_cow(),
                    event_type: event.event_type.into_cow(),
                    action: event.action.into_cow(),
                    outcome: event.outcome.into_cow(),
                    occurred_at: event.occurred_at.micros(),
                    agent_id,
                    patient_id: patient.map(|patient| patient.id.into_cow()).unwrap_or_default(),
                    object_kind,
                    object_id,
                    level,
                    ..empty
                }
            }
        }
    }
}

fn column(text: Option<Text<'_>>) -> Cow<'_, str> {
    text.map(Text::into_cow).unwrap_or_default()
}

/// Borrowed in all but the few events whose actor is known by something other than an id.
fn actor_column<'a>(event: &AuditEvent<'a>) -> Cow<'a, str> {
    let Some(actor) = event.actor() else { return Cow::Borrowed("") };
    let id = actor.id.clone().filter(|id| !id.is_empty());
    id.map_or_else(|| Cow::Owned(actor.identity().unwrap_or_default().to_owned()), Text::into_cow)
}
