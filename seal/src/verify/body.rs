//! Reads the bodies of control leaves, each in its one spelling and within its limits.

use schemas::Text;

use crate::chain::Sequence;
use crate::leaf::{
    self, Body, ConfigChange, Duplicate, Erasure, Genesis, KeyEpoch, Kind, Levels, Outcomes, OwnerChange,
    PreviousChain, Reject, RetentionCut, SegmentClose, SourceGap, TimeRange,
};
use crate::verify::read::{Leaf, ReadError};
use crate::verify::scan::{Cursor, Pass, Step, Unexpected};

/// A tree below 2^40 leaves has no more complete subtrees.
const EDGE_MAX: usize = 40;
/// A subject's handle has 16 bytes.
const HANDLE_DIGITS: usize = 32;

impl<'a> Leaf<'a> {
    /// Reads the body. An event's is only looked through: its text is canonical JSON.
    pub fn body(&self) -> Result<Body<'a>, ReadError> {
        let mut cursor = Cursor::new(self.what);
        let read = body(self.envelope.kind, self.what, &mut cursor).and_then(|body| cursor.end().map(|()| body));
        let byte = self.at + self.what.len() - cursor.rest().len();
        read.map_err(|Unexpected| ReadError::NotCanonical { byte })
    }
}

fn body<'a>(kind: Kind, what: &'a [u8], cursor: &mut Cursor<'a>) -> Step<Body<'a>> {
    Ok(match kind {
        Kind::Event => {
            cursor.value(&mut Pass)?;
            Body::Event(std::str::from_utf8(what).map_err(|_| Unexpected)?)
        }
        Kind::Genesis => Body::Genesis(genesis(cursor)?),
        Kind::SegmentClose => Body::SegmentClose(segment_close(cursor)?),
        Kind::OwnerChange => Body::OwnerChange(owner_change(cursor)?),
        Kind::KeyEpoch => Body::KeyEpoch(key_epoch(cursor)?),
        Kind::Reject => Body::Reject(reject(cursor)?),
        Kind::Duplicate => Body::Duplicate(duplicate(cursor)?),
        Kind::SourceGap => Body::SourceGap(source_gap(cursor)?),
        Kind::Erasure => Body::Erasure(erasure(cursor)?),
        Kind::ConfigChange => Body::ConfigChange(config_change(cursor)?),
        Kind::RetentionCut => Body::RetentionCut(retention_cut(cursor)?),
    })
}

/// What every member's value begins with: the text before it, then the value.
impl<'a> Cursor<'a> {
    fn hash_after<const N: usize>(&mut self, text: &[u8; N]) -> Step<[u8; 32]> {
        self.literal(text)?;
        self.hash()
    }

    fn count_after<const N: usize>(&mut self, text: &[u8; N]) -> Step<u64> {
        self.literal(text)?;
        self.count()
    }

    fn natural_after<T: TryFrom<u64>, const N: usize>(&mut self, text: &[u8; N]) -> Step<T> {
        T::try_from(self.count_after(text)?).map_err(|_| Unexpected)
    }

    fn sequence_after<const N: usize>(&mut self, text: &[u8; N]) -> Step<Sequence> {
        Ok(Sequence(self.count_after(text)?))
    }

    fn word_after<const N: usize>(&mut self, text: &[u8; N], fits: impl FnOnce(&str) -> bool) -> Step<Text<'a>> {
        self.literal(text)?;
        let word = self.plain()?;
        if fits(word) { Ok(word.into()) } else { Err(Unexpected) }
    }

    fn text_after<const N: usize>(&mut self, text: &[u8; N]) -> Step<Text<'a>> {
        self.literal(text)?;
        Ok(self.text()?.text().into())
    }
}

fn genesis<'a>(cursor: &mut Cursor<'a>) -> Step<Genesis<'a>> {
    let config = cursor.hash_after(b"{\"config\":")?;
    let key = cursor.word_after(b",\"key\":", leaf::is_key_id)?;
    let previous = if cursor.optional(b",\"previous\":") { Some(previous(cursor)?) } else { None };
    let topic = cursor.text_after(b",\"topic\":")?;
    let trail = cursor.word_after(b",\"trail\":", leaf::is_trail_name)?;
    cursor.literal(b"}")?;
    Ok(Genesis { config, key, previous, topic, trail })
}

fn previous<'a>(cursor: &mut Cursor<'a>) -> Step<PreviousChain<'a>> {
    let chain = cursor.word_after(b"{\"chain\":", leaf::is_chain_name)?;
    let root = cursor.hash_after(b",\"root\":")?;
    let size = cursor.count_after(b",\"size\":")?;
    cursor.literal(b"}")?;
    Ok(PreviousChain { chain, root, size })
}

