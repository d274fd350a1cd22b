//! Building the page into `dist`, and serving it while its sources change.
//!
//! Invariant: trunk finds everything it calls on `PATH` and downloads nothing.
//!
//! What is built, and how, is said in `Trunk.toml` and `index.html`.

use std::env;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::{CommandExt, parent_id};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::compress;
use crate::mask::mask_addresses;
use crate::places::Places;
use crate::process::{self, Doing, Failure};
use crate::setup::Toolbox;

/// Tried first, so that the address usually stays the same from run to run.
const USUAL_PORT: u16 = 8080;

/// How long the server may take to answer; it builds the page first.
const ANSWER_WITHIN: Duration = Duration::from_mins(10);

/// Builds the page as it is released, with compressed copies of its files for hosts that serve those.
pub fn release(places: &Places, toolbox: &Toolbox) -> Result<(), Failure> {
    build(places, toolbox)?;
    compress::beside_files_of(&places.dist())
}

fn build(places: &Places, toolbox: &Toolbox) -> Result<(), Failure> {
    let mut trunk = toolbox.command("trunk");
    trunk.current_dir(&places.root).args(["build", "--release", "--locked"]);
    let status = process::run_streaming(&mut trunk, |line| println!("{}", mask_addresses(line)))?;
    if status.success() { Ok(()) } else { Err(Failure::new("the page does not build")) }
}

/// Serves the page until stopped. Comes back only if it could not start.
///
/// This program gives its place to trunk, so that whoever ends it ends the server; a second one
/// says when the page is there.
pub fn serve(places: &Places, toolbox: &Toolbox, port: Option<u16>) -> Result<(), Failure> {
    let port = free_port(port)?;
    let this = env::current_exe().doing(|| "find this program".to_owned())?;
    // Whatever has to be downloaded or fails to compile does so here, where the output is read
    // before it is shown.
    build(places, toolbox)?;

    let mut announcer = process::command(this);
    announcer.args(["announce", "--port", &port.to_string()]).stderr(Stdio::inherit());
    announcer.spawn().doing(|| "start a second xtask".to_owned())?;

    let mut trunk = toolbox.command("trunk");
    trunk.current_dir(&places.root).args(["serve", "--release", "--locked", "--no-autoreload"]);
    trunk.args(["--address", "127.0.0.1", "--port", &port.to_string()]);
    Err(Failure::new(format!("could not start trunk: {}", trunk.exec())))
}

/// Prints the page's address as soon as the server that started this program answers there.
pub fn announce(port: u16) {
    let server = parent_id();
    let start = Instant::now();
    while start.elapsed() < ANSWER_WITHIN && parent_id() == server {
        if answers(port).unwrap_or(false) {
            println!("Rosterlab is at http://127.0.0.1:{port}/");
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn answers(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    Ok(status == *b"HTTP/1.1 200")
}

/// The port that was asked for, if nothing listens there; else the usual one, else any.
fn free_port(wanted: Option<u16>) -> Result<u16, Failure> {
    let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match wanted {
        Some(port) => listen(port).doing(|| format!("listen on port {port}"))?,
        None => {
            listen(USUAL_PORT).or_else(|_| listen(0)).doing(|| "find a free port".to_owned())?
        }
    };
    listener.local_addr().map(|address| address.port()).doing(|| "find a free port".to_owned())
}
