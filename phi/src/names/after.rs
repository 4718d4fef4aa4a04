//! What the words behind a stretch say: verbs, post-nominals, possessives, and what makes a name a thing's.

use super::before::Side;
use crate::finding::Evidence;
use crate::gazetteer::{Fact, Known, Role};
use crate::listed::Scene;
use crate::text::Class;

/// Words with a capital behind a name that make it the name of a place or an organisation.
const MAKES_PLACE: u64 = Role::set(&[
    Role::CareHead,
    Role::CareSoft,
    Role::CareTail,
    Role::Company,
    Role::Street,
    Role::GeoTail,
    Role::Court,
    Role::OrgOf,
    Role::ThingAfter,
    Role::CompanySoft,
    Role::EponymHead,
]);

/// `announced`: a title or a label stands before the stretch, so terms are unlikely.
pub(super) fn after(scene: &Scene<'_>, last: usize, word: Known, announced: bool) -> Side {
    let at = last + 1;
    let Some(token) = scene.token(at) else { return Side::NONE };
    if token.class == Class::Newline {
        return Side::NONE;
    }
    if scene.is_possessive(at) {
        return possessive(scene, at + 2, word, announced);
    }
    if !token.space_before() && is_glue(scene, at) {
        return Side::of(-12);
    }
    match token.mark {
        b',' => return behind_comma(scene, at + 1, word),
        b'(' => return behind_bracket(scene, at + 1),
        b'<' | b'[' => return Side::of(if has_at_sign(scene, at) { 6 } else { 0 }),
        b'&' => return Side::of(-4),
        b'-' if term_behind_hyphen(scene, at + 1) => return Side::of(-9),
        _ => {}
    }
    if token.is_word() { word_behind(scene, at, word, announced) } else { Side::NONE }
}

fn is_glue(scene: &Scene<'_>, at: usize) -> bool {
    let Some(token) = scene.token(at) else { return false };
    let tight_next =
        scene.is_tight(at + 1) && scene.token(at + 1).is_some_and(|next| next.is_word() || next.class.has_digit());
    match token.mark {
        b'@' | b'_' | b'\\' | b'#' => true,
        b'/' | b':' | b'=' | b'+' => tight_next,
        // `smith.local`, but `Kovalenko.She` only lacks its space.
        b'.' => tight_next && !scene.is_capital(at + 1),
        b'-' => scene.token(at + 1).is_some_and(|next| !next.space_before() && next.class.has_digit()),
        _ => token.class.has_digit(),
    }
}

/// `Crohn's disease` is a term, `Anna's mother` is not.
fn possessive(scene: &Scene<'_>, at: usize, word: Known, announced: bool) -> Side {
    let known = scene.known(at);
    let head = known.plays(Role::EponymHead);
    let term = head || (known.is(Fact::Clinical) && known.common() <= 3);
    let eponym = word.plays(Role::Eponym) || word.is(Fact::Eponym);
    // `Murphy's sign`: nobody has a sign or a palsy of his own.
    let named_after = matches!(
        scene.word(at),
        "sign"
            | "signs"
            | "disease"
            | "syndrome"
            | "palsy"
            | "triad"
            | "phenomenon"
            | "criteria"
            | "contracture"
            | "oesophagus"
            | "esophagus"
    );
    if named_after && !announced {
        return Side::of(-14);
    }
    if term && !announced && (eponym || word.first() < 3 && (head || word.is_listed_name())) {
        return Side::of(-12);
    }
    if word.plays(Role::Eponym) && !announced {
        return Side::of(-8);
    }
    // `Ngozi's potassium`
    let given = word.first() >= 3 && !eponym && word.common() == 0;
    if known.plays(Role::Relation) {
        Side::of(5)
    } else {
        Side::of(if given && known.is(Fact::Clinical) { 4 } else { 2 })
    }
}

