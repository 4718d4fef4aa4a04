//! The process: listens, watches Postgres off the request path, and drains in order: `requests`, then `pool`.

use std::net::TcpListener;
use std::time::Duration;

use runtime::health::Dependency;
use runtime::service::Runtime;

use crate::api;
use crate::config::QueryConfig;
use crate::error::Error;
use crate::metric::QueryMetric;
use crate::store::{self, Store};

const CHECK_INTERVAL: Duration = Duration::from_secs(2);
/// A question takes at most 2 s to get a connection and 10 s to be answered.
const REQUESTS_WAIT: Duration = Duration::from_secs(13);

/// Serves until asked to stop, then drains.
pub fn run(config: &QueryConfig, runtime: &Runtime) -> Result<(), Error> {
    QueryMetric::describe();
    let address = config.listen;
    let listener = TcpListener::bind(address).map_err(|source| Error::Listen { address, source })?;
    listener.set_nonblocking(true).map_err(Error::Start)?;
    let url = config.postgres_url.expose_str().map_err(|_| Error::BadPostgresUrl)?;
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Start)?;
    tokio.block_on(serve(listener, url, runtime))
}

async fn serve(listener: TcpListener, url: &str, runtime: &Runtime) -> Result<(), Error> {
    let listener = tokio::net::TcpListener::from_std(listener).map_err(Error::Start)?;
    let address = listener.local_addr().map_err(Error::Start)?;
    let store = Store::new(url)?;
    let watch = tokio::spawn(watch(store.clone(), runtime.health.dependency("postgres")));
    let shutdown = runtime.shutdown.clone();
    let stop = async move { shutdown.requested().await };
    let server = axum::serve(listener, api::routes(store.clone())).with_graceful_shutdown(stop);
    let mut server = tokio::spawn(server.into_future());
    tracing::info!(listen = %address, "GET /v1/records answers; nobody is asked who they are");
    tokio::select! {
        ended = &mut server => return ended.unwrap_or_else(|error| Err(std::io::Error::other(error))).map_err(Error::Serve),
        () = runtime.shutdown.requested() => watch.abort(),
    }
    let drained = runtime.drain.stage_async("requests", tokio::time::timeout(REQUESTS_WAIT, server)).await;
    if drained.is_err() {
        tracing::info!("connections without a request were cut off");
    }
    runtime.drain.stage_async("pool", store.close()).await;
    Ok(())
}

async fn watch(store: Store, postgres: Dependency) {
    loop {
        match store.check().await {
            Ok(()) => postgres.up(),
            Err(error) => postgres.down(store::reason(&error)),
        }
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
}
