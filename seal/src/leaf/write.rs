//! Writes leaves: the envelope, and the bodies of control leaves.

use crate::canonical::{Members, write_string};
use crate::leaf::{Body, Envelope, Levels, Outcomes, SegmentClose, Source, TimeRange, VERSION};
use crate::merkle::Hash;

/// Appends everything up to the value of `what`. The caller appends that value, then closes the leaf with `}`.
pub(crate) fn write_envelope(out: &mut Vec<u8>, envelope: &Envelope<'_>) {
    let mut members = Members::open(out);
    members.string("chain", envelope.chain);
    if let Some(class) = envelope.class {
        let mut inner = Members::open(members.key("class"));
        inner.string("level", class.level.name());
        inner.string("policy", class.policy);
        inner.close();
    }
    members.digest("prev", &envelope.previous.0);
    members.count("seq", envelope.sequence.0);
    write_source(members.key("source"), &envelope.source);
    members.string("type", envelope.kind.name());
    members.count("v", VERSION);
    members.key("what");
}

fn write_source(out: &mut Vec<u8>, source: &Source) {
    let mut members = Members::open(out);
    members.integer("from", source.from);
    members.integer("next", source.next);
    members.integer("partition", source.partition.into());
    members.integer("time", source.time);
    members.close();
}

/// Appends a body that was found to be within its limits.
pub(crate) fn write_body(out: &mut Vec<u8>, body: &Body<'_>) {
    if let Body::Event(text) = body {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let mut members = Members::open(out);
    match body {
        Body::Event(_) => {}
        Body::Genesis(genesis) => {
            members.digest("config", &genesis.config);
            members.string("key", &genesis.key);
            if let Some(previous) = &genesis.previous {
                let mut inner = Members::open(members.key("previous"));
                inner.string("chain", &previous.chain);
                inner.digest("root", &previous.root);
                inner.count("size", previous.size);
                inner.close();
            }
            members.string("topic", &genesis.topic);
            members.string("trail", &genesis.trail);
        }
        Body::SegmentClose(close) => write_close(&mut members, close),
        Body::OwnerChange(change) => {
            members.integer("attempt", change.attempt.into());
            members.integer("generation", change.generation.into());
            members.string("owner", &change.owner);
            members.integer("term", change.term);
        }
        Body::KeyEpoch(epoch) => {
            members.string("key", &epoch.key);
            members.string("previous", &epoch.previous);
            members.digest("proof", &epoch.proof);
        }
        Body::Reject(reject) => {
            members.count("bytes", reject.bytes);
            members.digest("digest", &reject.digest);
            members.string("reason", &reject.reason);
        }
        Body::Duplicate(duplicate) => {
            members.string("event_id", &duplicate.event_id);
            members.count("first", duplicate.first.0);
            members.string("tenant", &duplicate.tenant);
        }
        Body::SourceGap(gap) => members.string("reason", &gap.reason),
        Body::Erasure(erasure) => {
            members.string("basis", &erasure.basis);
            members.string("handle", &erasure.handle);
            members.digest("root", &erasure.root);
            members.string("scope", &erasure.scope);
            members.count("size", erasure.size);
        }
        Body::ConfigChange(change) => {
            members.digest("digest", &change.digest);
            members.string("part", &change.part);
            members.string("version", &change.version);
        }
        Body::RetentionCut(cut) => {
            members.count("first", cut.first.0);
            members.count("next", cut.next.0);
            members.string("policy", &cut.policy);
        }
    }
    members.close();
}

fn write_close(members: &mut Members<'_>, close: &SegmentClose) {
    write_edge(members.key("edge"), &close.edge);
    members.count("first", close.first.0);
    members.integer("from", close.from);
    write_levels(members.key("levels"), &close.levels);
    members.integer("next", close.next);
    write_outcomes(members.key("outcomes"), &close.outcomes);
    members.digest("root", &close.root);
    members.count("segment", close.segment);
    members.count("size", close.size);
    write_time(members.key("time"), close.time);
}

fn write_edge(out: &mut Vec<u8>, edge: &[[u8; 32]]) {
    out.push(b'[');
    for (index, hash) in edge.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(out, &Hash(*hash).to_string());
    }
    out.push(b']');
}

fn write_levels(out: &mut Vec<u8>, levels: &Levels) {
    let mut members = Members::open(out);
    members.count("confidential", levels.confidential);
    members.count("internal", levels.internal);
    members.count("public", levels.public);
    members.count("restricted", levels.restricted);
    members.close();
}

fn write_outcomes(out: &mut Vec<u8>, outcomes: &Outcomes) {
    let mut members = Members::open(out);
    members.count("duplicate", outcomes.duplicate);
    members.count("event", outcomes.event);
    members.count("gap", outcomes.gap);
    members.count("reject", outcomes.reject);
    members.close();
}

fn write_time(out: &mut Vec<u8>, time: TimeRange) {
    let mut members = Members::open(out);
    members.integer("max", time.max);
    members.integer("min", time.min);
    members.close();
}
