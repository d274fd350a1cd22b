//! A node's socket: its listener while the node is up, and its clients' connections.
//!
//! Invariant: when a node is down its port refuses and its connections are gone; whatever a client sends, its connection
//! goes on or is closed. Connections, frames and waiting are bounded. Not here: what requests mean.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use rosterlab_asinfo::wire::frame::{Frame, Kind, decode, no_security};
use rosterlab_asinfo::wire::info;
use rosterlab_engine::NodeId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::requests::Answer;
use super::simulation::Simulation;

/// The simulation, shared by all that runs on its thread.
pub type Shared = Rc<RefCell<Simulation>>;

/// How much connections may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most connections of all nodes together.
    pub connections: usize,
    /// How long a connection may be silent.
    pub idle: Duration,
}

/// How long a client may take to send a frame that it has begun, and to take a reply.
const FRAME_TIME: Duration = Duration::from_secs(10);

/// How much is read at a time.
const CHUNK_BYTES: usize = 16 * 1024;

/// How large a buffer may stay between two requests.
const BUFFER_KEPT_BYTES: usize = 64 * 1024;

/// Serves a node's clients until the task is dropped, and all its connections with it.
pub async fn serve(node: NodeId, listener: TcpListener, simulation: Shared, limits: Limits) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Out of descriptors, most likely: others have to close theirs first.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let open = Open::one_more(node, &simulation, limits.connections);
                // One too many: the socket is closed as it is dropped.
                if let Some(open) = open {
                    connections.spawn_local(connection(stream, open, limits.idle));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// An open connection, counted.
struct Open {
    node: NodeId,
    simulation: Shared,
}

impl Open {
    fn one_more(node: NodeId, simulation: &Shared, most: usize) -> Option<Self> {
        let counted = simulation.borrow_mut().open_connection(node, most);
        counted.then(|| Self { node, simulation: Rc::clone(simulation) })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.simulation.borrow_mut().close_connection(self.node);
    }
}

/// Answers requests in order until the client leaves, is silent too long, or sends what is no frame.
async fn connection(mut stream: TcpStream, open: Open, idle: Duration) {
    // Without this a reply may wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let mut arrived: Vec<u8> = Vec::new();
    loop {
        let wait = if arrived.is_empty() { idle } else { FRAME_TIME };
        match timeout(wait, more(&mut stream, &mut arrived)).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false) | Err(_)) | Err(_) => return,
        }
        let (answer, taken, goes_on) = answers(&arrived, &open);
        arrived.drain(..taken);
        if arrived.is_empty() && arrived.capacity() > BUFFER_KEPT_BYTES {
            arrived = Vec::new();
        }
        if !answer.is_empty() {
            match timeout(FRAME_TIME, stream.write_all(&answer)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
        if !goes_on {
            return;
        }
    }
}

/// Reads what has come; `false` at the end of the stream.
async fn more(stream: &mut TcpStream, arrived: &mut Vec<u8>) -> io::Result<bool> {
    arrived.reserve(CHUNK_BYTES);
    Ok(stream.read_buf(arrived).await? > 0)
}

/// The answers to all requests that have arrived whole, the bytes that these took, and whether the connection goes on.
fn answers(arrived: &[u8], open: &Open) -> (Vec<u8>, usize, bool) {
    let mut answer = Vec::new();
    let mut taken = 0;
    loop {
        match decode(&arrived[taken..]) {
            Ok(Some((frame, bytes))) => {
                taken += bytes;
                match of_frame(&frame, open) {
                    Answer::Frames(frames) => answer.extend(frames),
                    Answer::Close => return (answer, taken, false),
                }
            }
            Ok(None) => return (answer, taken, true),
            Err(_) => return (answer, taken, false),
        }
    }
}

fn of_frame(frame: &Frame<'_>, Open { node, simulation }: &Open) -> Answer {
    let mut simulation = simulation.borrow_mut();
    match frame.kind {
        Kind::Info => match info::names(frame.body) {
            Ok(names) => {
                let values: Vec<(&str, String)> = names
                    .into_iter()
                    .filter_map(|name| Some((name, simulation.info(*node, name)?)))
                    .collect();
                Answer::Frames(info::reply(values))
            }
            Err(_) => Answer::Close,
        },
        Kind::Message => simulation.message(*node, frame.body),
        Kind::CompressedMessage => Simulation::compressed(),
        Kind::Security => Answer::Frames(no_security()),
    }
}
