//! The server around the pipeline: accepts connections within bounds, watches Kafka off the request path, drains in order.
//!
//! ```text
//! socket ─▶ accept (≤ connections_max, else 503) ─▶ [TLS, ≤ 10 s] ─▶ connection: head ≤ 10 s, 16 KiB ─▶ pipeline
//! ```
//!
//! Drain: stop accepting, `requests` (finish those that were taken in, cut idle connections), `flush` (what clients gave up on).

mod bare;
pub mod connection;
pub mod limit;
pub mod pace;
pub mod tls;

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use runtime::health::Dependency;
use runtime::service::Runtime;
use runtime::shutdown::Shutdown;
use schemas::topic;
use stream::publish::{Publisher, Ticket};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::connection::{Peer, Shared};
use self::pace::Patience;
use self::tls::Tls;
use crate::error::Error;
use crate::metric::IngestMetric;
use crate::pipeline::{Gateway, routes};
use crate::problem::{Kind, Problem};
use crate::reload::Reloaded;

const KAFKA_CHECK_INTERVAL: Duration = Duration::from_secs(2);
const KAFKA_CHECK_WAIT: Duration = Duration::from_secs(2);
/// Out of file descriptors, as a rule; accepting again at once would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// For records whose senders were told to send them again; they may get through yet.
const FLUSH_WAIT: Duration = Duration::from_secs(4);

/// Where and how connections come in.
pub struct Server {
    pub listener: TcpListener,
    pub reloaded: Reloaded,
    pub connections_max: u32,
    pub patience: Patience,
}

impl Server {
    pub fn new(listener: TcpListener, reloaded: Reloaded, connections_max: u32) -> Self {
        Self { listener, reloaded, connections_max, patience: Patience::default() }
    }
}

/// Serves until asked to stop, then drains.
pub fn run(server: Server, gateway: Arc<Gateway>, kafka: Dependency, runtime: &Runtime) -> Result<(), Error> {
    let (publisher, shutdown) = (gateway.publish.publisher.clone(), runtime.shutdown.clone());
    let watch = std::thread::Builder::new().name("kafka-watch".to_owned());
    let watched = Arc::clone(&gateway);
    let (tell, told) = mpsc::sync_channel(1);
    let watch = watch.spawn(move || {
        if let Some(failure) = watch_kafka(&publisher, &kafka, &watched, &shutdown) {
            // The channel has room for the one that there can be, and who asks for it is still there.
            tell.send(failure).unwrap_or_default();
            shutdown.request();
        }
    });
    watch.map_err(Error::Thread)?;
    serve_and_drain(server, &gateway, runtime)?;
    told.try_recv().map_or(Ok(()), |failure| Err(failure.into()))
}

/// Everything but the watch over Kafka.
fn serve_and_drain(server: Server, gateway: &Arc<Gateway>, runtime: &Runtime) -> Result<(), Error> {
    let (reloaded, shutdown) = (server.reloaded.clone(), runtime.shutdown.clone());
    let watch = std::thread::Builder::new().name("reload".to_owned());
    watch.spawn(move || reloaded.watch(&shutdown)).map_err(Error::Thread)?;
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Thread)?;
    tokio.block_on(serve(server, gateway, runtime))?;
    let unknown = runtime.drain.stage("flush", || gateway.publish.publisher.close(FLUSH_WAIT));
    if unknown > 0 {
        tracing::warn!(unknown, "events were not acknowledged in time; their senders were told so");
    }
    Ok(())
}

/// Says whether the brokers answer and hold the topic, until the process stops or the publisher has failed for good.
fn watch_kafka<T: Ticket>(
    publisher: &Publisher<T>,
    kafka: &Dependency,
    gateway: &Gateway,
    shutdown: &Shutdown,
) -> Option<stream::Error> {
    loop {
        if let Some(failure) = publisher.fatal() {
            kafka.down(failure.to_string());
            return Some(failure);
        }
        IngestMetric::EventsInFlight.set(publisher.in_flight().records as f64);
        let reached = publisher.reaches(topic::EVENTS.name, KAFKA_CHECK_WAIT);
        gateway.admit.kafka_is_away(reached.is_err());
        match reached {
            Ok(()) => kafka.up(),
            Err(error) => kafka.down(error.to_string()),
        }
        if shutdown.wait_timeout(KAFKA_CHECK_INTERVAL) {
            return None;
        }
    }
}

