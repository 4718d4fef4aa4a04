//! One frame of Kafka's protocol: a length, then a header of which only the first fields matter here.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Above every fetch that a worker asks for.
const BYTES_MAX: usize = 256 << 20;

/// Where the broker is, and where the worker shall think that it is.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    pub broker: SocketAddr,
    pub proxy: SocketAddr,
}

/// A request or a response, with its length in front.
pub struct Frame(Vec<u8>);

impl Frame {
    pub fn read(mut from: &TcpStream) -> std::io::Result<Self> {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let size = u32::from_be_bytes(length) as usize;
        if size > BYTES_MAX {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; 4 + size];
        bytes[..4].copy_from_slice(&length);
        from.read_exact(&mut bytes[4..])?;
        Ok(Self(bytes))
    }

    pub fn write(&self, mut to: &TcpStream) -> std::io::Result<()> {
        to.write_all(&self.0)
    }

    /// A request's kind.
    pub fn api(&self) -> i16 {
        self.0.get(4..6).and_then(|bytes| bytes.try_into().ok()).map_or(-1, i16::from_be_bytes)
    }

    /// The number that ties a request to its response; a request has it behind its kind and version.
    pub fn correlation_of_request(&self) -> i32 {
        self.number_at(8)
    }

    pub fn correlation(&self) -> i32 {
        self.number_at(4)
    }

    fn number_at(&self, place: usize) -> i32 {
        self.0.get(place..place + 4).and_then(|bytes| bytes.try_into().ok()).map_or(-1, i32::from_be_bytes)
    }

    /// Names the proxy where the broker named itself, so that the worker never goes round it. Same length, so nothing moves.
    pub fn rewrite(&mut self, addresses: &Addresses) {
        let (own, other) = (spelled(addresses.broker), spelled(addresses.proxy));
        let mut place = 0;
        while place + own.len() <= self.0.len() {
            if self.0[place..].starts_with(&own) {
                self.0[place..place + other.len()].copy_from_slice(&other);
                place += other.len();
            } else {
                place += 1;
            }
        }
    }
}

/// Host and port as they stand in a response: text, then four bytes.
fn spelled(address: SocketAddr) -> Vec<u8> {
    let mut bytes = address.ip().to_string().into_bytes();
    bytes.extend(u32::from(address.port()).to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_s_own_address_becomes_the_proxy_s_and_nothing_else_moves() {
        let addresses = Addresses { broker: "127.0.0.1:19092".parse().unwrap(), proxy: "127.0.0.1:4".parse().unwrap() };
        let mut bytes = b"\0\0\0\x20....127.0.0.1".to_vec();
        bytes.extend(19_092u32.to_be_bytes());
        bytes.extend(b"127.0.0.1");
        bytes.extend(19_093u32.to_be_bytes());
        let mut frame = Frame(bytes.clone());
        frame.rewrite(&addresses);
        bytes[17..21].copy_from_slice(&4u32.to_be_bytes());
        assert_eq!(frame.0, bytes);
    }

    #[test]
    fn a_request_s_kind_and_number_are_read_from_its_header() {
        let frame = Frame(vec![0, 0, 0, 8, 0, 22, 0, 4, 0, 0, 1, 2]);
        assert_eq!((frame.api(), frame.correlation_of_request()), (22, 258));
    }
}
