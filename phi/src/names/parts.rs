//! Runs: rows of words, initials and particles that could together be one name.

use super::word::Points;
use crate::gazetteer::{Fact, Known, Role};
use crate::listed::Scene;
use crate::text::Class;
use crate::text::fold::step;

/// Longer rows are cut; the rest is a run of its own.
pub(super) const LONGEST: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Word,
    /// `J.` or `J`.
    Initial,
    /// `van`, `de`, in lower case or before a capital.
    Particle,
}

/// Tokens `first..=last` as one part of a name: `Smith-Jones`, `O'Brien`, `J.`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) sort: Sort,
    pub(super) known: Known,
    pub(super) class: Class,
    /// It has several words joined by hyphens.
    pub(super) joined: bool,
    /// What the word is worth plain and announced: weighed once, as a run has many stretches.
    worth: [Points; 2],
}

impl Part {
    /// Whether a run that starts here reads it the same way.
    const fn may_open(&self) -> bool {
        matches!(self.sort, Sort::Word | Sort::Initial)
            && !matches!(self.class, Class::Lower)
            && !self.known.plays_any(BREAKS)
    }

    pub(super) const fn worth(&self, announced: bool) -> Points {
        if announced { self.worth[1] } else { self.worth[0] }
    }
}

/// Parts with nothing but spaces between them.
pub(super) struct Run {
    parts: [Part; LONGEST],
    count: usize,
    /// How many of them are weighed.
    priced: usize,
}

const NO_PART: Part = Part {
    first: 0,
    last: 0,
    sort: Sort::Word,
    known: Known::NOTHING,
    class: Class::Punct,
    joined: false,
    worth: [Points::NONE; 2],
};

/// Words that are no part of a run: what stands before and after names, not in them.
const BREAKS: u64 = Role::set(&[Role::Title, Role::Postnominal, Role::Versus]);

impl Run {
    pub(super) const fn empty() -> Self {
        Self { parts: [NO_PART; LONGEST], count: 0, priced: 0 }
    }

    pub(super) fn read(scene: &Scene<'_>, taken: &[bool], from: usize) -> Self {
        let mut run = Self::empty();
        run.advance(scene, taken, from);
        run
    }

    /// Goes on to the run that starts at `from`; what it shares with the one at hand is not read and weighed again.
    pub(super) fn advance(&mut self, scene: &Scene<'_>, taken: &[bool], from: usize) {
        let kept = self.parts().iter().position(|part| part.first == from && part.may_open());
        let kept = kept.unwrap_or(self.count);
        self.parts.copy_within(kept..self.count, 0);
        self.count -= kept;
        self.priced = self.priced.saturating_sub(kept);
        let mut at = if self.count == 0 { from } else { self.end() };
        while self.count < LONGEST && (at == from || follows(scene, at)) {
            let Some(part) = part(scene, taken, at, self.count == 0) else { break };
            self.parts[self.count] = part;
            self.count += 1;
            at = part.last + 1;
        }
        // Particles at the end belong to something else.
        while self.count > 0 && self.parts[self.count - 1].sort == Sort::Particle {
            self.count -= 1;
        }
        self.priced = self.priced.min(self.count);
    }

    pub(super) fn parts(&self) -> &[Part] {
        self.parts.get(..self.count).unwrap_or_default()
    }

