//! Asking over HTTP: bounded in time and size, and every answer that is not one becomes an error with its fix.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use runtime::Disposition;
use runtime::config::Secret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::RequestBuilder;

use crate::{Error, RegistryMetric};

const WAIT_MAX: Duration = Duration::from_secs(5);
const CONNECT_WAIT_MAX: Duration = Duration::from_secs(2);
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;
/// As much of the registry's own words as an error repeats.
const MESSAGE_CHARS_MAX: usize = 300;

/// Apicurio's own interface has no codes. A path that it does not know is a plain `NotFoundException` there.
const APICURIO_UNKNOWN: [&str; 2] = ["VersionNotFoundException", "ContentNotFoundException"];

/// One registry's root and connections.
#[derive(Clone)]
pub(super) struct Http {
    root: Arc<str>,
    /// The root without a password, for people.
    shown: Arc<str>,
    authorization: Option<Arc<str>>,
    agent: ureq::Agent,
}

enum Verb {
    Get,
    Post,
    Put,
}

/// What to ask.
pub(super) struct Request<'a> {
    verb: Verb,
    path: &'a str,
    /// The path is a whole address.
    whole: bool,
    body: Vec<u8>,
}

impl<'a> Request<'a> {
    pub(super) fn get(path: &'a str) -> Self {
        Self { verb: Verb::Get, path, whole: false, body: Vec::new() }
    }

    pub(super) fn get_at(address: &'a str) -> Self {
        Self { whole: true, ..Self::get(address) }
    }

    pub(super) fn post(path: &'a str, body: &impl Serialize) -> Self {
        Self { verb: Verb::Post, path, whole: false, body: json(body) }
    }

    pub(super) fn put(path: &'a str, body: &impl Serialize) -> Self {
        Self { verb: Verb::Put, path, whole: false, body: json(body) }
    }
}

/// Our own plain structs of text and numbers always become JSON.
fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

/// What came back.
pub(super) enum Answer<'a> {
    Found(Body<'a>),
    /// The registry says that it knows no such thing, with its code; 0 when it does not offer the question at all.
    Unknown(u32),
}

pub(super) struct Body<'a> {
    http: &'a Http,
    about: String,
    bytes: Vec<u8>,
}

impl Body<'_> {
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.bytes).map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            self.http.error(
                &self.about,
                format!("the answer is not what its interface promises ({place})"),
                Disposition::Retry,
            )
        })
    }

    pub(super) fn text(self) -> Result<String, Error> {
        String::from_utf8(self.bytes)
            .map_err(|_| self.http.error(&self.about, "the answer is not text", Disposition::Retry))
    }
}

/// How the registry words a refusal.
#[derive(Default, Deserialize)]
struct Refusal {
    /// Confluent's: the status, then two digits that say what is missing.
    #[serde(default)]
    error_code: u32,
    #[serde(default, alias = "title")]
    message: String,
    /// Apicurio's own interface names its exception.
    #[serde(default)]
    name: String,
}

impl Refusal {
    fn is_unknown(&self) -> bool {
        (40_400..40_500).contains(&self.error_code) || APICURIO_UNKNOWN.contains(&self.name.as_str())
    }
}

