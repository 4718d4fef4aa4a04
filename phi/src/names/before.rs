//! What the words before a stretch say: titles, labels, greetings, words that stand before persons.

use crate::finding::Evidence;
use crate::gazetteer::Role;
use crate::listed::{Kind, Scene};
use crate::text::Class;

use super::word::is_unknown;

/// What stands on one side of a stretch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    pub(super) points: i32,
    pub(super) evidence: Evidence,
    pub(super) kind: Option<Kind>,
}

impl Side {
    pub(super) const NONE: Self = Self::of(0);

    pub(super) const fn of(points: i32) -> Self {
        let evidence = if points > 1 { Evidence::NEIGHBOURS } else { Evidence::NONE };
        Self { points, evidence, kind: None }
    }

    const fn titled(points: i32) -> Self {
        Self { points, evidence: Evidence::TITLE, kind: Some(Kind::NameTitled) }
    }

    const fn labelled(points: i32) -> Self {
        Self { points, evidence: Evidence::LABEL_BEFORE, kind: Some(Kind::NameLabelled) }
    }

    /// A title or a label: a common word may be a name behind it.
    pub(super) const fn announces(&self) -> bool {
        self.kind.is_some()
    }
}

/// `last_name`: the token that ended the last name, if any.
pub(super) fn before(scene: &Scene<'_>, first: usize, last_name: usize) -> Side {
    let Some(mut at) = first.checked_sub(1) else { return Side::NONE };
    if scene.is_tight(first) && is_glue(scene, at) {
        // `mr.smith`: only the space is missing.
        let titled = scene.is_mark(at, b'.') && at > 0 && scene.plays(at - 1, Role::Title);
        if titled {
            return abbreviated(scene, at);
        }
        if signs_between_slashes(scene, at) {
            return Side::of(5);
        }
        if scene.is_mark(at, b'/') && scene.token(at).is_some_and(|mark| mark.space_before() || mark.starts_line()) {
            // `Tacksam för bedömning. /Annika`
            let closes = scene.token(first + 1).is_none_or(|next| next.class == Class::Newline);
            return if closes && signs(scene, at) { Side::of(8) } else { Side::of(-12) };
        }
        return Side::of(-12);
    }
    if last_name < first && first - last_name == 2 && joins_names(scene, at) {
        return Side::of(5);
    }
    // Quotes, brackets and emphasis stand for nothing.
    let quoted = scene.is_mark(at, b'"') || scene.is_mark(at, b'\'');
    while at > 0 && matches!(scene.token(at).map_or(0, |token| token.mark), b'"' | b'(' | b'[' | b'*' | b'_' | b'\'') {
        at -= 1;
    }
    if quoted && nicknames(scene.word(at)) {
        return Side::labelled(9);
    }
    let Some(token) = scene.token(at) else { return Side::NONE };
    if token.is_mark(b'.') {
        return abbreviated(scene, at);
    }
    if token.is_mark(b',') || token.class == Class::Newline {
        return across(scene, at);
    }
    if token.is_mark(b'-') && token.space_before() && scene.is_tight(first) && signs(scene, at) {
        return Side::of(7);
    }
    if matches!(token.mark, b':' | b'=' | b'|' | b'\t') || (token.is_mark(b'-') && token.space_before()) {
        return label(scene, at);
    }
    // `left a message w/ Ousmane`
    if token.is_mark(b'/')
        && at > 0
        && scene.word(at - 1) == "w"
        && scene.is_tight(at)
        && at > 1
        && meets(scene, at - 2)
    {
        return Side::of(6);
    }
    if !token.is_word() {
        // `bed 7 Okonjo`
        let bed = token.class.has_digit()
            && token.len() <= 3
            && matches!(scene.word(at.wrapping_sub(1)), "bed" | "Bed" | "room" | "Room" | "rm" | "Rm" | "bay" | "Bay");
        return if bed { Side::of(4) } else { Side::NONE };
    }
    let side = word(scene, at, first);
    // Columns are parted by several spaces, as in `Relation: mother   Tel`; a form's label and a title reach over them.
    let is_parted = scene.token(first).is_some_and(|name| name.start >= token.end + 3);
    if is_parted && !side.announces() { Side::NONE } else { side }
}

