//! Care sites, courts, companies and institutions: rows of capitals that hold a word which says what they are.

mod told;

use super::Spot;
use crate::gazetteer::{Fact, Role};
use crate::listed::{Kind, Scene};
use crate::text::Class;
pub(super) use told::foreign_court;
use told::{
    admits, bank, has_care_end, is_dotted_form, is_group_practice, is_led_by_article, is_legal_form, is_practice,
    is_trade, saint,
};

/// A name has at most so many tokens.
const LONGEST: usize = 12;

/// What a row of capitals holds.
#[derive(Default)]
struct Row {
    /// The last token that may end the name.
    last: usize,
    kind: Option<Kind>,
    /// Words that tell one place from another.
    telling: usize,
    /// Words of these that are no everyday words.
    sure: usize,
    soft: bool,
}

pub(super) fn find(scene: &Scene<'_>, taken: &[bool], at: usize) -> Option<Spot> {
    // Each row is looked at once, from its first word.
    if continues_row(scene, at) || scene.known(at).plays_any(OPENS_NONE) {
        return None;
    }
    // `The Royal Infirmary`: the name starts behind the article.
    let lady = scene.word(at) == "Our" && scene.word(at + 1) == "Lady";
    if matches!(scene.word(at), "The" | "THE" | "A" | "An" | "Our" | "At" | "To" | "From") && !lady
        || is_shouted_small(scene, at)
    {
        return None;
    }
    if scene.known(at).plays(Role::KnownOrg) && scene.known(at).common() < 5 {
        return known(scene, at);
    }
    let row = read(scene, taken, at);
    if row.kind.is_none() {
        return saint(scene, at).or_else(|| bank(scene, at)).or_else(|| foreign_court(scene, at));
    }
    let kind = row.kind?;
    let enough = match kind {
        Kind::OrgCompany => row.last > at,
        _ => row.telling > 0,
    };
    let score = if kind == Kind::OrgCare { 82 } else { 72 };
    enough.then_some(Spot { first: at, last: row.last, kind, score })
}

const OPENS_NONE: u64 = Role::set(&[Role::Title, Role::Calendar, Role::Postnominal]);
const HEADS: u64 = Role::set(&[Role::CareHead, Role::Court, Role::OrgOf, Role::Company]);

fn continues_row(scene: &Scene<'_>, at: usize) -> bool {
    is_joined(scene, at) || follows_row(scene, at)
}

/// `Ab-Ab`, `Ab'Ab`, `St. Anna`: what `joint` passes over belongs to the row that was read from its first word.
fn is_joined(scene: &Scene<'_>, at: usize) -> bool {
    let Some(mark) = at.checked_sub(1).filter(|mark| scene.is_tight(*mark)) else { return false };
    let Some(before) = mark.checked_sub(1).filter(|before| scene.is_capital(*before)) else { return false };
    let tied = scene.is_tight(at) && (scene.is_mark(mark, b'-') || scene.is_apostrophe(mark));
    let saint = scene.is_mark(mark, b'.') && scene.word(before).eq_ignore_ascii_case("st");
    (tied || saint) && !scene.known(before).plays_any(OPENS_NONE)
}

fn follows_row(scene: &Scene<'_>, at: usize) -> bool {
    at > 0
        && scene.is_capital(at - 1)
        && scene.token(at).is_some_and(crate::text::Token::space_before)
        && !scene.known(at - 1).plays_any(OPENS_NONE)
        && !scene.known(at - 1).plays(Role::Person)
        && !is_shouted_small(scene, at - 1)
        && !matches!(scene.word(at - 1), "The" | "THE" | "A" | "An" | "At" | "In" | "From" | "To" | "By")
}

