//! What one word brings to a name: points for its lists, against its other meanings.

use super::parts::Part;
use crate::gazetteer::{Fact, Known, Role};
use crate::listed::Scene;
use crate::text::Class;

/// Points of a word as a given name and as a surname.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Points {
    pub(super) given: i32,
    pub(super) family: i32,
}

impl Points {
    pub(super) const NONE: Self = Self { given: 0, family: 0 };

    pub(super) fn best(self) -> i32 {
        self.given.max(self.family)
    }

    fn minus(self, points: i32) -> Self {
        Self { given: self.given - points, family: self.family - points }
    }
}

/// How a word stands in its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// It would have a capital anyway.
    pub(super) opens_sentence: bool,
    /// All words around it are in capitals.
    pub(super) shouted: bool,
    /// A title or a label stands before it: a common word is a surname then.
    pub(super) announced: bool,
}

/// What a common English word loses, by how common it is.
const COMMON: [i32; 8] = [0, 1, 1, 2, 4, 6, 8, 9];
/// Below this a word is no part of a name at all.
pub(super) const IMPOSSIBLE: i32 = -4;

const PERSON_WORDS: u64 = Role::set(&[Role::Person, Role::SoftTitle, Role::Relation]);
/// Words that mean something else wherever they stand alone.
pub(super) const OTHER_SENSE: u64 = Role::set(&[
    Role::Calendar,
    Role::Demonym,
    Role::Never,
    Role::Person,
    Role::Title,
    Role::Relation,
    Role::Eponym,
    Role::EponymHead,
    Role::ThingAfter,
    Role::BeVerb,
    Role::SayVerb,
    Role::Particle,
]);
const ORGANISATION: u64 = Role::set(&[
    Role::CareHead,
    Role::CareSoft,
    Role::CareTail,
    Role::Company,
    Role::Court,
    Role::OrgOf,
    Role::KnownOrg,
]);

pub(super) fn points(scene: &Scene<'_>, part: &Part, standing: Standing) -> Points {
    finished(scene, part, base(scene, part, standing), standing)
}

/// The points of a word that nothing announces, and of the same word behind a title.
pub(super) fn both(scene: &Scene<'_>, part: &Part, standing: Standing) -> [Points; 2] {
    let base = base(scene, part, standing);
    [false, true].map(|announced| finished(scene, part, base, Standing { announced, ..standing }))
}

/// What its lists and its ends are worth.
fn base(scene: &Scene<'_>, part: &Part, standing: Standing) -> Points {
    let known = part.known;
    let (first, last, common) = (known.first(), known.last(), known.common());
    let mut points = Points {
        given: if first > 0 { 3 + first / 2 } else { -1 },
        family: if last > 0 {
            2 + last / 2
        } else if first > 0 {
            2
        } else {
            -1
        },
    };
    if is_unknown(known) {
        let surname = if has_surname_end(scene.word(part.last)) { 3 } else { 0 };
        points = if standing.shouted {
            Points { given: 0, family: 1 + surname }
        } else {
            Points { given: 2, family: 3 + surname }
        };
        if has_product_end(scene.word(part.last)) {
            points = points.minus(9);
        }
        if part.class == Class::Mixed {
            points = points.minus(if has_surname_start(scene.word(part.last)) { -2 } else { 14 });
        }
    }
    // A rare surname is no less a name than a word that no list has.
    if (1..=4).contains(&last) && first == 0 && common == 0 && known.city() == 0 && !standing.shouted {
        let surname = if has_surname_end(scene.word(part.last)) { 3 } else { 0 };
        points.family = points.family.max(3 + surname);
    }
    // In the dictionary with a capital only: `Tolkien`, but products as well.
    if !known.is_listed_name() && known.common() == 0 && known.is(Fact::Proper) && !standing.shouted {
        points = Points { given: 1, family: 2 };
    }
    points
}

/// Less what speaks against it.
fn finished(scene: &Scene<'_>, part: &Part, points: Points, standing: Standing) -> Points {
    let known = part.known;
    let (first, last, common) = (known.first(), known.last(), known.common());
    let loss = common_loss(known, standing) + other_meaning(known, standing);
    let mut points = points.minus(loss);
    if loss == 0 && first >= 5 && !known.is(Fact::Eponym) && known.city() < 4 {
        // Hardly anything but a given name.
        points.given += 3;
    }
    if loss == 0 && last >= 5 && first < 5 && common == 0 && !known.is(Fact::Eponym) && known.city() == 0 {
        // Hardly anything but a surname.
        points.family = points.family.max((points.family + 3).min(9));
    }
    if part.class == Class::Upper && !standing.shouted && part.first == part.last {
        points = points.minus(capitals_loss(scene, part));
    }
    if part.joined && common == 0 { points.minus(-1) } else { points }
}

/// No list has it.
pub(crate) fn is_unknown(known: Known) -> bool {
    !known.is_listed_name()
        && known.common() == 0
        && known.city() == 0
        && !known.is(Fact::Clinical)
        && !known.is(Fact::Drug)
        && !known.is(Fact::Proper)
        && !known.is(Fact::County)
}

