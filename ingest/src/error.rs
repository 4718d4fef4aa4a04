//! Why the gateway cannot run. What is wrong with a request is a [`Problem`](crate::problem::Problem) instead.

use std::io;
use std::net::SocketAddr;

/// The closed set of failures of this service. Each is fatal: what may pass is waited for where it happens.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("routing_key is shorter than 16 bytes; give all gateways and clients of a deployment the same secret")]
    NoRoutingKey,
    #[error("cannot listen on {address} for events; set listen to a free address")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    #[error("nobody is known to the gateway; set api_keys, or open_tenant for one that asks nobody")]
    NobodyKnown,
    #[error(transparent)]
    Keys(#[from] crate::authenticate::ring::KeysError),
    #[error(transparent)]
    Access(#[from] access::Error),
    #[error(transparent)]
    Tls(#[from] crate::serve::tls::TlsError),
    #[error("the server stopped by itself")]
    Serve(#[source] io::Error),
    #[error(transparent)]
    Stream(#[from] stream::Error),
}
