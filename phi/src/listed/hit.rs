//! What is found by lists and neighbours, before it becomes a claim.

use crate::finding::{Evidence, RuleId};
use crate::label::Label;
use crate::text::{Claim, Rank};

macro_rules! kinds {
    ($($(#[$about:meta])* $kind:ident = $name:literal, $label:ident;)*) => {
        /// The built-in recognisers of people, places and organisations.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind { $($(#[$about])* $kind),* }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its name in rules files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            #[must_use]
            pub const fn label(self) -> Label {
                match self { $(Self::$kind => Label::$label),* }
            }
        }
    };
}

kinds! {
    /// After `Mr`, `Dr`, `Judge`.
    NameTitled = "name-titled", Name;
    /// After `Patient:`, `Signed by:`.
    NameLabelled = "name-labelled", Name;
    /// `First Last` and its kin.
    NameFull = "name-full", Name;
    /// `Last, First`.
    NameInverted = "name-inverted", Name;
    /// `LAST^FIRST`.
    NameCaret = "name-caret", Name;
    /// One word with evidence around it.
    NameSingle = "name-single", Name;
    /// In lower case.
    NameLower = "name-lower", Name;
    /// One word of a name that stands elsewhere in the same text.
    NameRecalled = "name-recalled", Name;
    /// Number and street, with what follows.
    GeoAddress = "geo-address", Geo;
    GeoBox = "geo-box", Geo;
    GeoMilitary = "geo-military", Geo;
    /// `City, ST` with or without a ZIP code.
    GeoCityState = "geo-city-state", Geo;
    /// A city after `lives in`, `from`.
    GeoCity = "geo-city", Geo;
    /// A listed city without more evidence.
    GeoCityAlone = "geo-city-alone", Geo;
    GeoCounty = "geo-county", Geo;
    GeoZip = "geo-zip", Geo;
    GeoPostcode = "geo-postcode", Geo;
    /// Not identifying under Safe Harbor; for those who ask for it.
    GeoState = "geo-state", Geo;
    /// Not identifying under Safe Harbor; for those who ask for it.
    GeoCountry = "geo-country", Geo;
    OrgCare = "org-care", Org;
    OrgCourt = "org-court", Org;
    OrgCompany = "org-company", Org;
    OrgInstitution = "org-institution", Org;
}

impl Kind {
    /// Whether it counts unless the rules say otherwise.
    #[must_use]
    pub const fn is_on(self) -> bool {
        !matches!(self, Self::GeoState | Self::GeoCountry)
    }
}

/// Bytes `start..end` of the text, on token boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub start: u32,
    pub end: u32,
    pub kind: Kind,
    /// In percent.
    pub score: u8,
    pub evidence: Evidence,
}

impl Hit {
    /// As a claim of the rule that stands for its kind.
    #[must_use]
    pub const fn claim(self, rule: RuleId) -> Claim {
        let rank = match self.kind {
            Kind::GeoState | Kind::GeoCountry | Kind::GeoCityAlone => Rank::Weak,
            Kind::NameTitled | Kind::NameLabelled | Kind::NameCaret => Rank::Labelled,
            Kind::GeoAddress | Kind::GeoBox | Kind::GeoMilitary | Kind::GeoZip => Rank::Labelled,
            _ => Rank::Listed,
        };
        let label = Some(self.kind.label());
        Claim { start: self.start, end: self.end, label, rule, rank, score: self.score, evidence: self.evidence }
    }
}
