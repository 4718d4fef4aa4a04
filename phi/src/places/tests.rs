//! Places and organisations: what must be found and what must not, as tables of texts.

use crate::label::Label;
use crate::listed::tables::check;

#[test]
fn addresses_are_one_span_with_all_their_pieces() {
    check(
        Label::Geo,
        &[
            "She lives at «123 Main St, Apt 4B, Springfield, IL 62704» with Tom.",
            "Mail to «P.O. Box 123, Austin, TX 78701-1234».",
            "«221B Baker Street, London NW1 6XE»",
            "«12 rue de la Paix, 75002 Paris, France»",
            "«Hauptstraße 5, 10115 Berlin»",
            "at «4521 N. Sheridan Road, Chicago».",
            "«77 Massachusetts Ave, Cambridge MA 02139»",
            "ship to «4000 old mill road, tampa fl 33601»",
            "«PSC 4, Box 56, APO AE 09107»",
            "moved to «529 Hwy 61 South, New Orleans, LA 70112»",
            "«19 St James's Square, London SW1Y 4LE»",
            "«123 Elm St\nDayton, OH 45402»\nBest",
            "Address: «Calle Mayor 5, Madrid, Spain»",
            "she lives at «Hamraborg 99, Kópavogur».",
            "crashed at «Route 9 & Old Farm Rd, Wappinger».",
            "to «Unit 7/112 Banksia Parade, Dandenong VIC 3175»",
            "parked in «Calle Tetuán, Ponce».",
            "resident at «Lipová 27, 612 00 Brno», is under my care",
            "of «Vesterbrogade 88, 3. tv, 1620 København V», who",
            "Member: «Eleven Sycamore Drive, Terre Haute».",
            "residing at «12 Kirkgate, Lerwick»; (2) on that day",
            "a caravan site outside «Mullingar, County Westmeath». She",
            "lives at «Rt 2 Box 118, Eutaw AL 35462» for now",
            "has moved to «4 Mill Lane, Ambleford». His letters",
        ],
    );
}

#[test]
fn towns_are_found_by_their_state_or_by_who_lives_there() {
    check(
        Label::Geo,
        &[
            "lives in «Little Rock, AR» with two sons",
            "She moved from «Newport News, Virginia» last year.",
            "born in 1963 and lives in «Diyarbakır».",
            "a lawyer practising in «Ankara»",
            "He was seen in «Boston» last week.",
            "resident of «Cook County»",
            "ZIP code: «62704»",
            "Moved from «Guadalajara, Mexico» in 2010.",
            "we moved to «rockford, colorado» in june",
        ],
    );
}

#[test]
fn doses_terms_and_people_are_no_places() {
    check(
        Label::Geo,
        &[
            "Thompson, MD and Jones, PA saw him. K 4.1, OR time 3 h.",
            "Hickman line in place. BP 120/80. Visual acuity 20/25 OS. IOP 14/15",
            "Lyme titers, Boston criteria, Ottawa Ankle Rules, Montreal Cognitive Assessment, Philadelphia collar",
            "POST-OP DAY 2, BANKS, CT ABDOMEN WITH CONTRAST",
            "Take 2 tablets at noon; 3 ways to go; 10 mg PO daily; 5 Day Course",
            "SEEN 11/21 BY DR. AYDIN",
            "He came from Norway and lives in Illinois.",
            "Reading glasses, Mobile phone, Nice result, Bath time",
        ],
    );
}

#[test]
fn care_sites_courts_and_companies_are_organisations() {
    check(
        Label::Org,
        &[
            "discharged to «Trelawny House» today",
            "seen at «St Winifred's» by the team",
            "my GP («Pennywell Group Practice»)",
            "she went to «Greyfriars Walk-in Centre» first",
            "moved to «Zorgcentrum Berkelzicht» in May",
            "booked at «Fellside General» on Monday",
            "from «Mercy General Hospital» to «Cleveland Clinic»",
            "at «St. Mary's Hospital» today",
            "«Royal Infirmary of Edinburgh»",
            "to «University of Michigan Hospital»",
            "referral to «Newark Hospice» for Judith Taylor",
            "«Baton Rouge Cancer Center» called",
            "«Istanbul State Security Court» convicted him",
            "the «Leninskiy District Court of Voronezh»",
            "works for «Acme Widgets Ltd», «Deutsche Bank AG» and «Teknik Yapı A.Ş.»",
            "the «Ministry of Justice»",
            "seen at «hughes regional medical center» and at «st. brigid hospice»",
            "Pharmacy: «CVS» on the corner",
        ],
    );
}

#[test]
fn departments_and_kinds_of_care_are_no_organisations() {
    check(
        Label::Org,
        &[
            "Follow up in Cardiology Clinic. Wound Care Center referral. Primary Care Clinic. Emergency Department.",
            "the hospital, the Court, a company, our clinic, Outside Hospital records",
            "The Turkish Government and the European Court of Human Rights",
            "Department of Cardiology, Intensive Care Unit, Pain Management, General Surgery",
            "in accordance with Rule 47 of the Rules of Court",
            "at the local hospital and the nearest pharmacy",
        ],
    );
}
