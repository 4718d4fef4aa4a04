//! What a control leaf may say where: the bounds of every member.

use crate::error::SealError;
use crate::leaf::{Body, NUMBER_LIMIT, SIZE_LIMIT, TEXT_BYTES_MAX, is_chain_name, is_code, is_key_id, is_trail_name};

/// Checks the body of the leaf `sequence`; names the first member that is out of its bounds.
pub(crate) fn check(body: &Body<'_>, sequence: u64) -> Result<(), SealError> {
    match body {
        Body::Event(_) | Body::SegmentClose(_) => Ok(()),
        Body::Genesis(genesis) => {
            holds("key", is_key_id(&genesis.key))?;
            if let Some(previous) = &genesis.previous {
                holds("previous.chain", is_chain_name(&previous.chain))?;
                holds("previous.size", previous.size < SIZE_LIMIT)?;
            }
            holds("topic", is_text(&genesis.topic))?;
            holds("trail", is_trail_name(&genesis.trail))
        }
        Body::OwnerChange(change) => {
            holds("attempt", change.attempt >= 0)?;
            holds("generation", change.generation >= 0)?;
            holds("owner", is_text(&change.owner))?;
            holds("term", (0..NUMBER_LIMIT.cast_signed()).contains(&change.term))
        }
        Body::KeyEpoch(epoch) => {
            holds("key", is_key_id(&epoch.key))?;
            holds("previous", is_key_id(&epoch.previous) && epoch.previous != epoch.key)
        }
        Body::Reject(reject) => {
            holds("bytes", reject.bytes < NUMBER_LIMIT)?;
            holds("reason", is_code(&reject.reason))
        }
        Body::Duplicate(duplicate) => {
            holds("event_id", is_text(&duplicate.event_id))?;
            holds("first", duplicate.first.0 < sequence)?;
            holds("tenant", is_text(&duplicate.tenant))
        }
        Body::SourceGap(gap) => holds("reason", is_code(&gap.reason)),
        Body::Erasure(erasure) => {
            holds("basis", is_text(&erasure.basis))?;
            holds("handle", is_handle(&erasure.handle))?;
            holds("scope", is_code(&erasure.scope))?;
            holds("size", erasure.size <= sequence)
        }
        Body::ConfigChange(change) => {
            holds("part", is_text(&change.part))?;
            holds("version", is_text(&change.version))
        }
        Body::RetentionCut(cut) => {
            holds("first", cut.first < cut.next)?;
            holds("next", cut.next.0 <= sequence)?;
            holds("policy", is_text(&cut.policy))
        }
    }
}

fn holds(member: &'static str, fits: bool) -> Result<(), SealError> {
    if fits { Ok(()) } else { Err(SealError::Member(member)) }
}

/// 1 to 1,024 bytes without NUL, which some stores cannot hold.
fn is_text(text: &str) -> bool {
    (1..=TEXT_BYTES_MAX).contains(&text.len()) && !text.as_bytes().contains(&0)
}

fn is_handle(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
