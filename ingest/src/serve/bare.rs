//! What hyper refuses by itself, in our words: a head that it cannot read gets a problem document too.
//!
//! hyper answers such a head with a status line and no body, and offers no hook. None of our own answers looks like that:
//! each of ours has a body, so an empty one of the 4xx kind is hyper's.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::problem::{Kind, Problem};

/// A socket on which bare refusals become problem documents.
#[derive(Debug)]
pub struct Worded<S> {
    inner: S,
    /// What is left to be written of a document.
    document: Bytes,
}

impl<S> Worded<S> {
    pub fn new(inner: S) -> Self {
        Self { inner, document: Bytes::new() }
    }

    pub fn into_inner(self) -> S {
        self.inner
    }
}

/// The document in place of an answer of hyper's own.
fn worded(answer: &[u8]) -> Option<Bytes> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ").or_else(|| head.strip_prefix("HTTP/1.0 "))?.get(..3)?;
    if !body.is_empty() || !head.contains("content-length: 0") {
        return None;
    }
    let problem = match status {
        "400" => Problem::new(Kind::BadRequest, "the head of the request is not HTTP/1.1"),
        "414" => Problem::new(Kind::HeadTooLarge, "the path is too long"),
        "431" => super::limit::too_large(),
        _ => return None,
    };
    Some(problem.count().into_wire())
}

impl<S: AsyncWrite + Unpin> Worded<S> {
    fn poll_document(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.document.is_empty() {
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, &self.document))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            drop(self.document.split_to(written));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Worded<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Worded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_document(cx))?;
        if bytes.starts_with(b"HTTP/1.")
            && let Some(document) = worded(bytes)
        {
            self.document = document;
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_document(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_document(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_refusal_is_put_into_words() {
        for (answer, is_worded) in [
            ("HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n", true),
            ("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", false),
            ("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}", false),
            ("HTTP/1.1 100 Continue\r\n\r\n", false),
        ] {
            assert_eq!(worded(answer.as_bytes()).is_some(), is_worded, "{answer}");
        }
    }
}
