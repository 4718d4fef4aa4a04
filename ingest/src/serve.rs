//! The server around the pipeline: listens, watches Kafka off the request path, and drains in order.
//!
//! Drain: stop accepting connections, `requests` (finish those that were taken in), `flush` (what clients gave up on).

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use runtime::health::Dependency;
use runtime::service::Runtime;
use runtime::shutdown::Shutdown;
use schemas::topic;
use stream::publish::Publisher;

use crate::error::Error;
use crate::pipeline::{Gateway, routes};

const KAFKA_CHECK_INTERVAL: Duration = Duration::from_secs(2);
const KAFKA_CHECK_WAIT: Duration = Duration::from_secs(2);
/// For answers that are decided but still on their way out.
const ANSWERS_WAIT: Duration = Duration::from_secs(21);
/// The publisher gives a record up after 10 s, so this is enough.
const FLUSH_WAIT: Duration = Duration::from_secs(11);

/// Serves until asked to stop, then drains.
pub fn run(listener: TcpListener, gateway: Arc<Gateway>, kafka: Dependency, runtime: &Runtime) -> Result<(), Error> {
    let (publisher, shutdown) = (gateway.publish.publisher.clone(), runtime.shutdown.clone());
    let watch = std::thread::Builder::new().name("kafka-watch".to_owned());
    watch.spawn(move || watch_kafka(&publisher, &kafka, &shutdown)).map_err(Error::Thread)?;
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Thread)?;
    tokio.block_on(serve(listener, &gateway, runtime))?;
    runtime.drain.stage("flush", || gateway.publish.publisher.flush(FLUSH_WAIT))?;
    Ok(())
}

/// Says whether the brokers answer and hold the topic.
fn watch_kafka(publisher: &Publisher, kafka: &Dependency, shutdown: &Shutdown) {
    loop {
        match publisher.reaches(topic::EVENTS.name, KAFKA_CHECK_WAIT) {
            Ok(()) => kafka.up(),
            Err(error) => kafka.down(error.to_string()),
        }
        if shutdown.wait_timeout(KAFKA_CHECK_INTERVAL) {
            return;
        }
    }
}

async fn serve(listener: TcpListener, gateway: &Arc<Gateway>, runtime: &Runtime) -> Result<(), Error> {
    listener.set_nonblocking(true).map_err(Error::Serve)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(Error::Serve)?;
    let address = listener.local_addr().map_err(Error::Serve)?;
    let shutdown = runtime.shutdown.clone();
    let stop = async move { shutdown.requested().await };
    let server = axum::serve(listener, routes(Arc::clone(gateway))).with_graceful_shutdown(stop);
    let mut server = tokio::spawn(server.into_future());
    tracing::info!(listen = %address, "POST /v1/events answers; nobody is asked who they are");
    tokio::select! {
        ended = &mut server => return ended.unwrap_or_else(|error| Err(std::io::Error::other(error))).map_err(Error::Serve),
        () = runtime.shutdown.requested() => {}
    }
    let drained = runtime.drain.stage_async("requests", async { tokio::time::timeout(ANSWERS_WAIT, server).await });
    if drained.await.is_err() {
        tracing::info!("connections without a request were cut off");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
