//! Addresses, cities and care sites of several countries.

use super::Filling;

pub(super) fn form(form: &str, filling: &mut Filling<'_>) -> Option<String> {
    let number = filling.rng.range(1, 9899);
    let small = filling.rng.range(1, 240);
    Some(match form {
        "city" => match filling.rng.next() % 10 {
            0..5 => filling.draw("city.us")?,
            5..8 => filling.draw("city.eu")?,
            _ => made_up(filling),
        },
        "city_us" => filling.draw("city.us")?,
        "city_eu" => filling.draw("city.eu")?,
        "city_state" => {
            let list = if filling.rng.chance(70) { "st" } else { "state" };
            format!("{}, {}", us_city(filling)?, filling.draw(list)?)
        }
        "city_st_zip" => format!("{}, {} {}", us_city(filling)?, filling.draw("st")?, zip(filling)),
        "zip" => zip(filling),
        "zip4" => format!("{}-{}", filling.rng.range(10_001, 99_899), filling.rng.digits(4)),
        "street" => format!("{number} {}", filling.draw("street.us")?),
        "street_unit" => {
            let unit = filling.rng.word("Apt 4B|Unit 12|Suite 300|#7|Apt. 213|Lot 9").to_owned();
            format!("{number} {}, {unit}", filling.draw("street.us")?)
        }
        "street_city" => format!("{}, {}", self::form("street", filling)?, us_city(filling)?),
        "street_unit_city" => format!("{}, {}", self::form("street_unit", filling)?, us_city(filling)?),
        "address_unit" => {
            format!("{}, {}", self::form("street_unit", filling)?, self::form("city_st_zip", filling)?)
        }
        "box_address" => format!("{}, {}", self::form("po_box", filling)?, self::form("city_st_zip", filling)?),
        "address" => match filling.rng.next() % 4 {
            0 => self::form("address_unit", filling)?,
            _ => format!("{}, {}", self::form("street", filling)?, self::form("city_st_zip", filling)?),
        },
        "address_uk" => {
            let (street, city) = (filling.draw("street.uk")?, filling.draw("city.eu")?);
            format!("{small} {street}, {city} {}", postcode(filling))
        }
        "address_de" => {
            let (street, city) = (filling.draw("street.de")?, filling.draw("city.eu")?);
            format!("{street} {small}, {} {city}", filling.rng.range(10_115, 99_998))
        }
        "address_fr" => {
            let (street, city) = (filling.draw("street.fr")?, filling.draw("city.eu")?);
            format!("{small} {street}, {} {city}", filling.rng.range(10_000, 95_880))
        }
        "address_eu" => {
            let form = filling.rng.word("address_uk|address_de|address_fr").to_owned();
            self::form(&form, filling)?
        }
        "postcode" => postcode(filling),
        "po_box" => format!("{} {number}", filling.rng.word("PO Box|P.O. Box|P.O. BOX|Post Office Box")),
        "hospital" => hospital(filling)?,
        "org" => {
            let list = filling.rng.word("company|university|court|pharmacy").to_owned();
            filling.draw(&list)?
        }
        _ => return None,
    })
}

fn us_city(filling: &mut Filling<'_>) -> Option<String> {
    if filling.rng.chance(20) { Some(made_up(filling)) } else { filling.draw("city.us") }
}

/// A town that stands on no map.
fn made_up(filling: &mut Filling<'_>) -> String {
    let start =
        filling.rng.word("Bracken|Willow|Stone|Ash|Clear|Fair|Harrow|Elder|Marsh|Pine|Rock|Silver|West|New|Glen");
    let start = start.to_owned();
    let end = filling.rng.word("ford|dale|ham|ville|burgh|bridge|haven|mouth|wick|port|minster|stead");
    format!("{start}{end}")
}

fn zip(filling: &mut Filling<'_>) -> String {
    format!("{:05}", filling.rng.range(1_001, 99_899))
}

fn postcode(filling: &mut Filling<'_>) -> String {
    let area = filling.rng.word("SW1A|M1|LS2|BS8|CF10|G12|NR3|EC1V|B33|OX4|NE1").to_owned();
    let unit = filling.rng.word("AA|BX|DE|HJ|LN|PQ|TW|UZ").to_owned();
    format!("{area} {}{unit}", filling.rng.range(1, 9))
}

fn hospital(filling: &mut Filling<'_>) -> Option<String> {
    let kind = filling.draw("site_kind")?;
    Some(match filling.rng.next() % 10 {
        0..3 => format!("{} {} {kind}", filling.rng.word("St.|Saint|St"), filling.draw("saint")?),
        3..6 => format!("{} {kind}", filling.draw("city.us")?),
        6 => format!("{} {kind}", filling.draw("family.en")?),
        7 => format!("{} {kind}", made_up(filling)),
        8 => format!("{} Royal Infirmary", filling.draw("city.eu")?),
        _ => {
            let form =
                filling.rng.word("Universitätsklinikum|Hôpital|Klinikum|Hospital Universitario de|Szpital Miejski w");
            let form = form.to_owned();
            format!("{form} {}", filling.draw("city.eu")?)
        }
    })
}
