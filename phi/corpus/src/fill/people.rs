//! People: names of many countries, and surnames made of syllables that stand in nobody's list.

use super::Filling;
use crate::fillers::LOCALES;
use crate::rng::Rng;

pub(super) const FORMS: [&str; 18] = [
    "first_last",
    "first",
    "last",
    "first_m_last",
    "first_middle_last",
    "last_first",
    "last_first_m",
    "last_first_bare",
    "f_last",
    "fm_last",
    "first_l",
    "initials",
    "middle_i",
    "double",
    "user",
    "email",
    "email_site",
    "any",
];

#[derive(Debug, Clone)]
pub(super) struct Person {
    first: String,
    middle: String,
    last: String,
    mail: String,
    site: String,
    number: String,
}

impl Person {
    pub(super) fn make(filling: &mut Filling<'_>) -> Option<Self> {
        let locale = filling.rng.word(LOCALES).to_owned();
        let family = match filling.rng.next() % 100 {
            0..25 => composed(&mut filling.rng),
            25..32 => format!("{}-{}", filling.draw("family.en")?, filling.draw(&format!("family.{locale}"))?),
            _ => filling.draw(&format!("family.{locale}"))?,
        };
        // People of all countries carry names of all countries.
        let given = if filling.rng.chance(12) { "en" } else { locale.as_str() };
        Some(Self {
            first: filling.draw(&format!("given.{given}"))?,
            middle: filling.draw(&format!("given.{given}"))?,
            last: family,
            mail: filling.draw("domain")?,
            site: filling.draw("site_domain")?,
            number: filling.rng.digits(2),
        })
    }

    pub(super) fn form(&self, form: &str, rng: &mut Rng) -> Option<String> {
        let Self { first, middle, last, mail, site, number } = self;
        let (f, m, l) = (initial(first)?, initial(middle)?, initial(last)?);
        Some(match form {
            "first_last" => format!("{first} {last}"),
            "first" => first.clone(),
            "last" => last.clone(),
            "first_m_last" => format!("{first} {m}. {last}"),
            "first_middle_last" => format!("{first} {middle} {last}"),
            "last_first" => format!("{last}, {first}"),
            "last_first_m" => format!("{last}, {first} {m}."),
            "last_first_bare" => format!("{last} {first}"),
            "f_last" => format!("{f}. {last}"),
            "fm_last" => format!("{f}.{m}. {last}"),
            "first_l" => format!("{first} {l}."),
            "initials" => format!("{f}.{l}."),
            "middle_i" => m,
            "double" => format!("{first} {last}-{}", composed(rng)),
            "user" => self.user(rng),
            "email" => format!("{}{}@{mail}", self.user(rng), if rng.chance(40) { number } else { "" }),
            "email_site" => format!("{}.{}@{site}", plain(first), plain(last)),
            "any" => {
                let form =
                    rng.word("first_last|first_last|first_last|first_m_last|last_first|f_last|first_middle_last");
                return self.form(form, rng);
            }
            _ => return None,
        })
    }

    fn user(&self, rng: &mut Rng) -> String {
        let (first, last) = (plain(&self.first), plain(&self.last));
        let f = first.get(..1).unwrap_or("x");
        match rng.next() % 6 {
            0 => format!("{f}{last}"),
            1 => format!("{first}.{last}"),
            2 => format!("{last}{f}"),
            3 => format!("{f}{last}{}", self.number),
            4 => format!("{first}_{last}"),
            _ => format!("{f}.{last}"),
        }
    }
}

fn initial(name: &str) -> Option<String> {
    name.chars().find(|c| c.is_alphabetic()).map(|c| c.to_uppercase().collect())
}

/// Small letters of ASCII only, as account names have them.
fn plain(name: &str) -> String {
    const FOLDS: [(&str, &str); 12] = [
        ("áàâäãåąă", "a"),
        ("éèêëęėě", "e"),
        ("íìîïı", "i"),
        ("óòôöõøōő", "o"),
        ("úùûüůű", "u"),
        ("çćč", "c"),
        ("ñńň", "n"),
        ("śşš", "s"),
        ("źżž", "z"),
        ("ł", "l"),
        ("ğ", "g"),
        ("đ", "d"),
    ];
    let small = name.to_lowercase();
    let folded = small.chars().filter_map(|c| {
        if c.is_ascii_alphanumeric() {
            return Some(c);
        }
        FOLDS.iter().find(|(from, _)| from.contains(c)).and_then(|(_, to)| to.chars().next())
    });
    folded.collect()
}

/// A surname that sounds like one and stands in no list.
fn composed(rng: &mut Rng) -> String {
    const STARTS: &str = "Bar|Cal|Dor|Fen|Gal|Hal|Kes|Lan|Mor|Nor|Pel|Quin|Ros|Sel|Tar|Ul|Ven|Wex|Yar|Zel|Bren|Cres|Drav|Fal|Gris|Hol|Jor|Kov|Lind|Mar|Old|Prus|Thal|Vas|Wil|Shev|Stan";
    const MIDDLES: &str = "||||a|e|i|o|an|en|in|ar|er|or|el|ov|is|um";
    const ENDS: &str = "ley|ton|worth|field|man|sen|ski|ska|vić|escu|dottir|oglu|ez|ini|elli|berg|mann|stein|ford|wick|by|thorpe|akis|poulos|enko|dze|yan|wala|nathan|gaard|quist|son|shaw|combe|hurst";
    let (start, middle, end) = (rng.word(STARTS), rng.word(MIDDLES), rng.word(ENDS));
    format!("{start}{middle}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fillers::Fillers;

    #[test]
    fn a_person_keeps_the_name_in_every_form() {
        let fillers = Fillers::load().unwrap();
        for seed in 0..200 {
            let mut filling = Filling::new(&fillers, Rng::new(seed, &[]));
            let full = filling.value("first_last", None).unwrap();
            let last = filling.value("last", None).unwrap();
            assert!(full.ends_with(&last), "{full}: {last}");
            assert!(FORMS.iter().all(|form| filling.value(form, Some(2)).is_some()));
            let email = filling.value("email", Some(1)).unwrap();
            assert!(email.is_ascii() && !email.contains(' '), "{email}");
            assert_eq!(filling.value("email", Some(1)).unwrap(), email);
        }
    }
}
