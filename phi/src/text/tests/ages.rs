//! Ages: only those of 90 and over are anybody's business.

use super::check;

#[test]
fn ages_of_90_and_over_are_found_in_every_spelling() {
    check(&[
        "a «AGE90 92»-year-old woman with CHF",
        "«AGE90 91» year old male",
        "pt is «AGE90 94» y/o F",
        "«AGE90 90» yo M with sepsis",
        "«AGE90 97»yo female",
        "«AGE90 93» y.o. man",
        "aged «AGE90 93»",
        "Age: «AGE90 101»",
        "age «AGE90 95», lives alone",
        "Age=«AGE90 99»;sex=F",
        "she turned «AGE90 100» last week",
        "«AGE90 95» years of age",
        "«AGE90 Ninety-two»-year-old lady",
        "«AGE90 ninety-nine» years old",
        "«AGE90 one hundred and three» years old",
        "A «AGE90 92»F with chest pain",
        "«AGE90 104»-yr-old resident",
        "«AGE90 96» yrs old",
        "«AGE90 92» male with CHF",
        "Age/Sex: «AGE90 92»/F",
        "F/«AGE90 94», fall",
        "female, «AGE90 93», s/p fall",
        "a woman of «AGE90 95»",
        "her «AGE90 95»th birthday",
        "Age (years): «AGE90 96»",
        "Anna Berg («AGE90 92») called",
        "he is «AGE90 98» and takes metformin",
        "My mother Ann Berg is «AGE90 106», and well",
        "Ada Berg, «AGE90 97», fell at home",
        "at age «AGE90 92» he fell",
        "at the age of «AGE90 94»",
    ]);
}

#[test]
fn younger_ages_and_other_numbers_are_not() {
    check(&[
        "a 45-year-old woman",
        "89 y/o male",
        "aged 72",
        "HR 92, RR 18, SpO2 95% on RA",
        "92 years ago",
        "BP 140/92",
        "weight 92 kg",
        "95F outside",
        "Temp 99F, 101.2 F",
        "ages 18-65",
        "130 years old is no age",
        "page 93 of 120",
        "sats 93 on 2 L",
        "in 90 days",
        "O2 sat 92 year round",
    ]);
}
