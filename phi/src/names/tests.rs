//! People: what must be found and what must not, as tables of texts.

use crate::label::Label;
use crate::listed::tables::check;

#[test]
fn people_with_titles_labels_and_full_names_are_found() {
    check(
        Label::Name,
        &[
            "The applicant, Mr «Mehmet Yıldız», was born in 1963.",
            "He was represented by Ms «A. Kaya», a lawyer practising in Ankara.",
            "Mrs. «O'Brien-Smith» was seen by Dr. «van der Berg».",
            "Electronically signed by: «Robert J. Thompson», MD",
            "Patient Name: «Harold T. Nakamura»\nAttending: «Priya Raman», MD",
            "SIGNED BY: «KIMBERLY ANN O'NEAL» RN 03/04/2021",
            "«Łukasz Żółty» and «Søren Nielsen» agreed.",
            "Consulted Dr. «Fatima Al-Hassan», nephrology. «Al-Hassan» recommends fluids.",
            "Nurse «Tamika Boyd» reported it; Judge «Kovler» dissented.",
            "Mr. «Long» and Ms. «White» were notified.",
            "Name: «Will Grant»  Provider: «Hope Young», NP",
            "mr.«henderson» is here",
            "Lord Justice «Woolf» agreed.",
            "my client «Ji-hoon Kim» is here",
            "Seen by RN «Élodie Q.» today",
            "«May Summers» comes back in May.",
            "He told «Jean-Luc de la Cruz» so.",
            "1) «Calderón, N.»  4B-02  positive\n2) «Phạm, V.»  4B-08",
            "Patient «IDRISSOU, Moussa» was moved.",
            "//«HALVORSTAD, G.»//PA-C",
            "the son («Desh») and his niece «Tevita» agreed",
            "«Jagoda» is 33 with regular cycles.",
            "wife of «Torvald» called",
        ],
    );
}

#[test]
fn the_neighbours_of_a_sure_name_in_a_row_are_names_as_well() {
    check(
        Label::Name,
        &[
            "It named six inpatients: «Barlow», «Ito», «Czerny», «Mutasa», «Delacroix», «Singh-Rai». Found later.",
            "Her heirs, «Rocco», «Pasqualina» and «Elio Mastrangelo», went on.",
            "The children, «Ama» and «Kofi», live with her.",
            "Seen by Mr «Patel», Cardiology, and sent home.",
            "Told «Anna Berg», Mepilex and gauze applied.",
        ],
    );
}

#[test]
fn names_are_told_by_grades_signatures_suffixes_and_columns() {
    check(
        Label::Name,
        &[
            "Discussed WLE. BCN «Tamsin Oyelowo» present",
            "Passcode is on. Please wipe. -«Ruthanne», home health",
            "The member, «Hollister Beaumont III», was told",
            "news anchor «Vivienne St. Clair» came",
            "send «Yusuf Demirtaş»'s MRI over",
            "HIS HONOUR JUDGE «PEMBERTHY»: THIS IS AN APPEAL",
            "Hx relapsing remitting MS. Current EDSS 2.5",
            "Hunter criteria vs Sternbach for this?",
            "Mr   «Kovacz» was seen",
        ],
    );
}

#[test]
fn single_names_are_found_where_the_neighbours_speak_for_a_person() {
    check(
        Label::Name,
        &[
            "Discussed with daughter, «Susan», who agrees.",
            "She lives with her husband «Tom».",
            "«Melissa» reports pain.",
            "spoke to the mother («Lorraine») via phone",
            "Regards,\n«Karen»",
            "Hi «John», thank you.",
            "«Ivanov» v. Ukraine",
            "CASE OF «KAYA» AND OTHERS v. TURKEY",
            "Mr. «Abernathy» slept. Then water for «Abernathy» please.",
            "The applicant, the court and the tribunal heard «G.S.» and the convicted «I.K.» again.",
        ],
    );
}

#[test]
fn people_are_found_in_other_orders_and_cases() {
    check(
        Label::Name,
        &[
            "«Smith, John» was seen",
            "Contact: «Çelik, Ayşe», wife",
            "«O'Brien, Siobhán» DOB 12.07.1958",
            "Name: «DOE, JANE»   MRN 12345",
            "PID|1||12345||«SMITH^JOHN^A»||19600101|M",
            "pt «john smith» came in",
            "patient «jane doe» called",
            "what meds is «maria gonzalez» on",
            "mrs «williams» is here, dr «patel» too",
            "labs for «smith, robert»",
            "please ask «mary-ann o'neill» about it",
            "summarize for my patient «daniel vasisstein» today",
        ],
    );
}

#[test]
fn terms_named_after_people_are_no_people() {
    check(
        Label::Name,
        &[
            "Glasgow Coma Scale 15, Wells score 3, Apgar 8/9, Foley placed, Murphy sign positive.",
            "History of Parkinson's disease, Crohn's, Hashimoto thyroiditis, Bell's palsy and Graves disease.",
            "Epstein-Barr virus, Lou Gehrig's disease, Down syndrome, Von Willebrand disease.",
            "Swan-Ganz catheter placed; Jackson-Pratt drain removed; Kocher incision clean.",
            "Kernig and Brudzinski signs absent. Trendelenburg gait noted. Lachman test positive.",
            "Charcot-Marie-Tooth disease, Ehlers-Danlos, Marfan syndrome.",
            "Dr. «Wright» called. Wright stain was negative.",
            "Morse Fall Scale 45. Braden Scale 18. Norton score 14. Bishop score was 6.",
            "Cockcroft-Gault equation, Kaplan-Meier curves, Fisher exact test, Bayes theorem.",
        ],
    );
}

#[test]
fn clean_clinical_and_technical_words_are_no_people() {
    check(
        Label::Name,
        &[
            "Past Medical History: Hypertension. Chief Complaint: Shortness of Breath.",
            "Start Coumadin 5 mg. May increase Thursday. April labs pending.",
            "Will monitor Creatinine. Mark improvement noted. Grace period. Hope to discharge Monday.",
            "Allergies: Penicillin (Hives), Sulfa, Latex. Continue Keppra, Lasix and Zosyn.",
            "Patient Education given. Nurse Practitioner paged. Physical Therapy consult.",
            "NKDA. PERRLA. HEENT normal. Lungs CTA B/L. Na 132, K 4.1.",
            "Kubernetes pod restarted by Helm. Jenkins build 233 failed. Grafana alert fired.",
            "caused by: TimeoutError: value must not be null; {\"name\":\"WardCodes\"}",
            "The Government contested Article 8 of the Convention; the Registrar informed the parties.",
            "summarize the last three notes and draft patient instructions in spanish",
            "Black stool, White count elevated, Brown sputum, Rose spots absent.",
            "Mercy General Hospital and Boston Scientific; San Francisco Syncope Rule.",
            "file name: report, drug name: Lasix, share/smith/notes, smith@example.org",
        ],
    );
}
