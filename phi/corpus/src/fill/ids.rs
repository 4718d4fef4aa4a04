//! Numbers with check digits, addresses of networks, and mixtures of the pattern lists.

use super::Filling;

pub(super) fn form(form: &str, filling: &mut Filling<'_>) -> Option<String> {
    let rng = &mut filling.rng;
    Some(match form {
        "phone" => {
            let list = rng.word("phone_us|phone_us|phone_us|phone_us|phone_intl").to_owned();
            return filling.draw(&list);
        }
        "ssn" => ssn(filling, "-"),
        "ssn_space" => ssn(filling, " "),
        "ssn_bare" => ssn(filling, ""),
        "card" => {
            let body = format!("{}{}", rng.word("4|51|53|55|37"), rng.digits(10));
            let wanted = if body.starts_with('3') { 14 } else { 15 };
            let body = format!("{body}{}", rng.digits(wanted - body.len()));
            let card = with_luhn("", &body);
            if rng.chance(40) { grouped(&card, 4) } else { card }
        }
        "iban" => {
            let (country, length) = rng.pick(&[&("DE", 18), &("GB", 0), &("FR", 23), &("PL", 24)])?;
            let body = if *length == 0 { format!("NWBK{}", rng.digits(14)) } else { rng.digits(*length) };
            let iban = with_mod97(country, &body);
            if rng.chance(50) { grouped(&iban, 4) } else { iban }
        }
        "npi" => {
            let body = format!("1{}", rng.digits(8));
            with_luhn("80840", &body)
        }
        "dea" => dea(&rng.digits(6), rng.word("A|B|F|M"), rng.word("S|K|J|B|W")),
        "nhs" => {
            let number = nhs(filling);
            if filling.rng.chance(60) {
                format!("{} {} {}", number.get(..3)?, number.get(3..6)?, number.get(6..)?)
            } else {
                number
            }
        }
        "vin" => {
            let serial = rng.digits(6);
            vin(rng.word("1HGCM826|JH4KA965|WBA3A5C5|2T1BURHE|5YJ3E1EA"), rng.word("3A|KC|9F|GJ|0L"), &serial)
        }
        "imei" => {
            let body = format!("35{}", rng.digits(12));
            with_luhn("", &body)
        }
        "udi" => format!("(01)0{}(21){}", rng.digits(13), rng.digits(8)),
        "ipv4" => public_ipv4(filling),
        "ip_private" => match rng.next() % 3 {
            0 => format!("10.{}.{}.{}", rng.range(0, 255), rng.range(0, 255), rng.range(1, 254)),
            1 => format!("192.168.{}.{}", rng.range(0, 255), rng.range(1, 254)),
            _ => format!("172.{}.{}.{}", rng.range(16, 31), rng.range(0, 255), rng.range(1, 254)),
        },
        "ipv6" => {
            let list = rng.word("2001:db8:85a3::8a2e:370:7334|fe80::1ff:fe23:4567:890a|2a02:8108:50c0:1e4::1f|2001:0db8:0000:0000:0000:ff00:0042:8329");
            list.to_owned()
        }
        "ip" => {
            let form = rng.word("ipv4|ipv4|ip_private|ipv6").to_owned();
            return self::form(&form, filling);
        }
        _ => return None,
    })
}

/// A number that could be given out: no area of 000, 666 or 9.., no group 00, no serial 0000.
fn ssn(filling: &mut Filling<'_>, between: &str) -> String {
    let rng = &mut filling.rng;
    let (area, group, serial) = (rng.range(1, 665), rng.range(1, 99), rng.range(1, 9999));
    format!("{area:03}{between}{group:02}{between}{serial:04}")
}

fn public_ipv4(filling: &mut Filling<'_>) -> String {
    let rng = &mut filling.rng;
    let first = rng.pick(&[&23_u64, &52, &64, &81, &93, &145, &185, &203, &212]).copied().unwrap_or(81);
    format!("{first}.{}.{}.{}", rng.range(1, 254), rng.range(0, 255), rng.range(1, 254))
}

fn grouped(number: &str, by: usize) -> String {
    let characters: Vec<char> = number.chars().collect();
    let groups: Vec<String> = characters.chunks(by).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// The number with the digit that makes its Luhn sum, together with the unseen prefix, a multiple of ten.
fn with_luhn(prefix: &str, body: &str) -> String {
    let digits = prefix.chars().chain(body.chars()).rev().filter_map(|c| c.to_digit(10));
    let doubled = digits.enumerate().map(|(at, digit)| match (at % 2, digit * 2) {
        (0, twice) if twice > 9 => twice - 9,
        (0, twice) => twice,
        _ => digit,
    });
    format!("{body}{}", (10 - doubled.sum::<u32>() % 10) % 10)
}

fn with_mod97(country: &str, body: &str) -> String {
    let all = format!("{body}{country}00");
    let rest = all
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0_u32, |rest, digit| if digit > 9 { (rest * 100 + digit) % 97 } else { (rest * 10 + digit) % 97 });
    format!("{country}{:02}{body}", 98 - rest)
}

fn dea(digits: &str, kind: &str, last: &str) -> String {
    let sum: u32 = digits
        .chars()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, d)| if at % 2 == 1 { d * 2 } else { d })
        .sum();
    format!("{kind}{last}{digits}{}", sum % 10)
}

fn nhs(filling: &mut Filling<'_>) -> String {
    loop {
        let body = format!("4{}", filling.rng.digits(8));
        let sum: u32 =
            body.chars().filter_map(|c| c.to_digit(10)).zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
        match 11 - sum % 11 {
            10 => {}
            11 => return format!("{body}0"),
            check => return format!("{body}{check}"),
        }
    }
}

fn vin(start: &str, plant: &str, serial: &str) -> String {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |c: char| {
        c.to_digit(10).or_else(|| {
            Some(match c {
                'A' | 'J' => 1,
                'B' | 'K' | 'S' => 2,
                'C' | 'L' | 'T' => 3,
                'D' | 'M' | 'U' => 4,
                'E' | 'N' | 'V' => 5,
                'F' | 'W' => 6,
                'G' | 'P' | 'X' => 7,
                'H' | 'Y' => 8,
                'R' | 'Z' => 9,
                _ => return None,
            })
        })
    };
    let all = format!("{start}0{plant}{serial}");
    let sum: u32 = all.chars().filter_map(value).zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let check = match sum % 11 {
        10 => "X".to_owned(),
        digit => digit.to_string(),
    };
    format!("{start}{check}{plant}{serial}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_known_numbers() {
        assert_eq!(with_luhn("80840", "123456789"), "1234567893");
        assert_eq!(with_luhn("", "453201511283036"), "4532015112830366");
        assert_eq!(with_mod97("GB", "WEST12345698765432"), "GB82WEST12345698765432");
        assert_eq!(dea("123456", "A", "B"), "AB1234563");
        assert_eq!(vin("1M8GDM9A", "KP", "042788"), "1M8GDM9AXKP042788");
    }
}
