//! Builds the page into `dist`, and serves it while its sources change.
//!
//! Invariant: trunk finds every program that it calls on `PATH` and downloads nothing.
//!
//! `Trunk.toml` and `index.html` define what is built and how.

use std::env;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::{CommandExt, parent_id};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::compress;
use crate::mask::mask_addresses;
use crate::optimize;
use crate::places::Places;
use crate::process::{self, TaskError, WhileDoing};
use crate::setup::Toolbox;

/// The port that is tried first, so that the address usually stays the same.
const USUAL_PORT: u16 = 8080;

/// How long to wait for the server, which builds the page first.
const ANSWER_WITHIN: Duration = Duration::from_mins(10);

/// Keeps the names of functions in the module that Trunk builds: stack traces of the served page show them.
const KEPT_NAMES: (&str, &str) = ("CARGO_PROFILE_RELEASE_STRIP", "debuginfo");

/// Leaves the places of panics out of a released module: 9 kB of the compressed first load, for numbers of lines that mean
/// nothing to a person. The failure panel has the message and a link that does it all again; a build without this, such as
/// the one that is served for development, then says the place. The places would also name folders of the machine that built
/// the module. The compiler has this switch only in its unstable part.
pub const NO_PLACES: [(&str, &str); 2] =
    [("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", "-Zlocation-detail=none")];

/// Builds the page in release mode, makes its module and script smaller, and writes compressed copies of its files.
pub fn release(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    build(places, toolbox, &NO_PLACES)?;
    optimize::page(places)?;
    compress::beside_files_of(&places.dist())
}

fn build(places: &Places, toolbox: &Toolbox, settings: &[(&str, &str)]) -> Result<(), TaskError> {
    let mut trunk = toolbox.command("trunk");
    trunk.current_dir(&places.root).args(["build", "--release", "--locked"]);
    trunk.envs([KEPT_NAMES]).envs(settings.iter().copied());
    let status = process::run_streaming(&mut trunk, |line| println!("{}", mask_addresses(line)))?;
    if status.success() { Ok(()) } else { Err(TaskError::new("the page does not build")) }
}

/// Serves the page until it is stopped. Returns only when the server cannot start.
///
/// Trunk replaces this process, so ending the process ends the server. A second xtask says when the
/// page can be opened.
pub fn serve(places: &Places, toolbox: &Toolbox, port: Option<u16>) -> Result<(), TaskError> {
    let port = free_port(port)?;
    let this = env::current_exe().doing(|| "find this program".to_owned())?;
    // Build here first: downloads and compile errors then go through the mask.
    build(places, toolbox, &[])?;

    let mut announcer = process::command(this);
    announcer.args(["announce", "--port", &port.to_string()]).stderr(Stdio::inherit());
    announcer.spawn().doing(|| "start a second xtask".to_owned())?;

    let mut trunk = toolbox.command("trunk");
    trunk.envs([KEPT_NAMES]);
    trunk.current_dir(&places.root).args(["serve", "--release", "--locked", "--no-autoreload"]);
    trunk.args(["--address", "127.0.0.1", "--port", &port.to_string()]);
    Err(TaskError::new(format!("could not start trunk: {}", trunk.exec())))
}

/// Prints the page's address as soon as the server that started this program answers.
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

/// The port `wanted`, if it is free. Without one, the usual port or any free one.
fn free_port(wanted: Option<u16>) -> Result<u16, TaskError> {
    let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match wanted {
        Some(port) => listen(port).doing(|| format!("listen on port {port}"))?,
        None => {
            listen(USUAL_PORT).or_else(|_| listen(0)).doing(|| "find a free port".to_owned())?
        }
    };
    listener.local_addr().map(|address| address.port()).doing(|| "find a free port".to_owned())
}
