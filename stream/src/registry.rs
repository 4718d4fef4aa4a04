//! The schema registry, through Confluent's interface: register a schema, look one up by id.

use std::time::Duration;

use runtime::Disposition;
use serde::{Deserialize, Serialize};

use crate::Error;

const WAIT_MAX: Duration = Duration::from_secs(5);

/// A registry's client. Blocking: used at start and for ids never seen before, off the record path.
#[derive(Clone)]
pub struct Registry {
    url: String,
    agent: ureq::Agent,
}

#[derive(Serialize)]
struct Registration<'a> {
    schema: &'a str,
    #[serde(rename = "schemaType")]
    kind: &'static str,
}

#[derive(Deserialize)]
struct Registered {
    id: u32,
}

#[derive(Deserialize)]
struct Found {
    schema: String,
}

impl Registry {
    /// `url` is the interface's root, such as `http://host:port/apis/ccompat/v7`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(WAIT_MAX))
            .http_status_as_error(false)
            .build()
            .new_agent();
        Self { url: url.trim_end_matches('/').to_owned(), agent }
    }

    /// The id of `schema` under `subject`; registers it when it is new. The same schema always gets the same id.
    pub fn register(&self, subject: &str, schema: &str) -> Result<u32, Error> {
        let url = format!("{}/subjects/{subject}/versions", self.url);
        let mut answer = self
            .agent
            .post(&url)
            .header("accept", "application/json")
            .send_json(Registration { schema, kind: "AVRO" })
            .map_err(|error| self.unreachable(&error))?;
        self.check(answer.status().as_u16())?;
        answer.body_mut().read_json::<Registered>().map(|registered| registered.id).map_err(|error| self.odd(&error))
    }

    /// The text of the schema with this id, `None` when the registry does not know it.
    pub fn schema(&self, id: u32) -> Result<Option<String>, Error> {
        let url = format!("{}/schemas/ids/{id}", self.url);
        let mut answer = self
            .agent
            .get(&url)
            .header("accept", "application/json")
            .call()
            .map_err(|error| self.unreachable(&error))?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        self.check(answer.status().as_u16())?;
        answer.body_mut().read_json::<Found>().map(|found| Some(found.schema)).map_err(|error| self.odd(&error))
    }

    fn check(&self, status: u16) -> Result<(), Error> {
        match status {
            200..300 => Ok(()),
            409 => Err(self.error("the schema is not compatible with what is registered", Disposition::Fatal)),
            400..500 => Err(self.error(&format!("refused with status {status}"), Disposition::Fatal)),
            _ => Err(self.error(&format!("answered with status {status}"), Disposition::Retry)),
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> Error {
        self.error(&format!("no answer: {error}"), Disposition::Retry)
    }

    fn odd(&self, error: &ureq::Error) -> Error {
        self.error(&format!("the answer cannot be read: {error}"), Disposition::Retry)
    }

    fn error(&self, reason: &str, disposition: Disposition) -> Error {
        Error::Registry { url: self.url.clone(), reason: reason.to_owned(), disposition }
    }
}
