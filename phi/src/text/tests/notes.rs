//! Whole notes, queries, incident lines and court passages.

use super::check;

#[test]
fn notes_and_queries_are_read() {
    check(&[
        "72 y/o (DOB «DATE 01/02/1950», MRN «MRN 0048291») admitted «DATE 3/14/21» w/ CHF; d/c «DATE 3/18/21». PCP ph «PHONE 555-201-3344», fax «FAX 555-201-3345».",
        "Can you summarize labs for MRN «MRN 55-20-91» from «DATE Jan 5, 2023»? K 5.1, Cr 1.4.",
        "SUBJECTIVE: «AGE90 93» y/o F seen on «DATE 04/02/2022». Insurance: Medicare «HEALTH_PLAN 1EG4-TE5-MK73».",
        "Please refill my lisinopril 10 mg. My number is «PHONE 415-555-0132» and my email is «EMAIL kim.p@example.com».",
        "Discharge Summary\nMRN: «MRN 10293847»\nAccount: «ACCOUNT 7788-1122»\nAdmit Date: «DATE 2022-11-03»\nDischarge Date: «DATE 2022-11-09»\n",
        "Pacemaker model A3, serial number «DEVICE PJN882101S», implanted «DATE June 2019»; interrogated at 60 bpm.",
    ]);
}

#[test]
fn incident_and_log_lines_are_read() {
    check(&[
        "2024-05-01T12:00:01Z WARN auth: user=«OTHER_ID jdoe» ip=«IP 203.0.113.7» failed 5 times",
        "User «OTHER_ID rpatel3» exported 240 charts to «EMAIL rp@example.net» from «IP 10.4.7.21»",
        "break-glass: MRN «MRN 7712003» opened by «OTHER_ID HOSP\\mlopez», trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "Device «DEVICE 3C:22:FB:10:9A:01» joined VLAN 12, lease «IP 10.9.8.7»",
        "INC: badge «OTHER_ID BDG-20391» used after hours on «DATE 12 Oct 2023»",
    ]);
}

#[test]
fn court_passages_are_read() {
    check(&[
        "The case originated in an application (no. «OTHER_ID 36244/06») against Denmark lodged on «DATE 31 August 2006».",
        "On «DATE 5 March 2007» the President of the Fifth Section decided to give notice. The applicant was born in «DATE 1956».",
        "By judgment of «DATE 12 May 1999» the District Court fined him 3,000 euros under Article 8 § 1 of the Convention.",
    ]);
}
