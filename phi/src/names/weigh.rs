//! Weighs the stretches of a run and picks the best.

use super::after::after;
use super::before::{Side, before};
use super::parts::{LONGEST, Part, Run, Sort};
use super::word::{IMPOSSIBLE, Points, Standing, both, is_unknown};
use super::{ENOUGH, Found, Place};
use crate::finding::Evidence;
use crate::gazetteer::{Fact, Known, Role, phrase_hash};
use crate::listed::{Kind, Scene};
use crate::text::Class;

/// A full name has at most so many words, initials and particles apart.
const WORDS: usize = 5;

/// How many parts of a long row are looked at first.
const AHEAD: usize = 5;
/// What a word that surely opens a name is worth, and by how much such a name is above the least.
const SURE_WORD: i32 = 7;
const SURE_MORE: i32 = 6;

/// A stretch and what it weighs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) points: i32,
    pub(super) evidence: Evidence,
    kind: Kind,
}

/// The best stretch of a run, if any is a name.
pub(super) fn best(place: &Place<'_, '_>, run: &Run) -> Option<Found> {
    // A long row that opens with a sure name: nothing that starts behind it is asked.
    if run.parts().len() > AHEAD
        && let Some(ahead) = run.parts().get(..AHEAD)
        && ahead.iter().all(|part| part.sort == Sort::Word)
        && ahead.first().is_some_and(|part| part.worth(false).best() >= SURE_WORD)
        && let Some(found) = best_of(place, ahead, 1)
        && found.points >= ENOUGH + SURE_MORE
        && ahead.last().is_some_and(|part| found.last < part.first)
    {
        return Some(found);
    }
    // A long row is a list: its first name stands at its start, or the whole is looked at.
    if run.parts().len() > AHEAD
        && let Some(found) = run.parts().get(..AHEAD).and_then(|parts| best_of(place, parts, AHEAD))
        && run.parts().get(AHEAD - 2).is_some_and(|part| found.last < part.first)
        && run.parts().first().is_some_and(|part| found.first == part.first)
    {
        return Some(found);
    }
    let found = best_of(place, run.parts(), LONGEST)?;
    // `Carl Dorn Registrar Anna Berg`: the first name first, the rest is a run of its own.
    let ahead = run.parts().partition_point(|part| part.last < found.first);
    run.parts().get(..ahead).and_then(|parts| best_of(place, parts, LONGEST)).or(Some(found))
}

/// The best of the stretches that start with one of the first `starts` parts.
fn best_of(place: &Place<'_, '_>, parts: &[Part], starts: usize) -> Option<Found> {
    // A long row of single letters is no name, and would be the dearest row to weigh.
    if parts.len() > 3 && parts.iter().all(|part| part.sort == Sort::Initial) {
        return None;
    }
    let mut best: Option<Weighed> = None;
    let mut rights = Rights::default();
    // A row of words only is a list: no name in it has more than four.
    let longest = if parts.len() > 4 && parts.iter().all(|part| part.sort == Sort::Word) { 4 } else { WORDS + 3 };
    for start in 0..parts.len().min(starts) {
        // What starts behind a name is looked at when that name is taken.
        if best.is_some_and(|best| parts.get(start).is_some_and(|part| part.first > best.last)) {
            break;
        }
        let side = left(place, parts, start);
        for end in start + 1..=parts.len().min(start + longest) {
            let Some(stretch) = parts.get(start..end) else { continue };
            let Some(weighed) = weigh(place, stretch, side, &mut rights) else { continue };
            let weighed = Weighed { points: weighed.points + right_neighbour(parts, end), ..weighed };
            if weighed.points >= ENOUGH && best.is_none_or(|best| weighed.points > best.points) {
                best = Some(weighed);
            }
        }
    }
    best.map(|weighed| Found::of(&weighed, weighed.kind))
}

/// What stands behind each part, asked once however many stretches end there.
#[derive(Default)]
struct Rights {
    sides: [[Option<(usize, Side)>; 2]; LONGEST],
}

impl Rights {
    fn of(&mut self, place: &Place<'_, '_>, last: &Part, known: Known, announced: bool) -> Side {
        let read = || after(place.scene, last.last, known, announced);
        let Some(slot) = self.sides.get_mut(last.last % LONGEST).and_then(|pair| pair.get_mut(usize::from(announced)))
        else {
            return read();
        };
        match *slot {
            Some((of, side)) if of == last.last => side,
            _ => slot.insert((last.last, read())).1,
        }
    }
}

