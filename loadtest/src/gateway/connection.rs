//! One HTTP/1.1 connection that costs next to nothing, so that the gateway and not the load is measured.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An open connection, kept alive from request to request.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer; the body stays in the connection's buffer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<'c> {
    pub status: u16,
    pub head: &'c str,
    pub body: &'c [u8],
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting to the gateway")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(4_096) })
    }

    /// Sends a whole request and reads its whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await.context("sending a request")?;
        self.answer().await
    }

    /// Sends bytes without waiting for an answer.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(bytes).await?)
    }

    pub async fn answer(&mut self) -> Result<Answer<'_>> {
        self.received.clear();
        let (head_end, length) = loop {
            if let Some(found) = head(&self.received)? {
                break found;
            }
            self.more().await?;
        };
        while self.received.len() < head_end + length {
            self.more().await?;
        }
        let text = std::str::from_utf8(self.received.get(..head_end).unwrap_or_default())?;
        let status = text.get(9..12).and_then(|digits| digits.parse().ok()).context("the answer has no status")?;
        Ok(Answer { status, head: text, body: self.received.get(head_end..head_end + length).unwrap_or_default() })
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.received).await.context("reading an answer")? == 0 {
            bail!("the gateway closed the connection before it had answered");
        }
        Ok(())
    }
}

/// Where the head ends and how long the body is, once the head is here.
fn head(received: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(received.get(..end).unwrap_or_default())?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Ok(Some((end + 4, length.context("the answer does not say how long it is")?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_found_once_it_is_whole() {
        let answer = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(head(&answer[..20]).unwrap(), None);
        assert_eq!(head(answer).unwrap(), Some((43, 2)));
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
