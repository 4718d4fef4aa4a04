//! Holds what control leaves say against the chain before them.

use crate::chain::Sequence;
use crate::leaf::{Body, Erasure, KeyEpoch, Levels, Outcomes, OwnerChange, SegmentClose, Source, TimeRange};
use crate::merkle::{Edge, Hash};
use crate::verify::fault::Fault;
use crate::verify::state::{State, Tally};
use crate::verify::tree::Tree;

/// A control leaf's place: after which leaves it stands.
pub(crate) struct Scene<'s> {
    pub(crate) at: Sequence,
    pub(crate) source: Source,
    /// The tree of all leaves before this one.
    pub(crate) tree: &'s mut Tree,
    /// Whether the leaf before it was a segment-close.
    pub(crate) after_close: Option<bool>,
}

impl State {
    /// Checks a body; takes over what it settles for the leaves after it.
    pub(crate) fn settle(&mut self, body: &Body<'_>, scene: &mut Scene<'_>, report: &mut dyn FnMut(Fault)) {
        match body {
            Body::Event(_) | Body::Reject(_) | Body::ConfigChange(_) => {}
            Body::Genesis(genesis) => self.key = Some(genesis.key.to_string()),
            Body::SegmentClose(close) => self.settle_close(close, scene, report),
            Body::OwnerChange(change) => self.settle_owner(change, report),
            Body::KeyEpoch(epoch) => self.settle_key(epoch, scene, report),
            Body::Duplicate(duplicate) => contradicts(duplicate.first >= scene.at, "first", report),
            Body::SourceGap(_) => {
                let offsets = scene.source.next.abs_diff(scene.source.from);
                report(Fault::SourceGap { offsets });
            }
            Body::Erasure(erasure) => self.settle_erasure(erasure, scene, report),
            Body::RetentionCut(cut) => {
                contradicts(cut.first >= cut.next, "first", report);
                contradicts(cut.next > scene.at, "next", report);
                if cut.first < cut.next && cut.next <= scene.at {
                    self.cut = self.cut.max(cut.next.0);
                }
            }
        }
    }

    fn settle_owner(&mut self, change: &OwnerChange<'_>, report: &mut dyn FnMut(Fault)) {
        let turn = change.turn();
        contradicts(self.turn.is_some_and(|before| turn < before), "term", report);
        self.turn = Some(turn);
    }

    fn settle_key(&mut self, epoch: &KeyEpoch<'_>, scene: &Scene<'_>, report: &mut dyn FnMut(Fault)) {
        if scene.after_close == Some(false) {
            report(Fault::Misplaced);
        }
        let is_other = self.key.as_deref().is_some_and(|key| *key != *epoch.previous);
        contradicts(is_other, "previous", report);
        contradicts(epoch.key == epoch.previous, "key", report);
        self.key = Some(epoch.key.to_string());
    }

    fn settle_erasure(&self, erasure: &Erasure<'_>, scene: &Scene<'_>, report: &mut dyn FnMut(Fault)) {
        contradicts(erasure.size > scene.at.0, "size", report);
        let known = match scene.tree.root() {
            (size, Some(root)) if size == erasure.size => Some(root),
            _ => self.closed.filter(|(size, _)| *size == erasure.size).map(|(_, root)| root),
        };
        contradicts(known.is_some_and(|root| root.0 != erasure.root), "root", report);
    }

    fn settle_close(&mut self, close: &SegmentClose, scene: &mut Scene<'_>, report: &mut dyn FnMut(Fault)) {
        if scene.after_close == Some(true) {
            report(Fault::Misplaced);
        }
        let edge = Edge::from_parts(close.size, close.edge.iter().copied().map(Hash).collect());
        let root = Hash(close.root);
        let (low, high) = self.segments;
        let shape = [
            (close.size != scene.at.0, "size"),
            (close.first >= scene.at, "first"),
            (close.next != scene.source.from || close.from > close.next, "next"),
            (!(low..=high).contains(&close.segment), "segment"),
            (edge.as_ref().is_none_or(|edge| scene.tree.edge().is_some_and(|known| known != edge)), "edge"),
            (edge.as_ref().is_none_or(|edge| edge.root() != root), "root"),
        ];
        let held = self.tally.map(|tally| differs(close, &tally)).into_iter().flatten();
        let within = differs_in_itself(close, self.is_torn);
        let mut named = Vec::new();
        for (_, member) in shape.into_iter().chain(held).chain(within).filter(|(wrong, _)| *wrong) {
            if !named.contains(&member) {
                named.push(member);
                report(Fault::Close(member));
            }
        }
        if let Some(edge) = edge.filter(|edge| edge.root() == root) {
            scene.tree.mend(edge);
        }
        self.close(scene.at, &scene.source, close.segment, root);
    }
}

fn differs(close: &SegmentClose, held: &Tally) -> [(bool, &'static str); 5] {
    [
        (close.first.0 != held.first, "first"),
        (close.from != held.from, "from"),
        (close.levels != held.levels, "levels"),
        (close.outcomes != held.outcomes, "outcomes"),
        (close.time != held.time.unwrap_or_default(), "time"),
    ]
}

/// What a close's own numbers must be among themselves, even where its segment is not known.
fn differs_in_itself(close: &SegmentClose, is_torn: bool) -> [(bool, &'static str); 3] {
    let Outcomes { duplicate, event, gap, reject } = close.outcomes;
    let Levels { confidential, internal, public, restricted } = close.levels;
    let TimeRange { max, min } = close.time;
    let offsets = duplicate + event + gap + reject;
    [
        (!is_torn && offsets != close.next.abs_diff(close.from), "outcomes"),
        (confidential + internal + public + restricted != event, "levels"),
        (min > max, "time"),
    ]
}

fn contradicts(wrong: bool, member: &'static str, report: &mut dyn FnMut(Fault)) {
    if wrong {
        report(Fault::Contradicts(member));
    }
}
