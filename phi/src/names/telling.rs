//! One given name in lower case, told by what stands on both of its sides: `why would henry have`, `thanks, uwe`.

use super::word::OTHER_SENSE;
use crate::gazetteer::{Fact, Known, Role};
use crate::listed::Scene;
use crate::text::Class;

/// A given name that is listed lower than this is too rare to stand alone.
const GIVEN: i32 = 5;

/// Nothing stands before it in its sentence.
pub(super) fn opens(scene: &Scene<'_>, at: usize) -> bool {
    scene.token(at).is_some_and(|token| token.starts_sentence() || token.starts_line())
}

/// Whether the only word of `first..=last` is a person by both neighbours.
pub(super) fn single(scene: &Scene<'_>, (first, last): (usize, usize), known: Known) -> bool {
    // `wife deb`: a short form that is a word as well.
    let kin = first.checked_sub(1).is_some_and(|at| {
        matches!(scene.word(at), "wife" | "husband" | "son" | "daughter" | "sister" | "brother" | "niece" | "nephew")
    });
    let plain = known.common() == 0 || kin && known.common() <= 4;
    let given = known.first() >= GIVEN && known.first() >= known.last() && plain && known.city() < 4;
    let facts = [Fact::Drug, Fact::Clinical, Fact::Eponym];
    if !given || known.plays_any(OTHER_SENSE) || facts.iter().any(|fact| known.is(*fact)) {
        return false;
    }
    match right(scene, last + 1) {
        Right::Acts => opens(scene, first) || leads(scene, first) || known.first() >= 9 && pauses(scene, first),
        Right::Graded => true,
        Right::Owns | Right::Ends => leads(scene, first),
        Right::Closes => opens(scene, first) || signs(scene, first) || leads(scene, first),
        Right::Nothing => related(scene, first),
    }
}

/// `pt okonkwo in bed 14`: a surname that is hardly anything else, right behind a word for a patient.
pub(super) fn surname(scene: &Scene<'_>, first: usize, known: Known) -> bool {
    let plain = known.last() >= 5 && known.common() == 0 && known.city() == 0 && !known.plays_any(OTHER_SENSE);
    let facts = [Fact::Drug, Fact::Clinical, Fact::Eponym, Fact::County];
    let told =
        first.checked_sub(1).is_some_and(|at| matches!(scene.word(at), "pt" | "patient" | "mr" | "mrs" | "ms" | "dr"));
    plain && (told || bedded(scene, first)) && facts.iter().all(|fact| !known.is(*fact))
}

/// `room 12 mcallister`
fn bedded(scene: &Scene<'_>, first: usize) -> bool {
    first >= 2
        && scene.class(first - 1).is_some_and(Class::has_digit)
        && scene.word(first - 1).len() <= 4
        && matches!(scene.word(first - 2), "bed" | "room" | "rm" | "bay" | "Bed" | "Room" | "Rm" | "Bay")
}

/// `pull MAR for sinazo in rm 412`: a word that no list has, with a bed behind it.
pub(super) fn is_bedded_stranger(scene: &Scene<'_>, (first, last): (usize, usize)) -> bool {
    let led = first.checked_sub(1).is_some_and(|at| matches!(scene.word(at), "for" | "on" | "about" | "give" | "to"));
    let placed = matches!(scene.word(last + 1), "in" | "room" | "rm" | "bed")
        && (scene.class(last + 2).is_some_and(Class::has_digit)
            || matches!(scene.word(last + 2), "room" | "rm" | "bed" | "bay")
                && scene.class(last + 3).is_some_and(Class::has_digit));
    led && placed
}

/// `results for kowalczyk`, `meds list for rosenbaum-ito`: what is asked for of a patient.
pub(super) fn asked_about(scene: &Scene<'_>, (first, last): (usize, usize), known: Known, joined: bool) -> bool {
    const ASKED: [&str; 50] = [
        "list",
        "meds",
        "labs",
        "lab",
        "results",
        "result",
        "chart",
        "charts",
        "appt",
        "appointment",
        "refill",
        "refills",
        "note",
        "notes",
        "letter",
        "referral",
        "order",
        "orders",
        "script",
        "scripts",
        "records",
        "record",
        "summary",
        "report",
        "bloods",
        "xray",
        "scan",
        "mri",
        "biopsy",
        "consult",
        "bed",
        "discharge",
        "dc",
        "paperwork",
        "forms",
        "vitals",
        "creat",
        "potassium",
        "inr",
        "bp",
        "weight",
        "allergies",
        "followup",
        "slot",
        "message",
        "voicemail",
        "call",
        "ultrasound",
        "echo",
        "prescription",
    ];
    let plain = known.last() >= 6 && known.common() == 0 && known.city() < 4 && !known.plays_any(OTHER_SENSE);
    let facts = [Fact::Drug, Fact::Clinical, Fact::Eponym, Fact::County];
    let asked = first.checked_sub(2).is_some_and(|at| {
        matches!(scene.word(at + 1), "for" | "on" | "of" | "from" | "re" | "about") && ASKED.contains(&scene.word(at))
    });
    let ends = !matches!(right(scene, last + 1), Right::Nothing);
    asked && (plain || joined && known.last() >= 5) && ends && facts.iter().all(|fact| !known.is(*fact))
}