impl Http {
    pub(super) fn new(url: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(WAIT_MAX))
            .timeout_connect(Some(CONNECT_WAIT_MAX))
            .http_status_as_error(false)
            // A redirect could carry a schema away; the address is the operator's to correct.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .new_agent();
        let root = url.trim_end_matches('/');
        Self { root: root.into(), shown: without_user(root).into(), authorization: None, agent }
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) fn log_in_as(&mut self, user: &str, password: &Secret) -> Result<(), Error> {
        let both = [user.as_bytes(), b":", password.expose()].concat();
        self.authorization = Some(format!("Basic {}", BASE64.encode(both)).into());
        Ok(())
    }

    pub(super) fn log_in_with(&mut self, token: &Secret) -> Result<(), Error> {
        let token = token.expose_str().ok().filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()));
        let token = token
            .ok_or_else(|| self.error("the token", "it holds more than visible characters", Disposition::Fatal))?;
        self.authorization = Some(format!("Bearer {token}").into());
        Ok(())
    }

    /// The address of another interface of the same registry, when ours is where `ours` says.
    pub(super) fn root_beside(&self, ours: &str, other: &str) -> Option<String> {
        self.root.find(ours).map(|at| format!("{}{other}", &self.root[..at]))
    }

    /// One request. Counts its outcome.
    pub(super) fn ask(&self, about: &str, request: &Request<'_>) -> Result<Answer<'_>, Error> {
        let answer = self.answer(about, request);
        let outcome = match &answer {
            Ok(Answer::Found(_)) => "answered",
            Ok(Answer::Unknown(_)) => "unknown",
            Err(error) if error.disposition() == Disposition::Retry => "failed",
            Err(_) => "refused",
        };
        RegistryMetric::Requests.with(&[("outcome", outcome)]).increment(1);
        answer
    }

    fn answer(&self, about: &str, request: &Request<'_>) -> Result<Answer<'_>, Error> {
        let (status, bytes) = self.send(request).map_err(|error| self.no_answer(about, &error))?;
        let refusal: Refusal = match status {
            200..=299 => return Ok(Answer::Found(Body { http: self, about: about.to_owned(), bytes })),
            _ => serde_json::from_slice(&bytes).unwrap_or_default(),
        };
        let said = said(&refusal.message);
        let (reason, disposition) = match status {
            404 if refusal.is_unknown() => return Ok(Answer::Unknown(refusal.error_code)),
            // Either the question is not offered here, or this is not a registry's root at all.
            404 if self.is_registry() => return Ok(Answer::Unknown(0)),
            404 => (
                "nothing answers there (status 404); give the root of its Confluent interface, such as http://host:port/apis/ccompat/v7".to_owned(),
                Disposition::Retry,
            ),
            401 | 403 => (
                format!("refused with status {status}{}; give it a user or token that may do this", said),
                Disposition::Fatal,
            ),
            300..=399 => (format!("it redirects elsewhere (status {status}); give the final address"), Disposition::Fatal),
            409 => (format!("the schema is not compatible with what is registered{}", said), Disposition::Fatal),
            408 | 429 | 500.. => (format!("answered with status {status}{}", said), Disposition::Retry),
            _ => (format!("refused with status {status}{}", said), Disposition::Fatal),
        };
        Err(self.error(about, reason, disposition))
    }

    fn send(&self, request: &Request<'_>) -> Result<(u16, Vec<u8>), ureq::Error> {
        let address = match request.whole {
            true => request.path.to_owned(),
            false => format!("{}{}", self.root, request.path),
        };
        let mut answer = match request.verb {
            Verb::Get => self.sign(self.agent.get(&address)).call(),
            Verb::Post => self.sign(self.agent.post(&address)).content_type("application/json").send(&request.body[..]),
            Verb::Put => self.sign(self.agent.put(&address)).content_type("application/json").send(&request.body[..]),
        }?;
        let bytes = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
        Ok((answer.status().as_u16(), bytes))
    }

    fn sign<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        let request = request.header("accept", "application/json");
        match &self.authorization {
            Some(authorization) => request.header("authorization", &**authorization),
            None => request,
        }
    }

    /// Asks what every registry can say.
    fn is_registry(&self) -> bool {
        let answer = self.send(&Request::get("/schemas/types"));
        answer.is_ok_and(|(status, bytes)| status == 200 && serde_json::from_slice::<Vec<String>>(&bytes).is_ok())
    }

    fn no_answer(&self, about: &str, error: &ureq::Error) -> Error {
        let reason = match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
                let reason = "its address cannot be used; write it like http://host:port/apis/ccompat/v7";
                return self.error(about, reason, Disposition::Fatal);
            }
            ureq::Error::TlsRequired => {
                let reason = "https is not built in; give an http address, such as that of a local TLS proxy";
                return self.error(about, reason, Disposition::Fatal);
            }
            ureq::Error::BodyExceedsLimit(_) => "the answer is larger than 1 MiB".to_owned(),
            other => format!("no answer ({other}); is the address right, and is the registry running?"),
        };
        self.error(about, reason, Disposition::Retry)
    }

    /// The registry lacks what every version of it that we know offers.
    pub(super) fn not_offered(&self, about: &str) -> Error {
        self.error(about, "the registry does not offer this; is it Confluent's interface?", Disposition::Fatal)
    }

    pub(super) fn error(&self, about: &str, reason: impl Into<String>, disposition: Disposition) -> Error {
        Error::Registry { url: self.shown.to_string(), about: about.to_owned(), reason: reason.into(), disposition }
    }
}

/// The registry's own words, cut to one short line.
fn said(message: &str) -> String {
    if message.is_empty() {
        return String::new();
    }
    let line: String = message.chars().take(MESSAGE_CHARS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!(": {line}")
}

fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}
