//! Dates in all orders, and what only looks like one.

use super::check;

#[test]
fn numeric_dates_are_found_in_every_order() {
    check(&[
        "admitted «DATE 03/14/2021» and discharged «DATE 3/18/21».",
        "seen «DATE 2021-03-14», «DATE 2021/03/14», «DATE 14.03.2021», «DATE 14-3-2021»",
        "«DATE 01-02-03» is short",
        "(«DATE 12/31/1999»)",
        "from «DATE 03/14/2021» to «DATE 03/18/2021»",
        "«DATE 03/14/2021»-«DATE 03/18/2021»",
        "on «DATE 3/14» and again on «DATE 3/18»",
        "f/u «DATE 10/22»",
        "LMP «DATE 04/02»",
        "since «DATE 03/2021»",
        "report_«DATE 2021-03-14».txt",
        "born «DATE 5/6/50»",
        "DOB «DATE 07041976»",
        "DOB: «DATE 1976-07-04»",
        "dob=«DATE 19760704»&x=1",
        "Date of birth: «DATE 4 July 1976»",
        "date «DATE 03/14»",
        "at «DATE 03/14/2021» 10:30 AM",
        "on «DATE 2021-03-14T10:30:00Z» she called",
        "logged at «DATE 03/14/2021»:",
        "«DATE Mon 3/14»: better",
        "seen «DATE 14. 03. 2021»",
    ]);
}

#[test]
fn written_dates_are_found() {
    check(&[
        "on «DATE July 4th, 2021» she",
        "«DATE July 4, 2021»: started",
        "on the «DATE 4th of July 2021»",
        "on the «DATE third of July»",
        "«DATE twenty-third of March 1999»",
        "«DATE March twenty-third, 1999»",
        "«DATE 14 Mar 2021»",
        "«DATE 14-MAR-2021» «DATE 14-Mar-21» «DATE 14/Mar/2021»",
        "«DATE 14MAR2021» report",
        "in «DATE March 2021» and «DATE Jul '21»",
        "«DATE Sept. 5, 2020»",
        "«DATE Monday, March 3»",
        "on «DATE Tuesday 4 May 2021»",
        "«DATE Dec 24» party",
        "«DATE March 3-5, 2021»",
        "«DATE 12-15 March 2021»",
        "between «DATE May 3» and «DATE May 9»",
        "«DATE 2021-Mar-14»",
        "on «DATE 7 december 2004»",
        "am «DATE 3. März 2019»",
        "le «DATE 14 juillet 2019»",
        "el «DATE 3 de julio de 2021»",
        "«DATE May 5, 2020» was fine",
        "«DATE Jan. 2019»",
        "until «DATE 31 October 2005»,",
        "ON «DATE OCTOBER 5, 2010» HE",
    ]);
}

#[test]
fn what_only_looks_like_a_date_is_left_alone() {
    check(&[
        "pain 7/10, strength 5/5, murmur 2/6",
        "BP 120/80, 118/76",
        "1/2 tablet 3/4 cup",
        "EF 45-50 %",
        "open 24/7",
        "may 5 mg be given",
        "march 10 miles",
        "second dose, third trimester, first of all",
        "version 12.03.4",
        "on 2/3 of patients",
        "visual acuity 20/40 OD 20/25 OS",
        "every 3-4 hours",
        "GCS 3/15",
        "MI in 1998 and 2004",
        "ratio 10:15",
        "13/13/2021",
        "in May, in March and on Monday",
        "CD4 350, VL 10-20-30-40",
        "grade 3/4 toxicity",
        "T 98.6, P 72",
        "took 1-2-3 steps",
        "Lot 12/2",
    ]);
}

#[test]
fn a_log_s_own_times_are_harmless() {
    check(&[
        "2024-05-01T12:00:01Z INFO service started",
        "2024-05-01T12:00:01.123+02:00 host app[12]: ok",
        "[2024-05-01 12:00:01,123] WARN queue full",
        "ts=2024-05-01T12:00:01Z level=info msg=ready",
        "{\"timestamp\":\"2024-05-01T12:00:01Z\",\"level\":\"info\"}",
        "created_at: 2024-05-01T12:00:01Z",
    ]);
}

#[test]
fn years_count_in_court_texts_only() {
    check(&[
        "The applicant was born in «DATE 1974» and lives in Warsaw. In «DATE 1998» the court dismissed the appeal.",
        "He had an MI in 1998.",
    ]);
}
