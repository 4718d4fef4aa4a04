//! Stands between a sink and ClickHouse; one insert at a time can lose its answer, or be held back and arrive late.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What becomes of the next insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// The server gets it and answers; the sink's connection ends before it hears so.
    LoseAnswer,
    /// The sink's connection ends, and the server gets nothing before [`Proxy::deliver`].
    Hold,
}

#[derive(Default)]
struct State {
    trap: Option<Trap>,
    held: Option<Vec<u8>>,
    sprung: u32,
}

pub struct Proxy {
    pub url: String,
    server: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// Lives as long as the test's process.
    pub fn start(url: &str) -> Self {
        let server: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(&client, server, &state));
            }
        });
        Self { url, server, state }
    }

    pub fn set(&self, trap: Trap) {
        self.state.lock().unwrap().trap = Some(trap);
    }

    /// How many inserts were caught.
    pub fn sprung(&self) -> u32 {
        self.state.lock().unwrap().sprung
    }

    /// Lets what is held look away: its condition, that none of its rows is there, is always true from now on.
    pub fn blind(&self) {
        let mut state = self.state.lock().unwrap();
        let held = state.held.as_mut().expect("nothing is held");
        let (more_than_none, more_than_nine) = (b"%3E+0%2C", b"%3E+9%2C");
        let at = held.windows(more_than_none.len()).position(|found| found == more_than_none).expect("no condition");
        held[at..at + more_than_nine.len()].copy_from_slice(more_than_nine);
    }

    /// Sends on what was held, and gives the server's whole answer.
    pub fn deliver(&self) -> String {
        let request = self.state.lock().unwrap().held.take().expect("nothing is held");
        let mut server = TcpStream::connect(self.server).unwrap();
        server.write_all(&request).unwrap();
        server.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn serve(client: &TcpStream, server: SocketAddr, state: &Mutex<State>) {
    let Ok(upstream) = TcpStream::connect(server) else { return };
    let lose = Arc::new(Mutex::new(false));
    let (back, to, losing) = (upstream.try_clone().unwrap(), client.try_clone().unwrap(), Arc::clone(&lose));
    std::thread::spawn(move || {
        each(&back, |bytes| !*losing.lock().unwrap() && (&to).write_all(bytes).is_ok());
        // Whichever side is closed already needs nothing.
        [&back, &to].into_iter().for_each(|stream| stream.shutdown(Shutdown::Both).unwrap_or_default());
    });
    let mut holding: Option<Vec<u8>> = None;
    each(client, |bytes| {
        if holding.is_none() && bytes.windows(24).any(|found| found == b"INSERT+INTO+audit_record") {
            let mut state = state.lock().unwrap();
            match state.trap.take() {
                Some(Trap::Hold) => holding = Some(Vec::new()),
                Some(Trap::LoseAnswer) => *lose.lock().unwrap() = true,
                None => {}
            }
            state.sprung += u32::from(holding.is_some() || *lose.lock().unwrap());
        }
        let Some(held) = &mut holding else { return (&upstream).write_all(bytes).is_ok() };
        held.extend_from_slice(bytes);
        // The last chunk of a body; then the sink waits for an answer, and gets none.
        if held.ends_with(b"\r\n0\r\n\r\n") {
            state.lock().unwrap().held = holding.take();
            return false;
        }
        true
    });
    [client, &upstream].into_iter().for_each(|stream| stream.shutdown(Shutdown::Both).unwrap_or_default());
}

/// Reads until the end, or until it is enough.
fn each(mut from: &TcpStream, mut take: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 || !take(&buffer[..read]) {
            return;
        }
    }
}