    pub(super) fn price(&mut self, price: impl Fn(&Part) -> [Points; 2]) {
        let fresh = self.parts.iter_mut().take(self.count).skip(self.priced);
        for part in fresh.filter(|part| part.sort == Sort::Word) {
            part.worth = price(part);
        }
        self.priced = self.count;
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first token behind the run.
    pub(super) fn end(&self) -> usize {
        self.parts().last().map_or(0, |part| part.last + 1)
    }
}

/// Whether the token continues a row: on the same line, behind a space or an initial's full stop.
fn follows(scene: &Scene<'_>, at: usize) -> bool {
    let Some(token) = scene.token(at).filter(|token| token.is_word()) else { return false };
    let before = at.checked_sub(1).and_then(|before| scene.token(before));
    before.is_some_and(|before| {
        if before.is_mark(b'.') {
            // `J.R. Smith`, but no new sentence behind a word.
            scene.is_initial(at.wrapping_sub(2)) || short_prefix(scene, at.wrapping_sub(2))
        } else if before.is_mark(b'-') {
            // `al-Rashidi`
            scene.is_tight(at)
                && scene.plays(at.wrapping_sub(2), Role::Particle)
                && scene.class(at.wrapping_sub(2)) == Some(Class::Lower)
        } else {
            // Columns are parted by several spaces.
            token.space_before() && before.class != Class::Newline && token.start < before.end + 3
        }
    })
}

/// `St.` inside of a name.
fn short_prefix(scene: &Scene<'_>, at: usize) -> bool {
    scene.plays(at, Role::Prefix) && scene.token(at).is_some_and(|token| token.len() <= 3)
}

/// `de la Cruz`, `van Gogh`, `al-Assad` at a row's start, after a title or a label.
pub(super) fn starts_with_particle(scene: &Scene<'_>, at: usize) -> bool {
    scene.class(at) == Some(Class::Lower)
        && scene.plays(at, Role::Particle)
        && (at == 0
            || scene.token(at).is_some_and(crate::text::Token::starts_line)
            || scene.plays(at - 1, Role::Title)
            || scene.is_mark(at - 1, b'.')
            || hyphen_behind(scene, at))
        && particle_end(scene, at).is_some()
}

fn hyphen_behind(scene: &Scene<'_>, at: usize) -> bool {
    scene.is_mark(at + 1, b'-') && scene.is_tight(at + 1)
}

/// The capital behind up to three particles.
fn particle_end(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let mut end = at;
    while end < at + 3 && scene.class(end) == Some(Class::Lower) && scene.plays(end, Role::Particle) {
        end += 1;
        if scene.is_mark(end, b'-') && scene.is_tight(end) {
            end += 1;
        }
    }
    (end > at && scene.is_capital(end) && !scene.is_initial(end)).then_some(end)
}

fn part(scene: &Scene<'_>, taken: &[bool], at: usize, opens: bool) -> Option<Part> {
    let token = scene.token(at)?;
    let known = scene.known(at);
    if taken.get(at).copied().unwrap_or(true) {
        return None;
    }
    if token.class == Class::Lower {
        let allowed = !opens || starts_with_particle(scene, at);
        let lead = allowed && known.plays(Role::Particle) && particle_end(scene, at).is_some();
        let last = if hyphen_behind(scene, at) { at + 1 } else { at };
        return lead.then_some(Part { first: at, last, sort: Sort::Particle, known, class: Class::Lower, ..NO_PART });
    }
    if !scene.is_capital(at) {
        return None;
    }
    if scene.is_initial(at) && !apostrophe_joins(scene, at) {
        return initial(scene, at);
    }
    if known.plays_any(BREAKS) && breaks(scene, at, opens) || is_rank(scene, at) {
        return None;
    }
    // `Vivienne St. Clair`
    if !opens && short_prefix(scene, at) && scene.is_mark(at + 1, b'.') && scene.is_tight(at + 1) {
        let name = scene.is_capital(at + 2) && !scene.is_initial(at + 2) && !scene.is_tight(at + 2);
        if name && scene.word(at).len() == 2 {
            return Some(Part { first: at, last: at + 1, sort: Sort::Particle, known, class: token.class, ..NO_PART });
        }
    }
    let sort = if is_capital_particle(scene, at) { Sort::Particle } else { Sort::Word };
    Some(joined(scene, Part { first: at, last: at, sort, known, class: token.class, ..NO_PART }))
}

/// A title or post-nominal breaks a row, unless it is a name as well and written like one.
fn breaks(scene: &Scene<'_>, at: usize, opens: bool) -> bool {
    let known = scene.known(at);
    if known.plays(Role::Title) {
        return !(known.last() >= 8 && scene.class(at) == Some(Class::Capital) && !opens);
    }
    if known.plays(Role::Versus) {
        return true;
    }
    // `Smith RN`, `Smith MD`, but `Ma` and `Do` are surnames.
    scene.class(at) == Some(Class::Upper) || known.last() < 6
}

/// `Judge`, `Sister` before another capital.
fn is_rank(scene: &Scene<'_>, at: usize) -> bool {
    scene.plays(at, Role::SoftTitle) && scene.is_capital(at + 1) && scene.known(at).first() < 9
}

/// `De`, `Van`, `La`, `Al` before another capital.
fn is_capital_particle(scene: &Scene<'_>, at: usize) -> bool {
    scene.known(at).plays_any(Role::set(&[Role::Particle, Role::Prefix]))
        && scene.token(at).is_some_and(|token| token.len() <= 5)
        && scene.is_capital(at + 1)
        && !scene.is_initial(at + 1)
}

fn initial(scene: &Scene<'_>, at: usize) -> Option<Part> {
    let dotted = scene.is_mark(at + 1, b'.') && scene.is_tight(at + 1);
    // `28/F Dorn, Carl`
    if !dotted && at > 0 && scene.is_tight(at) && scene.is_mark(at - 1, b'/') {
        return None;
    }
    // `A` and `I` are words, and a letter joined to anything else is a code.
    if !dotted
        && (matches!(scene.word(at), "A" | "I")
            || scene.token(at + 1).is_some_and(|t| !t.space_before() && !t.is_mark(b',')))
    {
        let possessive = scene.is_possessive(at + 1);
        let closing = matches!(scene.token(at + 1).map_or(0, |t| t.mark), b')' | b';' | b':' | b'?' | b'!');
        if !possessive && !closing {
            return None;
        }
    }
    let last = if dotted { at + 1 } else { at };
    let known = Known::NOTHING;
    Some(Part { first: at, last, sort: Sort::Initial, known, class: Class::Upper, ..NO_PART })
}

/// `O'Brien`, `D'Angelo`: a letter or two, an apostrophe and a capital, all without spaces.
fn apostrophe_joins(scene: &Scene<'_>, at: usize) -> bool {
    scene.token(at).is_some_and(|token| token.len() <= 2)
        && scene.is_apostrophe(at + 1)
        && scene.is_tight(at + 2)
        && scene.is_capital(at + 2)
        && !scene.is_possessive(at + 1)
}

/// Takes in what is joined by apostrophes and hyphens; the part knows the best of its words.
fn joined(scene: &Scene<'_>, mut part: Part) -> Part {
    if apostrophe_joins(scene, part.first) {
        part.last = part.first + 2;
        part.known = concatenated(scene, part.first, part.last);
        part.sort = Sort::Word;
    }
    while scene.is_mark(part.last + 1, b'-') && scene.is_tight(part.last + 1) && scene.is_tight(part.last + 2) {
        let next = part.last + 2;
        let Some(token) = scene.token(next).filter(|token| token.is_word()) else { break };
        // `Ji-hoon`, but not `Post-op`.
        let other = scene.known(next);
        if scene.plays(part.last, Role::Syllable) && other.plays(Role::Syllable) {
            part = Part { last: next, known: Known::MADE_GIVEN, joined: true, sort: Sort::Word, ..part };
            continue;
        }
        let plain = other.common() == 0 && !other.is(Fact::Clinical) && !other.is(Fact::Drug);
        let lower_name = token.class == Class::Lower && plain && part.known.common() <= 2;
        if !(scene.is_capital(next) || lower_name) || part.last - part.first > 6 {
            break;
        }
        let known = scene.known(next);
        part.sort = Sort::Word;
        part.joined = true;
        if plain_weight(known) > plain_weight(part.known) {
            part.known = known;
        }
        part.last = next;
    }
    part
}

/// Which of two joined words speaks for both: the better name that means least besides.
fn plain_weight(known: Known) -> i32 {
    let eponym = if known.plays(Role::Eponym) { 8 } else { 0 };
    let place =
        known.is(Fact::Country) || known.is(Fact::State) || known.plays(Role::Calendar) || known.plays(Role::Demonym);
    known.first() + known.last() - 2 * known.common() - eponym - if place { 12 } else { 0 }
}

/// What is known of two words written as one: `O'Brien` as `obrien`.
fn concatenated(scene: &Scene<'_>, first: usize, last: usize) -> Known {
    let Some(start) = scene.token(first) else { return Known::NOTHING };
    let tail = scene.word(last);
    if !tail.is_ascii() {
        return scene.known(last);
    }
    let fold = tail.bytes().fold(start.fold, |hash, byte| step(hash, byte | 0x20));
    let whole = scene.gazetteer.known(fold);
    if whole.is_listed_name() { whole } else { scene.known(last) }
}
