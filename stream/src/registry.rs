//! The schema registry, through Confluent's interface: Confluent's own, Apicurio's, Karapace's, Redpanda's.
//!
//! [`Registry`] asks, every time, and blocks for up to 5 s. [`CachedRegistry`] is for record paths: it asks once for each schema.

mod answer;
mod cache_file;
mod cached;
mod http;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use runtime::config::Secret;
use serde::Serialize;

use crate::Error;

pub use answer::{Compatibility, CompatibilityLevel, Reference, Registered, Schema, SchemaKey, Use, Version};
pub use cached::{CacheSettings, CachedRegistry, Known};

use answer::{Found, Level, NewId};
use http::{Answer, Http, Request};

/// What may stand in a path as it is; a subject may hold anything, slashes too.
const SUBJECT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const SUBJECT_UNKNOWN: u32 = 40401;
/// Apicurio offers ids of its own beside Confluent's interface.
const CONFLUENT_ROOT: &str = "/apis/ccompat/";
const APICURIO_ROOT: &str = "/apis/registry/v3";

/// A registry's client; clones share their connections.
#[derive(Clone)]
pub struct Registry {
    http: Http,
}

#[derive(Serialize)]
struct NewSchema<'a> {
    schema: &'a str,
    #[serde(rename = "schemaType")]
    kind: &'static str,
}

impl Registry {
    /// `url` is the interface's root, such as `http://host:port/apis/ccompat/v7`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { http: Http::new(url) }
    }

    /// Asks as this user.
    pub fn with_basic(mut self, user: &str, password: &Secret) -> Result<Self, Error> {
        self.http.log_in_as(user, password)?;
        Ok(self)
    }

    /// Asks with this token.
    pub fn with_bearer(mut self, token: &Secret) -> Result<Self, Error> {
        self.http.log_in_with(token)?;
        Ok(self)
    }

    /// Where it is, without a password.
    #[must_use]
    pub fn url(&self) -> &str {
        self.http.shown()
    }

    /// The id of an Avro schema under `subject`; registers it when it is new. The same text always gets the same id.
    pub fn register(&self, subject: &str, schema: &str) -> Result<u32, Error> {
        let path = format!("/subjects/{}/versions", encode(subject));
        let request = Request::post(&path, &NewSchema { schema, kind: "AVRO" });
        match self.http.ask(&about(subject), &request)? {
            Answer::Found(found) => found.read().map(|NewId { id }| id),
            Answer::Unknown(_) => Err(self.http.not_offered(&about(subject))),
        }
    }

    /// A schema by the id that a record carries; `None` when the registry does not know it, or knows no such ids.
    pub fn schema(&self, key: SchemaKey) -> Result<Option<Schema>, Error> {
        let about = key.to_string();
        match key {
            SchemaKey::Id(id) => self.find(&about, &format!("/schemas/ids/{id}")),
            SchemaKey::Guid(guid) => self.find(&about, &format!("/schemas/guids/{}", answer::guid_text(guid))),
            SchemaKey::GlobalId(id) => {
                let Some(root) = self.http.root_beside(CONFLUENT_ROOT, APICURIO_ROOT) else { return Ok(None) };
                let path = format!("{root}/ids/globalIds/{id}");
                match self.http.ask(&about, &Request::get_at(&path))? {
                    Answer::Found(found) => found.text().map(|text| Some(Schema::avro(text))),
                    Answer::Unknown(_) => Ok(None),
                }
            }
        }
    }

    /// Where a schema is used; empty for an id that nobody knows.
    pub fn uses(&self, id: u32) -> Result<Vec<Use>, Error> {
        let about = SchemaKey::Id(id).to_string();
        Ok(self.find(&about, &format!("/schemas/ids/{id}/versions"))?.unwrap_or_default())
    }

    pub fn subjects(&self) -> Result<Vec<String>, Error> {
        let about = "its subjects";
        self.find(about, "/subjects")?.ok_or_else(|| self.http.not_offered(about))
    }

    /// The numbers of a subject's versions; `None` when there is no such subject.
    pub fn versions(&self, subject: &str) -> Result<Option<Vec<u32>>, Error> {
        self.find(&about(subject), &format!("/subjects/{}/versions", encode(subject)))
    }

    pub fn version(&self, subject: &str, version: Version) -> Result<Option<Registered>, Error> {
        let about = format!("{} version {version}", about(subject));
        let found: Option<Found> = self.find(&about, &format!("/subjects/{}/versions/{version}", encode(subject)))?;
        Ok(found.map(Registered::from))
    }

    /// Whether an Avro schema could become the subject's next version, by the subject's own level.
    ///
    /// Confluent says why not; Apicurio 3.0 only says no. A subject that does not exist yet takes anything.
    pub fn check(&self, subject: &str, schema: &str) -> Result<Compatibility, Error> {
        let path = format!("/compatibility/subjects/{}/versions?verbose=true", encode(subject));
        match self.http.ask(&about(subject), &Request::post(&path, &NewSchema { schema, kind: "AVRO" }))? {
            Answer::Found(found) => found.read(),
            Answer::Unknown(SUBJECT_UNKNOWN) => Ok(Compatibility::anything()),
            Answer::Unknown(_) => Err(self.http.not_offered(&about(subject))),
        }
    }

    /// The level that holds for a subject: its own, or the registry's; `None` when there is no such subject.
    pub fn compatibility(&self, subject: &str) -> Result<Option<CompatibilityLevel>, Error> {
        let path = format!("/config/{}?defaultToGlobal=true", encode(subject));
        let level: Option<Level> = self.find(&about(subject), &path)?;
        Ok(level.map(|Level { level }| level))
    }

    pub fn set_compatibility(&self, subject: &str, level: CompatibilityLevel) -> Result<(), Error> {
        #[derive(Serialize)]
        struct NewLevel {
            compatibility: CompatibilityLevel,
        }
        let path = format!("/config/{}", encode(subject));
        match self.http.ask(&about(subject), &Request::put(&path, &NewLevel { compatibility: level }))? {
            Answer::Found(_) => Ok(()),
            Answer::Unknown(_) => Err(self.http.not_offered(&about(subject))),
        }
    }

    fn find<T: serde::de::DeserializeOwned>(&self, about: &str, path: &str) -> Result<Option<T>, Error> {
        match self.http.ask(about, &Request::get(path))? {
            Answer::Found(found) => found.read().map(Some),
            Answer::Unknown(_) => Ok(None),
        }
    }
}

fn about(subject: &str) -> String {
    format!("subject {subject}")
}

fn encode(subject: &str) -> String {
    utf8_percent_encode(subject, SUBJECT).to_string()
}

#[cfg(test)]
mod tests;
