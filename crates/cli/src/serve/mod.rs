//! `serve`: the simulated cluster on sockets, for real clients and tools.
//!
//! In reading order: `simulation` (the cluster, its clock and its counters), `contents` (what records hold), `requests`
//! (record requests), `node` (a node's socket), `play` and `playing` (the scenario's steps), `control` and `http` (the HTTP control),
//! `typed` (standard input), `answers`, `state` and `told` (what the control says); `page` and `live` (a page that shows the
//! cluster), with `recorded` and `activity` (what it shows).
//!
//! Invariant: the engine has one owner, the thread that runs everything here; only the control's questions come from
//! tasks that could run elsewhere. It listens on loopback unless told otherwise. Not here: what requests and replies look
//! like (see the crate `asinfo`).

mod activity;
mod answers;
mod contents;
mod control;
mod http;
mod live;
mod node;
mod page;
mod play;
mod playing;
mod recorded;
mod requests;
mod simulation;
mod state;
mod told;
mod typed;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use rosterlab_engine::{MAX_NODES, NodeId};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{AbortHandle, LocalSet};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::args::Serve;
use crate::commands::{Expectations, Problem};
use crate::source::Source;
use control::{Answer, Ask, Asked, Control, From};
use node::{Limits, Shared};
use page::Page;
use play::{Done, Play};
use simulation::{Progress, Settings, Simulation};
use typed::Typed;

/// How often simulated time catches up with real time.
const TICK: Duration = Duration::from_millis(10);

/// How long it takes until a node that cannot listen on its port tries again.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// Serves a scenario's cluster until it is told to end.
pub fn serve(arguments: &Serve, out: &mut impl Write) -> Result<Expectations, Problem> {
    let source: Source = Source::read(&arguments.file).map_err(Problem::File)?;
    let plan = source.scenario.plan().map_err(|error| Problem::File(source.mistake(&error)))?;
    let settings = Settings {
        speed: arguments.speed,
        build: arguments.build,
        in_doubt: arguments.in_doubt,
        allow_expunge: arguments.allow_expunge,
        most_record_bytes: arguments.memory.saturating_mul(1024 * 1024),
    };
    let simulation = Simulation::new(plan.setup.clone(), settings)
        .map_err(|error| Problem::Input(error.to_string()))?;
    let play = Play::new(&source.scenario, plan);
    let page = arguments.page.as_deref().map(Page::read).transpose()?;
    make_room_for(arguments.max_connections);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    let served = local.block_on(&runtime, async {
        let server = Server::start(arguments, simulation).await?;
        // Before anybody is told that it is ready: a signal that came between would end it at once.
        let signals = Signals::new()?;
        server.announce(arguments, out)?;
        server.run(play, page, arguments, signals).await;
        Ok(Expectations::Hold)
    });
    // Standard input may be read by a thread that waits for a line.
    runtime.shutdown_background();
    served
}

/// The cluster with its sockets.
struct Server {
    simulation: Shared,
    bind: IpAddr,
    limits: Limits,
    /// The listeners of nodes that are up at the start.
    listeners: BTreeMap<NodeId, TcpListener>,
    control: TcpListener,
    control_url: String,
}

