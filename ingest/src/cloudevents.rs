//! CloudEvents 1.0 as plain events: the attributes give what the data does not say, and none of them is lost.
//!
//! | attribute | becomes, where the data does not say it |
//! |---|---|
//! | `source` + `/` + `id` | `event_id` |
//! | `type` | `event_type` |
//! | `time` | `occurred_at` |
//! | `source` | `source.system` |
//! | `id` | `origin.native_id` |
//!
//! Whatever is left over goes into `extras`, as `cloudevents.<name>`. The data is cut and joined as text and never
//! rewritten, so that its mistakes are told like those of any other event.

mod headers;
mod object;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::value::RawValue;

pub use headers::SPECVERSION;
use object::Object;

use crate::problem::{Kind, Problem};

/// Each is compared with all others, so there may not be any number of them.
const ATTRIBUTES_MAX: usize = 100;

/// One attribute: its name and its value as text.
type Attribute = (String, String);

/// The attributes of one CloudEvent.
#[derive(Debug, Default)]
pub struct Attributes {
    /// By name, each once; `specversion` is checked and left out.
    all: Vec<Attribute>,
}

impl Attributes {
    fn insert(&mut self, name: &str, value: String) -> Result<(), Problem> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(malformed("the names of attributes are lower-case letters and digits"));
        }
        if self.all.len() == ATTRIBUTES_MAX {
            return Err(malformed(&format!("a CloudEvent has at most {ATTRIBUTES_MAX} attributes here")));
        }
        if self.get(name).is_some() {
            return Err(malformed("an attribute is given twice"));
        }
        self.all.push((name.to_owned(), value));
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Result<&str, Problem> {
        let missing = || malformed(&format!("the attribute `{name}` is missing or empty; every CloudEvent has one"));
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    }

    /// What holds for every CloudEvent that we take.
    fn checked(self) -> Result<Self, Problem> {
        if self.required("specversion")? != "1.0" {
            return Err(malformed("the attribute `specversion` must be 1.0"));
        }
        for name in ["id", "source", "type"] {
            self.required(name)?;
        }
        let content = self.get("datacontenttype").unwrap_or("application/json");
        let essence = content.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(malformed("the attribute `datacontenttype` must be application/json: the data is the event"));
        }
        Ok(self)
    }

    /// The plain event: the data, and what it does not say.
    pub fn plain(&self, data: &[u8]) -> Result<Vec<u8>, Problem> {
        let data = Object::parse(data).ok_or_else(|| {
            malformed("the data must be the event, as a JSON object in UTF-8; the attributes only add to it")
        })?;
        let (id, source) = (self.required("id")?, self.required("source")?);
        let mut event = data;
        let mut spent = vec!["specversion", "datacontenttype", "id"];
        event.add("event_id", || format!("{source}/{id}").into());
        if event.add("event_type", || self.get("type").into()) {
            spent.push("type");
        }
        if self.get("time").is_some() && event.add("occurred_at", || self.get("time").into()) {
            spent.push("time");
        }
        if event.change("source", |system| system.add("system", || source.into())) {
            spent.push("source");
        }
        event.add("origin", || serde_json::json!({"format": "cloudevents", "format_version": "1.0", "native_id": id}));
        let left: Vec<_> = self.all.iter().filter(|(name, _)| !spent.contains(&name.as_str())).collect();
        if !left.is_empty() {
            event.change("extras", |extras| {
                left.iter()
                    .for_each(|(name, value)| extras.push(&format!("cloudevents.{name}"), &value.as_str().into()));
                true
            });
        }
        Ok(event.into_text().into_bytes())
    }
}

/// The plain event in a CloudEvent of structured mode.
pub fn structured(body: &[u8]) -> Result<Vec<u8>, Problem> {
    let envelope = Object::parse(body).ok_or_else(|| malformed("the body must be one JSON object in UTF-8"))?;
    let mut attributes = Attributes::default();
    let (mut data, mut base64) = (None, None);
    for (name, value) in envelope.members() {
        match name {
            "data" | "data_base64" if value.get() == "null" => {}
            "data" => twice(data.replace(value))?,
            "data_base64" => twice(base64.replace(value))?,
            name => {
                if let Some(value) = text(value)? {
                    attributes.insert(name, value)?;
                }
            }
        }
    }
    let attributes = attributes.checked()?;
    match (data, base64) {
        (Some(data), None) => attributes.plain(data.get().as_bytes()),
        (None, Some(base64)) => {
            let wrong = |_| malformed("data_base64 must be a string of base64, with its padding");
            let encoded: String =
                serde_json::from_str(base64.get()).map_err(|_| malformed("data_base64 must be a string"))?;
            attributes.plain(&STANDARD.decode(encoded).map_err(wrong)?)
        }
        (None, None) => Err(malformed("`data` is missing; it holds the event")),
        (Some(_), Some(_)) => Err(malformed("give `data` or `data_base64`, not both")),
    }
}

fn twice(before: Option<&RawValue>) -> Result<(), Problem> {
    before.map_or(Ok(()), |_| Err(malformed("the data is given twice")))
}

/// An attribute's value as text, as CloudEvents writes its types; null stands for absence.
fn text(value: &RawValue) -> Result<Option<String>, Problem> {
    match serde_json::from_str(value.get()) {
        Ok(Value::Null) => Ok(None),
        Ok(Value::String(text)) => Ok(Some(text)),
        Ok(Value::Bool(flag)) => Ok(Some(flag.to_string())),
        Ok(Value::Number(number)) if number.is_i64() => Ok(Some(number.to_string())),
        _ => Err(malformed("attributes are strings, whole numbers, true or false")),
    }
}

fn malformed(detail: &str) -> Problem {
    Problem::new(Kind::MalformedCloudEvent, detail)
}

#[cfg(test)]
mod tests;
