//! HTTP/1.1 to one gateway: kept-alive connections, TLS where the address asks for it, a time limit per request.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

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
    authorization: Option<HeaderValue>,
    timeout: Duration,
}

impl Connection {
    pub fn new(url: &str, api_key: &str, timeout: Duration, tls: rustls::ClientConfig) -> Result<Self, Error> {
        let base = base(url)?;
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
        Ok(Self { client, base, authorization: authorization(api_key)?, timeout })
    }

    fn request(&self, content: Content) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/{}", self.base, content.path))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, content.media_type)
            .header(USER_AGENT, concat!("sealtrail-client/", env!("CARGO_PKG_VERSION")));
        if content.is_gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        request.body(Full::new(content.body))
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
fn base(url: &str) -> Result<String, Error> {
    let wrong = || Error::setting("url", "is not a gateway's address; give one such as https://gateway.example:8443");
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    if !is_http || uri.authority().is_none() || uri.query().is_some() {
        return Err(wrong());
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// An empty key asks the gateway nothing: it must be one that knows no keys.
fn authorization(api_key: &str) -> Result<Option<HeaderValue>, Error> {
    if api_key.is_empty() {
        return Ok(None);
    }
    let wrong = |_| Error::setting("api_key", "holds characters that no key has; give it without spaces or line ends");
    let mut value = HeaderValue::from_str(&format!("Bearer {api_key}")).map_err(wrong)?;
    value.set_sensitive(true);
    Ok(Some(value))
}
