//! Words and forms that say of a row of capitals what kind of organisation it names.

use crate::gazetteer::Role;
use crate::listed::{Kind, Scene};
use crate::places::Spot;
use crate::text::Class;

/// `at St Winifred's`: what it is need not be said.
pub(super) fn saint(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let dot = usize::from(scene.is_mark(at + 1, b'.') && scene.is_tight(at + 1));
    let name = at + 1 + dot;
    let led = matches!(scene.word(at.wrapping_sub(1)), "at" | "to" | "from" | "of" | "At" | "From" | "via");
    let whole = scene.is_capital(name) && scene.is_possessive(name + 1) && !scene.is_capital(name + 3);
    let person = scene.known(name + 3).plays_any(Role::set(&[Role::Relation, Role::Street]));
    (matches!(scene.word(at), "St" | "Saint") && led && whole && !person).then_some(Spot {
        first: at,
        last: name + 2,
        kind: Kind::OrgCare,
        score: 70,
    })
}

/// `Banco Meridional`: the kind first.
pub(super) fn bank(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let kind = matches!(scene.word(at), "Banco" | "Banca" | "Banque" | "Sparkasse" | "Volksbank" | "Caixa");
    let spaced = scene.token(at + 1).is_some_and(crate::text::Token::space_before);
    let named = kind && spaced && scene.class(at + 1) == Some(Class::Capital);
    let more = scene.class(at + 2) == Some(Class::Capital) && scene.known(at + 2).common() == 0;
    named.then_some(Spot { first: at, last: at + 1 + usize::from(more), kind: Kind::OrgCompany, score: 70 })
}

/// How many tokens may stand between a foreign court's kind and its place.
const COURT_WORDS: usize = 9;

/// `cour d'appel de Douai`, `Stockholms tingsrätt`: a court in another language, by its kind and its place.
pub(in crate::places) fn foreign_court(scene: &Scene<'_>, at: usize) -> Option<Spot> {
    let spot = |first: usize, last: usize| Some(Spot { first, last, kind: Kind::OrgCourt, score: 70 });
    let head = |at: usize| scene.plays(at, Role::Court) && !matches!(scene.word(at), "court" | "courts" | "tribunal");
    if scene.is_capital(at) {
        return if scene.class(at + 1) == Some(Class::Lower) && head(at + 1) { spot(at, at + 1) } else { None };
    }
    if !matches!(scene.word(at), "cour" | "tribunal" | "corte" | "tribunale" | "rechtbank" | "juzgado" | "audiencia") {
        return None;
    }
    let joins = |at: usize| {
        scene.is_apostrophe(at)
            || matches!(
                scene.word(at),
                "d" | "de"
                    | "du"
                    | "des"
                    | "la"
                    | "appel"
                    | "cassation"
                    | "grande"
                    | "instance"
                    | "commerce"
                    | "administratif"
                    | "administrative"
                    | "correctionnel"
                    | "judiciaire"
                    | "di"
                    | "appello"
                    | "te"
                    | "in"
                    | "von"
            )
    };
    let place = (at + 1..at + COURT_WORDS).take_while(|place| joins(*place)).last()? + 1;
    let linked = matches!(scene.word(place - 1), "de" | "di" | "te" | "von" | "in") || scene.is_apostrophe(place - 1);
    if linked && scene.class(place) == Some(Class::Capital) { spot(at, place) } else { None }
}

/// `Tagesklinik am Inn`, `Kliniek van Oost`
pub(super) fn is_led_by_article(scene: &Scene<'_>, at: usize) -> bool {
    matches!(scene.word(at.wrapping_sub(1)), "am" | "im" | "van" | "aan" | "zum" | "zur" | "del" | "di" | "dos" | "den")
}

/// `Handkliniek`, `Stadtkrankenhaus`: many languages write the kind of a care site at the word's end.
pub(super) fn has_care_end(word: &str) -> bool {
    const ENDS: [&str; 20] = [
        "kliniek",
        "klinik",
        "klinikum",
        "ziekenhuis",
        "krankenhaus",
        "spital",
        "sjukhus",
        "sygehus",
        "sykehus",
        "apotheke",
        "apotek",
        "apotheek",
        "zorgcentrum",
        "pflegeheim",
        "altenheim",
        "praktijk",
        "ambulanz",
        "sairaala",
        "zentrum",
        "hospital",
    ];
    word.len() >= 9 && ENDS.iter().any(|end| word.ends_with(end))
}