/// Marks that make the word part of a path, an address or a key.
fn is_glue(scene: &Scene<'_>, at: usize) -> bool {
    let Some(token) = scene.token(at) else { return false };
    match token.mark {
        b'/' | b'\\' | b'@' | b'#' | b'$' | b'%' | b'&' | b'+' | b'~' => true,
        b'_' | b'.' | b'-' => scene.is_tight(at) && at > 0,
        _ => token.class.has_digit(),
    }
}

/// `//Halvorstad, G.//` signs a note.
fn signs_between_slashes(scene: &Scene<'_>, at: usize) -> bool {
    let Some(opens) = at.checked_sub(1).filter(|opens| scene.is_mark(at, b'/') && scene.is_mark(*opens, b'/')) else {
        return false;
    };
    scene.token(opens).is_some_and(|mark| mark.space_before() || mark.starts_line())
}

/// `Please wipe. -Ruthanne`: a dash behind a sentence's end.
fn signs(scene: &Scene<'_>, dash: usize) -> bool {
    dash.checked_sub(1).is_some_and(|end| {
        scene.class(end) == Some(Class::Newline)
            || matches!(scene.token(end).map_or(0, |token| token.mark), b'.' | b'!' | b'?')
    })
}

/// `aka "Smokey"`, `prefers "Gus"`.
fn nicknames(word: &str) -> bool {
    matches!(
        word,
        "aka" | "AKA" | "alias" | "nickname" | "nicknamed" | "called" | "prefers" | "named" | "dubbed" | "as" | "by"
    )
}

fn joins_names(scene: &Scene<'_>, at: usize) -> bool {
    matches!(scene.word(at), "and" | "&" | "," | ";" | "or" | "/")
}

/// Professions and grades by their letters, as notes write them before a name.
pub(super) fn is_grade(word: &str) -> bool {
    const GRADES: [&str; 28] = [
        "BCN", "HCA", "CNS", "SLT", "OT", "PT", "SHO", "SpR", "GP", "HV", "CPN", "AMHP", "SW", "MSW", "SN", "SSN",
        "RM", "RGN", "RMN", "ODP", "FY1", "FY2", "PC", "DC", "DS", "DI", "EEN", "ANP",
    ];
    GRADES.contains(&word)
}

fn title(scene: &Scene<'_>, at: usize) -> Option<Side> {
    let known = scene.known(at);
    let lower = scene.class(at) == Some(Class::Lower);
    // `relapsing remitting MS. Current EDSS`
    if scene.word(at) == "MS" && scene.class(at + 1 + usize::from(scene.is_mark(at + 1, b'.'))) != Some(Class::Upper) {
        return None;
    }
    if known.plays(Role::Title) {
        let word = scene.word(at);
        let vague = lower
            && !matches!(
                word,
                "mr" | "mrs"
                    | "ms"
                    | "dr"
                    | "prof"
                    | "dhr"
                    | "mevr"
                    | "mevrouw"
                    | "meneer"
                    | "mme"
                    | "herr"
                    | "frau"
                    | "fru"
            );
        return Some(Side::titled(if vague { 5 } else { 13 }));
    }
    if lower || !known.plays(Role::SoftTitle) {
        return None;
    }
    // `HIS HONOUR JUDGE PEMBERTHY`
    let shouted = scene.class(at) == Some(Class::Upper) && scene.word(at).len() > 3 && is_unknown(scene.known(at + 1));
    Some(Side::titled(if shouted { 10 } else { 7 }))
}

/// `Dr. Smith`, `Sgt. Jones`, and other abbreviations; a sentence's end says nothing.
fn abbreviated(scene: &Scene<'_>, dot: usize) -> Side {
    let Some(at) = dot.checked_sub(1).filter(|_| scene.is_tight(dot)) else { return Side::NONE };
    if matches!(scene.word(at), "cc" | "Cc" | "CC" | "pt" | "Pt" | "PT" | "attn" | "Attn" | "vol" | "Vol") {
        return Side::of(5);
    }
    let short = scene.token(at).is_some_and(|token| token.len() <= 4);
    match title(scene, at) {
        Some(side) if short => side,
        _ if scene.plays(at, Role::Versus) => Side::of(8),
        _ => Side::NONE,
    }
}