/// `devontae's grandma`
pub(super) fn owns_relation(scene: &Scene<'_>, at: usize) -> bool {
    scene.is_possessive(at) && scene.plays(at + 2, Role::Relation)
}

/// `carmichael dds`, `seen by okafor np`: letters behind a surname.
pub(super) fn titled_behind(scene: &Scene<'_>, last: usize, known: Known) -> bool {
    let letters = matches!(
        scene.word(last + 1),
        "md" | "rn"
            | "np"
            | "dds"
            | "dmd"
            | "phd"
            | "crna"
            | "lpn"
            | "dpm"
            | "pharmd"
            | "lcsw"
            | "aprn"
            | "dnp"
            | "dpt"
    );
    letters && known.last() >= 5 && known.common() <= 1 && !known.is(Fact::Drug) && !known.is(Fact::Eponym)
}

/// `wife odile present`: a relation says enough by itself.
fn related(scene: &Scene<'_>, first: usize) -> bool {
    first.checked_sub(1).is_some_and(|at| {
        scene.plays(at, Role::Relation) && scene.token(first).is_some_and(|token| token.space_before())
    })
}

enum Right {
    /// A person's verb.
    Acts,
    Owns,
    /// A profession's letters in brackets.
    Graded,
    /// A mark that ends the clause.
    Ends,
    /// The line or the text ends.
    Closes,
    Nothing,
}

fn right(scene: &Scene<'_>, at: usize) -> Right {
    let Some(token) = scene.token(at) else { return Right::Closes };
    if token.class == Class::Newline {
        return Right::Closes;
    }
    if scene.is_possessive(at) {
        let term = scene.known(at + 2).plays(Role::EponymHead);
        return if term { Right::Nothing } else { Right::Owns };
    }
    // `plan per penny (OT)`
    if token.is_mark(b'(') && super::before::is_grade(scene.word(at + 1)) && scene.is_mark(at + 2, b')') {
        return Right::Graded;
    }
    if matches!(token.mark, b':' | b',' | b'?' | b';' | b'!') || token.is_mark(b'.') && !scene.is_tight(at + 1) {
        return Right::Ends;
    }
    let verb = scene.known(at).plays_any(Role::set(&[Role::SayVerb, Role::BeVerb]))
        || scene.word(at) == "have"
        || super::after::is_placed(scene, at);
    if verb && token.class == Class::Lower { Right::Acts } else { Right::Nothing }
}

/// `tell`, `for`, `about`, `would`, `daughter`.
fn leads(scene: &Scene<'_>, first: usize) -> bool {
    let Some(at) = first.checked_sub(1).filter(|at| scene.class(*at) == Some(Class::Lower)) else { return false };
    let people = Role::set(&[Role::BeforeName, Role::Relation, Role::Person, Role::Greeting]);
    scene.known(at).plays_any(people)
        || matches!(
            scene.word(at),
            "for"
                | "about"
                | "would"
                | "did"
                | "to"
                | "fyi"
                | "that"
                | "contact"
                | "it's"
                | "pls"
                | "please"
                | "reminder"
        )
}

/// `hi its drew`, `hey this is joy`: who opens a talk so says a name, whatever else the word may be.
pub(super) fn introduces_self(scene: &Scene<'_>, first: usize, known: Known) -> bool {
    let greets = |at: Option<usize>| at.is_some_and(|at| scene.plays(at, Role::Greeting));
    let Some(before) = first.checked_sub(1) else { return false };
    let told = match scene.word(before) {
        "its" | "im" => greets(before.checked_sub(1)),
        "is" => matches!(scene.word(before.wrapping_sub(1)), "this" | "it") && greets(before.checked_sub(2)),
        "s" | "m" if scene.is_apostrophe(before.wrapping_sub(1)) => greets(before.checked_sub(3)),
        _ => false,
    };
    told && known.first() >= 3 && !known.plays(Role::Never) && !known.plays(Role::Person)
}

fn pauses(scene: &Scene<'_>, first: usize) -> bool {
    first > 0 && (scene.is_mark(first - 1, b',') || scene.is_mark(first - 1, b'-'))
}

/// `best, uwe`.
fn signs(scene: &Scene<'_>, first: usize) -> bool {
    let Some(mark) = first.checked_sub(1).filter(|mark| scene.is_mark(*mark, b',')) else { return false };
    scene.word_before(mark).is_some_and(|at| scene.plays(at, Role::Greeting) || scene.word(at) == "best")
}