/// `Pennywell Group Practice`
pub(super) fn is_group_practice(scene: &Scene<'_>, at: usize) -> bool {
    let walk_in = matches!(scene.word(at), "Centre" | "Center" | "Clinic")
        && scene.word(at.wrapping_sub(1)) == "in"
        && scene.word(at.wrapping_sub(3)) == "Walk";
    walk_in
        || scene.word(at) == "Practice" && matches!(scene.word(at.wrapping_sub(1)), "Group" | "Partnership" | "Village")
}

/// `discharged to`, `at`, `care home`, `resident of`: what stands before the name of a home.
pub(super) fn admits(scene: &Scene<'_>, from: usize) -> bool {
    let Some(before) = from.checked_sub(1) else { return false };
    let word = scene.word(before);
    matches!(word, "home" | "clinic" | "hospice" | "unit" | "ward" | "rehab" | "facility" | "residence" | "practice")
        || matches!(word, "at" | "to" | "from" | "of")
            && before.checked_sub(1).is_some_and(|verb| {
                scene.plays(verb, Role::Resides)
                    || matches!(
                        scene.word(verb),
                        "discharged"
                            | "admitted"
                            | "transferred"
                            | "back"
                            | "resident"
                            | "residing"
                            | "returned"
                            | "staff"
                            | "nurse"
                            | "manager"
                            | "carer"
                            | "placement"
                            | "respite"
                            | "bed"
                            | "seen"
                            | "going"
                            | "moved"
                    )
            })
}

/// `A.S.`, `S.A.`, `B.V.`
pub(super) fn is_dotted_form(scene: &Scene<'_>, at: usize) -> bool {
    let forms = matches!(
        (scene.word(at), scene.word(at + 2)),
        ("A", "S" | "Ş" | "G" | "D" | "B") | ("S", "A" | "L" | "p") | ("B" | "N", "V")
    );
    forms
        && scene.is_mark(at + 1, b'.')
        && scene.is_mark(at + 3, b'.')
        && scene.is_tight(at + 1)
        && scene.is_tight(at + 2)
}

/// `Acme Industrial Supply`, `Blue Harbor Bank`: what companies call themselves and hardly anything else ends with.
pub(super) fn is_trade(word: &str) -> bool {
    matches!(
        word,
        "Supply"
            | "Bank"
            | "Bankas"
            | "Banka"
            | "Banco"
            | "Banque"
            | "Banca"
            | "Sparkasse"
            | "Krankenkasse"
            | "Versicherung"
            | "Assurances"
            | "Insurance"
            | "Logistics"
            | "Airlines"
            | "Pharmaceuticals"
            | "Technologies"
            | "Industries"
            | "Enterprises"
            | "Holdings"
            | "Foods"
            | "Analytics"
            | "Motors"
            | "Mutual"
            | "Drug"
            | "Drugs"
            | "Chemist"
            | "Consulting"
            | "Manufacturing"
    )
}

/// `Springfield Pediatrics`.
pub(super) fn is_practice(word: &str) -> bool {
    const PRACTICES: [&str; 14] = [
        "Orthopaedics",
        "Paediatrics",
        "Obstetrics",
        "Neurology",
        "Urology",
        "Pediatrics",
        "Cardiology",
        "Orthopedics",
        "Dermatology",
        "Physicians",
        "Associates",
        "Dental",
        "Oncology",
        "Imaging",
    ];
    PRACTICES.contains(&word)
}

pub(super) fn is_legal_form(scene: &Scene<'_>, at: usize) -> bool {
    match scene.class(at) {
        Some(Class::Upper) => true,
        Some(Class::Capital) => matches!(
            scene.word(at),
            "Inc"
                | "Ltd"
                | "Lda"
                | "Ltda"
                | "Corp"
                | "Corporation"
                | "Limited"
                | "Llc"
                | "Plc"
                | "Kft"
                | "Oy"
                | "Srl"
                | "Doo"
        ),
        _ => scene.word(at) == "GmbH" || scene.word(at) == "KGaA",
    }
}
