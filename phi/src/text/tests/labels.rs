//! Values that only their label gives away, for each kind of label.

use super::check;

#[test]
fn labels_are_found_when_misspelt_and_behind_their_value() {
    check(&[
        "pasport «OTHER_ID X1203984»",
        "patiant id «MRN 88231»",
        "memebr number: «HEALTH_PLAN XQR88120934»",
        "insurrance number «HEALTH_PLAN 88213-77»",
        "«OTHER_ID 485 777 3456» is her NHS no",
        "dossier nr. «OTHER_ID 2019/4471»",
        "UHID «MRN UH/2023/004417»",
        "licence: «LICENSE SMITH 701010 J99XY»",
        "Her number is «PHONE 07700 900123»",
        "run number «OTHER_ID 24-118-0093», Act no. 653/2000",
        "matched user \"«OTHER_ID drmbeki»\" x12",
    ]);
}

#[test]
fn medical_record_numbers_are_found() {
    check(&[
        "MRN «MRN 482913»",
        "MRN: «MRN 482913»",
        "MRN#«MRN 482913»",
        "MRN # «MRN 482913».",
        "(MRN «MRN 00482913»)",
        "mrn=«MRN A-2291»&x",
        "\"mrn\": \"«MRN 482913»\"",
        "«MRN MRN-00482»",
        "«MRN MRN00482»",
        "MRN: «MRN MRN-00482»",
        "medical record number is «MRN 77-12-03»",
        "Medical Record No.: «MRN ABC123456»",
        "MRNs «MRN 482913», «MRN 482914» and «MRN 482915»",
        "patient id «MRN 88213»",
        "patientId=«MRN 88213»",
        "Patient #«MRN A-2291»",
        "Pt ID: «MRN PT-12345»",
        "chart number «MRN 99-1201»",
        "«MRN 482913» (MRN)",
        "hospital number: «MRN H123456»",
        "MRN is «MRN 7734812», please check «MRN 7734812»",
    ]);
}

#[test]
fn plans_accounts_and_licences_are_found() {
    check(&[
        "Member ID: «HEALTH_PLAN XYZ123456789»",
        "insurance policy number «HEALTH_PLAN POL-884422»",
        "health plan beneficiary number: «HEALTH_PLAN HPB-2291-77»",
        "subscriber ID «HEALTH_PLAN W123456789»",
        "group no. «HEALTH_PLAN 88213»",
        "Medicaid «HEALTH_PLAN 123456789A»",
        "account number «ACCOUNT 0012345678»",
        "Account #: «ACCOUNT ACC-77123»",
        "acct «ACCOUNT 4482-1199»",
        "invoice «ACCOUNT INV-20391»",
        "routing number «ACCOUNT 021000021»",
        "card ending in «ACCOUNT 4242»",
        "medical license «LICENSE MD-55821»",
        "license number: «LICENSE A1234567»",
        "driver's license «LICENSE D123-4567-8901»",
        "DL# «LICENSE K1234567»",
        "license plate «VEHICLE 7XYZ123»",
        "plate: «VEHICLE ABC-1234»",
        "plate number «VEHICLE KLM 482»",
        "vehicle VIN: «VEHICLE 1HGCM82633A123456»",
    ]);
}

#[test]
fn values_in_answers_are_found() {
    check(&[
        "Operator: your member ID please\n[00:15] Caller: yeah it's «HEALTH_PLAN N26-36261-35»\n",
        "What is your MRN? It is «MRN 4829131».",
        "Which account? Sure, in 3 weeks.",
        "Do you have the MRN? He is 45 years old.",
    ]);
}

#[test]
fn devices_biometrics_and_photographs_are_found() {
    check(&[
        "serial number «DEVICE PM-77123X»",
        "pacemaker S/N «DEVICE A1234567»",
        "pacemaker serial «DEVICE 9911-ZX-204»",
        "device serial number: «DEVICE SN-2039-1»",
        "Device ID «DEVICE DEV-20391»",
        "insulin pump (SN «DEVICE 482913»)",
        "fingerprint ID «BIOMETRIC FP-88213»",
        "retinal scan «BIOMETRIC RS-2291»",
        "voiceprint ID: «BIOMETRIC VP-20391»",
        "biometric ID «BIOMETRIC BIO-4471»",
        "photo «PHOTO IMG_2034.jpg»",
        "«PHOTO patient_face_12.png» uploaded",
        "photo ID: «PHOTO PH-2231»",
        "full-face photo on file «PHOTO FF-0012»",
    ]);
}

#[test]
fn other_numbers_are_found() {
    check(&[
        "encounter «OTHER_ID ENC-88213»",
        "encounter #«OTHER_ID 88213»",
        "accession number «OTHER_ID ACC-20391»",
        "order #«OTHER_ID 12345»",
        "case no. «OTHER_ID 2021-CV-0123»",
        "study ID «OTHER_ID ST-004»",
        "badge «OTHER_ID B-44712»",
        "employee ID: «OTHER_ID E10293»",
        "passport «OTHER_ID X1234567»",
        "passport number: «OTHER_ID 123456789»",
        "claim number «OTHER_ID CLM-20391»",
        "specimen ID «OTHER_ID S21-1234»",
        "reference number: «OTHER_ID REF-8821»",
        "id «OTHER_ID A77-12»",
        "National Insurance number «OTHER_ID QQ123456C»",
        "visit number «OTHER_ID V-2021-0042»",
        "unique identifier: «OTHER_ID UID-77123»",
    ]);
}

#[test]
fn labels_without_a_value_find_nothing() {
    check(&[
        "the MRN was wrong",
        "MRN pending, DOB unknown",
        "account of the event, 3 visits",
        "order 500 mg now",
        "case 3 of 12",
        "study of 120 patients",
        "member since 2019",
        "device 3 restarted",
        "growth plate fracture, grade 2",
        "patient 45 y, pain 8",
        "patients 12 and over",
        "call in 2 weeks",
        "license to practice for 20 years",
        "insurance denied 3 times",
        "serial troponins 0.04, 0.06",
        "photo taken twice, 2 views",
        "group therapy x 6 weeks",
        "claim denied for 90 days",
        "reference range 3.5-5.0",
        "case-control study, n=120",
        "policy 3.2 of the manual",
        "card game 21",
        "encounter lasted 45 minutes",
        "social history: 2 drinks a week",
        "visit in 6 months",
        "fin de 3",
        "ID consult day 3",
        "phone screen at 3",
        "text 12 people",
    ]);
}