/// `st. elizabeth hospice`, `hughes regional medical center`: in lower case, from its head backwards.
pub(super) fn in_lower_case(scene: &Scene<'_>, head: usize) -> Option<Spot> {
    // `uses cvs on lincoln ave`
    let known = scene.known(head);
    if known.plays(Role::KnownOrg) && known.common() == 0 && known.last() < 7 && known.first() < 5 {
        return Some(Spot { first: head, last: head, kind: Kind::OrgCare, score: 66 });
    }
    if let Some(spot) = foreign(scene, head) {
        return Some(spot);
    }
    let soft = |at: usize| scene.known(at).plays_any(Role::set(&[Role::CareSoft, Role::CareMod]));
    let tail = scene.plays(head, Role::CareTail) && head > 0 && scene.plays(head - 1, Role::CareSoft);
    if !(scene.plays(head, Role::CareHead) || tail)
        || scene.known(head + 1).plays_any(Role::set(&[Role::CareHead, Role::CareTail]))
    {
        return None;
    }
    let mut first = head;
    let mut telling = false;
    while first > 0 && head - first < 6 {
        let at = first - 1;
        let known = scene.known(at);
        let saint = scene.is_mark(at, b'.') && scene.word(at.wrapping_sub(1)) == "st";
        if saint {
            (first, telling) = (at - 1, true);
            break;
        }
        let possessive = scene.word(at) == "s" && scene.is_apostrophe(at.wrapping_sub(1));
        if possessive {
            first = at - 1;
            continue;
        }
        let lower = scene.class(at) == Some(Class::Lower)
            && scene.token(first).is_some_and(|token| token.space_before() || scene.is_apostrophe(first));
        if !lower || known.plays_any(SMALL) {
            break;
        }
        let name = known.city() >= 3
            || known.last() >= 9
            || known.first() >= 9
            || matches!(scene.word(at), "st" | "saint" | "mercy");
        // `jersey city community hospital`, `cvs pharmacy`.
        let town = super::locality::city(scene, at).is_some_and(|last| last > at && last < head);
        let telling_here = town
            || known.plays(Role::KnownOrg)
            || name && (known.common() < 4 || matches!(scene.word(at), "mercy" | "st" | "saint")) && !soft(at)
            || matches!(scene.word(at), "st" | "saint" | "mercy");
        if !(telling_here || soft(at) || telling && known.common() < 4) {
            // An unknown word before a head tells as well.
            let after_saint = matches!(scene.word(at.wrapping_sub(1)), "st" | "saint");
            let dotted = scene.is_mark(at.wrapping_sub(1), b'.') && scene.word(at.wrapping_sub(2)) == "st";
            if (known.is_nothing() || after_saint || dotted) && !telling {
                let back = usize::from(after_saint) + 2 * usize::from(dotted);
                (first, telling) = (at - back, true);
            }
            break;
        }
        telling |= telling_here;
        first = at;
    }
    (telling && first < head).then_some(Spot { first, last: head, kind: Kind::OrgCare, score: 72 })
}

/// `klinikum sevilla`: many languages name the kind first.
fn foreign(scene: &Scene<'_>, head: usize) -> Option<Spot> {
    let known = scene.known(head + 1);
    let kind = scene.plays(head, Role::CareHead) && scene.known(head).common() == 0;
    let spaced = scene.token(head + 1).is_some_and(|token| token.class == Class::Lower && token.space_before());
    let town = known.city() >= 3 && known.common() == 0;
    let named = kind && spaced && (town || known.is_nothing());
    named.then_some(Spot { first: head, last: head + 1, kind: Kind::OrgCare, score: 70 })
}

/// `Walgreens`, `Kaiser Permanente`, with what they are behind.
fn known(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let mut last = at;
    while last < at + 4 && scene.is_capital(last + 1) && scene.known(last + 1).plays_any(KNOWN_TAIL) {
        last += 1;
    }
    let surname = scene.known(at).last() >= 7 && last == at;
    (!surname).then_some(Spot { first: at, last, kind: Kind::OrgCare, score: 70 })
}

const KNOWN_TAIL: u64 = Role::set(&[Role::KnownOrg, Role::CareHead, Role::CareSoft, Role::CareTail, Role::CareMod]);

fn read(scene: &Scene<'_>, taken: &[bool], from: usize) -> Row {
    let mut row = Row { last: from, ..Row::default() };
    let mut at = from;
    while at < from + LONGEST {
        if taken.get(at).copied().unwrap_or(true) {
            break;
        }
        if !scene.is_capital(at) || is_shouted_small(scene, at) {
            match joint(scene, at) {
                Some(next)
                    if next < from + LONGEST
                        && (row.last + 1 == at && row.kind.is_some()
                            || !is_small(scene, at)
                            || scene.known(at.wrapping_sub(1)).plays_any(BEFORE_OF)
                            || row.kind == Some(Kind::OrgCourt) && scene.word(at) == "of"
                            || is_named_of(scene, from, at)) =>
                {
                    at = next
                }
                _ => break,
            }
            continue;
        }
        if at > from && scene.known(at).plays_any(OPENS_NONE) && !scene.plays(at, Role::Company) {
            break;
        }
        // `First-tier Tribunal Judge Umney`: a person follows.
        if at > from && row.kind.is_some() && matches!(scene.word(at), "Judge" | "Registrar" | "President" | "Clerk") {
            break;
        }
        word(scene, &mut row, from, at);
        at += 1;
    }
    row
}

