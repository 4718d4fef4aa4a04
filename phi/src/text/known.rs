//! Values that are known before the text is read: names and ids from the structured fields of the same event, and values
//! that the text itself labels once.

use crate::finding::Evidence;
use crate::label::Label;

use super::claims::{Claim, Claims, Rank};
use super::fold::fold_hash;
use super::groups::continues;
use super::token::{Class, Token, tokenize};
use super::view::View;

/// Names and ids of one event. Refill it for each event: [`KnownValues::clear`] keeps its memory.
#[derive(Debug, Default)]
pub struct KnownValues {
    folds: Vec<u64>,
    items: Vec<Item>,
    /// Of the items' first folds, which of 64 classes occur.
    classes: u64,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, Copy)]
struct Item {
    label: Label,
    from: usize,
    to: usize,
}

/// How many values one event can have looked for.
pub const KNOWN_MAX: usize = 64;

impl KnownValues {
    pub fn clear(&mut self) {
        self.folds.clear();
        self.items.clear();
        self.classes = 0;
    }

    /// Adds a value; of a name also each part, since texts say `Ms Doe`. Values that are too short to be told apart are left out.
    pub fn add(&mut self, value: &str, label: Label) {
        tokenize(value, &mut self.tokens);
        self.tokens.retain(|token| !matches!(token.class, Class::Punct | Class::Newline));
        let length: usize = self.tokens.iter().map(Token::len).sum();
        if length < 4 || self.items.len() >= KNOWN_MAX {
            return;
        }
        let from = self.folds.len();
        self.folds.extend(self.tokens.iter().map(|token| token.fold));
        self.item(label, from, self.folds.len());
        if label == Label::Name && self.tokens.len() > 1 {
            for place in 0..self.tokens.len() {
                if self.tokens.get(place).is_some_and(|part| part.is_word() && part.len() >= 3) {
                    self.item(label, from + place, from + place + 1);
                }
            }
        }
    }

