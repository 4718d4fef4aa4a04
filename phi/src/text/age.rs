//! Ages of 90 and over, the only ages that Safe Harbor hides: `92-year-old`, `aged 93`, `94 y/o`, `ninety-two years old`.

use crate::finding::Evidence;

use super::claims::{Claims, Kind, Rank};
use super::groups::continues;
use super::lexicon::{AGE, FILLER, NUMBER, PERSON, UNIT};
use super::token::{Class, Token};
use super::view::View;

const AGES: std::ops::RangeInclusive<u32> = 90..=125;

/// At a number: `92 years old`, `age: 101`.
pub(crate) fn find(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let (start, end) = (token.start as usize, token.end as usize);
    let before = view.byte_before(start);
    let inner = matches!(before, b'.' | b'/' | b':' | b'-' | b'$' | b'#') && view.byte_before(start - 1) != b' ';
    let inner = inner && !(before == b'/' && gendered(view, at));
    if token.len() > 9 || inner && before != b':' || before == b':' && view.byte_before(start - 1).is_ascii_digit() {
        return None;
    }
    if token.class == Class::Alnum {
        return fused(view, at, claims);
    }
    view.number(at).filter(|age| AGES.contains(age) && token.len() <= 3)?;
    if years_old(view, at + 1) {
        claims.add(Kind::Age, (start, end), Rank::Labelled, Evidence::LABEL_AFTER);
        return Some(end);
    }
    if gendered(view, at) || birthday(view, at) {
        claims.add(Kind::Age, (start, end), Rank::Labelled, Evidence::NEIGHBOURS);
        return Some(end);
    }
    if !(told_before(view, at) || beside_person(view, at))
        || continues(view, end)
        || view.byte(end) == b'-' && view.byte(end + 1).is_ascii_digit()
    {
        return None;
    }
    claims.add(Kind::Age, (start, end), Rank::Labelled, Evidence::LABEL_BEFORE);
    Some(end)
}

/// At a number word: `ninety-two years old`, `one hundred and two years old`.
pub(crate) fn find_written(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    if !view.note(at).is(NUMBER)
        || at.checked_sub(2).is_some_and(|word| view.note(word).is(NUMBER) && view.is_mark(word + 1, b'-'))
    {
        return None;
    }
    let mut value = u32::from(view.note(at).value);
    let mut next = at + 1;
    if view.word(next).eq_ignore_ascii_case("hundred") && value == 1 {
        value = 100;
        next += 1;
        if view.word(next) == "and" {
            next += 1;
        }
        if view.note(next).is(NUMBER) {
            value += u32::from(view.note(next).value);
            next += 1;
        }
    } else {
        let unit = if view.is_mark(next, b'-') { next + 1 } else { next };
        if view.note(unit).is(NUMBER) && view.note(unit).value < 10 && value % 10 == 0 {
            value += u32::from(view.note(unit).value);
            next = unit + 1;
        }
    }
    if !AGES.contains(&value) {
        return None;
    }
    let start = view.token(at)?.start as usize;
    let evidence = if years_old(view, next) {
        Evidence::LABEL_AFTER
    } else if told_before(view, at) || said_of_person(view, at, next) {
        Evidence::LABEL_BEFORE
    } else {
        return None;
    };
    let end = view.token(next - 1)?.end as usize;
    claims.add(Kind::Age, (start, end), Rank::Labelled, evidence);
    Some(end)
}

/// `92yo`, `92y`, `95F`, `101M`.
fn fused(view: &View<'_>, at: usize, claims: &mut Claims<'_>) -> Option<usize> {
    let token = view.token(at)?;
    let word = token.text(view.text);
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let age: u32 = word.get(..digits)?.parse().ok()?;
    let rest = word.get(digits..)?;
    if !AGES.contains(&age) || rest.is_empty() || !rest.is_ascii() {
        return None;
    }
    let is = |words: &[&str]| words.iter().any(|known| rest.eq_ignore_ascii_case(known));
    let years = is(&["year", "years"]) && old_after(view, at + 1);
    let birthday = years || is(&["th", "st", "nd", "rd"]) && birthday(view, at);
    let spelt = birthday || is(&["yo", "yom", "yof", "yrold", "yearold", "y", "yr", "yrs"]);
    // `95F` alone is a temperature, too: a person follows or comes before.
    let sexed = matches!(rest, "M" | "F") && age_neighbours(view, at);
    if !spelt && !sexed {
        return None;
    }
    let end = token.start as usize + digits;
    claims.add(Kind::Age, (token.start as usize, end), Rank::Labelled, Evidence::LABEL_AFTER);
    Some(token.end as usize)
}