/// `University of`, `Bank of`, `Memorial of`: what a joining word may follow.
const BEFORE_OF: u64 = HEADS | Role::set(&[Role::CompanySoft, Role::CareTail, Role::CareSoft, Role::CareMod]);

fn is_small(scene: &Scene<'_>, at: usize) -> bool {
    matches!(
        scene.word(at),
        "of" | "for"
            | "the"
            | "de"
            | "and"
            | "la"
            | "du"
            | "der"
            | "del"
            | "w"
            | "am"
            | "im"
            | "van"
            | "den"
            | "zum"
            | "zur"
            | "dos"
            | "das"
            | "da"
            | "do"
            | "di"
            | "aan"
            | "het"
            | "och"
            | "OF"
            | "FOR"
            | "THE"
            | "AND"
            | "DE"
    )
}

/// Small words of a line in capitals.
fn is_shouted_small(scene: &Scene<'_>, at: usize) -> bool {
    scene.class(at) == Some(Class::Upper) && scene.known(at).plays_any(SMALL)
}

const SMALL: u64 = Role::set(&[
    Role::PlaceBefore,
    Role::BeforeWeak,
    Role::BeVerb,
    Role::SayVerb,
    Role::Greeting,
    Role::BeforeName,
    Role::Resides,
]);

/// What may stand between two capitals of one name: `of`, `and`, `for`, `'s`, `.` of `St.`, a hyphen.
fn joint(scene: &Scene<'_>, at: usize) -> Option<usize> {
    if is_small(scene, at) {
        let next = at + 1;
        let twice = scene.class(next) == Some(Class::Lower)
            && matches!(scene.word(next), "the" | "la" | "las" | "los" | "les" | "den" | "der");
        let next = if twice { next + 1 } else { next };
        // `and` joins only inside of a name, which a head behind it shows; a person follows `for`.
        let word = scene.word(at);
        let person =
            matches!(word, "for" | "FOR") && scene.known(next).is_listed_name() && scene.known(next).common() < 4;
        let joins = !person && !matches!(word, "and" | "AND")
            || scene.known(next).plays_any(Role::set(&[
                Role::CareSoft,
                Role::CareHead,
                Role::CareTail,
                Role::OrgOf,
                Role::CareMod,
            ]));
        return (scene.is_capital(next) && joins).then_some(next);
    }
    if scene.is_possessive(at) {
        return scene.is_capital(at + 2).then_some(at + 2);
    }
    // `Greyfriars Walk-in Centre`
    if scene.is_mark(at, b'-') && scene.word(at + 1) == "in" && scene.is_tight(at + 1) {
        return scene.is_capital(at + 2).then_some(at + 2);
    }
    let tight = scene.is_tight(at);
    let dot = scene.is_mark(at, b'.') && tight && scene.word(at.wrapping_sub(1)).eq_ignore_ascii_case("st");
    let other = tight && (scene.is_mark(at, b'-') || scene.is_apostrophe(at)) || scene.is_mark(at, b'&');
    let comma = scene.is_mark(at, b',') && scene.known(at + 1).plays(Role::Company) && scene.is_capital(at + 1);
    ((dot || other || comma) && scene.is_capital(at + 1)).then_some(at + 1)
}

