//! HTTP/1.1 to one gateway: kept-alive connections, TLS where the address asks for it, a time limit per request.

use std::error::Error as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::UnixSeconds;
use access::signature::{self, SigningSecret};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{Answer, Failure, Post};
use crate::batch::Content;
use crate::error::Error;
use crate::retry;

/// An answer names each event of a batch; more than this is no answer of a gateway.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Below the gateway's own limit, so that no request meets a connection that is just being closed.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// How to reach a gateway.
pub(crate) struct Connection {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
    /// Of the address, in front of the gateway's own paths.
    path: String,
    proof: Proof,
    timeout: Duration,
}

impl Connection {
    pub fn new(url: &str, key: &str, timeout: Duration, tls: rustls::ClientConfig) -> Result<Self, Error> {
        let (base, path) = base(url)?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeout.min(Duration::from_secs(5))));
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_MAX)
            .build(https);
        Ok(Self { client, base, path, proof: Proof::of(key)?, timeout })
    }

    fn request(&self, content: Content) -> Result<Request<Full<Bytes>>, String> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/{}", self.base, content.path))
            .header(ACCEPT, "application/json, application/problem+json")
            .header(CONTENT_TYPE, content.media_type)
            .header(USER_AGENT, concat!("sealtrail-client/", env!("CARGO_PKG_VERSION")));
        if content.is_gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        request = match &self.proof {
            Proof::None => request,
            Proof::Bearer(value) => request.header(AUTHORIZATION, value),
            Proof::Secret(secret) => self
                .sign(secret, &content)?
                .each()
                .into_iter()
                .fold(request, |request, (name, value)| request.header(name, value)),
        };
        request.body(Full::new(content.body)).map_err(|error| error.to_string())
    }

    /// Each attempt is signed anew: a gateway takes a signature once.
    fn sign(&self, secret: &SigningSecret, content: &Content) -> Result<signature::SignedHeaders, String> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let path = format!("{}/{}", self.path, content.path);
        let request = signature::Request { method: "POST", path: &path, query: None, body: &content.body };
        signature::sign(&request, content.media_type, secret, UnixSeconds(now), &nonce)
            .map_err(|error| error.to_string())
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
        let response = self.client.request(request).await.map_err(|error| not_answered(&error))?;
        let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
        let broken_off = |_| Failure { why: "the gateway's answer broke off".to_owned(), in_doubt: true };
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await.map_err(broken_off)?;
        Ok(Answer { status, retry_after, body: body.to_bytes() })
    }
}

impl Post for Connection {
    async fn post(&self, content: Content) -> Result<Answer, Failure> {
        let unsendable = |error| Failure { why: format!("the request cannot be made: {error}"), in_doubt: false };
        let request = self.request(content).map_err(unsendable)?;
        match tokio::time::timeout(self.timeout, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => {
                let why = format!("the gateway did not answer within {} s", self.timeout.as_secs_f32());
                Err(Failure { why, in_doubt: true })
            }
        }
    }
}

/// The causes say more than the error itself; none of them holds what was sent.
fn not_answered(error: &legacy::Error) -> Failure {
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        why.push_str(": ");
        why.push_str(&error.to_string());
        cause = error.source();
    }
    Failure { why, in_doubt: !error.is_connect() }
}

fn retry_after<B>(response: &Response<B>) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    retry::retry_after(value, SystemTime::now())
}

/// The address without its last slash; what is not an address is told before the first event.
fn base(url: &str) -> Result<(String, String), Error> {
    let wrong = || Error::setting("url", "is not a gateway's address; give one such as https://gateway.example:8443");
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    if !is_http || uri.authority().is_none() || uri.query().is_some() {
        return Err(wrong());
    }
    Ok((url.trim_end_matches('/').to_owned(), uri.path().trim_end_matches('/').to_owned()))
}

/// How a request shows who sends it.
enum Proof {
    /// For a gateway that knows no keys.
    None,
    Bearer(HeaderValue),
    Secret(Box<SigningSecret>),
}

impl Proof {
    fn of(key: &str) -> Result<Self, Error> {
        if key.is_empty() {
            return Ok(Self::None);
        }
        if key.starts_with("sts_") {
            let wrong =
                |_| Error::setting("key", "is no signing secret; give it as `audit-cli keys api create` showed it");
            return SigningSecret::parse(key).map(|secret| Self::Secret(Box::new(secret))).map_err(wrong);
        }
        let wrong = |_| Error::setting("key", "holds characters that no key has; give it without spaces or line ends");
        let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(wrong)?;
        value.set_sensitive(true);
        Ok(Self::Bearer(value))
    }
}
