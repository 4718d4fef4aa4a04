//! JSON that no path rule knows: the names of fields, of their parents, and of what stands beside them.

use crate::check;

#[test]
fn the_name_of_a_field_says_what_it_holds() {
    check(&[
        (r#"{"patientFirstName": "Jane", "LAST_NAME": "DOE"}"#, &["NAME Jane", "NAME DOE"]),
        (r#"{"user_name": "jdoe", "username": "jd"}"#, &["OTHER_ID jdoe", "OTHER_ID jd"]),
        (r#"{"dob": "1970-01-02", "created_at": "2026-03-01T09:30:00Z", "ts": 1772357400}"#, &["DATE 1970-01-02"]),
        (r#"{"home_phone": "555-010-0200", "faxNo": "555-010-0299"}"#, &["PHONE 555-010-0200", "FAX 555-010-0299"]),
        (r#"{"mrn": 12345678, "ssn": "078-05-1120"}"#, &["MRN 12345678", "SSN 078-05-1120"]),
        (r#"{"emailSent": true, "patientCount": 12, "hostname": "ws-17", "filename": "a.txt"}"#, &[]),
        (r#"{"email": "jane@clinic.example"}"#, &["EMAIL jane@clinic.example"]),
    ]);
}

#[test]
fn a_parents_name_counts() {
    check(&[
        (r#"{"patient": {"name": "Jane Doe", "id": 4711}}"#, &["NAME Jane Doe", "MRN 4711"]),
        (r#"{"service": {"name": "ehr", "id": "4711"}}"#, &[]),
        (r#"{"user": {"id": "jdoe", "roles": ["nurse"]}}"#, &["OTHER_ID jdoe"]),
        (r#"{"phone": {"home": "555-010-0200"}}"#, &["PHONE 555-010-0200"]),
        (r#"{"phones": ["555-010-0200", "none"]}"#, &["PHONE 555-010-0200"]),
        (r#"{"ssn": {"value": "078-05-1120"}}"#, &["SSN 078-05-1120"]),
        (
            r#"{"address": {"line1": "1 Elm St", "city": "Springfield", "state": "IL", "zip": 62704}}"#,
            &["GEO 1 Elm St", "GEO Springfield", "GEO 62704"],
        ),
    ]);
}

#[test]
fn what_stands_beside_a_value_may_name_it() {
    check(&[
        (r#"{"type": "MRN", "value": "A-4711"}"#, &["MRN A-4711"]),
        (r#"{"key": "ssn", "val": "078-05-1120"}"#, &["SSN 078-05-1120"]),
        (
            r#"[{"name": "email", "value": "jane@clinic.example"}, {"name": "retries", "value": "3"}]"#,
            &["EMAIL jane@clinic.example"],
        ),
    ]);
}

#[test]
fn names_of_members_are_searched_too() {
    check(&[(r#"{"patients": {"47110815": {"active": true}}}"#, &["MRN 47110815"])]);
}

#[test]
fn values_that_say_nothing_are_left_alone() {
    check(&[
        (r#"{"phone": "none", "name": null, "mrn": "", "ssn": "***-**-****", "dob": "1970"}"#, &[]),
        (r#"{"name": "[NAME:7f3a]", "mrn": "[MRN:00ff]"}"#, &[]),
    ]);
}
