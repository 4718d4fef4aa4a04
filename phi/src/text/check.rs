//! Check digits and other arithmetic that tells real identifiers from digits that look alike. All work on ASCII bytes.

/// Luhn over the digits of `bytes`; other characters are skipped. `start` is a sum to begin with.
#[must_use]
pub(crate) fn luhn(bytes: &[u8], start: u32) -> bool {
    let mut sum = start;
    let mut double = false;
    for digit in digits(bytes).rev() {
        sum += if double { digit * 2 - if digit > 4 { 9 } else { 0 } } else { digit };
        double = !double;
    }
    sum.is_multiple_of(10)
}

fn digits(bytes: &[u8]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    bytes.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'))
}

/// NPI: ten digits, the first 1 or 2, Luhn with the prefix 80840 (which adds 24).
#[must_use]
pub(crate) fn npi(bytes: &[u8]) -> bool {
    bytes.len() == 10 && matches!(bytes.first(), Some(b'1' | b'2')) && luhn(bytes, 24)
}

/// A payment card by issuer prefix, length and Luhn.
#[must_use]
pub(crate) fn card_issuer(digits: &[u8]) -> bool {
    let prefix = |n: usize| digits.iter().take(n).fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    match digits.len() {
        13 => prefix(1) == 4,
        14 => matches!(prefix(2), 36 | 38 | 39) || matches!(prefix(3), 300..=305),
        15 => matches!(prefix(2), 34 | 37),
        16 => {
            prefix(1) == 4
                || matches!(prefix(2), 51..=55 | 65)
                || matches!(prefix(4), 2221..=2720 | 3528..=3589 | 6011)
                || matches!(prefix(3), 644..=649)
                || prefix(2) == 62
        }
        19 => prefix(1) == 4 || prefix(2) == 62,
        _ => false,
    }
}

/// IBAN: ISO 13616 mod 97 over letters and digits; spaces are skipped.
#[must_use]
pub(crate) fn iban(bytes: &[u8]) -> bool {
    let compact = || bytes.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let rest = compact().skip(4).chain(compact().take(4)).fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    rest == 1
}

/// NHS number: ten digits, weights 10 to 2, modulo 11.
#[must_use]
pub(crate) fn nhs(bytes: &[u8]) -> bool {
    if digits(bytes).count() != 10 {
        return false;
    }
    let sum: u32 = digits(bytes).take(9).zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let check = (11 - sum % 11) % 11;
    check != 10 && digits(bytes).next_back() == Some(check)
}

/// DEA registration: two letters (the second may be 9), seven digits, the last checks the rest.
#[must_use]
pub(crate) fn dea(bytes: &[u8]) -> bool {
    let [kind, second, number @ ..] = bytes else { return false };
    let letters = matches!(kind.to_ascii_uppercase(), b'A'..=b'H' | b'J'..=b'N' | b'P'..=b'U' | b'X')
        && (second.is_ascii_alphabetic() || *second == b'9');
    if !letters || number.len() != 7 || !number.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits(number).take(6).enumerate().map(|(place, digit)| digit * (1 + place as u32 % 2)).sum();
    digits(number).next_back() == Some(sum % 10)
}

/// VIN: 17 characters without I, O and Q; the ninth checks the rest.
#[must_use]
pub(crate) fn vin(bytes: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if !vin_form(bytes) {
        return false;
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(byte, weight)| vin_value(*byte) * weight).sum();
    let check = match sum % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    };
    bytes.get(8).map(u8::to_ascii_uppercase) == Some(check)
}

#[must_use]
pub(crate) fn vin_form(bytes: &[u8]) -> bool {
    bytes.len() == 17
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_alphabetic)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() && !matches!(byte.to_ascii_uppercase(), b'I' | b'O' | b'Q'))
}

fn vin_value(byte: u8) -> u32 {
    match byte.to_ascii_uppercase() {
        digit @ b'0'..=b'9' => u32::from(digit - b'0'),
        letter @ b'A'..=b'I' => u32::from(letter - b'A') + 1,
        letter @ b'J'..=b'R' => u32::from(letter - b'J') + 1,
        letter @ b'S'..=b'Z' => u32::from(letter - b'S') + 2,
        _ => 0,
    }
}

