//! Values inside other forms: base64, percent-encoding, URLs, JSON in strings, SQL, HL7 v2, XML, and these in one another.

use crate::check;

#[test]
fn urls_are_looked_into() {
    check(&[
        ("GET /Patient?family=Smith&birthdate=ge1970-01-01 HTTP/1.1", &["NAME Smith", "DATE 1970-01-01"]),
        (r#"{"u": "/Patient?identifier=urn:oid:2.16.840.1.113883.4.1|078051120&_count=20"}"#, &["SSN 078051120"]),
        (r#"{"u": "https://ehr.example/fhir/Patient/4711/_history/2"}"#, &["MRN 4711"]),
        (r#"{"u": "https://jdoe:secret@ehr.example/x?q=1"}"#, &["OTHER_ID jdoe"]),
        (r#"{"u": "/Patient?name=Sm%C3%ADth%20Jane&status=active"}"#, &["NAME Sm%C3%ADth%20Jane"]),
        (r#"{"u": "/api/users/77123/records/x"}"#, &["OTHER_ID 77123"]),
        (r#"{"u": "subject:Patient.name:exact=Smith&_sort=-date"}"#, &["NAME Smith"]),
    ]);
}

#[test]
fn encodings_are_looked_into_up_to_three_deep() {
    check(&[
        // {"mrn":"4711"}
        (r#"{"x": "eyJtcm4iOiI0NzExIn0="}"#, &["MRN OiI0NzEx"]),
        (r#"{"x": "{\"patient\":{\"name\":\"Jane \\\"JD\\\" Doe\"}}"}"#, &[r#"NAME Jane \\\"JD\\\" Doe"#]),
        (r#"{"x": "%7B%22mrn%22%3A%224711%22%7D"}"#, &["MRN 4711"]),
    ]);
}

#[test]
fn words_around_a_message_are_searched_like_any_text() {
    check(&[(
        "PID|1||4711^^^H^MR||Doe^Jane\nCall Karin Berg at 555-201-3344, SSN 123-45-6789",
        &["MRN 4711", "NAME Doe", "NAME Jane", "NAME Karin Berg", "PHONE 555-201-3344", "SSN 123-45-6789"],
    )]);
}

#[test]
fn messages_and_statements_are_looked_into() {
    check(&[
        (
            r#"{"m": "MSH|^~\\&|A|B|C|D|20260301||ADT^A01|1|P|2.5\rPID|1||4711^^^H^MR~078051120^^^^SS||Doe^Jane||19800102|F|||1 Elm St^^Springfield^IL^62704||555-010-0200\r"}"#,
            &[
                "MRN 4711",
                "SSN 078051120",
                "NAME Doe",
                "NAME Jane",
                "DATE 19800102",
                "GEO 1 Elm St",
                "GEO Springfield",
                "GEO 62704",
                "PHONE 555-010-0200",
            ],
        ),
        (
            r#"{"q": "SELECT * FROM patient WHERE last_name = 'Smith' AND mrn = '4711' AND status = 'active'"}"#,
            &["NAME Smith", "MRN 4711"],
        ),
        (
            r#"{"x": "<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"Chalmers\"/></name><birthDate value=\"1974-12-25\"/><active value=\"true\"/></Patient>"}"#,
            &["NAME Chalmers", "DATE 1974-12-25"],
        ),
    ]);
}
