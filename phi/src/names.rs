//! People's names, by adding up what speaks for and against: lists, case, neighbours, order.
//!
//! A *run* is a row of words that could be parts of one name (`J. R. Smith-Jones`, `van der Berg`). Each stretch of a run
//! is weighed: every word brings points by its lists, the left and the right neighbour bring points by their roles, and the
//! best stretch above [`ENOUGH`] is a name. Names in lower case need a word before them that announces a person, or two
//! words that are hardly anything but a name. At last, words of sure names are found again alone.

mod after;
mod before;
mod inverted;
mod lower;
mod parts;
mod recall;
mod row;
mod telling;
mod weigh;
mod word;

pub(crate) use recall::recall;
pub(crate) use row::rows;
pub(crate) use word::is_unknown as no_other_word;

use crate::finding::Evidence;
use crate::listed::{Hit, Kind, Scene};
use crate::text::Class;
use parts::Run;
use weigh::{Weighed, best};

/// Points from which a stretch is a name.
const ENOUGH: i32 = 10;

/// Adds the people that are named in a text.
pub(crate) fn find(scene: &Scene<'_>, taken: &[bool], hits: &mut Vec<Hit>) {
    let mut line = Line::default();
    // Where the last name ended, in tokens: `Anna Berg and Carl Dorn`.
    let mut last_name = usize::MAX;
    let mut at = 0;
    let mut run = Run::empty();
    while at < scene.tokens.len() {
        if taken.get(at).copied().unwrap_or(true) || !scene.tokens.get(at).is_some_and(crate::text::Token::is_word) {
            at += 1;
            continue;
        }
        line.enter(scene, at);
        let found = if scene.is_capital(at) || parts::starts_with_particle(scene, at) {
            run.advance(scene, taken, at);
            if run.is_empty() {
                at += 1;
                continue;
            }
            let place = Place { scene, shouted: line.shouted, last_name };
            run.price(|part| weigh::price(&place, part));
            let found = inverted::find(&place, &run, taken).or_else(|| best(&place, &run));
            let found = found.map(|found| Found { last: with_suffix(scene, &found), ..found });
            // What is left of the run behind a name is a run of its own.
            at = found.map_or(run.end(), |found| found.last + 1);
            found
        } else {
            let found = lower::find(scene, taken, at);
            at = found.map_or(at + 1, |found| found.last + 1);
            found
        };
        // What hangs together by hyphens or carets may reach into what a place has.
        if let Some(found) = found.filter(|found| is_free(taken, found.first, found.last)) {
            last_name = found.last;
            hits.extend(scene.hit((found.first, found.last), found.kind, found.percent(), found.evidence));
        }
    }
}

/// `Hollister Beaumont III`, `Rigoberto Jr.`
fn with_suffix(scene: &Scene<'_>, found: &Found) -> usize {
    let at = found.last + 1;
    let tied = scene.token(at).is_some_and(|token| token.space_before() && token.class != Class::Newline);
    match scene.word(at) {
        "II" | "III" if tied && found.last > found.first => at,
        "Jr" | "Sr" if tied && scene.is_mark(at + 1, b'.') => at + 1,
        "Jr" | "Sr" if tied => at,
        _ => found.last,
    }
}

fn is_free(taken: &[bool], first: usize, last: usize) -> bool {
    taken.get(first..=last).is_some_and(|tokens| !tokens.contains(&true))
}

/// A run's surroundings.
pub(crate) struct Place<'a, 't> {
    scene: &'a Scene<'t>,
    /// The line is written in capitals, so they say nothing.
    shouted: bool,
    last_name: usize,
}

/// Tokens `first..=last` as a name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) kind: Kind,
    pub(crate) points: i32,
    pub(crate) evidence: Evidence,
}

impl Found {
    /// From 55 at [`ENOUGH`] to 98.
    fn percent(&self) -> u8 {
        u8::try_from((55 + (self.points - ENOUGH) * 3).clamp(50, 98)).unwrap_or(50)
    }

    fn of(weighed: &Weighed, kind: Kind) -> Self {
        Self { first: weighed.first, last: weighed.last, kind, points: weighed.points, evidence: weighed.evidence }
    }
}

/// Whether the line at hand is written in capitals.
#[derive(Default)]
struct Line {
    end: usize,
    shouted: bool,
}

impl Line {
    /// Counts a line's words when its first word is reached; each line once.
    fn enter(&mut self, scene: &Scene<'_>, at: usize) {
        if at < self.end {
            return;
        }
        let (mut upper, mut other) = (0, 0);
        self.end = at;
        while let Some(token) = scene.token(self.end).filter(|token| token.class != Class::Newline) {
            match token.class {
                Class::Upper if token.len() > 2 => upper += 1,
                Class::Lower | Class::Capital | Class::Mixed if token.len() > 2 => other += 1,
                _ => {}
            }
            self.end += 1;
        }
        self.end += 1;
        self.shouted = upper >= 3 && upper > other * 2;
    }
}

#[cfg(test)]
mod tests;