impl Server {
    /// Opens all sockets.
    async fn start(arguments: &Serve, mut simulation: Simulation) -> Result<Self, Problem> {
        let bind = arguments.bind;
        if bind.is_unspecified() && arguments.advertise.is_none() {
            let message =
                format!("with --bind {bind}, --advertise has to say what clients connect to");
            return Err(Problem::Input(message));
        }
        let host = arguments.advertise.clone().unwrap_or_else(|| bind.to_string());
        let mut listeners = BTreeMap::new();
        let view = simulation.view();
        // In the order of the file, so that a port can be foretold.
        let nodes = simulation.cluster.setup().nodes.clone();
        for (place, node) in nodes.iter().enumerate() {
            let port = port_of(arguments.port_base, place)
                .ok_or_else(|| Problem::Input("--port-base leaves too few ports".to_owned()))?;
            let listener = TcpListener::bind((bind, port)).await.map_err(|error| {
                Problem::Input(format!("node {} cannot listen on port {port}: {error}", node.id))
            })?;
            simulation.put_at(node.id, &host, listener.local_addr()?.port());
            if view.node(node.id).is_some_and(|node| node.state.is_up()) {
                listeners.insert(node.id, listener);
            }
        }
        let port = arguments.control_port;
        let control = TcpListener::bind((bind, port)).await.map_err(|error| {
            Problem::Input(format!("the control cannot listen on port {port}: {error}"))
        })?;
        let control_port = control.local_addr()?.port();
        let control_url = match (&arguments.advertise, bind) {
            (Some(host), _) => format!("http://{host}:{control_port}"),
            (None, IpAddr::V6(bind)) => format!("http://[{bind}]:{control_port}"),
            (None, IpAddr::V4(bind)) => format!("http://{bind}:{control_port}"),
        };
        let limits = Limits {
            connections: arguments.max_connections,
            idle: Duration::from_secs(arguments.idle_seconds),
        };
        let simulation = Rc::new(RefCell::new(simulation));
        Ok(Self { simulation, bind, limits, listeners, control, control_url })
    }

    /// Says where everything is.
    fn announce(&self, arguments: &Serve, out: &mut impl Write) -> Result<(), Problem> {
        let simulation = self.simulation.borrow();
        let setup = simulation.cluster.setup();
        let mut nodes = Vec::new();
        for node in &setup.nodes {
            let Some((host, port)) = simulation.address_of(node.id) else { continue };
            let brackets = host.contains(':');
            let address =
                if brackets { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
            writeln!(out, "node {} {address} rack {}", node.id, node.rack)?;
            let id = node.id.to_string();
            nodes.push(json!({"id": id, "host": host, "port": port, "rack": node.rack.get()}));
        }
        if let Some(file) = &arguments.ready_file {
            let namespaces: Vec<&str> =
                setup.namespaces.iter().map(|settings| settings.name.as_str()).collect();
            let ready = json!({
                "control": self.control_url, "nodes": nodes, "namespaces": namespaces,
                "pid": std::process::id(),
            });
            write_at_once(file, &ready)
                .map_err(|error| Problem::Input(format!("{}: {error}", file.display())))?;
        }
        writeln!(out, "control {}", self.control_url)?;
        if arguments.page.is_some() {
            writeln!(out, "page {}/", self.control_url)?;
        }
        writeln!(out, "records take at most {} MiB", arguments.memory)?;
        writeln!(out, "ready; help lists what can be typed")?;
        out.flush()?;
        Ok(())
    }

    /// Runs until it is told to end.
    async fn run(self, play: Play, page: Option<Page>, arguments: &Serve, mut signals: Signals) {
        let Self { simulation, bind, limits, listeners, control, .. } = self;
        tokio::task::spawn_local(tick(Rc::clone(&simulation)));
        tokio::task::spawn_local(keep_nodes(Rc::clone(&simulation), bind, limits, listeners));
        let end = Rc::new(Notify::new());
        let (asks, asked) = mpsc::channel(64);
        let live = watch::Sender::default();
        if page.is_some() {
            tokio::task::spawn_local(live::tell(Rc::clone(&simulation), live.clone()));
        }
        let shared = {
            let simulation = simulation.borrow();
            Control {
                asks: asks.clone(),
                progress: simulation.progress(),
                events: simulation.events(),
                live,
            }
        };
        let progress = shared.progress.clone();
        let root = page.map_or_else(control::root, Page::routes);
        let routes = control::routes(root, shared, arguments.advertise.clone());
        tokio::spawn(http::serve(control, routes, limits.idle));
        let on_demand = if arguments.play {
            tokio::task::spawn_local(play::play(play, Rc::clone(&simulation), tell_step));
            None
        } else {
            Some(play)
        };
        tokio::task::spawn_local(answers::answer(Rc::clone(&simulation), on_demand, asked));
        tokio::task::spawn_local(listen_to_input(asks, progress, Rc::clone(&end)));
        tokio::select! {
            () = signals.come() => {}
            () = end.notified() => {}
        }
        if let Some(file) = &arguments.ready_file {
            // It may be gone already.
            let _ = std::fs::remove_file(file);
        }
    }
}

/// The signals that end the server cleanly, heard from the moment this is made.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// That the terminal is gone, unless whoever started the server said that this is nothing to it.
    hangup: Option<Signal>,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let is_ignored = is_hangup_ignored();
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: (!is_ignored).then(|| signal(SignalKind::hangup())).transpose()?,
        })
    }

    /// Waits for one of them.
    async fn come(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => drop(hangup.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = hangup => {}
        }
    }
}

