//! An answer that keeps its request's share of the memory until it is written.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use crate::admit::room::Hold;

/// The server asks for more once it has written most of what it has.
const FRAME_BYTES: usize = 64 * 1024;

/// A body in small frames.
pub(super) struct Held {
    rest: Bytes,
    _holds: [Hold; 2],
}

impl Held {
    pub(super) fn body(rest: Bytes, holds: [Hold; 2]) -> Body {
        Body::new(Self { rest, _holds: holds })
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.rest.len().min(FRAME_BYTES);
        let frame = self.rest.split_to(length);
        Poll::Ready((!frame.is_empty()).then(|| Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::admit::Admit;

    #[tokio::test]
    async fn an_answer_keeps_its_share_until_its_last_byte_is_taken() {
        let admit = Admit::new(1_000);
        let mut hold = admit.share();
        hold.cover(700).unwrap();
        let text = Bytes::from(vec![b'x'; FRAME_BYTES + 1]);
        let mut body = Held::body(text.clone(), [hold, admit.share()]);
        assert_eq!(body.size_hint().exact(), Some(text.len() as u64));
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!((first.len(), admit.bytes_in_flight()), (FRAME_BYTES, 700));
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().len(), 1);
        assert!(body.frame().await.is_none());
        drop(body);
        assert_eq!(admit.bytes_in_flight(), 0);
    }
}