/// `Dear Dr, Anna`, `my daughter, Emily`, `Regards,` and a line end.
fn across(scene: &Scene<'_>, mark: usize) -> Side {
    let Some(at) = scene.word_before(mark) else { return Side::NONE };
    let newline = (at + 1..=mark).any(|place| scene.class(place) == Some(Class::Newline));
    let known = scene.known(at);
    if known.plays(Role::Greeting) {
        return Side { evidence: Evidence::LABEL_BEFORE, ..Side::of(if newline { 8 } else { 5 }) };
    }
    if newline {
        return Side::NONE;
    }
    let in_law = scene.word(at) == "law" && scene.is_mark(at.wrapping_sub(1), b'-');
    if known.plays(Role::Relation) || in_law {
        return Side::of(8);
    }
    if known.plays(Role::Person) && scene.class(at) == Some(Class::Lower) { Side::of(4) } else { Side::NONE }
}

/// `Patient:`, `Signed by:`, `"name": "`.
fn label(scene: &Scene<'_>, mark: usize) -> Side {
    let Some(at) = scene.word_before(mark) else { return Side::NONE };
    if (at + 1..mark).any(|place| scene.class(place) == Some(Class::Newline)) {
        return Side::NONE;
    }
    let dash = scene.is_mark(mark, b'-');
    let known = scene.known(at);
    if names_a_thing(scene, at) {
        return Side::of(-9);
    }
    if known.plays(Role::NameLabel) || (known.plays(Role::Title) && !dash) {
        return if dash { Side::of(5) } else { Side::labelled(11) };
    }
    let cased = matches!(
        scene.word(at),
        "To" | "From" | "CC" | "Cc" | "Re" | "RE" | "FROM" | "TO" | "from" | "to" | "with" | "With"
    );
    match (cased, dash) {
        (true, false) => Side::of(7),
        // Any other heading.
        (false, false) if scene.is_mark(mark, b':') => Side::of(3),
        _ => Side::NONE,
    }
}

/// `file name:`, `drug_name=`.
fn names_a_thing(scene: &Scene<'_>, at: usize) -> bool {
    matches!(scene.word(at), "name" | "Name" | "NAME" | "names" | "Names")
        && scene.word_before(at).is_some_and(|before| scene.plays(before, Role::NotNameLabel))
}

fn word(scene: &Scene<'_>, at: usize, first: usize) -> Side {
    let known = scene.known(at);
    let class = scene.class(at);
    if let Some(side) = title(scene, at) {
        return side;
    }
    if known.plays(Role::Versus) && scene.token(at).is_some_and(|token| token.len() <= 2) {
        // `criteria vs Sternbach` compares.
        let sides = scene.is_capital(at.wrapping_sub(1)) || scene.is_mark(at.wrapping_sub(1), b'.');
        return Side::of(if sides { 8 } else { 2 });
    }
    if let Some(points) = in_talk(scene, at) {
        return Side::of(points);
    }
    match scene.word(at) {
        "the" | "The" | "THE" | "this" | "these" | "a" | "an" | "A" | "An" | "no" | "any" | "each" | "every"
        | "some" => return Side::of(-6),
        "in" | "In" | "at" | "At" | "near" | "into" | "using" | "via" | "within" | "on" | "under" => {
            return Side::of(-3);
        }
        "names" | "surnames" | "surname" | "forename" | "Names" => return Side::of(6),
        // `wife of Torvald`
        "of" if scene.plays(at.wrapping_sub(1), Role::Relation) => return Side::of(6),
        // `My name is`, `I am`, `This is`.
        "is" | "am" if introduces(scene, at) => return Side::of(8),
        "is" if scene.word(at.wrapping_sub(1)) == "it" && asks_name(scene, at) => return Side::of(8),
        // `It's Zainab`, `that's Omar`.
        "s" if scene.is_apostrophe(at.wrapping_sub(1))
            && matches!(scene.word(at.wrapping_sub(2)), "it" | "It" | "that" | "That" | "name" | "this") =>
        {
            return Side::of(6);
        }
        "m" if scene.is_possessive(at.wrapping_sub(1)) || scene.is_apostrophe(at.wrapping_sub(1)) => {
            return Side::of(6);
        }
        _ => {}
    }
    let lower = class == Some(Class::Lower);
    if known.plays(Role::SoftTitle) && lower {
        return Side::of(5);
    }
    if known.plays(Role::Relation) {
        return related(scene, at, first);
    }
    if scene.token(at).is_some_and(|token| token.len() <= 4) && is_grade(scene.word(at)) {
        return Side::of(6);
    }
    // `his son's (Jaxon) records`
    if scene.is_possessive(at.wrapping_sub(1)) && at > 1 && first > at + 1 && scene.plays(at - 2, Role::Relation) {
        return Side::of(8);
    }
    if matches!(scene.word(at), "family" | "Family") {
        return Side::of(6);
    }
    if known.plays(Role::Person) {
        // `Patient Education` has two capitals, `patient Maria` one.
        return Side::of(if lower { 6 } else { 4 });
    }
    if known.plays(Role::Greeting) && scene.token(first).is_some() {
        return Side::of(6);
    }
    if known.plays(Role::BeforeName) {
        return Side::of(if lower { 4 } else { 3 });
    }
    if known.plays(Role::BeforeWeak) || known.plays(Role::SayVerb) {
        return Side::of(2);
    }
    labels_weakly(scene, at)
}

