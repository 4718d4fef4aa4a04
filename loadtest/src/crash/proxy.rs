//! Stands between one worker and the broker, knows the frames of Kafka's protocol, and can cut or kill at named points.
//!
//! ```text
//! worker ──▶ accept ──▶ requests  (one thread a connection) ──▶ broker
//!            worker ◀── responses (one thread a connection) ◀──
//!                          both ask the gate at each frame
//! ```
//!
//! The worker is the production program: nothing in it knows of these points.

mod frame;
mod gate;

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};

use frame::{Addresses, Frame};
use gate::Step;
pub use gate::{Gate, Point};

/// How often a connection looks whether its proxy is gone.
const LOOK: Duration = Duration::from_millis(5);

/// A running proxy. Its threads end when it is dropped and their connections close.
pub struct Proxy {
    address: SocketAddr,
    pub gate: Arc<Gate>,
    closed: Arc<AtomicBool>,
}

impl Proxy {
    pub fn start(broker: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("binding a proxy")?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let (gate, closed) = (Arc::new(Gate::default()), Arc::new(AtomicBool::new(false)));
        let (shared, ended) = (Arc::clone(&gate), Arc::clone(&closed));
        let addresses = Addresses { broker, proxy: address };
        std::thread::Builder::new().name("proxy".to_owned()).spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((worker, _)) => connect(worker, addresses, &shared).unwrap_or_default(),
                    Err(_) => std::thread::sleep(LOOK),
                }
            }
        })?;
        Ok(Self { address, gate, closed })
    }

    /// What the worker takes for the broker.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        self.gate.close();
    }
}

/// Both directions of one connection share what was asked.
#[derive(Clone)]
struct Connection {
    asked: Arc<Mutex<gate::Asked>>,
    gate: Arc<Gate>,
    addresses: Addresses,
}

fn connect(worker: TcpStream, addresses: Addresses, gate: &Arc<Gate>) -> Result<()> {
    worker.set_nonblocking(false)?;
    worker.set_nodelay(true)?;
    // A broker that is away refuses: the worker sees its connection end, as it would without us.
    let broker = TcpStream::connect(addresses.broker)?;
    broker.set_nodelay(true)?;
    let connection = Connection { asked: Arc::default(), gate: Arc::clone(gate), addresses };
    for (from, to, answers) in [(&worker, &broker, false), (&broker, &worker, true)] {
        let (from, to, connection) = (from.try_clone()?, to.try_clone()?, connection.clone());
        let name = if answers { "proxy-responses" } else { "proxy-requests" };
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            connection.pump(&from, &to, answers);
            // One direction's end is the other's too; a socket that is closed already needs nothing.
            for stream in [&from, &to] {
                stream.shutdown(Shutdown::Both).unwrap_or_default();
            }
        })?;
    }
    Ok(())
}

impl Connection {
    fn pump(&self, from: &TcpStream, to: &TcpStream, answers: bool) {
        while let Ok(mut frame) = Frame::read(from) {
            self.gate.wait_open();
            let asked = || self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let step = if answers {
                let step = self.gate.answered(frame.correlation(), &self.asked);
                if asked().answer_names_brokers(frame.correlation()) {
                    frame.rewrite(&self.addresses);
                }
                step
            } else {
                self.gate.asking(&frame, &mut asked())
            };
            if step == Step::Drop {
                return;
            }
            if frame.write(to).is_err() {
                return;
            }
            if step == Step::PassAndKill {
                self.gate.kill();
            }
        }
    }
}
