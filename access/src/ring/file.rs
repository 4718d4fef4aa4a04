//! The key file: TOML, one `[[key]]` table per key. Unknown fields are refused; an error names line and field.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::KeyRing;
use crate::Error;
use crate::key::{Key, SECRETS_MAX};

const HEADER: &str = "# API keys of Sealtrail, written by `audit-cli keys api`; it holds digests, no secrets. Limits may be edited by hand.
# Comments are lost when a key is created, rotated or revoked.
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    key: Vec<Spanned<Key>>,
}

#[derive(Serialize)]
struct Rendered<'a> {
    key: &'a [Key],
}

pub(super) fn parse(text: &str) -> Result<KeyRing, Error> {
    let document: Document = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let mut ring = KeyRing::default();
    for spanned in document.key {
        let line = line_of(text, spanned.span().start);
        let key = spanned.into_inner();
        let refuse = |field: &str, what: String| Error::File { place: format!("line {line}, {field}"), what };
        check(&key).map_err(|(field, what)| refuse(field, what))?;
        let id = key.id.to_string();
        ring.push(key).map_err(|_| refuse("id", format!("key {id} stands there twice; delete one of the two")))?;
    }
    Ok(ring)
}

/// What a single field cannot see: the field at fault and what is wrong with it.
fn check(key: &Key) -> Result<(), (&'static str, String)> {
    let limits = [
        ("limits.events_per_second", key.limits.events_per_second),
        ("limits.bytes_per_second", key.limits.bytes_per_second),
        ("limits.burst_seconds", key.limits.burst_seconds),
    ];
    if let Some((field, _)) = limits.into_iter().find(|(_, limit)| *limit == Some(0)) {
        return Err((field, Error::ZeroLimit.to_string()));
    }
    if key.scopes.is_empty() {
        return Err(("scopes", Error::NoScope.to_string()));
    }
    if key.secrets.is_empty() || key.secrets.len() > SECRETS_MAX {
        let count = key.secrets.len();
        return Err((
            "secrets",
            format!("{count} secrets; a key has 1 to {SECRETS_MAX}: restore the file, or delete the key"),
        ));
    }
    if !key.secrets.is_sorted_by(|one, next| one.number < next.number) {
        return Err(("secrets.number", "numbers must grow from secret to secret; restore the file".to_owned()));
    }
    Ok(())
}

fn syntax(text: &str, error: &toml::de::Error) -> Error {
    let place = match error.span() {
        Some(span) => {
            let line = line_of(text, span.start);
            // A field's name is no secret; its value might have been pasted by mistake, so it is not repeated.
            match text.lines().nth(line - 1).and_then(|line| line.split_once('=')) {
                Some((field, _)) => format!("line {line}, {}", field.trim()),
                None => format!("line {line}"),
            }
        }
        None => "the file".to_owned(),
    };
    Error::File { place, what: error.message().replace('\n', "; ") }
}

fn line_of(text: &str, position: usize) -> usize {
    text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}

pub(super) fn render(keys: &[Key]) -> Result<String, Error> {
    let unwritable = |error: toml::ser::Error| Error::File { place: "the keys".to_owned(), what: error.to_string() };
    let body =
        if keys.is_empty() { String::new() } else { toml::to_string(&Rendered { key: keys }).map_err(unwritable)? };
    Ok(format!("{HEADER}\n{body}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "abcdefghij23";

    /// One whole key, with `from` replaced by `to`.
    fn file(from: &str, to: &str) -> String {
        let digest = "0f".repeat(32);
        let text = format!(
            r#"[[key]]
id = "{ID}"
tenant = "north-clinic"
service = "ehr"
scopes = ["events:write", "query:read"]
created_at = 2026-11-21T13:40:04Z
expires_at = 2027-02-19T13:40:04Z
signed = "required"
certificate_sha256 = "{digest}"
limits = {{ events_per_second = 500, bytes_per_second = 1000000, burst_seconds = 5 }}
secrets = [
  {{ number = 1, sha256 = "{digest}", created_at = 2026-11-21T13:40:04Z, expires_at = 2026-11-22T13:40:04Z }},
  {{ number = 2, sha256 = "{digest}", created_at = 2026-11-21T13:40:04Z }},
]
"#
        );
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    }

    fn refused(from: &str, to: &str) -> String {
        parse(&file(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn a_file_keeps_all_its_fields_when_it_is_written_again() {
        let ring = parse(&file("", "")).unwrap();
        let written = ring.render().unwrap();
        assert_eq!(parse(&written).unwrap(), ring, "{written}");
        assert!(written.contains("expires_at = 2027-02-19T13:40:04Z"), "{written}");
        assert!(parse(&KeyRing::default().render().unwrap()).unwrap().is_empty());
    }

    #[test]
    fn a_refused_field_is_named_with_its_line_and_the_fix() {
        let cases = [
            ("\"ehr\"", "\"EHR\"", "line 4, service: `EHR` is not a name; use 1 to 64 of a-z, 0-9, `.` and `-`"),
            (
                "\"query:read\"",
                "\"all\"",
                "line 5, scopes: `all` is not a scope; the scopes are events:write, query:read",
            ),
            (ID, "short", "line 2, id: not a key id; a key id is 12 of a-z and 2-7, the part after `stk_`"),
            (
                "04Z\nexpires",
                "04\nexpires",
                "line 6, created_at: not a time in UTC; write it like 2027-01-31T12:00:00Z",
            ),
            (
                "[\"events:write\", \"query:read\"]",
                "[]",
                "line 1, scopes: a key without a scope may do nothing; give it events:write or query:read",
            ),
            (
                "= 500",
                "= 0",
                "line 1, limits.events_per_second: a limit of 0 would refuse everything; give a number from 1, or leave it out",
            ),
            (
                "number = 2",
                "number = 1",
                "line 1, secrets.number: numbers must grow from secret to secret; restore the file",
            ),
        ];
        for (from, to, told) in cases {
            assert_eq!(refused(from, to), told);
        }
        assert!(refused("sha256 = \"0f", "sha256 = \"zz").contains("64 hexadecimal digits"));
        assert!(
            refused("\"required\"", "\"yes\"").starts_with("line 8, signed: unknown variant `yes`, expected one of")
        );
    }

    #[test]
    fn unknown_fields_are_refused_at_every_level() {
        for (from, to, line) in [
            ("tenant =", "tenants = 1\ntenant =", "line 3, tenants: unknown field"),
            ("{ events", "{ rate = 1, events", "unknown field `rate`"),
            ("{ number", "{ plain = 1, number", "unknown field `plain`"),
            ("[[key]]", "[defaults]\n[[key]]", "unknown field `defaults`"),
        ] {
            let told = refused(from, to);
            assert!(told.contains(line), "{told}");
        }
    }

    #[test]
    fn a_key_that_stands_there_twice_is_refused() {
        let told = parse(&format!("{0}\n{0}", file("", ""))).unwrap_err().to_string();
        assert_eq!(told, format!("line 16, id: key {ID} stands there twice; delete one of the two"));
    }

    #[test]
    fn missing_fields_and_broken_toml_are_told_with_a_line() {
        assert!(refused("service = \"ehr\"\n", "").contains("missing field `service`"));
        assert!(refused("id = \"", "id = ").starts_with("line 2, id: "));
    }
}