fn left(place: &Place<'_, '_>, parts: &[Part], start: usize) -> Side {
    let Some(part) = parts.get(start) else { return Side::NONE };
    let mut side = before(place.scene, part.first, place.last_name);
    if let Some(previous) = start.checked_sub(1).and_then(|previous| parts.get(previous)) {
        // To leave a good name word or an initial out needs a reason.
        let lost = match previous.sort {
            Sort::Word => previous.worth(false).best() / 2,
            _ => 3,
        };
        side.points -= lost.max(0);
    }
    side
}

pub(super) fn price(place: &Place<'_, '_>, part: &Part) -> [Points; 2] {
    both(place.scene, part, standing(place, part, false))
}

/// A good name word that is left out on the right speaks against the cut.
fn right_neighbour(parts: &[Part], end: usize) -> i32 {
    let Some(next) = parts.get(end) else { return 0 };
    match next.sort {
        Sort::Word => -(next.worth(false).best() / 2).max(0),
        Sort::Initial => -1,
        Sort::Particle => -2,
    }
}

pub(super) fn standing(place: &Place<'_, '_>, part: &Part, announced: bool) -> Standing {
    let opens_sentence = place.scene.token(part.first).is_some_and(crate::text::Token::starts_sentence);
    Standing { opens_sentence, shouted: place.shouted, announced }
}

fn weigh(place: &Place<'_, '_>, stretch: &[Part], left: Side, rights: &mut Rights) -> Option<Weighed> {
    let (first, last) = (stretch.first()?, stretch.last()?);
    if last.sort == Sort::Particle {
        return None;
    }
    let words = stretch.iter().filter(|part| part.sort == Sort::Word).count();
    let initials = stretch.iter().filter(|part| part.sort == Sort::Initial).count();
    if words > WORDS || initials > 3 {
        return None;
    }
    let announced = left.announces();
    let (inside, known, mut evidence) = words_inside(stretch, announced)?;
    if words == 0 {
        return only_initials(place, stretch, left);
    }
    // `Vitamin D`, `Grade I`: an initial behind a word needs a given name.
    if words == 1 && last.sort == Sort::Initial && !(trailing_initial(first) || announced || left.points >= 4) {
        return None;
    }
    let mut sum = inside + i32::try_from(initials).unwrap_or(0).min(2) * 2;
    if words + initials > 1 {
        sum += 2 * i32::from(words > 1) + 1;
    }
    let mut right = rights.of(place, last, known, announced);
    // `Yusuf Demirtaş's MRI`: with a given name it is nobody's syndrome.
    let given = first.sort == Sort::Word && first.known.first() >= 5 && first.known.common() <= 2;
    if words > 1 && given && !first.known.plays(Role::Eponym) && place.scene.is_possessive(last.last + 1) {
        right.points = right.points.max(2);
    }
    // `seen by A. Venkataraghavan`
    let dotted = first.sort == Sort::Initial && first.last > first.first && words == 1;
    if dotted && is_unknown(known) && place.scene.word(last.first).len() >= 6 {
        sum += 2;
    }
    sum += left.points + right.points;
    if stands_for_itself(place.scene, first, last) && known.is_listed_name() {
        sum += 5;
    } else if left.points >= 5 && is_unknown(known) && words == 1 && takes_leave(place.scene, first, last) {
        sum += 3;
    }
    if words == 2 && !place.shouted && surname_in_capitals(place.scene, first, last) {
        sum += if last.joined && is_unknown(last.known) { 9 } else { 4 };
    }
    if words == 1 && initials == 0 && among_surnames(place.scene, first) {
        sum += 3;
    }
    if place.scene.court && initials > 0 && words == 1 {
        sum += 2;
    }
    // `Na 132`: two letters are mostly something else.
    if words + initials == 1 && left.points < 4 && place.scene.token(first.first).is_some_and(|token| token.len() <= 2)
    {
        sum -= 5;
    }
    // `Wong-Baker 2`: two surnames and nothing that speaks of a person are a scale's or a test's.
    if words == 1 && first.joined && first.known.first() < 5 && left.points <= 0 && right.points <= 1 {
        sum -= 4;
    }
    // `House-Brackmann IV`, `Gharbi II`: one surname and a Roman number grade something.
    if words == 1 && initials == 0 && left.points < 4 && is_roman(place.scene.word(last.last + 1)) {
        sum -= 14;
    }
    if last.last > first.first && !announced && is_town(place.scene, first, last) {
        sum -= 9;
    }
    evidence = evidence.with(left.evidence).with(right.evidence).with(Evidence::CASE);
    let single = if words + initials > 1 { Kind::NameFull } else { Kind::NameSingle };
    Some(Weighed { first: first.first, last: last.last, points: sum, evidence, kind: left.kind.unwrap_or(single) })
}