async fn serve(server: Server, gateway: &Arc<Gateway>, runtime: &Runtime) -> Result<(), Error> {
    server.listener.set_nonblocking(true).map_err(Error::Serve)?;
    let listener = tokio::net::TcpListener::from_std(server.listener).map_err(Error::Serve)?;
    let address = listener.local_addr().map_err(Error::Serve)?;
    let router = routes(Arc::clone(gateway));
    let shared = Shared { router, shutdown: runtime.shutdown.clone(), patience: server.patience };
    let connections = Arc::new(Semaphore::new(server.connections_max as usize));
    let accept = Accept { shared: Arc::new(shared), tls: server.reloaded.tls, connections: Arc::clone(&connections) };
    raise_file_limit(server.connections_max);
    tracing::info!(listen = %address, tls = accept.tls.is_some(), "POST /v1/events answers");
    tokio::select! {
        never = accept.forever(&listener) => match never {},
        () = runtime.shutdown.requested() => {}
    }
    drop(listener);
    // All permits back means that every connection has ended: each finishes its request, and none without one stays.
    let all = runtime.drain.stage_async("requests", connections.acquire_many(server.connections_max)).await;
    drop(all);
    Ok(())
}

struct Accept {
    shared: Arc<Shared>,
    tls: Option<Arc<Tls>>,
    connections: Arc<Semaphore>,
}

impl Accept {
    async fn forever(&self, listener: &tokio::net::TcpListener) -> std::convert::Infallible {
        loop {
            match listener.accept().await {
                Ok((socket, address)) => self.take(socket, address),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn take(&self, socket: TcpStream, address: SocketAddr) {
        let Ok(permit) = Arc::clone(&self.connections).try_acquire_owned() else {
            IngestMetric::ConnectionsRefused.increment(1);
            if self.tls.is_none() {
                let detail = "nothing was stored; send the request again in a moment";
                // One attempt and no wait: what a full socket does not take is not worth a task.
                drop(socket.try_write(&Problem::new(Kind::TooManyConnections, detail).count().into_wire()));
            }
            return;
        };
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended before it began");
            return;
        }
        let (shared, tls) = (Arc::clone(&self.shared), self.tls.clone());
        let open = Open::new(permit);
        tokio::spawn(async move {
            let _open = open;
            match tls {
                None => {
                    let peer = Peer { address, certificate: None };
                    connection::serve(&shared, socket, peer).await;
                }
                Some(tls) => serve_tls(&shared, &tls, socket, address).await,
            }
        });
    }
}

async fn serve_tls(shared: &Shared, tls: &Tls, socket: TcpStream, address: SocketAddr) {
    let handshake = tokio::time::timeout(shared.patience.head, tls.acceptor().accept(socket));
    let outcome = tokio::select! {
        outcome = handshake => outcome,
        () = shared.shutdown.requested() => return,
    };
    let label = match &outcome {
        Ok(Ok(_)) => "done",
        Ok(Err(_)) => "failed",
        Err(_) => "late",
    };
    IngestMetric::Handshakes.with(&[("outcome", label)]).increment(1);
    match outcome {
        Ok(Ok(socket)) => {
            let peer = Peer { address, certificate: tls::shown(socket.get_ref().1) };
            connection::serve(shared, socket, peer).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

/// Counts a connection while it is open.
struct Open {
    _permit: OwnedSemaphorePermit,
}

impl Open {
    fn new(permit: OwnedSemaphorePermit) -> Self {
        IngestMetric::ConnectionsOpen.handle().increment(1.0);
        Self { _permit: permit }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        IngestMetric::ConnectionsOpen.handle().decrement(1.0);
    }
}

/// Many systems start a process with 1,024 file descriptors, fewer than our connections.
fn raise_file_limit(connections_max: u32) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let wanted = u64::from(connections_max) + 256;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        let current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        if setrlimit(Resource::Nofile, Rlimit { current, maximum: limit.maximum }).is_err()
            || current.is_some_and(|current| current < wanted)
        {
            tracing::warn!(wanted, "fewer file descriptors than connections_max needs; raise the limit (ulimit -n)");
        }
    }
}

#[cfg(test)]
mod tests;
