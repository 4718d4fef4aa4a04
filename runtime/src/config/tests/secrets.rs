//! Where secrets come from, and that nothing shows them.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn file_with(content: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    file
}

fn by_file(content: &[u8]) -> Result<Vec<u8>, String> {
    let file = file_with(content);
    let toml = format!("[enrich]\npassword = {{ file = '{}' }}", file.path().display());
    load_from(&toml, &[]).map(|press| press.password.unwrap().expose().to_vec())
}

#[test]
fn a_file_gives_its_text_without_the_line_ending_and_raw_bytes_as_they_are() {
    assert_eq!(by_file(b"hunter2\n").unwrap(), b"hunter2");
    assert_eq!(by_file(b"hunter2\r\n").unwrap(), b"hunter2");
    assert_eq!(by_file(b" hunter2\n\n").unwrap(), b" hunter2\n");
    assert_eq!(by_file(&[0xff, 0x00, 0x0a]).unwrap(), [0xff, 0x00, 0x0a]);
}

#[test]
fn an_empty_or_missing_source_is_a_problem_that_names_the_key() {
    assert_says(&by_file(b"\n").unwrap_err(), &["press.toml:2: enrich.password: the secret in file", "is empty"]);
    let text = refusal("[enrich]\npassword = { file = '/no/such/file' }", &[]);
    assert_says(&text, &["enrich.password: cannot read the secret file /no/such/file"]);
    let text = refusal("[enrich]\npassword = { env = 'NO_SUCH' }", &[]);
    assert_says(&text, &["enrich.password: the variable NO_SUCH is not set"]);
    assert_says(&refusal("", &[("SEALTRAIL_ENRICH_PASSWORD", "")]), &["enrich.password", "is empty"]);
}

#[test]
fn the_environment_gives_it_by_reference_or_as_it_is() {
    let press = load_from("[enrich]\npassword = { env = 'PW' }", &[("PW", "hunter2")]).unwrap();
    assert_eq!(press.password.unwrap().expose_str().unwrap(), "hunter2");
    let press = load_from("[enrich]\npassword = { env = 'PW' }", &[("SEALTRAIL_ENRICH_PASSWORD", "007")]).unwrap();
    assert_eq!(press.password.unwrap().expose_str().unwrap(), "007");
    let file = file_with(b"from file");
    let path = file.path().to_str().unwrap();
    let press = load_from("[enrich]\npassword = { env = 'PW' }", &[("SEALTRAIL_ENRICH_PASSWORD__FILE", path)]).unwrap();
    assert_eq!(press.password.unwrap().expose(), b"from file");
}

#[test]
fn a_literal_is_refused_with_the_way_to_do_it_and_never_quoted() {
    for literal in ["'hunter2'", "{ file = 'a', env = 'b' }", "{ value = 'hunter2' }", "['hunter2']", "77", "{}"] {
        let text = refusal(&format!("[enrich]\npassword = {literal}"), &[]);
        assert_says(&text, &["enrich.password: a secret is never written down here: use { file = \"path\" }"]);
        assert!(!text.contains("hunter2") && !text.contains("77"), "{text}");
    }
    let text = toml::from_str::<Press>("password = 'hunter2'").unwrap_err().message().to_owned();
    assert_says(&text, &["a secret is never written down here"]);
}

#[test]
fn no_way_of_showing_it_shows_its_content() {
    let press = load_from("[enrich]\npassword = { env = 'PW' }", &[("PW", "hunter2")]).unwrap();
    let secret = press.password.as_ref().unwrap();
    let shown = [format!("{secret}"), format!("{secret:?}"), format!("{press:#?}"), safe_view(&press).unwrap()];
    for text in shown {
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("PW"), "{text}");
    }
    let secret = Secret::new(secret::Origin::Variable("PW".into()), vec![0xff].into()).unwrap();
    assert_eq!(secret.expose_str().unwrap_err().to_string(), "the secret from variable PW is not UTF-8 text");
}

#[test]
fn a_file_that_everyone_can_read_gets_a_warning() {
    let file = file_with(b"hunter2");
    let toml = format!("[enrich]\npassword = {{ file = '{}' }}", file.path().display());
    let settings = file_with(toml.as_bytes());
    let warnings = |mode| {
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        load_with_warnings::<Press>(Some(settings.path()), std::iter::empty()).unwrap().1
    };
    assert_eq!(warnings(0o640), []);
    assert_eq!(warnings(0o644).len(), 1);
    assert_eq!(warnings(0o644)[0].key(), "enrich.password");
}
