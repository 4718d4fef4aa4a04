//! Why the service cannot run. What is wrong with a request is a [`Problem`](crate::problem::Problem) instead.

use std::io;
use std::net::SocketAddr;

/// The closed set of failures of this service. Each is fatal: what may pass is waited for where it happens.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("postgres_url is not a URL such as postgres://user:password@host:5432/database")]
    BadPostgresUrl,
    #[error("cannot listen on {address} for questions; set listen to a free address")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot start the server")]
    Start(#[source] io::Error),
    #[error("the server stopped by itself")]
    Serve(#[source] io::Error),
}