fn behind_comma(scene: &Scene<'_>, at: usize, word: Known) -> Side {
    let known = scene.known(at);
    let class = scene.class(at);
    if known.plays(Role::Postnominal) && class != Some(Class::Lower) {
        return Side { evidence: Evidence::TITLE, ..Side::of(8) };
    }
    // `Xu Guangming, Ph.D.`
    if scene.word(at) == "Ph" && scene.is_mark(at + 1, b'.') && scene.word(at + 2) == "D" {
        return Side { evidence: Evidence::TITLE, ..Side::of(8) };
    }
    // `Wojtkiewicz, Circuit Judge`
    if matches!(scene.word(at), "Circuit" | "District" | "Chief" | "Presiding" | "Associate" | "Section" | "Deputy")
        && matches!(scene.word(at + 1), "Judge" | "Judges" | "Justice" | "Justices" | "Registrar" | "Section")
    {
        return Side { evidence: Evidence::TITLE, ..Side::of(8) };
    }
    if matches!(scene.word(at), "geb" | "née" | "nee" | "né" | "nata" | "nato") {
        return Side::of(6);
    }
    if known.plays(Role::Job) || is_person_key(scene, at) {
        return Side::of(5);
    }
    if matches!(scene.word(at), "a" | "an" | "the" | "his" | "her" | "my") {
        let near = (at + 1..at + 4).any(|place| {
            scene.known(place).plays_any(Role::set(&[Role::Person, Role::Relation, Role::Job, Role::Demonym]))
        });
        return Side::of(if near { 5 } else { 1 });
    }
    if scene.token(at).is_some_and(|token| token.class.has_digit() && token.len() <= 4) {
        // `Concepción, 102, comfortable`
        let aged = scene.is_mark(at + 1, b',') && scene.token(at).is_some_and(|token| token.len() <= 3);
        return Side::of(if aged && word.first() >= 5 { 5 } else { 2 });
    }
    let acts = known.plays_any(Role::set(&[Role::Relation, Role::Person, Role::SayVerb])) || scene.word(at) == "heard";
    if acts { Side::of(3) } else { Side::NONE }
}

/// `(born 1963)`, `(DOB`, `(mother)`, `(he/him)`, `(45)`.
fn behind_bracket(scene: &Scene<'_>, at: usize) -> Side {
    let known = scene.known(at);
    let told = known.plays_any(Role::set(&[Role::Job, Role::Relation, Role::Person]));
    let pronoun = matches!(
        scene.word(at),
        "instructed"
            | "assisted"
            | "appearing"
            | "he"
            | "she"
            | "they"
            | "him"
            | "her"
            | "pt"
            | "PT"
            | "age"
            | "F"
            | "M"
    );
    if known.plays(Role::Relation) && scene.is_mark(at + 1, b')') {
        return Side::of(8);
    }
    if matches!(scene.word(at), "surname" | "née" | "nee" | "born" | "geb") {
        return Side::of(9);
    }
    // `Discussed with Gleeson (CNS)`
    if super::before::is_grade(scene.word(at)) && scene.is_mark(at + 1, b')') {
        return Side::of(7);
    }
    if told || pronoun || is_person_key(scene, at) { Side::of(5) } else { Side::NONE }
}

fn has_at_sign(scene: &Scene<'_>, at: usize) -> bool {
    (at..at + 8).any(|place| scene.is_mark(place, b'@'))
}

/// `Smith-type`, `Down-syndrome`.
fn term_behind_hyphen(scene: &Scene<'_>, at: usize) -> bool {
    scene.is_tight(at) && scene.class(at) == Some(Class::Lower)
}

fn word_behind(scene: &Scene<'_>, at: usize, word: Known, announced: bool) -> Side {
    let known = scene.known(at);
    let lower = scene.class(at) == Some(Class::Lower);
    let eased = |points: i32| if announced { points / 4 } else { points };
    if known.plays(Role::Versus)
        && scene.token(at).is_some_and(|token| token.len() <= 2 && token.space_before())
        && (lower || scene.is_mark(at + 1, b'.'))
    {
        return Side::of(9);
    }
    if matches!(scene.word(at), "and" | "AND") && matches!(scene.word(at + 1), "Others" | "OTHERS" | "others") {
        return Side::of(9);
    }
    if !lower && known.plays(Role::Postnominal) && scene.token(at).is_some_and(|token| token.len() > 1) {
        return Side { evidence: Evidence::TITLE, ..Side::of(7) };
    }
    if !lower && known.plays_any(MAKES_PLACE) {
        return Side::of(eased(-14));
    }
    if known.plays(Role::EponymHead) {
        let eponym = word.plays(Role::Eponym) || word.is(Fact::Eponym) || known.is(Fact::Clinical);
        return Side::of(eased(if eponym { -14 } else { -6 }));
    }
    // `Glasgow Coma Scale`, `Ottawa ankle rules`.
    let next = scene.known(at + 1);
    let eponym = word.plays(Role::Eponym) || word.is(Fact::Eponym) || word.last() < 5;
    if next.plays(Role::EponymHead) && eponym && !known.plays_any(VERBS) {
        return Side::of(eased(-12));
    }
    if known.plays(Role::ThingAfter) {
        return Side::of(eased(-8));
    }
    if known.plays(Role::Street) || known.plays(Role::Company) {
        return Side::of(eased(-6));
    }
    if lower && (known.plays(Role::SayVerb) || complains(scene, at)) {
        return Side::of(4);
    }
    if lower && known.plays(Role::BeVerb) {
        return Side::of(if describes_person(scene, at + 1) { 8 } else { 3 });
    }
    if lower && is_placed(scene, at) {
        return Side::of(4);
    }
    // `the Dorn family`
    if lower && scene.word(at) == "family" {
        return Side::of(5);
    }
    // `LINDQVIST bed 4`
    if lower
        && matches!(scene.word(at), "bed" | "room" | "rm" | "bay" | "cubicle")
        && scene.class(at + 1).is_some_and(Class::has_digit)
    {
        return Side::of(5);
    }
    // `the O'Rourke baby`
    if lower
        && matches!(scene.word(at), "baby" | "twins" | "girl" | "boy" | "kids" | "siblings" | "household" | "estate")
    {
        return Side::of(if word.last() >= 6 { 9 } else { 3 });
    }
    if is_person_key(scene, at) {
        return Side::of(5);
    }
    if !lower && known.plays(Role::Job) {
        return Side::of(3);
    }
    // Behind drugs and devices.
    if lower && known.is(Fact::Clinical) && known.common() <= 4 { Side::of(eased(-2)) } else { Side::NONE }
}