/// `RN Elodie`, `Name Dravarini, Amy`.
fn labels_weakly(scene: &Scene<'_>, at: usize) -> Side {
    let (known, class) = (scene.known(at), scene.class(at));
    if known.plays(Role::Postnominal) && matches!(class, Some(Class::Upper | Class::Mixed)) {
        return Side::of(7);
    }
    if matches!(scene.word(at), "Name" | "NAME" | "name") && !names_a_thing(scene, at) {
        return Side::labelled(7);
    }
    if known.plays(Role::NameLabel) && known.plays(Role::Never) { Side::of(3) } else { Side::NONE }
}

/// `appt w`, `left msg w/`: with a person, not with a disease.
fn meets(scene: &Scene<'_>, at: usize) -> bool {
    matches!(
        scene.word(at),
        "appt"
            | "appointment"
            | "msg"
            | "message"
            | "spoke"
            | "meeting"
            | "session"
            | "visit"
            | "consult"
            | "mtg"
            | "call"
            | "discussed"
            | "d"
    )
}

/// How chats and short notes announce a person: `hi its Lindiwe`, `prefers Bunty`, `Im Blessing`, `B/o Lakshmi`, `appt w Bogdan`.
fn in_talk(scene: &Scene<'_>, at: usize) -> Option<i32> {
    match scene.word(at) {
        "its" | "Its" if scene.plays(at.wrapping_sub(1), Role::Greeting) => Some(9),
        "prefers" => Some(8),
        "Im" => Some(6),
        "o" if child_of(scene, at) => Some(8),
        "w" if at > 0 && meets(scene, at - 1) => Some(6),
        _ => None,
    }
}

fn child_of(scene: &Scene<'_>, at: usize) -> bool {
    at >= 2
        && scene.is_mark(at - 1, b'/')
        && matches!(scene.word(at - 2), "B" | "S" | "D" | "W" | "b" | "s" | "d")
        && scene.is_tight(at)
}

/// `daughter Emily`, `MOTHER ANNA`; `carer Blessing` has a given name that is a word as well.
fn related(scene: &Scene<'_>, at: usize, first: usize) -> Side {
    let lower = scene.class(at) == Some(Class::Lower);
    let own = scene.known(first);
    let given = lower && own.first() >= 5 && own.common() >= 4 && scene.class(first) == Some(Class::Capital);
    Side::of(match (given, lower || scene.class(at) == Some(Class::Upper)) {
        (true, _) => 13,
        (_, true) => 8,
        _ => 7,
    })
}

/// `the spelling of my surname: it is Kovacz`
fn asks_name(scene: &Scene<'_>, at: usize) -> bool {
    let near = scene.tokens.get(at.saturating_sub(5)..at).unwrap_or_default();
    near.iter().any(|token| {
        let word = token.text(scene.text);
        ["name", "surname", "forename", "lastname", "firstname"].iter().any(|known| word.eq_ignore_ascii_case(known))
    })
}

fn introduces(scene: &Scene<'_>, at: usize) -> bool {
    let before = at.wrapping_sub(1);
    matches!(scene.word(before), "name" | "names" | "I" | "This" | "this" | "Name" | "She" | "He" | "who")
}