fn is_roman(word: &str) -> bool {
    matches!(word, "I" | "II" | "III" | "IV" | "V" | "VI" | "VII")
}

/// `LAM Sau-fong`, `KOVACZ Anna`: the surname first, told by its capitals.
fn surname_in_capitals(scene: &Scene<'_>, first: &Part, last: &Part) -> bool {
    let upper = first.class == Class::Upper && first.sort == Sort::Word && !first.joined;
    let surname = first.known.last() >= 5 || is_unknown(first.known) && scene.word(first.first).len() >= 4;
    let given = last.class == Class::Capital && (last.known.first() >= 5 || last.joined && is_unknown(last.known));
    upper && surname && given && first.known.common() <= 4 && !first.known.is(Fact::Clinical)
}

/// `Kavanagh, Petrosyan and El-Masri`: a surname beside a comma or `and` with another surname behind that.
fn among_surnames(scene: &Scene<'_>, word: &Part) -> bool {
    let plain = |known: Known| {
        known.last() >= 6
            && known.common() == 0
            && known.city() == 0
            && !known.is(Fact::Clinical)
            && !known.is(Fact::Drug)
            && !known.is(Fact::Eponym)
            && !known.plays(Role::Eponym)
    };
    let joins = |at: usize| scene.is_mark(at, b',') || matches!(scene.word(at), "and" | "&");
    let other = |at: usize| scene.is_capital(at) && plain(scene.known(at));
    let behind = joins(word.last + 1) && other(word.last + 2);
    let before = word.first >= 2 && joins(word.first - 1) && other(word.first - 2);
    plain(word.known) && (behind || before)
}

/// A signature: nothing else stands in its sentence.
fn stands_for_itself(scene: &Scene<'_>, first: &Part, last: &Part) -> bool {
    let opens = scene.token(first.first).is_some_and(|token| token.starts_sentence() || token.starts_line());
    let stop = last.last + 1 + usize::from(scene.is_mark(last.last + 1, b'.') && scene.is_tight(last.last + 1));
    let next = scene.token(stop);
    let closes = next.is_none_or(|next| {
        next.class == Class::Newline || stop > last.last + 1 && next.space_before() && next.starts_sentence()
    });
    opens && closes && first.first > 0
}

/// `Cheers, Gethin` at a text's or a line's end.
fn takes_leave(scene: &Scene<'_>, first: &Part, last: &Part) -> bool {
    let greets = scene.word_before(first.first).is_some_and(|at| scene.plays(at, Role::Greeting));
    greets && scene.token(last.last + 1).is_none_or(|next| next.class == Class::Newline)
}

/// `San Francisco`, `Santa Rosa`.
fn is_town(scene: &Scene<'_>, first: &Part, last: &Part) -> bool {
    let known = scene.known(first.first);
    if known.phrase_words() < 2 {
        return false;
    }
    let words = scene.tokens.get(first.first..=last.last).unwrap_or_default().iter().filter(|token| token.is_word());
    let hash = words.map(|token| token.fold).reduce(phrase_hash);
    let whole = hash.map_or(Known::NOTHING, |hash| scene.gazetteer.known(hash));
    whole.city() >= 2 || whole.is(Fact::State) || whole.is(Fact::Country)
}