/// `is a 64-year-old`, `was a pleasant`, `is an electrician`.
fn describes_person(scene: &Scene<'_>, at: usize) -> bool {
    // `is 33 with`, `was 52.`
    let aged = scene.class(at) == Some(Class::Digits)
        && (1..=2).contains(&scene.word(at).len())
        && (matches!(scene.word(at + 1), "with" | "and" | "yo" | "y" | "years" | "now" | "but" | "who")
            || scene.is_mark(at + 1, b',') && scene.class(at + 2) == Some(Class::Lower));
    aged || matches!(scene.word(at), "a" | "an")
        && (scene.class(at + 1).is_some_and(Class::has_digit)
            || matches!(scene.word(at + 1), "pleasant" | "lovely" | "delightful" | "healthy" | "retired")
            || scene.plays(at + 1, Role::Person))
}

/// `in bed 7`, `in registration`, `to continue`, `at bedside`: what is said of persons in a ward or an office.
pub(super) fn is_placed(scene: &Scene<'_>, at: usize) -> bool {
    match scene.word(at) {
        "in" => matches!(
            scene.word(at + 1),
            "bed"
                | "room"
                | "rm"
                | "registration"
                | "billing"
                | "triage"
                | "clinic"
                | "reception"
                | "recovery"
                | "bay"
                | "ICU"
                | "ED"
        ),
        "to" => {
            matches!(scene.word(at + 1), "continue" | "follow" | "call" | "bring" | "see" | "return" | "start" | "stop")
        }
        "at" => scene.word(at + 1) == "bedside",
        "speaking" | "here" => true,
        _ => false,
    }
}

/// `c/o`: complains of.
fn complains(scene: &Scene<'_>, at: usize) -> bool {
    scene.word(at) == "c" && scene.is_mark(at + 1, b'/') && scene.word(at + 2) == "o"
}

/// What a person has and hardly anything else: `DOB`, `MRN`, an age.
fn is_person_key(scene: &Scene<'_>, at: usize) -> bool {
    let word = scene.word(at);
    let keyed = ["dob", "mrn", "ssn", "d.o.b"].iter().any(|key| word.eq_ignore_ascii_case(key));
    let number = scene.token(at).is_some_and(|token| token.class.has_digit() && token.len() <= 6);
    let aged = |text: &str| {
        let text = text.trim_start_matches(|c: char| c.is_ascii_digit());
        ["yo", "y", "yr", "yrs", "years", "year", "f", "m", "yof", "yom"]
            .iter()
            .any(|unit| text.eq_ignore_ascii_case(unit))
    };
    let joined = number && aged(word);
    let parted = number
        && scene.class(at) == Some(Class::Digits)
        && aged(scene.word(at + 1 + usize::from(scene.is_mark(at + 1, b'-'))));
    keyed || joined || parted
}

const VERBS: u64 = Role::set(&[Role::SayVerb, Role::BeVerb, Role::BeforeWeak, Role::PlaceBefore]);