    fn item(&mut self, label: Label, from: usize, to: usize) {
        if let Some(first) = self.folds.get(from)
            && self.items.len() < KNOWN_MAX
        {
            self.classes |= 1 << (first & 63);
            self.items.push(Item { label, from, to });
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The longest known value that starts at token `at`: its label and the token after it.
    fn at(&self, view: &View<'_>, at: usize) -> Option<(Label, usize)> {
        let first = view.token(at)?;
        if first.fold == 0 || self.classes & (1 << (first.fold & 63)) == 0 {
            return None;
        }
        let ends = self.items.iter().filter_map(|item| {
            let folds = self.folds.get(item.from..item.to)?;
            // A part of a name alone counts when it is written as a name.
            let part = folds.len() == 1 && item.label == Label::Name;
            if part && first.class == Class::Lower {
                return None;
            }
            let mut next = at;
            for fold in folds {
                while next > at
                    && view
                        .token(next)
                        .is_some_and(|token| matches!(token.mark, b'-' | b'.' | b',' | b'\'' | b'_' | b'/'))
                {
                    next += 1;
                }
                view.token(next).filter(|token| token.fold == *fold)?;
                next += 1;
            }
            Some((item.label, next))
        });
        ends.max_by_key(|(_, next)| *next)
    }
}

/// Claims every known value of the event.
pub(crate) fn find(view: &View<'_>, known: &KnownValues, template: Claim, claims: &mut Claims<'_>) {
    if known.is_empty() {
        return;
    }
    let mut at = 0;
    while at < view.tokens.len() {
        let Some((label, next)) = known.at(view, at) else {
            at += 1;
            continue;
        };
        let (from, next) = match label {
            Label::Name => {
                let next = whole_name(view, known, next);
                (given_before(view, at), surname_behind(view, at, next))
            }
            _ => (at, next),
        };
        if let (Some(first), Some(last)) = (view.token(from), view.token(next - 1)) {
            claims.push((first.start as usize, last.end as usize), Claim { label: Some(label), ..template });
        }
        at = next;
    }
}

/// `Peter Chalmers` where only `Chalmers` is known: the given name before it.
fn given_before(view: &View<'_>, at: usize) -> usize {
    let Some(before) = at.checked_sub(1) else { return at };
    let spaced = view.token(at).is_some_and(Token::space_before);
    let given = view.token(before).filter(|token| token.class == Class::Capital).is_some_and(|token| {
        let known = view.words.known(token.fold);
        known.first() >= 5 && known.common() <= 2
    });
    if spaced && given { before } else { at }
}

/// `Peter Chalmers` where only `Peter` is known: the surname behind it.
fn surname_behind(view: &View<'_>, at: usize, next: usize) -> usize {
    let single = next == at + 1 && view.token(at).is_some_and(|token| view.words.known(token.fold).first() >= 5);
    let surname = view.token(next).filter(|token| token.class == Class::Capital && token.space_before());
    let listed = surname.is_some_and(|token| {
        let known = view.words.known(token.fold);
        known.last() >= 5 && known.common() <= 3
    });
    if single && listed { next + 1 } else { next }
}

/// Parts of a name that stand side by side, in whatever order and with initials between, are one name: the token after it.
fn whole_name(view: &View<'_>, known: &KnownValues, from: usize) -> usize {
    let is_initial = |at: usize| view.token(at).is_some_and(|token| token.class == Class::Upper && token.len() == 1);
    let mut end = from;
    loop {
        let mut next = end;
        while is_initial(next) {
            next += if view.is_mark(next + 1, b'.') { 2 } else { 1 };
        }
        match known.at(view, next) {
            Some((Label::Name, after)) => end = after,
            _ => return end,
        }
    }
}

const SLOTS: usize = 256;

/// Where values with a label stand in the list of claims, by the fold of their first token.
#[derive(Debug)]
pub(crate) struct Labelled {
    slots: [(u64, u32); SLOTS],
}

impl Default for Labelled {
    fn default() -> Self {
        Self { slots: [(0, u32::MAX); SLOTS] }
    }
}

impl Labelled {
    /// One value, one type: adds claims for further places of values that hold by their label. False when there are none.
    pub(crate) fn repeat(&mut self, view: &View<'_>, list: &mut Vec<Claim>) -> bool {
        if !self.fill(view, list) {
            return false;
        }
        let before = list.len();
        for (at, token) in view.tokens.iter().enumerate() {
            let Some(claim) = self.slot(token.fold).and_then(|place| list.get(place as usize).copied()) else {
                continue;
            };
            let value = view.slice(claim.start as usize, claim.end as usize);
            let (start, end) = (token.start as usize, token.start as usize + value.len());
            let tied = view.byte_before(start).is_ascii_alphanumeric()
                || matches!(view.byte_before(start), b'-' | b'.' | b'_');
            if at == 0 && claim.start == 0 || token.start == claim.start || tied {
                continue;
            }
            let same = view.bytes().get(start..end).is_some_and(|here| here.eq_ignore_ascii_case(value));
            if same && !continues(view, end) {
                let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) else { continue };
                list.push(Claim {
                    start,
                    end,
                    rank: Rank::Labelled,
                    evidence: claim.evidence.with(Evidence::KNOWN_VALUE),
                    ..claim
                });
            }
        }
        list.len() > before
    }

    fn fill(&mut self, view: &View<'_>, list: &[Claim]) -> bool {
        self.slots.fill((0, u32::MAX));
        let mut any = false;
        for (place, claim) in list.iter().enumerate().take(SLOTS / 2) {
            let told = claim.evidence.has(Evidence::LABEL_BEFORE) || claim.evidence.has(Evidence::LABEL_AFTER);
            let kept = claim.label.is_some_and(|label| !matches!(label, Label::Date | Label::Age90 | Label::Name));
            let value = view.text.get(claim.start as usize..claim.end as usize).unwrap_or_default();
            if !told || !kept || value.len() < 4 {
                continue;
            }
            let first = value.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            let fold = fold_hash(first);
            let mut slot = fold as usize % SLOTS;
            while let Some(taken) = self.slots.get(slot).filter(|(_, place)| *place != u32::MAX) {
                if taken.0 == fold {
                    break;
                }
                slot = (slot + 1) % SLOTS;
            }
            if let Some(free) = self.slots.get_mut(slot) {
                *free = (fold, u32::try_from(place).unwrap_or(u32::MAX));
                any = true;
            }
        }
        any
    }

    fn slot(&self, fold: u64) -> Option<u32> {
        let mut slot = fold as usize % SLOTS;
        loop {
            match self.slots.get(slot) {
                Some((key, place)) if *place != u32::MAX => {
                    if *key == fold {
                        return Some(*place);
                    }
                }
                _ => return None,
            }
            slot = (slot + 1) % SLOTS;
        }
    }
}
