//! What a word does to its neighbours; the words themselves stand in `phi/data/roles.txt`.

/// One section of `phi/data/roles.txt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Role {
    /// `Mr`, `Dr`: a name follows.
    Title,
    /// `Judge`, `Sister`: often before a name.
    SoftTitle,
    /// `MD`, `Jr`: after a name.
    Postnominal,
    /// `wife`: a person stands near.
    Relation,
    /// `patient`, `lawyer`: a word for a person.
    Person,
    /// What may follow a name and a comma.
    Job,
    /// Before a colon: a person's name comes.
    NameLabel,
    /// Before `name:` something else than a person.
    NotNameLabel,
    /// `Dear`, `Regards`.
    Greeting,
    /// What persons do.
    SayVerb,
    /// What persons and things do.
    BeVerb,
    /// `called`, `told`: mostly before a person.
    BeforeName,
    /// `by`, `with`: also before a person.
    BeforeWeak,
    /// `disease`, `score`: makes the name before it a term.
    EponymHead,
    /// Names that mostly mean the thing named after someone.
    Eponym,
    /// Months, days, seasons.
    Calendar,
    /// `Street`: ends a street's name.
    Street,
    /// `St`, `Ave`.
    StreetAbbr,
    /// `rue`, `via`: starts a street's name.
    StreetPrefix,
    /// `straße`, `laan`: also as the end of a longer word.
    StreetEnd,
    /// `N`, `North`.
    Direction,
    /// `Apt`, `Suite`.
    Unit,
    /// `IL`: of the United States.
    StateAbbr,
    /// `lives`, `born`: a place follows after `in`.
    Resides,
    /// `in`, `near`.
    PlaceBefore,
    /// `County`, `District`.
    GeoTail,
    /// `Hospital`: ends a care site's name.
    CareHead,
    /// `Medical`, `Health`: part of a care site's name.
    CareSoft,
    /// `Center` after a soft word.
    CareTail,
    /// `General`, `St`: says nothing alone.
    CareMod,
    /// `Ltd`, `GmbH`.
    Company,
    /// `Bank`, `Group`.
    CompanySoft,
    /// `Court`.
    Court,
    /// `University`, `Ministry`.
    OrgOf,
    /// `Turkish`.
    Demonym,
    /// Never part of a name: products, headings, systems.
    Never,
    /// `de`, `van`: inside a surname.
    Particle,
    /// `St`, `Abd`: starts a surname of two words.
    Prefix,
    /// `v`: between the sides of a case.
    Versus,
    /// `server`, `study`: makes the word before it a thing.
    ThingAfter,
    /// Organisations known by one word.
    KnownOrg,
    /// Also an English word, but hardly ever: the word is not held against the name.
    MostlyName,
    /// `Ji`, `hoon`: half of a given name with a hyphen.
    Syllable,
}

impl Role {
    const SECTIONS: [(&'static str, Self); 43] = [
        ("title", Self::Title),
        ("soft_title", Self::SoftTitle),
        ("postnominal", Self::Postnominal),
        ("relation", Self::Relation),
        ("person", Self::Person),
        ("job", Self::Job),
        ("name_label", Self::NameLabel),
        ("not_name_label", Self::NotNameLabel),
        ("greeting", Self::Greeting),
        ("say_verb", Self::SayVerb),
        ("be_verb", Self::BeVerb),
        ("before_name", Self::BeforeName),
        ("before_weak", Self::BeforeWeak),
        ("eponym_head", Self::EponymHead),
        ("eponym", Self::Eponym),
        ("calendar", Self::Calendar),
        ("street", Self::Street),
        ("street_abbr", Self::StreetAbbr),
        ("street_prefix", Self::StreetPrefix),
        ("street_end", Self::StreetEnd),
        ("direction", Self::Direction),
        ("unit", Self::Unit),
        ("state_abbr", Self::StateAbbr),
        ("resides", Self::Resides),
        ("place_before", Self::PlaceBefore),
        ("geo_tail", Self::GeoTail),
        ("care_head", Self::CareHead),
        ("care_soft", Self::CareSoft),
        ("care_tail", Self::CareTail),
        ("care_mod", Self::CareMod),
        ("company", Self::Company),
        ("company_soft", Self::CompanySoft),
        ("court", Self::Court),
        ("org_of", Self::OrgOf),
        ("demonym", Self::Demonym),
        ("never", Self::Never),
        ("particle", Self::Particle),
        ("prefix", Self::Prefix),
        ("versus", Self::Versus),
        ("thing_after", Self::ThingAfter),
        ("known_org", Self::KnownOrg),
        ("mostly_name", Self::MostlyName),
        ("syllable", Self::Syllable),
    ];

    pub(super) fn from_section(name: &str) -> Option<Self> {
        Self::SECTIONS.iter().find(|(section, _)| *section == name).map(|(_, role)| *role)
    }

    #[must_use]
    pub const fn bit(self) -> u64 {
        1 << self as u32
    }

    /// Several roles for [`Known::plays_any`](super::Known::plays_any).
    #[must_use]
    pub const fn set(roles: &[Self]) -> u64 {
        let mut bits = 0;
        let mut at = 0;
        while at < roles.len() {
            bits |= roles[at].bit();
            at += 1;
        }
        bits
    }
}