/// Whether the process was started so that it outlives its terminal, as `nohup` does. Only Linux says so.
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The first bit is that of the first signal, which this is.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

/// Lets the process have so many connections open, and says so when it may not.
fn make_room_for(connections: usize) {
    // Listeners, the control's connections, and what the process has open anyway.
    let wanted = (connections + http::MOST_CONNECTIONS + MAX_NODES + 64) as u64;
    let limit = getrlimit(Resource::Nofile);
    let suffices = |most: Option<u64>| most.is_none_or(|most| wanted <= most);
    if suffices(limit.current) {
        return;
    }
    let most = if suffices(limit.maximum) { Some(wanted) } else { limit.maximum };
    if setrlimit(Resource::Nofile, Rlimit { current: most, ..limit }).is_err() || !suffices(most) {
        let most = getrlimit(Resource::Nofile).current.unwrap_or_default();
        complain(&format!(
            "note: {most} files can be open (ulimit -n), too few for {connections} connections"
        ));
    }
}

/// The port of the node at a place of the scenario; 0 is any that is free.
fn port_of(base: u16, place: usize) -> Option<u16> {
    if base == 0 { Some(0) } else { base.checked_add(u16::try_from(place).ok()?) }
}

/// Writes a file so that nobody sees half of it.
fn write_at_once(file: &Path, value: &Value) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, format!("{value}\n"))?;
    std::fs::rename(beside, file)
}

async fn tick(simulation: Shared) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        simulation.borrow_mut().tick();
    }
}

/// Keeps a listener for each node that is up, and none for others.
async fn keep_nodes(
    simulation: Shared,
    bind: IpAddr,
    limits: Limits,
    mut listeners: BTreeMap<NodeId, TcpListener>,
) {
    let mut changed = simulation.borrow().nodes_changed();
    let mut running: BTreeMap<NodeId, AbortHandle> = BTreeMap::new();
    loop {
        let view = simulation.borrow_mut().view();
        running.retain(|node, task| {
            let stays = view.node(*node).is_some_and(|node| node.state.is_up());
            if !stays {
                task.abort();
            }
            stays
        });
        let mut some_failed = false;
        for node in view.nodes.iter().filter(|node| node.state.is_up()) {
            if running.contains_key(&node.id) {
                continue;
            }
            let listener = match listeners.remove(&node.id) {
                Some(listener) => Ok(listener),
                None => listen(node.id, &simulation, bind).await,
            };
            match listener {
                Ok(listener) => {
                    let serve = node::serve(node.id, listener, Rc::clone(&simulation), limits);
                    running.insert(node.id, tokio::task::spawn_local(serve).abort_handle());
                }
                Err(error) => {
                    complain(&format!("node {} cannot listen: {error}; it tries again", node.id));
                    some_failed = true;
                }
            }
        }
        if some_failed {
            sleep(TRY_AGAIN).await;
        } else if changed.changed().await.is_err() {
            return;
        }
    }
}

/// A listener at the node's port, or at a free one for a node that is new.
async fn listen(node: NodeId, simulation: &Shared, bind: IpAddr) -> io::Result<TcpListener> {
    let port = simulation.borrow().address_of(node).map_or(0, |(_, port)| port);
    let listener = TcpListener::bind((bind, port)).await?;
    if port == 0 {
        let port = listener.local_addr()?.port();
        simulation.borrow_mut().put_at(node, &bind.to_string(), port);
    }
    Ok(listener)
}

