//! Texts without anything to hide: clinical prose, operations, rules.

use super::check;

#[test]
fn clinical_texts_without_identifiers_stay_clean() {
    check(&[
        "What is the first-line treatment for a 45-year-old with HTN, BP 150/95, eGFR 58?",
        "Can I give ceftriaxone 1 g IV q24h with warfarin? INR 2.8 today.",
        "65M with STEMI, troponin 12.4, EF 35-40%, on aspirin 81 mg and atorvastatin 80 mg.",
        "Pt w/ DKA: glucose 512, pH 7.12, HCO3 9, AG 24, K 5.8. Insulin 0.1 U/kg/h.",
        "Glasgow Coma Scale 13/15, NIHSS 4, Wells score 6, CHA2DS2-VASc 3.",
        "Dose-adjust vancomycin 15-20 mg/kg every 8-12 h; trough 15-20.",
        "CBC: WBC 11.2 K/uL, Hgb 12.1 g/dL, Plt 245 K/uL, MCV 88.",
        "T 98.6 F, HR 88, RR 16, BP 128/76, SpO2 97% RA, pain 3/10.",
        "G2P1001 at 38w4d, FHR 140s, cervix 4/80/-2.",
        "Vision 20/20 OU, IOP 14/15, C/D 0.3.",
        "Levothyroxine 112 mcg PO daily, refill x3, dispense #90.",
        "Start at 5 mg, go up 5 mg q2wk to 20 mg; recheck BMP in 1-2 weeks.",
        "Stage IIIA (T2N2M0), 6 cycles, 54 Gy in 30 fractions.",
        "CPT 99213, ICD-10 I10 and E78.5, modifier 25.",
        "Diet 1800 kcal, fluid 1.5 L/day, Na < 2 g.",
        "MRI 3T: 12 x 14 x 9 mm lesion, series 5 image 42.",
        "ABG 7.38/42/88/24 on 2 L NC.",
        "Lungs CTA, abd soft, 2+ pulses, DTR 2/4, strength 5/5 x4.",
        "Fall risk score 45, Braden 18, RASS -2.",
        "Vaccines: Tdap 10 years ago, PCV20, Shingrix 2/2.",
        "He has smoked 1 ppd x 20 years, 20 pack-years.",
        "Apgar 8/9 at 1/5 min, birth weight 3200 g.",
        "Give 2 units PRBC, recheck H/H in 6 hours; goal Hgb > 7.",
    ]);
}

#[test]
fn operational_texts_without_identifiers_stay_clean() {
    check(&[
        "Backup of 3 databases done in 12m30s, 450 GB, 0 errors.",
        "Alert 4021: CPU 97% on 3 of 8 nodes for 15 min.",
        "Retry 3/5 after 2000 ms (timeout 30 s).",
        "Policy 45 CFR 164.312(b) requires audit controls.",
        "Ticket #4521 closed; see RFC 7231 section 6.5.1.",
        "GET /api/v1/patients?limit=50 200 12ms",
        "Consumer lag 120000 on 12 partitions; p99 35 ms.",
        "TLS 1.2, AES-256, RSA-4096, port 443, 10 Gbit/s.",
        "ERROR 1062 duplicate key at line 42, column 17.",
        "HL7 ADT^A08 with 14 segments, ack AA.",
        "Disk /dev/sda1 91% full (450G of 500G).",
        "Firewall rule 12 denied 3,400 packets in 60s.",
        "The committee met 4 times and approved 12 of 15 requests.",
    ]);
}
