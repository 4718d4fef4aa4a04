//! A server that answers as it is told, also badly.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
    after: Duration,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        Self { bytes: [head.into_bytes(), body.into_bytes()].concat(), after: Duration::ZERO }
    }

    pub(crate) fn garbage() -> Self {
        Self { bytes: b"\x00\x01\x02 this is no protocol\r\n\r\n".to_vec(), after: Duration::ZERO }
    }

    /// The connection ends before an answer.
    pub(crate) fn reset() -> Self {
        Self { bytes: Vec::new(), after: Duration::ZERO }
    }

    pub(crate) fn header(mut self, line: &str) -> Self {
        let at = self.bytes.windows(2).position(|pair| pair == b"\r\n").unwrap();
        self.bytes.splice(at..at, format!("\r\n{line}").into_bytes());
        self
    }

    pub(crate) fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let server = Self { address: listener.local_addr().unwrap(), requests: Arc::default() };
        let (requests, reply) = (Arc::clone(&server.requests), Arc::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (requests, reply, stream) = (Arc::clone(&requests), Arc::clone(&reply), stream.unwrap());
                std::thread::spawn(move || serve(stream, &requests, &*reply));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request's head, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, requests: &Mutex<Vec<String>>, reply: &dyn Fn(&str) -> Reply) {
    let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
    while !text.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(1..) => text.extend_from_slice(&buffer),
            _ => return,
        }
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    requests.lock().unwrap().push(text);
    let reply = reply(&path);
    std::thread::sleep(reply.after);
    // Whoever asked may be gone by now.
    stream.write_all(&reply.bytes).unwrap_or_default();
}