/// Prints a text. Whoever read it may be gone, and the server goes on.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a line on standard error, as [`say`].
fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn tell_step(number: usize, done: &Done) {
    match done {
        Done::Happened(_, failures) => {
            say(&format!("step {number}: done\n"));
            for failure in failures {
                complain(&format!("step {number}: {failure}"));
            }
        }
        Done::Checked(failures) if failures.is_empty() => say(&format!("step {number}: holds\n")),
        Done::Checked(failures) => {
            for failure in failures {
                complain(&format!("step {number}: {failure}"));
            }
        }
        Done::Refused(why) => complain(&format!("step {number}: {why}")),
    }
}

/// Does what is typed on standard input, line by line. At its end the server goes on.
async fn listen_to_input(
    asks: mpsc::Sender<Asked>,
    progress: watch::Receiver<Progress>,
    end: Rc<Notify>,
) {
    let (sender, mut lines) = mpsc::channel::<String>(16);
    // A thread of its own: a read of a terminal cannot be given up.
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    // What a step comes to is told unless another is typed before.
    let mut outcome: Option<AbortHandle> = None;
    while let Some(line) = lines.recv().await {
        let typed = typed::read(&line);
        let ask = match typed.clone() {
            Typed::Nothing => continue,
            Typed::Help => {
                say(typed::HELP);
                continue;
            }
            Typed::Unknown(word, meant) => {
                let meant = meant.map(|meant| format!("; did you mean {meant}?"));
                let meant = meant.unwrap_or_default();
                complain(&format!("there is no {word:?}{meant} (help lists what can be typed)"));
                continue;
            }
            Typed::Quit => {
                say("The server ends, and its records are gone.\n");
                end.notify_one();
                return;
            }
            Typed::Step(step) => Ask::Steps(step.to_string().into()),
            Typed::Brief => Ask::Brief,
            Typed::State => Ask::State,
            Typed::Next => Ask::Next,
            Typed::Reset => Ask::Reset,
            Typed::Connect(node) => Ask::Connect(node),
            Typed::Admin => Ask::Admin { text: line, from: From::Input },
        };
        match ask_for(ask, &asks).await {
            None => return,
            Some(Ok(_)) if typed == Typed::Reset => say(&format!("{}\n", told::RESET)),
            Some(Ok(done)) => print_told(&done.told),
            Some(Err(fault)) => {
                let at = if fault.place.is_empty() { "" } else { ": " };
                complain(&format!("{}{at}{}", fault.place, fault.message));
                continue;
            }
        }
        let is_followed = match typed {
            Typed::Step(_) | Typed::Next => true,
            Typed::Admin => progress.borrow().changing,
            _ => false,
        };
        if is_followed {
            if let Some(before) = outcome.take() {
                before.abort();
            }
            let told = tell_outcome(asks.clone(), progress.clone());
            outcome = Some(tokio::task::spawn_local(told).abort_handle());
        }
    }
}

/// Asks the simulation; `None` when it is gone.
async fn ask_for(ask: Ask, asks: &mpsc::Sender<Asked>) -> Option<Answer> {
    let (reply, answer) = tokio::sync::oneshot::channel();
    asks.send((ask, reply)).await.ok()?;
    answer.await.ok()
}

/// Waits until clusters have settled and says in one line what is served then.
async fn tell_outcome(asks: mpsc::Sender<Asked>, mut progress: watch::Receiver<Progress>) {
    if progress.wait_for(|now| !now.changing).await.is_err() {
        return;
    }
    if let Some(Ok(done)) = ask_for(Ask::Outcome, &asks).await {
        say(&format!("=> {}\n", done.told.as_str().unwrap_or_default()));
    }
}

/// Text as it is, what happened as sentences, anything else as JSON.
fn print_told(told: &Value) {
    let events = told.get("events").and_then(Value::as_array);
    match (told, events) {
        (Value::String(text), _) => say(text),
        (_, Some(events)) => {
            for text in events.iter().filter_map(|event| event["text"].as_str()) {
                say(&format!("{text}\n"));
            }
        }
        (_, None) => say(&format!("{told:#}\n")),
    }
}