fn common_loss(known: Known, standing: Standing) -> i32 {
    let (first, last, common) = (known.first(), known.last(), known.common());
    let loss = COMMON.get(usize::try_from(common).unwrap_or(0)).copied().unwrap_or(9);
    let loss = if first >= 12 || last >= 12 || (first >= 10 && common <= 4) { loss / 2 } else { loss };
    let loss = if standing.announced && (last >= 5 || first >= 5) { loss / 2 } else { loss };
    let unlisted = if common > 0 && !known.is_listed_name() { 3 } else { 0 };
    let opening = if standing.opens_sentence && common >= 3 && !standing.announced { common / 2 + 1 } else { 0 };
    let shouted = if standing.shouted { common / 2 } else { 0 };
    loss + unlisted + opening + shouted
}

/// Drugs, diseases, places, months, roles.
fn other_meaning(known: Known, standing: Standing) -> i32 {
    let strong_name = known.first() >= 8 || known.last() >= 9;
    let either = |strong: i32, weak: i32| if strong_name { strong } else { weak };
    let mut loss = 0;
    if known.is(Fact::Drug) {
        loss += either(2, 9);
    } else if known.is(Fact::Clinical) && known.common() <= 4 {
        loss += either(1, 5);
    }
    if known.plays(Role::Eponym) {
        loss += either(3, 6);
    }
    if known.plays(Role::Calendar) {
        loss += 9;
    }
    if known.is(Fact::Country) || known.plays(Role::Demonym) {
        loss += either(4, 9);
    }
    if known.is(Fact::State) {
        loss += either(3, 7);
    }
    if known.city() > 0 {
        loss += either(0, (known.city() - 3).max(0));
    }
    if known.plays_any(PERSON_WORDS) {
        loss += if known.last() >= 10 { 3 } else { 8 };
    }
    if known.plays_any(ORGANISATION) {
        loss += either(5, 9);
    }
    if known.plays(Role::Never) {
        loss += 12;
    }
    if known.plays(Role::Title) {
        loss += 8;
    }
    // After a title hardly anything but a name comes.
    if standing.announced && known.is_listed_name() && !known.plays(Role::Never) { loss / 2 } else { loss }
}

/// Short words in capitals inside ordinary text are abbreviations.
fn capitals_loss(scene: &Scene<'_>, part: &Part) -> i32 {
    let known = part.known;
    match scene.word(part.first).chars().count() {
        0..=2 => 8,
        3 => {
            if known.first() >= 8 || known.last() >= 8 {
                2
            } else {
                8
            }
        }
        4 => {
            if known.is_listed_name() {
                1
            } else {
                6
            }
        }
        _ => {
            if known.is_listed_name() {
                0
            } else {
                3
            }
        }
    }
}

const SURNAME_ENDS: [&str; 58] = [
    "ov", "ova", "ev", "eva", "sky", "ski", "ska", "skaya", "skiy", "cki", "cka", "wicz", "vich", "vych", "enko",
    "chuk", "oglu", "oğlu", "yan", "ian", "shvili", "dze", "sson", "sen", "son", "escu", "eanu", "poulos", "opoulou",
    "idis", "akis", "aki", "ić", "vic", "ez", "berg", "stein", "mann", "sohn", "stra", "inen", "aitis", "auskas",
    "iene", "nyi", "quist", "gaard", "strom", "ström", "lund", "feld", "bauer", "meier", "hoff", "uk", "yuk", "iou",
    "ides",
];

/// What medicines and vaccines end with, and names hardly ever.
const PRODUCT_ENDS: [&str; 58] = [
    "vax",
    "rix",
    "mab",
    "tinib",
    "ciclib",
    "gliptin",
    "gliflozin",
    "prazole",
    "sartan",
    "statin",
    "olol",
    "cillin",
    "mycin",
    "floxacin",
    "azole",
    "vir",
    "parin",
    "xaban",
    "gatran",
    "glutide",
    "lukast",
    "triptan",
    "setron",
    "zepam",
    "zolam",
    "barbital",
    "caine",
    "dipine",
    "thiazide",
    "semide",
    "oxetine",
    "profen",
    "coxib",
    "dronate",
    "tidine",
    "terol",
    "sonide",
    "tasone",
    "solone",
    "cycline",
    "zosin",
    "gabalin",
    "giline",
    "platin",
    "taxel",
    "rubicin",
    "trexate",
    "parib",
    "lisib",
    "kinra",
    "cept",
    "relin",
    "pressin",
    "tocin",
    "stigmine",
    "curium",
    "fluran",
    "zumab",
];

fn has_product_end(word: &str) -> bool {
    word.len() >= 6 && PRODUCT_ENDS.iter().any(|end| word.ends_with(end))
}

fn has_surname_end(word: &str) -> bool {
    let ends = |end: &str| {
        let tail = word.len().checked_sub(end.len()).and_then(|at| word.get(at..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    word.len() >= 5 && SURNAME_ENDS.iter().any(|end| ends(end))
}

/// `McDonald`, `DeSantis`: capitals inside a word that names have and products do not.
fn has_surname_start(word: &str) -> bool {
    ["Mc", "Mac", "De", "Di", "La", "Le", "Van", "Von", "Fitz", "O", "St", "Du", "Da"].iter().any(|start| {
        word.strip_prefix(start).is_some_and(|rest| {
            rest.len() >= 3 && rest.starts_with(char::is_uppercase) && rest.chars().skip(1).all(char::is_lowercase)
        })
    })
}