/// Takes a word into the row: what it says of the kind, and whether it tells the place from others.
fn word(scene: &Scene<'_>, row: &mut Row, from: usize, at: usize) {
    let known = scene.known(at);
    let opens = at == from;
    if !opens && row.telling > 0 && is_dotted_form(scene, at) {
        row.kind = Some(Kind::OrgCompany);
        // `S.p.A.`
        let three = scene.word(at + 2) == "p" && scene.word(at + 4) == "A" && scene.is_tight(at + 4);
        row.last = if three { at + 4 + usize::from(scene.is_mark(at + 5, b'.')) } else { at + 3 };
        return;
    }
    if known.plays(Role::Company) && !opens && is_legal_form(scene, at) {
        row.kind = Some(Kind::OrgCompany);
        row.last = at
            + usize::from(
                scene.is_mark(at + 1, b'.')
                    && scene.is_tight(at + 1)
                    && !scene.token(at + 2).is_none_or(|next| next.starts_sentence()),
            );
        return;
    }
    if known.plays(Role::CareHead) || known.is_nothing() && has_care_end(scene.word(at)) {
        row.kind = Some(Kind::OrgCare);
        row.last = at;
    } else if known.plays(Role::CareTail) && !opens && (row.soft || is_group_practice(scene, at)) {
        row.kind = Some(row.kind.unwrap_or(Kind::OrgCare));
        row.last = at;
    } else if known.plays(Role::Court) && scene.is_capital(at) {
        row.kind = Some(Kind::OrgCourt);
        row.last = at;
    } else if known.plays(Role::OrgOf) && (scene.word(at + 1) == "of" || row.telling > 0) {
        row.kind = Some(row.kind.unwrap_or(Kind::OrgInstitution));
        row.last = at;
    } else if !opens && row.telling > 0 && is_trade(scene.word(at)) && !scene.is_capital(at + 1) {
        row.kind = Some(row.kind.unwrap_or(Kind::OrgCompany));
        row.last = at;
    } else if ends_as_site(scene, row, from, at) {
        row.kind = Some(Kind::OrgCare);
        row.last = at;
    } else if known.plays(Role::CareSoft) {
        row.soft = true;
        // `Mercy Health` ends with it, `Health Education` does not.
        let ends = !scene.is_capital(at + 1);
        let health =
            matches!(scene.word(at), "Health" | "Healthcare" | "Surgery" | "HEALTH" | "HEALTHCARE" | "Medicine");
        let ends = ends || is_small(scene, at + 1) && scene.is_capital(at + 2) && is_practice(scene.word(at));
        let practice = at > from && row.sure > 0 && scene.known(at - 1).first() < 8 && is_practice(scene.word(at));
        let practice = practice || ends && at > from + 1 && row.telling > 0 && is_practice(scene.word(at));
        let ends = ends || practice;
        if ends && row.telling > 0 && (health || practice) {
            row.kind = Some(row.kind.unwrap_or(Kind::OrgCare));
            row.last = at;
        }
    } else if is_telling(scene, at) || opens && is_named(scene, at) {
        row.telling += 1;
        row.sure += usize::from(is_telling(scene, at));
        // `University of Leeds`, `Hospital of Saint Anna`.
        if row.kind.is_some() && at > row.last && !known.plays_any(HEADS) {
            row.last = at;
        }
    } else if row.kind.is_some() && (known.plays(Role::CareMod) || is_led_by_article(scene, at)) {
        row.last = at;
    }
}

/// `Fellside General`, `discharged to Trelawny House`: told by a word that no everyday word is.
fn ends_as_site(scene: &Scene<'_>, row: &Row, from: usize, at: usize) -> bool {
    let school = matches!(scene.word(at), "SNF" | "ALF" | "LTACH" | "Primary" | "Elementary");
    if !(at == from + 1 || school && at == from + 2)
        || scene.is_capital(at + 1) && !scene.plays(at + 1, Role::Calendar)
        || row.sure == 0 && !(school && scene.class(from.wrapping_sub(1)) == Some(Class::Lower))
    {
        return false;
    }
    let name = scene.known(from);
    let proper = super::super::names::no_other_word(name) || name.city() >= 4 || name.last() >= 8 && name.common() == 0;
    match scene.word(at) {
        "SNF" | "ALF" | "LTACH" => true,
        "Primary" | "Elementary" => {
            proper || matches!(scene.word(from.wrapping_sub(1)), "at" | "attends" | "from" | "to")
        }
        "General" | "Memorial" | "Infirmary" | "GENERAL" | "MEMORIAL" | "INFIRMARY" => proper,
        "House" | "Lodge" | "Manor" | "Grange" | "Villa" | "Haven" => proper && admits(scene, from),
        _ => false,
    }
}

