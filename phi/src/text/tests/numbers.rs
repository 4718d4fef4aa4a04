//! Numbers with check digits and fixed forms.

use super::check;

#[test]
fn numbers_that_prove_themselves_are_found() {
    check(&[
        "SSN «SSN 123-45-6789»",
        "«SSN 219-09-9999»",
        "ss# «SSN 219 09 9999»",
        "social security number «SSN 123456789»",
        "SSN ending in «SSN 6789»",
        "last four of SSN «SSN 6789»",
        "SSN (last 4): «SSN 6789»",
        "«SSN ***-**-6789» on file",
        "«SSN XXX-XX-6789»",
        "ITIN «SSN 912-78-1234»",
        "card «ACCOUNT 4111 1111 1111 1111» exp",
        "«ACCOUNT 4111111111111111»",
        "Amex «ACCOUNT 3782 822463 10005»",
        "«ACCOUNT 5555-5555-5555-4444»",
        "IBAN «ACCOUNT DE89 3704 0044 0532 0130 00»",
        "«ACCOUNT GB82WEST12345698765432»",
        "MBI «HEALTH_PLAN 1EG4-TE5-MK73»",
        "covered, «HEALTH_PLAN 1EG4TE5MK73»",
        "NPI «LICENSE 1234567893»",
        "DEA «LICENSE AB1234563»",
        "VIN «VEHICLE 1HGCM82633A004352»",
        "UDI «DEVICE (01)00643169001763(17)250101(21)A1B2C3»",
        "IMEI «DEVICE 356938035643809»",
        "NHS number «OTHER_ID 943 476 5919»",
        "(no. «OTHER_ID 36244/06»)",
        "applications nos. «OTHER_ID 12345/99» and «OTHER_ID 23456/01»",
    ]);
}

#[test]
fn numbers_that_prove_nothing_are_left_alone() {
    check(&[
        "1712345678901234",
        "LOINC 2345-7, SNOMED 44054006, CPT 99213, ICD-10 E11.9",
        "NDC 0002-8215-01, RxCUI 860975",
        "WBC 12.5, Hgb 13.2, plt 250,000",
        "INR 2.3 (2.0-3.0)",
        "creatinine 1.2-1.4 mg/dL",
        "500 mg PO BID x 10 days",
        "room 312, bed 4, ward 7B",
        "batch 20391 of 40000",
        "EF 55-60%, LVIDd 4.8",
        "12345 is five digits",
        "NCT01234567 enrolled 1200",
        "vitamin B12, T4, CA-125 35, HbA1c 7.2%",
        "C3-C4, L4/L5, T12-L1",
        "pH 7.35-7.45",
        "A1B2 and X99",
        "COVID-19, SARS-CoV-2, H1N1",
        "FiO2 0.4, PEEP 5, TV 450",
    ]);
}
