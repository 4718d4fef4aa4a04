//! What is hidden beyond the policy: extras that would be taken for digests, and whole members of an event that is too large.

use phi::hidden::{Hidden, Place, Step, SubjectRef};
use schemas::AuditEvent;

use crate::canonical::DIGEST_CHARS;
use crate::error::SealError;
use crate::leaf::LEAF_BYTES_MAX;

/// Members that make an event an event: never hidden whole.
const KEPT: [&str; 7] = ["action", "event_id", "event_type", "occurred_at", "outcome", "source", "tenant"];
/// Keys that mean digests to a reader of RFC 9901.
const HOSTILE_KEYS: [&str; 2] = ["_sd", "..."];

/// Whether the policy keeps to what may be hidden.
pub(super) fn check(hidden: &[Hidden]) -> Result<(), SealError> {
    let kept = |hidden: &Hidden| match hidden.place.steps() {
        [Step::Member(name)] => KEPT.into_iter().find(|kept| kept == name),
        _ => None,
    };
    hidden.iter().find_map(kept).map_or(Ok(()), |name| Err(SealError::KeptMember(name)))
}

/// The places with `extras` among them, where a key of theirs would be misread and the policy leaves them in clear.
pub(super) fn with_hostile_extras(event: &AuditEvent<'_>, hidden: &[Hidden]) -> Option<Vec<Hidden>> {
    if !HOSTILE_KEYS.into_iter().any(|key| event.extras.get(key).is_some()) || is_hidden(hidden, "extras") {
        return None;
    }
    let mut all = hidden.to_vec();
    all.extend(whole(event, "extras"));
    all.sort_by_key(|hidden| hidden.place);
    Some(all)
}

/// The places with the largest members among them, until a leaf that was `length` bytes long fits.
///
/// Hiding one member does not change another's size, so one look at the sizes is enough.
pub(super) fn hide_more(
    event: &AuditEvent<'_>,
    hidden: &[Hidden],
    mut length: usize,
    outermost: &mut [(&'static str, usize)],
) -> Result<Vec<Hidden>, SealError> {
    let mut all = hidden.to_vec();
    let mut has_digests = hidden.iter().any(|hidden| hidden.place.steps().len() == 1);
    outermost.sort_unstable_by(|(name, size), (other, other_size)| other_size.cmp(size).then(name.cmp(other)));
    for (name, size) in outermost.iter().filter(|(name, _)| !KEPT.contains(name)) {
        if length <= LEAF_BYTES_MAX {
            break;
        }
        // Quotes, colon and comma go with the member; a digest comes with quotes and comma, the first with `"_sd":[]` too.
        length -= name.len() + size + 4;
        length += DIGEST_CHARS + if has_digests { 3 } else { 11 };
        has_digests = true;
        all.extend(whole(event, name));
    }
    if length > LEAF_BYTES_MAX {
        return Err(SealError::TooLarge);
    }
    all.sort_by_key(|hidden| hidden.place);
    Ok(all)
}

fn is_hidden(hidden: &[Hidden], member: &'static str) -> bool {
    hidden.iter().any(|hidden| hidden.place.steps() == [Step::Member(member)])
}

/// A whole member belongs to the first patient, else to the actor, else to nobody in particular.
fn whole(event: &AuditEvent<'_>, member: &'static str) -> Option<Hidden> {
    let actor = event.actor().and_then(|actor| event.agents.iter().position(|agent| std::ptr::eq(agent, actor)));
    let subject = if event.patients.is_empty() {
        actor.and_then(|index| u16::try_from(index).ok()).map_or(SubjectRef::Tenant, SubjectRef::Agent)
    } else {
        SubjectRef::Patient(0)
    };
    Some(Hidden { place: Place::new(&[Step::Member(member)])?, subject })
}