/// `Ness of Sound Health Centre`, `Our Lady of Lourdes Hospital`: what it is comes a few words later.
fn is_named_of(scene: &Scene<'_>, from: usize, at: usize) -> bool {
    let lady = at == from + 2 && scene.word(at - 1) == "Lady";
    let name = scene.known(at.wrapping_sub(1));
    let led = lady || at == from + 1 && !name.plays_any(Role::set(&[Role::Person, Role::Job, Role::SoftTitle]));
    let ahead = (at + 1..at + 4).take_while(|place| scene.is_capital(*place));
    scene.word(at) == "of" && led && ahead.skip(1).any(|place| scene.known(place).plays_any(CARE_HEADS))
}

const CARE_HEADS: u64 = Role::set(&[Role::CareHead, Role::CareTail]);

/// `Kestrel Breast Clinic`, `Bright Creek Family Medicine`: an everyday word with a capital in the middle of a sentence.
fn is_named(scene: &Scene<'_>, at: usize) -> bool {
    const OTHER: u64 = Role::set(&[
        Role::CareMod,
        Role::CareSoft,
        Role::CareTail,
        Role::Never,
        Role::Demonym,
        Role::Person,
        Role::Direction,
        Role::Calendar,
    ]);
    let known = scene.known(at);
    let inside =
        scene.token(at).is_some_and(|token| token.space_before() && !token.starts_sentence() && !token.starts_line());
    // `Sleepy Pine Nursing Home` heads a letter.
    let headed = scene.token(at).is_some_and(crate::text::Token::starts_line)
        && !known.plays_any(OTHER)
        && scene.class(at) == Some(Class::Capital)
        && scene.class(at + 1) == Some(Class::Capital)
        && !scene.known(at + 1).plays_any(OTHER | HEADS)
        && known.common() <= 6
        && (scene.known(at + 2).plays_any(HEADS)
            || scene.known(at + 2).plays(Role::CareSoft)
                && scene.known(at + 3).plays_any(Role::set(&[Role::CareTail, Role::CareHead])));
    if headed {
        return true;
    }
    let led = at.checked_sub(1).is_some_and(|before| {
        scene.class(before) == Some(Class::Lower) || scene.is_mark(before, b',') || scene.is_mark(before, b':')
    });
    // `Cedar Fork Lung Center`: two words before the first that says what it is.
    let long = !scene.known(at + 1).plays_any(OTHER | HEADS) && scene.known(at + 1).common() > 0;
    let plain = !known.plays_any(OTHER) && (long || !known.is(Fact::Clinical) && !known.is(Fact::Drug));
    inside && led && plain && scene.class(at) == Some(Class::Capital) && scene.is_capital(at + 1)
}

/// A name, a town, an unknown word: not a department or a kind of care.
fn is_telling(scene: &Scene<'_>, at: usize) -> bool {
    let known = scene.known(at);
    if scene.is_initial(at) {
        return false;
    }
    let saint = matches!(
        scene.word(at),
        "St" | "Saint"
            | "Mercy"
            | "Memorial"
            | "Sacred"
            | "Mount"
            | "Holy"
            | "Grace"
            | "Trinity"
            | "Veterans"
            | "Supreme"
            | "Constitutional"
            | "Assize"
            | "Appeal"
            | "Administrative"
            | "Cassation"
            | "Magistrates"
            | "Crown"
            | "Justice"
            | "Interior"
            | "Regional"
            | "District"
            | "Royal"
    );
    let before_head =
        scene.known(at + 1).plays(Role::CareHead) && scene.is_capital(at + 1) && !known.is(Fact::Clinical);
    let opens = scene.token(at).is_some_and(crate::text::Token::starts_sentence);
    let generic = known.common() >= 4
        && known.last() < 9
        && known.first() < 9
        && known.city() < 5
        && !(before_head && !opens && !known.plays(Role::CareMod));
    let town = known.city() >= 4 && known.common() == 0;
    let term = (known.is(Fact::Clinical) || known.is(Fact::Drug)) && known.last() < 9 && known.city() < 5 && !town;
    let role = known.plays_any(Role::set(&[
        Role::Demonym,
        Role::CareSoft,
        Role::CareTail,
        Role::Person,
        Role::Job,
        Role::Direction,
        Role::Calendar,
    ])) || known.plays(Role::CareMod) && !saint;
    let town = known.phrase_words() > 1 && super::locality::city(scene, at).is_some_and(|last| last > at);
    saint || town || !(generic || term || role)
}
