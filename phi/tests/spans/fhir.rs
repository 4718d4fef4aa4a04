//! FHIR R4 and R5: typed values, references, audit events.

use crate::check;

#[test]
fn a_patients_typed_values_are_found() {
    check(&[(
        r#"{"resourceType": "Patient", "id": "example", "meta": {"lastUpdated": "2026-03-01T09:30:00Z"},
            "identifier": [
              {"use": "usual", "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}, "system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345"},
              {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "078-05-1120"},
              {"type": {"coding": [{"code": "DL"}]}, "value": "S99912345"}],
            "active": true, "name": [{"use": "official", "family": "Chalmers", "given": ["Peter", "James"], "prefix": ["Mr"]}],
            "telecom": [{"system": "phone", "value": "(03) 5555 6473", "use": "work"}, {"system": "fax", "value": "(03) 5555 6474"}, {"system": "email", "value": "p@example.com"}],
            "gender": "male", "birthDate": "1974-12-25", "deceasedDateTime": "2015-02-14T13:42:00+10:00",
            "address": [{"use": "home", "line": ["534 Erewhon St"], "city": "PleasantVille", "district": "Rainbow", "state": "Vic", "postalCode": "3999", "country": "AU"}],
            "contact": [{"name": {"family": "du Marché", "given": ["Bénédicte"]}, "telecom": [{"system": "phone", "value": "+33 (237) 998327"}]}],
            "managingOrganization": {"reference": "Organization/1", "display": "ACME Healthcare"}}"#,
        &[
            "MRN 12345",
            "SSN 078-05-1120",
            "LICENSE S99912345",
            "NAME Chalmers",
            "NAME Peter",
            "NAME James",
            "PHONE (03) 5555 6473",
            "FAX (03) 5555 6474",
            "EMAIL p@example.com",
            "DATE 1974-12-25",
            "DATE 2015-02-14T13:42:00+10:00",
            "GEO 534 Erewhon St",
            "GEO PleasantVille",
            "GEO Rainbow",
            "GEO 3999",
            "NAME du Marché",
            "NAME Bénédicte",
            "PHONE +33 (237) 998327",
            "ORG ACME Healthcare",
        ],
    )]);
}

#[test]
fn other_resources_know_their_elements() {
    check(&[
        (
            r#"{"resourceType": "Observation", "id": "f001", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "15074-8", "display": "Glucose"}]},
                "subject": {"reference": "Patient/f001", "display": "P. van de Heuvel"}, "effectiveDateTime": "2013-04-02T09:30:10+01:00",
                "performer": [{"reference": "Practitioner/f005", "display": "A. Langeveld"}], "valueQuantity": {"value": 6.3, "unit": "mmol/l", "system": "http://unitsofmeasure.org", "code": "mmol/L"}}"#,
            &[
                "MRN f001",
                "NAME P. van de Heuvel",
                "DATE 2013-04-02T09:30:10+01:00",
                "OTHER_ID f005",
                "NAME A. Langeveld",
            ],
        ),
        (
            r#"{"resourceType": "Encounter", "id": "e1", "identifier": [{"value": "v1451"}], "status": "finished", "class": {"code": "AMB"},
                "subject": {"reference": "https://ehr.example/fhir/Patient/f001/_history/2"}, "period": {"start": "2015-01-17T16:00:00+10:00", "end": "2015-01-17T16:30:00+10:00"}}"#,
            &[
                "OTHER_ID e1",
                "OTHER_ID v1451",
                "MRN f001",
                "DATE 2015-01-17T16:00:00+10:00",
                "DATE 2015-01-17T16:30:00+10:00",
            ],
        ),
        (
            r##"{"resourceType": "Bundle", "type": "searchset", "timestamp": "2026-03-01T09:30:00Z", "entry": [{"fullUrl": "https://ehr.example/fhir/Practitioner/7",
                "resource": {"resourceType": "Practitioner", "id": "7", "contained": [{"resourceType": "RelatedPerson", "id": "r1", "birthDate": "1980-02-03"}],
                "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}], "name": [{"text": "Dr Adam Careful"}], "extension": [{"url": "x/ward", "valueCode": "W3"}]}}]}"##,
            &["OTHER_ID 7", "OTHER_ID 7", "MRN r1", "DATE 1980-02-03", "LICENSE 1234567893", "NAME Dr Adam Careful"],
        ),
        (
            r#"{"resourceType": "Device", "serialNumber": "SN-778899", "udiCarrier": [{"deviceIdentifier": "09504000059118", "carrierHRF": "{01}09504000059118"}], "modelNumber": "X1"}"#,
            &["DEVICE SN-778899", "DEVICE 09504000059118", "DEVICE {01}09504000059118"],
        ),
        (
            r#"{"resourceType": "Coverage", "subscriberId": "W27-4411", "beneficiary": {"reference": "Patient/4"}}"#,
            &["HEALTH_PLAN W27-4411", "MRN 4"],
        ),
        (
            r#"{"resourceType": "Patient", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"city": "Springfield"}}], "photo": [{"contentType": "image/png", "data": "iVBORw0KGgo="}]}"#,
            &["GEO Springfield", "PHOTO iVBORw0KGgo="],
        ),
        (
            r#"{"resourceType": "ValueSet", "id": "v", "name": "Wards", "date": "2026-03-01", "contact": [{"name": "HL7"}]}"#,
            &[],
        ),
    ]);
}

#[test]
fn an_audit_events_own_times_codes_and_hosts_are_left_alone() {
    check(&[(
        r#"{"resourceType": "AuditEvent", "id": "r4-1", "meta": {"lastUpdated": "2026-03-01T09:30:05.123+01:00"},
            "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110112", "display": "Query"},
            "period": {"start": "2026-03-01T09:30:00+01:00"}, "recorded": "2026-03-01T08:31:01.5Z", "outcome": "4",
            "agent": [{"who": {"reference": "Practitioner/7", "display": "Example Nurse", "identifier": {"value": "EMP-7"}}, "altId": "exnurse", "name": "Nurse, Example", "requestor": true,
              "network": {"address": "10.1.2.3:443", "type": "2"}}, {"network": {"address": "ws-17.hospital.example", "type": "1"}}, {"network": {"address": "+1 555 010 0200", "type": "3"}}],
            "source": {"site": "Cloud", "observer": {"reference": "Device/3"}},
            "entity": [{"what": {"reference": "Patient/4711"}, "role": {"code": "1"}},
              {"query": "aHR0cHM6Ly9laHIvUGF0aWVudD9mYW1pbHk9U21pdGgmYmlydGhkYXRlPTE5NzAtMDEtMDE=", "detail": [{"type": "patient name", "valueString": "Jane Doe"}]}]}"#,
        &[
            "OTHER_ID 7",
            "NAME Example Nurse",
            "OTHER_ID EMP-7",
            "OTHER_ID exnurse",
            "NAME Nurse, Example",
            "IP 10.1.2.3:443",
            "PHONE +1 555 010 0200",
            "MRN 4711",
            "NAME U21pdGgm",
            "DATE PTE5NzAtMDEtMDE",
            "NAME Jane Doe",
        ],
    )]);
}