fn age_neighbours(view: &View<'_>, at: usize) -> bool {
    let opens = view.token(at).is_some_and(|token| token.starts_sentence());
    let article = at
        .checked_sub(1)
        .is_some_and(|word| matches!(view.word(word), "a" | "A" | "is" | "pt" | "Pt" | "patient" | "Patient"));
    let verb = matches!(
        view.word(at + 1),
        "with" | "w" | "presents" | "presenting" | "presented" | "who" | "admitted" | "c" | "here" | "s" | "h"
    );
    article || verb || opens && view.is_mark(at + 1, b',')
}

/// Whether what follows the number says that it is an age.
fn years_old(view: &View<'_>, next: usize) -> bool {
    let place = if view.is_mark(next, b'-') { next + 1 } else { next };
    let word = view.word(place);
    let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is(&["y"]) {
        let tied =
            matches!(view.byte(view.token(place).map_or(0, |y| y.end as usize)), b'/' | b'.' | b' ' | b',' | b'-');
        let mark = usize::from(view.token(place + 1).is_some_and(|mark| matches!(mark.mark, b'/' | b'.' | b'-')));
        let o = view.word(place + 1 + mark);
        return tied
            && (o.eq_ignore_ascii_case("o")
                || view.is_mark(place + 1, b',')
                || matches!(o, "F" | "M" | "female" | "male"));
    }
    is(&["yo", "yom", "yof", "ans", "años", "anni", "jahre", "jahren", "jährige", "jähriger", "jaar", "jarige"])
        || is(&["year", "years", "yr", "yrs"]) && old_after(view, place + 1)
}

/// `old`, `-old`, `of age`.
fn old_after(view: &View<'_>, next: usize) -> bool {
    let place = if view.is_mark(next, b'-') || view.is_mark(next, b'.') { next + 1 } else { next };
    let word = view.word(place);
    let old = ["old", "young"].iter().any(|known| word.eq_ignore_ascii_case(known));
    old || word.eq_ignore_ascii_case("of") && view.word(place + 1).eq_ignore_ascii_case("age")
}

/// `my nan is ninety-seven`, `who was ninety-two at the time`: what follows the number's last word counts as well.
fn said_of_person(view: &View<'_>, at: usize, next: usize) -> bool {
    let verb = at.checked_sub(1).filter(|verb| matches!(view.word(*verb), "is" | "was" | "turns" | "turned" | "s"));
    let apposed = |verb: usize| verb > 0 && view.is_mark(verb - 1, b',') && view.word(verb) == "was";
    verb.is_some_and(|verb| apposed(verb) || subject(view, verb)) && ends_age(view, next)
}

/// What may stand behind an age: the clause's end, or a word that goes on about the person.
fn ends_age(view: &View<'_>, next: usize) -> bool {
    view.token(next).is_none_or(|next| matches!(next.mark, b',' | b'.' | b';' | b'!' | b'?' | b'\n'))
        || matches!(
            view.word(next),
            "and"
                | "with"
                | "now"
                | "but"
                | "who"
                | "this"
                | "today"
                | "when"
                | "at"
                | "last"
                | "in"
                | "next"
                | "nxt"
                | "tomorrow"
                | "so"
                | "soon"
        )
}

