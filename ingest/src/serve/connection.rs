//! One connection from its first byte to its last: HTTP/1.1 by hyper, with our deadlines and our refusals around it.
//!
//! HTTP/2 is not offered: one request at a time per connection is what makes "connections" bound everything else.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{HttpService, Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use runtime::shutdown::Shutdown;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::bare::Worded;
use super::pace::{Answering, Late, Pace, Paced, Patience};
use crate::metric::IngestMetric;
use crate::problem::{Kind, Problem};

/// A connection's read buffer; hyper starts with 8 KiB and grows it under load only.
const BUFFER_BYTES_MAX: usize = 24 * 1024;
/// Twice what `limit` lets through, so that most who send too much are told so in full.
const HEAD_BYTES_MAX: usize = 24 * 1024;

/// Who is at the other end.
#[derive(Debug, Clone)]
pub struct Peer {
    pub address: SocketAddr,
    /// The client's own certificate (DER), when mTLS is on.
    pub certificate: Option<Arc<[u8]>>,
}

/// What all connections share.
pub struct Shared {
    pub router: Router,
    pub shutdown: Shutdown,
    pub patience: Patience,
}

/// Serves a connection to its end.
pub async fn serve(shared: &Shared, socket: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, peer: Peer) {
    let (pace, address) = (Pace::new(shared.patience, Instant::now()), peer.address);
    let router = TowerToHyperService::new(shared.router.clone());
    let keeping = pace.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let answering = keeping.begin();
        request.extensions_mut().insert(peer.clone());
        let answer = router.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            Ok::<_, Infallible>(answer.map(|body| Answer { body, _answering: answering }))
        })
    });
    let paced = Worded::new(Paced { socket, pace: pace.clone() });
    let mut http = http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(BUFFER_BYTES_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(paced), service);
    let end = drive(&mut http, &pace, &shared.shutdown).await;
    let mut socket = http.into_parts().io.into_inner().into_inner().socket;
    let patience = shared.patience.parting;
    match end {
        End::Done => part(&mut socket, patience).await,
        End::Late(late) => {
            tracing::debug!(%address, reason = late.label(), "a connection is late");
            IngestMetric::ConnectionsCut.with(&[("reason", late.label())]).increment(1);
            if late == Late::Head {
                let problem = Problem::new(Kind::SlowHead, "send the head of a request in one piece");
                let answer = problem.count().into_wire();
                if let Ok(Ok(())) = tokio::time::timeout(patience, socket.write_all(&answer)).await {
                    part(&mut socket, patience).await;
                }
            }
        }
    }
}

enum End {
    Done,
    Late(Late),
}

/// Polls the connection, and after each poll looks at its deadline.
async fn drive<I, S>(http: &mut http1::Connection<I, S>, pace: &Pace, shutdown: &Shutdown) -> End
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    S: HttpService<Incoming, ResBody = Answer>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut timer = pin!(tokio::time::sleep_until(Instant::now().into()));
    let mut stopping = pin!(shutdown.requested());
    let mut is_stopping = false;
    poll_fn(|cx| {
        if !is_stopping && stopping.as_mut().poll(cx).is_ready() {
            is_stopping = true;
            pace.part(Instant::now());
            Pin::new(&mut *http).graceful_shutdown();
        }
        match Pin::new(&mut *http).poll(cx) {
            Poll::Ready(Ok(())) => return Poll::Ready(End::Done),
            Poll::Ready(Err(error)) => {
                tracing::debug!(%error, "a connection broke off");
                return Poll::Ready(End::Done);
            }
            Poll::Pending => {}
        }
        let Some((deadline, late)) = pace.deadline() else { return Poll::Pending };
        if timer.deadline() != deadline.into() {
            timer.as_mut().reset(deadline.into());
        }
        timer.as_mut().poll(cx).map(|()| End::Late(late))
    })
    .await
}

/// Ends our side, then takes what the peer still sends for a moment: a socket closed over unread bytes is reset, and the
/// reset may overtake the answer.
async fn part(socket: &mut (impl AsyncRead + AsyncWrite + Unpin), patience: Duration) {
    let unread = async {
        socket.shutdown().await?;
        let mut waste = [0; 4096];
        while socket.read(&mut waste).await? > 0 {}
        std::io::Result::Ok(())
    };
    if let Ok(Err(error)) = tokio::time::timeout(patience, unread).await {
        tracing::debug!(%error, "a connection ended without a farewell");
    }
}

/// An answer's body; with its end, the request is over.
struct Answer {
    body: Body,
    _answering: Answering,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
