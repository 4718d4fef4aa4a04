//! What one record shows without its neighbours: its reading, its filing, its MAC, and what stands beside it.

use std::ops::RangeInclusive;

use crate::chain::Sequence;
use crate::leaf::{self, Body};
use crate::verify::arrival::Arrival;
use crate::verify::fault::Fault;
use crate::verify::macs::Checked;
use crate::verify::read::ReadError;
use crate::verify::tree::Report;
use crate::verify::verdict::Verdict;
use crate::verify::walk::{Own, Walk};

impl Walk<'_> {
    /// `apart`: how many records are missing before it, when it does not simply follow the last one.
    pub(crate) fn judge_alone(
        &mut self,
        arrival: &Arrival<'_>,
        at: u64,
        apart: Option<u64>,
        report: &mut Report<'_>,
    ) -> Own {
        let mut faulty = false;
        let mut here = |fault: Fault| {
            faulty |= fault.verdict() == Verdict::Tampered;
            report(Sequence(at), fault);
        };
        let evidence = self.is_unlike_itself(arrival, at, &mut here);
        let mut own = Own { evidence, ..Own::default() };
        if let Ok(leaf) = &arrival.leaf {
            own.evidence |= self.beside.check(leaf, arrival, (Sequence(at), &mut here));
        }
        self.check_mac(arrival, at, (apart, &mut own), &mut here);
        own.faulty = faulty;
        own
    }

    fn is_unlike_itself(&self, arrival: &Arrival<'_>, at: u64, here: &mut dyn FnMut(Fault)) -> bool {
        let unreadable = arrival.leaf.as_ref().err().or(arrival.body.as_ref().and_then(|body| body.as_ref().err()));
        if let Some(error) = unreadable {
            here(Fault::Unreadable(*error));
        }
        let mut evidence =
            unreadable.is_some_and(|error| !matches!(error, ReadError::UnknownVersion | ReadError::UnknownKind));
        if let Ok(leaf) = &arrival.leaf {
            let leaf_says = leaf.envelope.sequence;
            let filed = arrival.record.sequence.unwrap_or(Sequence(at));
            if filed != leaf_says {
                here(Fault::Misfiled { filed, leaf_says });
            } else if leaf_says.0 != at {
                // Column and leaf agree, but the record before says which place this is.
                here(Fault::Misfiled { filed: Sequence(at), leaf_says });
            }
            evidence |= leaf_says.0 != at;
            if *leaf.envelope.chain != *self.chain {
                here(Fault::WrongChain);
                evidence = true;
            }
        }
        evidence
    }

    /// The key in force follows from the chain, never from the record; only after a break is the record asked, and its MAC must agree.
    pub(crate) fn check_mac(
        &mut self,
        arrival: &Arrival<'_>,
        at: u64,
        (apart, own): (Option<u64>, &mut Own),
        here: &mut dyn FnMut(Fault),
    ) {
        let record = &arrival.record;
        if record.key_id.is_empty() || record.mac.iter().all(|byte| *byte == 0) {
            return here(Fault::MacAbsent);
        }
        let first_key = match &arrival.body {
            Some(Ok(Body::Genesis(genesis))) => Some(&*genesis.key),
            _ => None,
        };
        let in_force = first_key.or(self.state.key.as_deref());
        let other = in_force.filter(|key| *key != record.key_id).map(str::to_owned);
        if let (None, Some(expected)) = (apart, &other) {
            here(Fault::WrongKey { expected: expected.clone() });
        }
        if !self.macs.are_checked() {
            if record.mac.len() != 32 {
                here(Fault::MacWrong);
                own.evidence = true;
            }
            return;
        }
        let asked = (apart.is_some() || in_force.is_none()).then_some(record.key_id);
        if asked.is_some_and(|key| !leaf::is_key_id(key)) {
            return here(Fault::MacAbsent);
        }
        let keys = [in_force, asked.filter(|_| other.is_some() || in_force.is_none())].into_iter().flatten();
        let segments = self.segments(apart);
        let (mut missing, mut checked) = (None, None);
        for key in keys {
            let Some(index) = self.macs.find(key) else {
                missing = Some(key.to_owned());
                continue;
            };
            let result = self.macs.check(index, segments.clone(), &arrival.hash, record.mac);
            checked = Some(result);
            if let Checked::Right { segment } = result {
                own.found = Some((index, segment));
                if let (Some(_), Some(expected)) = (apart, in_force.filter(|key| *key != record.key_id))
                    && *expected == *key
                {
                    here(Fault::WrongKey { expected: expected.to_owned() });
                }
                return;
            }
        }
        self.name_mac_fault(Tried { missing, checked, key: record.key_id, at }, own, here);
    }

    fn segments(&self, apart: Option<u64>) -> RangeInclusive<u64> {
        let (low, high) = self.state.segments;
        match apart {
            None => low..=high,
            Some(absent) => low.saturating_sub(1)..=high.saturating_add(absent / 2 + 1),
        }
    }

    fn name_mac_fault(&mut self, tried: Tried<'_>, own: &mut Own, here: &mut dyn FnMut(Fault)) {
        let Tried { missing, checked, key, at } = tried;
        match (missing, checked) {
            // The record's own key may be right and is not here to tell.
            (Some(key), _) => self.name_key(Fault::KeyNotGiven { key: key.clone() }, &key, here),
            (None, Some(Checked::TooFar)) => {
                let from = self.unchecked.map_or(at, |(from, _)| from);
                self.unchecked = Some((from, at + 1));
            }
            (None, Some(Checked::Failed)) => self.name_key(Fault::KeyFailed { key: key.to_owned() }, key, here),
            (None, _) => {
                here(Fault::MacWrong);
                own.evidence = true;
            }
        }
    }

    /// Once, not for each record under it.
    fn name_key(&mut self, fault: Fault, key: &str, here: &mut dyn FnMut(Fault)) {
        if self.unusable.as_deref() != Some(key) {
            here(fault);
            self.unusable = Some(key.to_owned());
        }
    }
}

/// What was tried in vain.
struct Tried<'a> {
    /// A key that was not given.
    missing: Option<String>,
    checked: Option<Checked>,
    key: &'a str,
    at: u64,
}
