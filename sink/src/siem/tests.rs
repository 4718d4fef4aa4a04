//! What each rendering looks like, and which of our types fall into which class.

use serde_json::Value;

use super::account::Account;
use super::class::{Class, Filing};
use super::*;

const TOKEN: &str = "tok_0f7c0f7c0f7c0f7c0f7c0f7c0f7c0f7c";

fn account<'a>(event_type: &'a str, action: &'a str, outcome: &'a str) -> Account<'a> {
    Account {
        chain: "audit.events/3",
        sequence: 17,
        uid: "01990000-0000-7000-8000-000000000001".into(),
        tenant: Some("general-hospital"),
        event_type,
        action,
        outcome,
        time: 1_772_353_800_000,
        level: "restricted",
        actor: Some(TOKEN.to_owned()),
        actor_kind: Some("human"),
        patients: vec![TOKEN.to_owned()],
        system: Some("ehr"),
        ..Account::default()
    }
}

#[test]
fn each_type_of_the_catalogue_has_a_class_and_the_arithmetic_of_ocsf_holds() {
    for kind in schemas::catalogue::all() {
        let rendered =
            ocsf::render(&account(&kind.id, kind.actions.first().map_or("other", |action| action), "success"));
        let number = |name: &str| rendered[name].as_u64().unwrap();
        assert_eq!(number("class_uid") / 1_000, number("category_uid"), "{}", kind.id);
        assert_eq!(number("type_uid"), number("class_uid") * 100 + number("activity_id"), "{}", kind.id);
    }
    assert_eq!(Filing::of(&account("user.login", "other", "success")).class, Class::Authentication);
    assert_eq!(Filing::of(&account("role.granted", "update", "success")).class, Class::UserAccess);
    assert_eq!(Filing::of(&account("of.a-site", "read", "denied")).severity, 3);
}

#[test]
fn what_is_not_known_is_left_out_of_every_rendering() {
    let bare = Account { actor: None, system: None, ..account("patient-record.viewed", "read", "success") };
    let text = ocsf::render(&bare).to_string() + &ecs::render(&bare).to_string();
    assert!(!text.contains("null") && !text.contains("{}"), "{text}");
    assert_eq!(ocsf::render(&bare)["actor"], serde_json::json!({"app_name": "unknown"}));
    assert!(!cef::render(&bare).contains("suid="));
}

#[test]
fn cef_is_one_line_whatever_stands_in_it() {
    let chain = "a|b=c\\d\ne";
    let line = cef::render(&Account { chain, ..account("x|y", "read", "success") });
    assert!(line.starts_with("CEF:0|Sealtrail|Sealtrail|"), "{line}");
    assert!(line.contains("|x\\|y|x\\|y|3|rt=1772353800000 "), "{line}");
    assert!(line.contains("cs6Label=chain cs6=a|b\\=c\\\\de cn1Label=sequence cn1=17"), "{line}");
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn ecs_files_an_event_where_elastic_looks_for_it() {
    let rendered = ecs::render(&account("break-glass.started", "other", "success"));
    let text = |pointer: &str| rendered.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(text("/event/category/0"), "api");
    assert_eq!(text("/event/outcome"), "success");
    assert_eq!(text("/user/id"), TOKEN);
    assert_eq!(rendered["event"]["severity"], 4);
}

#[test]
fn a_hint_is_read_back_and_nothing_else_is() {
    let stored = Stored { offset: Offset(88), leaf_hash: [7; 32] };
    let mut siem = Siem::new(SiemSettings::default());
    siem.last.insert(Partition(3), stored);
    let text = siem.hint(Partition(3)).unwrap();
    let read = read_hint(&text).unwrap();
    assert_eq!((read.offset, read.leaf_hash), (stored.offset, stored.leaf_hash));
    for wrong in ["", "1;88", "2;88;00", &text.replacen("88", "x", 1), &(text.clone() + ";")] {
        assert!(read_hint(wrong).is_none(), "{wrong}");
        assert!(wrong.is_empty() || siem.begin(Partition(3), Some(wrong.as_bytes())).is_err());
    }
}
