//! Telephone and fax numbers of several countries.

use super::check;

#[test]
fn north_american_numbers_are_found() {
    check(&[
        "call «PHONE 555-123-4567»",
        "(«PHONE 555-123-4567»)",
        "call «PHONE (555) 123-4567».",
        "call «PHONE (555)123-4567», ask",
        "call «PHONE 555.123.4567»",
        "call «PHONE 555 123 4567»",
        "reach «PHONE +1-555-123-4567»",
        "reach «PHONE +1 (555) 123-4567»",
        "reach «PHONE 1-800-555-0199»",
        "reach «PHONE 001-555-123-4567x890»",
        "«PHONE 555-123-4567x890»",
        "«PHONE 555-123-4567 ext. 12»",
        "«PHONE (555) 123-4567 x12», then",
        "«PHONE +15551234567»",
        "phone: «PHONE 5551234567»",
        "cell «PHONE 555-0123»",
        "«PHONE 212/555-0142»",
        "mobile: «PHONE 1 555 123 4567»",
        "Phone: «PHONE 555-123-4567» Fax: «FAX 555-123-4568»",
        "fax «FAX 555-123-4567»",
        "faxed to «FAX (555) 123-4567»",
        "F: 555-1 fax number «FAX 5551234567»",
        "«FAX 555-123-4567» (fax)",
        "home phone «PHONE 555-123-4567», work «PHONE 555-987-6543»",
        "tel:«PHONE +1-555-123-4567»",
        "contact her at «PHONE 720-555-0188»!",
        "pager «PHONE 555-0199»",
        "\"phone\":\"«PHONE 555-123-4567»\"",
    ]);
}

#[test]
fn numbers_of_other_countries_are_found() {
    check(&[
        "ring «PHONE +44 20 7946 0958»",
        "ring «PHONE +44 (0)20 7946 0958» now",
        "ring «PHONE 020 7946 0958»",
        "ring «PHONE (020) 7946 0958»",
        "ring «PHONE 07700 900123»",
        "mobile «PHONE 07700900123»",
        "«PHONE 0161 496 0000»",
        "«PHONE 01632 960983»",
        "«PHONE +49 30 12345678»",
        "«PHONE +49 (0)89 1234567»",
        "Tel. «PHONE 030 12345678»",
        "«PHONE 0171/1234567»",
        "«PHONE 01 23 45 67 89»",
        "«PHONE +33 1 23 45 67 89»",
        "«PHONE +33123456789»",
        "«PHONE +48 601 234 567»",
        "«PHONE 0044 20 7946 0958»",
        "«PHONE +31 6 12345678»",
        "«PHONE 06-12345678»",
        "«PHONE +353 1 234 5678»",
        "«PHONE +91 98765 43210»",
        "tel «PHONE 612 345 678»",
        "«PHONE +44 20 7946 0958» 12 times",
    ]);
}

#[test]
fn numbers_without_the_form_are_left_alone() {
    check(&[
        "1234567890 rows",
        "120 80 75 98",
        "Na 140 K 400 5000",
        "0.5-1.0 mg",
        "555 patients",
        "1-2 tablets 3-4 times",
        "in 100 200 3000 steps",
        "ISBN 978-3-16-148410-0",
    ]);
}