/// `he is 98`, `my mother Ann is 106`, `Grace Calhurst, 97, fell`.
fn beside_person(view: &View<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    // `he is almost 98`.
    let before = if matches!(view.word(before), "almost" | "nearly" | "now" | "already" | "only" | "about" | "just") {
        before.saturating_sub(1)
    } else {
        before
    };
    let ends = ends_age(view, at + 1);
    // `shes 98 nxt week`
    if matches!(view.word(before), "shes" | "hes" | "Shes" | "Hes") {
        return ends;
    }
    if matches!(view.word(before), "is" | "IS" | "was" | "turns" | "s") {
        return ends && subject(view, before);
    }
    // `I am 93`, `I'm 93`.
    let me = matches!(view.word(before), "am" | "m")
        && before.checked_sub(1).is_some_and(|i| view.word(i) == "I" || view.is_mark(i, b'\''));
    if me
        || matches!(view.word(before), "At" | "at")
            && view.is_mark(at + 1, b',')
            && matches!(view.word(at + 2), "he" | "she" | "they" | "I")
    {
        return ends;
    }
    if !view.is_mark(before, b',') || !view.is_mark(at + 1, b',') {
        return false;
    }
    let verb = view.word(at + 2);
    let acts = verb.len() > 3 && verb.ends_with("ed")
        || matches!(verb, "fell" | "who" | "was" | "is" | "has" | "had" | "lives" | "with" | "of" | "came")
        || matches!(
            verb,
            "comfortable"
                | "alert"
                | "frail"
                | "widow"
                | "widower"
                | "bedbound"
                | "independent"
                | "previously"
                | "normally"
                | "known"
                | "living"
                | "from"
        );
    acts && before > 0 && view.token(before - 1).is_some_and(|name| name.is_word() && name.len() >= 3)
}

/// `92 male`, `92/F`, `F/92`, `female, 92`, `a woman of 92`.
fn gendered(view: &View<'_>, at: usize) -> bool {
    let long = |place: usize| {
        let word = view.word(place);
        ["male", "female", "man", "woman", "lady", "gentleman", "gent", "boy", "girl"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    };
    let short = |place: usize| matches!(view.word(place), "F" | "M" | "f" | "m");
    let Some(before) = at.checked_sub(1) else { return long(1) || view.is_mark(1, b'/') && short(2) };
    if view.token(at + 1).is_some_and(Token::space_before) && long(at + 1)
        || view.is_mark(at + 1, b'/') && short(at + 2) && view.is_tight(at + 2)
    {
        return true;
    }
    let Some(word) = before.checked_sub(1) else { return false };
    if view.is_mark(before, b'/') && short(word) && view.is_tight(at) {
        return true;
    }
    let ends = !view.is_mark(at + 1, b'%') && !view.note(at + 1).is(UNIT) && !view.is_mark(at + 1, b'/');
    let joined = view.is_mark(before, b',') || matches!(view.word(before), "of" | "aged");
    joined && long(word) && ends
}

/// `her 95th birthday` is written as one token; `birthday number 95` is not asked.
fn birthday(view: &View<'_>, at: usize) -> bool {
    view.word(at + 1).eq_ignore_ascii_case("birthday")
}

/// Whether up to three words before speak of one person and of nothing measured.
fn subject(view: &View<'_>, verb: usize) -> bool {
    for place in (verb.saturating_sub(5)..verb).rev() {
        let Some(token) = view.token(place) else { return false };
        if view.note(place).is(PERSON)
            || matches!(view.word(place), "Mr" | "Mrs" | "Ms" | "Miss" | "Dr" | "Herr" | "Frau" | "Rev" | "Sr" | "Prof")
        {
            return true;
        }
        if token.is_mark(b'.') && view.is_tight(place) && place > 0 && view.word(place - 1).len() <= 4 {
            continue;
        }
        let named =
            matches!(token.class, Class::Capital | Class::Mixed) || token.class == Class::Lower || token.is_mark(b'-');
        if !named {
            return false;
        }
    }
    false
}

/// `aged 93`, `age: 101`, `turned 95`, `age is 94`.
fn told_before(view: &View<'_>, at: usize) -> bool {
    let mut place = at;
    for _ in 0..6 {
        let Some(before) = place.checked_sub(1) else { return false };
        place = before;
        if view.note(place).is(AGE) {
            return true;
        }
        let passes = view.note(place).is(FILLER | UNIT)
            || matches!(view.word(place), "sex" | "Sex" | "gender" | "Gender" | "SEX")
            || view.token(place).is_some_and(|t| matches!(t.mark, b':' | b'=' | b'(' | b')' | b'"' | b'-' | b'/'));
        if !passes {
            return false;
        }
    }
    false
}