/// The points of all words, what is known of the last one, and which lists spoke.
fn words_inside(stretch: &[Part], announced: bool) -> Option<(i32, Known, Evidence)> {
    let mut evidence = Evidence::NONE;
    let mut known = Known::NOTHING;
    let (mut opening, mut middle, mut closing) = (None, 0, Points { given: 0, family: 0 });
    let mut particles = 0;
    for part in stretch {
        if part.sort == Sort::Particle {
            particles += 1;
        }
        if part.sort != Sort::Word {
            continue;
        }
        // Behind a sure given name a common word is a surname.
        let led = opening.is_some_and(|opening: Points| opening.given >= 7) && part.known.last() >= 5;
        let mut own = part.worth(announced && opening.is_none() || led);
        if opening.is_none() && follows_word_name(part, stretch) {
            own.given = part.known.first() / 2 + 2;
        }
        if own.best() < IMPOSSIBLE {
            return None;
        }
        if part.known.first() > 0 {
            evidence = evidence.with(Evidence::FIRST_NAME);
        }
        if part.known.last() > 0 {
            evidence = evidence.with(Evidence::LAST_NAME);
        }
        known = part.known;
        if opening.is_none() {
            opening = Some(own);
        } else {
            middle += closing.best() / 2;
        }
        closing = own;
    }
    let Some(opening) = opening else { return Some((0, known, evidence)) };
    let words = stretch.iter().filter(|part| part.sort == Sort::Word).count();
    let sum = if words == 1 {
        // Behind an initial or a particle comes a surname.
        if stretch.first().is_some_and(|part| part.sort == Sort::Word) {
            opening.best()
        } else {
            opening.family.max(opening.given - 2)
        }
    } else {
        let middle = if words > 2 { middle - opening.best() / 2 } else { 0 };
        (opening.given + closing.family).max(opening.family + closing.given - 2) + middle
    };
    Some((sum + particles.min(2) * 2, known, evidence))
}

/// `Mr X`, `Ms A.B.` behind a title; `the witness G.S. said` by its neighbours.
fn only_initials(place: &Place<'_, '_>, stretch: &[Part], left: Side) -> Option<Weighed> {
    let (first, last) = (stretch.first()?, stretch.last()?);
    let titled = left.kind == Some(Kind::NameTitled) && left.points > 10;
    let points = if titled { ENOUGH + 3 } else { initials_alone(place, stretch, left)? };
    let kind = if titled { Kind::NameTitled } else { Kind::NameSingle };
    Some(Weighed { first: first.first, last: last.last, points, evidence: left.evidence, kind })
}

/// Two or three letters with their full stops, as courts write people they do not name.
fn initials_alone(place: &Place<'_, '_>, stretch: &[Part], left: Side) -> Option<i32> {
    const OTHERS: [&str; 24] = [
        "U.S.", "U.K.", "E.U.", "U.N.", "E.R.", "M.D.", "R.N.", "P.A.", "N.P.", "D.O.", "P.O.", "I.V.", "I.M.", "D.C.",
        "L.A.", "N.Y.", "N.J.", "T.V.", "A.M.", "P.M.", "B.P.", "I.D.", "U.S.C.", "U.S.A.",
    ];
    let (first, last) = (stretch.first()?, stretch.last()?);
    let scene = place.scene;
    let (start, end) = (scene.token(first.first)?.start as usize, scene.token(last.last)?.end as usize);
    let written = scene.text.get(start..end)?;
    let dotted = stretch.iter().all(|part| part.last == part.first + 1);
    if stretch.len() > 3 || !dotted || written.contains(' ') || OTHERS.contains(&written) {
        return None;
    }
    let right = after(scene, last.last, Known::NOTHING, false);
    // Courts write the people they do not name like this.
    let base = match (scene.court, stretch.len()) {
        (true, 1) => 6,
        (true, _) => 10,
        (false, 1) => return None,
        (false, _) => 6,
    };
    Some(base + left.points + right.points)
}

/// `May Summers`, `Faith Ross`, `Hope Kovarquist`: a month or a virtue that is a given name, before a surname.
fn follows_word_name(part: &Part, stretch: &[Part]) -> bool {
    let Some(last) = stretch.last().filter(|last| last.sort == Sort::Word && stretch.len() > 1) else { return false };
    let known = part.known;
    let word = known.plays(Role::Calendar) && known.first() >= 7
        || known.first() >= 8 && known.common() >= 4 && part.class == Class::Capital;
    let surname = last.known.last() >= 7 && last.known.common() <= 6;
    word && (surname || last.class == Class::Capital && is_unknown(last.known))
}

fn trailing_initial(word: &Part) -> bool {
    word.sort == Sort::Word && word.known.first() >= 5 && word.known.common() <= 4
}