/// Medicare beneficiary identifier: eleven characters, each place with its own set; dashes are skipped.
#[must_use]
pub(crate) fn mbi(bytes: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_uppercase() && !matches!(byte, b'S' | b'L' | b'O' | b'I' | b'B' | b'Z');
    let mut places = 0;
    let fits = bytes.iter().filter(|byte| **byte != b'-').enumerate().all(|(place, &byte)| {
        places = place + 1;
        match place {
            0 => matches!(byte, b'1'..=b'9'),
            1 | 4 | 7 | 8 => letter(byte),
            2 | 5 => letter(byte) || byte.is_ascii_digit(),
            3 | 6 | 9 | 10 => byte.is_ascii_digit(),
            _ => false,
        }
    });
    fits && places == 11
}

/// A bank routing number: nine digits with weights 3, 7, 1.
#[must_use]
pub(crate) fn aba(bytes: &[u8]) -> bool {
    digits(bytes).count() == 9
        && digits(bytes)
            .zip([3, 7, 1].into_iter().cycle())
            .map(|(digit, weight)| digit * weight)
            .sum::<u32>()
            .is_multiple_of(10)
}

/// GTIN mod 10, the check digit of GS1 codes.
#[must_use]
pub(crate) fn gtin(bytes: &[u8]) -> bool {
    let sum: u32 =
        digits(bytes).rev().enumerate().map(|(place, digit)| if place % 2 == 1 { digit * 3 } else { digit }).sum();
    sum.is_multiple_of(10)
}

/// HIBCC: the last character is the sum of the others' places in its alphabet, modulo 43.
#[must_use]
pub(crate) fn mod_43(bytes: &[u8]) -> bool {
    const ALPHABET: &[u8; 43] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
    let value = |byte: &u8| ALPHABET.iter().position(|letter| letter == byte);
    let Some((last, rest)) = bytes.split_last() else { return false };
    let sum = rest.iter().try_fold(0, |sum, byte| Some(sum + value(byte)?));
    sum.map(|sum| sum % 43) == value(last) && sum.is_some()
}

/// Whether day, month and year are one day of the calendar.
#[must_use]
pub(crate) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_pass_and_one_changed_digit_fails() {
        type Check = fn(&[u8]) -> bool;
        let checks: [(&str, Check, &str); 9] = [
            ("+A123BJC5D6E71G", mod_43, "+A123BJC5D6E71H"),
            ("1234567893", npi, "1234567894"),
            ("GB82 WEST 1234 5698 7654 32", iban, "GB82 WEST 1234 5698 7654 33"),
            ("943 476 5919", nhs, "943 476 5918"),
            ("AB1234563", dea, "AB1234564"),
            ("1HGCM82633A004352", vin, "1HGCM82633A004353"),
            ("1EG4-TE5-MK73", mbi, "1EG4-TE5-MKK3"),
            ("021000021", aba, "021000022"),
            ("00643169001763", gtin, "00643169001764"),
        ];
        for (good, check, bad) in checks {
            assert!(check(good.as_bytes()), "{good}");
            assert!(!check(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn cards_want_issuer_length_and_luhn() {
        assert!(luhn(b"4111 1111 1111 1111", 0) && card_issuer(b"4111111111111111"));
        assert!(luhn(b"378282246310005", 0) && card_issuer(b"378282246310005"));
        assert!(!luhn(b"4111111111111112", 0));
        // Milliseconds since 1970 pass Luhn one time in ten, but no issuer starts with them.
        assert!(!card_issuer(b"1712345678901"));
    }

    #[test]
    fn days_follow_the_calendar() {
        assert!(is_day(2020, 2, 29) && is_day(2000, 2, 29) && is_day(2021, 12, 31));
        assert!(!is_day(2021, 2, 29) && !is_day(1900, 2, 29) && !is_day(2021, 13, 1) && !is_day(2021, 4, 31));
    }
}