fn segment_close(cursor: &mut Cursor<'_>) -> Step<SegmentClose> {
    cursor.literal(b"{\"edge\":")?;
    let mut edge = Vec::new();
    cursor.items(|cursor| {
        edge.push(cursor.hash()?);
        if edge.len() > EDGE_MAX { Err(Unexpected) } else { Ok(()) }
    })?;
    let first = cursor.sequence_after(b",\"first\":")?;
    let from = cursor.natural_after(b",\"from\":")?;
    let levels = levels(cursor)?;
    let next = cursor.natural_after(b",\"next\":")?;
    let outcomes = outcomes(cursor)?;
    let root = cursor.hash_after(b",\"root\":")?;
    let segment = cursor.count_after(b",\"segment\":")?;
    let size = cursor.count_after(b",\"size\":")?;
    cursor.literal(b",\"time\":{\"max\":")?;
    let max = cursor.number()?;
    cursor.literal(b",\"min\":")?;
    let min = cursor.number()?;
    if min < leaf::NO_TIME || max < leaf::NO_TIME {
        return Err(Unexpected);
    }
    cursor.literal(b"}}")?;
    let time = TimeRange { max, min };
    Ok(SegmentClose { edge, first, from, levels, next, outcomes, root, segment, size, time })
}

fn levels(cursor: &mut Cursor<'_>) -> Step<Levels> {
    let confidential = cursor.count_after(b",\"levels\":{\"confidential\":")?;
    let internal = cursor.count_after(b",\"internal\":")?;
    let public = cursor.count_after(b",\"public\":")?;
    let restricted = cursor.count_after(b",\"restricted\":")?;
    cursor.literal(b"}")?;
    Ok(Levels { confidential, internal, public, restricted })
}

fn outcomes(cursor: &mut Cursor<'_>) -> Step<Outcomes> {
    let duplicate = cursor.count_after(b",\"outcomes\":{\"duplicate\":")?;
    let event = cursor.count_after(b",\"event\":")?;
    let gap = cursor.count_after(b",\"gap\":")?;
    let reject = cursor.count_after(b",\"reject\":")?;
    cursor.literal(b"}")?;
    Ok(Outcomes { duplicate, event, gap, reject })
}

fn owner_change<'a>(cursor: &mut Cursor<'a>) -> Step<OwnerChange<'a>> {
    let attempt = cursor.natural_after(b"{\"attempt\":")?;
    let generation = cursor.natural_after(b",\"generation\":")?;
    let owner = cursor.text_after(b",\"owner\":")?;
    let term = cursor.natural_after(b",\"term\":")?;
    cursor.literal(b"}")?;
    Ok(OwnerChange { attempt, generation, owner, term })
}

fn key_epoch<'a>(cursor: &mut Cursor<'a>) -> Step<KeyEpoch<'a>> {
    let key = cursor.word_after(b"{\"key\":", leaf::is_key_id)?;
    let previous = cursor.word_after(b",\"previous\":", leaf::is_key_id)?;
    let proof = cursor.hash_after(b",\"proof\":")?;
    cursor.literal(b"}")?;
    Ok(KeyEpoch { key, previous, proof })
}

fn reject<'a>(cursor: &mut Cursor<'a>) -> Step<Reject<'a>> {
    let bytes = cursor.count_after(b"{\"bytes\":")?;
    let digest = cursor.hash_after(b",\"digest\":")?;
    let reason = cursor.word_after(b",\"reason\":", leaf::is_code)?;
    cursor.literal(b"}")?;
    Ok(Reject { bytes, digest, reason })
}

fn duplicate<'a>(cursor: &mut Cursor<'a>) -> Step<Duplicate<'a>> {
    let event_id = cursor.text_after(b"{\"event_id\":")?;
    let first = cursor.sequence_after(b",\"first\":")?;
    let tenant = cursor.text_after(b",\"tenant\":")?;
    cursor.literal(b"}")?;
    Ok(Duplicate { event_id, first, tenant })
}

fn source_gap<'a>(cursor: &mut Cursor<'a>) -> Step<SourceGap<'a>> {
    let reason = cursor.word_after(b"{\"reason\":", leaf::is_code)?;
    cursor.literal(b"}")?;
    Ok(SourceGap { reason })
}

fn erasure<'a>(cursor: &mut Cursor<'a>) -> Step<Erasure<'a>> {
    let basis = cursor.text_after(b"{\"basis\":")?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_handle = |word: &str| word.len() == HANDLE_DIGITS && word.bytes().all(is_digit);
    let handle = cursor.word_after(b",\"handle\":", is_handle)?;
    let root = cursor.hash_after(b",\"root\":")?;
    let scope = cursor.word_after(b",\"scope\":", leaf::is_code)?;
    let size = cursor.count_after(b",\"size\":")?;
    cursor.literal(b"}")?;
    Ok(Erasure { basis, handle, root, scope, size })
}

fn config_change<'a>(cursor: &mut Cursor<'a>) -> Step<ConfigChange<'a>> {
    let digest = cursor.hash_after(b"{\"digest\":")?;
    let part = cursor.text_after(b",\"part\":")?;
    let version = cursor.text_after(b",\"version\":")?;
    cursor.literal(b"}")?;
    Ok(ConfigChange { digest, part, version })
}

fn retention_cut<'a>(cursor: &mut Cursor<'a>) -> Step<RetentionCut<'a>> {
    let first = cursor.sequence_after(b"{\"first\":")?;
    let next = cursor.sequence_after(b",\"next\":")?;
    let policy = cursor.text_after(b",\"policy\":")?;
    cursor.literal(b"}")?;
    Ok(RetentionCut { first, next, policy })
}

#[cfg(test)]
mod tests;
