//! What the control and standard input are answered.
//!
//! Invariant: a step that is refused changes nothing, and of a list those before it are done. Not here: HTTP (see
//! `control`), what the admin tool says (see the crate `asinfo`).

use std::collections::BTreeMap;
use std::time::SystemTime;

use rosterlab_asinfo::admin::{Console, Nodes};
use rosterlab_engine::{ClusterView, Event, NodeId};
use rosterlab_scenario::{
    Doing, Entry, Failure, ScenarioError, Step, failures, refusal, share, words,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::control::{Answer, Ask, Asked, Done as Answered, Fault, From};
use super::live;
use super::node::Shared;
use super::play::{Done, Play};
use super::recorded::Against;
use super::simulation::Simulation;
use super::state;
use super::told::Told;

/// The longest that time passes at once, in simulated ms: a year.
const LONGEST_PASS_MS: u64 = 365 * 24 * 60 * 60 * 1000;

/// Answers the control's questions, one at a time. Without `play` the steps are done at their times.
pub async fn answer(simulation: Shared, mut play: Option<Play>, mut asked: mpsc::Receiver<Asked>) {
    let mut consoles = Consoles::default();
    while let Some((ask, reply)) = asked.recv().await {
        let answer = answer_to(&ask, &simulation, play.as_mut(), &mut consoles);
        // Whoever asked may be gone.
        let _ = reply.send(answer);
    }
}

/// Sessions of the admin tool.
#[derive(Default)]
struct Consoles {
    /// Standard input's, and the node that it was told to connect to.
    input: Option<Console>,
    /// One for each node that requests of the control name.
    control: BTreeMap<NodeId, Console>,
}

fn answer_to(
    ask: &Ask,
    simulation: &Shared,
    play: Option<&mut Play>,
    consoles: &mut Consoles,
) -> Answer {
    match ask {
        Ask::State => Ok(state::state(&mut simulation.borrow_mut()).into()),
        Ask::Brief => Ok(text(state::brief(&mut simulation.borrow_mut()))),
        Ask::Outcome => Ok(text(words::served::of_all(&simulation.borrow_mut().view()))),
        Ask::Steps(json) => steps(json, &mut simulation.borrow_mut()),
        Ask::Next => {
            let Some(play) = play else {
                return Err(Fault::new(409, "", "the steps are done at their times (--play)"));
            };
            match play.step(simulation) {
                Some((number, done)) => of_step(number, &done, simulation),
                None => Err(Fault::new(404, "", "the scenario has no more steps")),
            }
        }
        Ask::Live => Ok(live::now(&simulation.borrow()).into()),
        Ask::Link { given, link } => by_hand(given, link, &mut simulation.borrow_mut()),
        Ask::Reset => {
            simulation.borrow_mut().reset();
            // What a session waits for is of a cluster that is gone.
            *consoles = Consoles::default();
            if let Some(play) = play {
                play.rewind();
            }
            Ok(json!({}).into())
        }
        Ask::Admin { text: lines, from } => {
            admin(lines, from, consoles, &mut simulation.borrow_mut()).map(text)
        }
        Ask::Connect(name) => {
            let node = node_of(Some(name), &simulation.borrow_mut().view())?;
            consoles.input = Some(Console::new(node, node.get()));
            Ok(text(format!("connected to {node}\n")))
        }
    }
}

fn text(text: String) -> Answered {
    Value::String(text).into()
}

/// Does lines of the admin tool. Standard input's session stays with its node; that it says when it begins.
fn admin(
    text: &str,
    from: &From,
    consoles: &mut Consoles,
    simulation: &mut Simulation,
) -> Result<String, Fault> {
    let view = simulation.view();
    let new = |node: NodeId| Console::new(node, node.get());
    let mut said = String::new();
    let console = match from {
        From::Input => {
            if consoles.input.is_none() {
                let node = node_of(None, &view)?;
                said = format!("connected to {node}\n");
                consoles.input = Some(new(node));
            }
            consoles.input.as_mut()
        }
        From::Control(name) => {
            let node = node_of(name.as_deref(), &view)?;
            Some(consoles.control.entry(node).or_insert_with(|| new(node)))
        }
    };
    if let Some(console) = console {
        let asked = console.question().is_some();
        let output = console.enter(text, &mut Served(simulation)).text();
        let dropped = asked && output.is_empty() && console.question().is_none();
        said.push_str(if dropped { "Cancelled.\n" } else { &output });
    }
    Ok(said)
}

/// The node with this name, or the highest one that is up.
fn node_of(name: Option<&str>, view: &ClusterView) -> Result<NodeId, Fault> {
    if let Some(name) = name {
        let id = name.parse().ok().filter(|id| view.node(*id).is_some());
        id.ok_or_else(|| Fault::new(422, "node", &format!("no node {name:?}")))
    } else {
        let first = view.nodes.iter().find(|node| node.state.is_up());
        Ok(first.ok_or_else(|| Fault::new(409, "", "no node is up"))?.id)
    }
}

/// The served cluster, as the admin tool sees it.
struct Served<'a>(&'a mut Simulation);

impl Nodes for Served<'_> {
    fn ask(&mut self, node: NodeId, request: &str) -> Option<String> {
        let up = self.0.view().node(node).is_some_and(|node| node.state.is_up());
        // A name that the reply leaves out has no value.
        up.then(|| self.0.info(node, request).unwrap_or_default())
    }

    fn host_name(&self, ip: &str) -> String {
        if ip == "127.0.0.1" { "localhost".to_owned() } else { ip.to_owned() }
    }

    fn now(&self) -> String {
        let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        now.replace('T', " ").replace('Z', " UTC")
    }
}

/// Does steps in order: JSON text of one, or of a list. It stops at the first that is wrong.
fn steps(text: &[u8], simulation: &mut Simulation) -> Answer {
    let value: Value = serde_json::from_slice(text)
        .map_err(|error| Fault::new(400, "", &format!("this is no JSON: {error}")))?;
    let mut told = Vec::new();
    match value {
        Value::Array(steps) => {
            for (index, value) in steps.iter().enumerate() {
                told.extend(step(&format!("[{index}]"), value, simulation)?);
            }
        }
        value => told.extend(step("", &value, simulation)?),
    }
    let told = json!({"timeMs": simulation.now_ms(), "events": told});
    Ok(Answered { told, later: Some(simulation.events().subscribe()) })
}

/// Does a step and says what happened.
fn step(place: &str, value: &Value, simulation: &mut Simulation) -> Result<Vec<Value>, Fault> {
    let wrong = |status: u16, error: &ScenarioError| {
        let beside = if place.is_empty() || error.place.is_empty() { "" } else { "." };
        let place = format!("{place}{beside}{}", error.place);
        let without_place = ScenarioError { place: String::new(), cause: error.cause.clone() };
        Fault::new(status, &place, &without_place.suggesting())
    };
    let step = Step::read(value.to_string().as_bytes()).map_err(|error| wrong(422, &error))?;
    let doing = step.doing(simulation.cluster.setup(), "").map_err(|error| wrong(422, &error))?;
    match doing {
        Doing::Happen { entry, .. } => match simulation.perform(&entry) {
            Ok(events) => Ok(told(&events, simulation)),
            Err(rejection) => Err(wrong(409, &refusal("", &step, rejection))),
        },
        Doing::Expect { namespace, expect } => {
            let failures = failures(place, &expect, namespace, &simulation.view())
                .map_err(|error| wrong(422, &error))?;
            match failures.first() {
                None => Ok(Vec::new()),
                Some(failure) => {
                    let Failure { place, expected, found } = failure;
                    Err(Fault::new(409, place, &format!("expected {expected}, found {found}")))
                }
            }
        }
    }
}

/// Does what was done by hand on a page that was led to the link `given` and is at `link` now, if nothing else was done since.
fn by_hand(given: &str, link: &str, simulation: &mut Simulation) -> Answer {
    let read = |link: &str| {
        share::read_entries(link).map_err(|error| Fault::new(422, "", &error.to_string()))
    };
    let ((setup, given), (other, theirs)) = (read(given)?, read(link)?);
    if setup != other || setup != *simulation.cluster.setup() {
        return Ok(json!({"is": "other", "now": live::now(simulation)}).into());
    }
    let (is, why) = match simulation.recorded.against(&given, &theirs) {
        Against::Behind => ("behind", None),
        Against::Late => ("late", None),
        Against::Apart => ("other", None),
        Against::Ahead(entry) => match do_by_hand(&entry, simulation) {
            Ok(()) => ("done", None),
            Err(why) => ("refused", Some(why)),
        },
    };
    Ok(json!({"is": is, "why": why, "now": live::now(simulation)}).into())
}

fn do_by_hand(entry: &Entry, simulation: &mut Simulation) -> Result<(), String> {
    for one in entry.each() {
        if let Entry::Pass { ms } = one
            && *ms > LONGEST_PASS_MS
        {
            return Err("so much time cannot pass at once".to_owned());
        }
    }
    simulation.perform(entry).map(drop).map_err(|rejection| rejection.to_string())
}

fn told(events: &[Event], simulation: &mut Simulation) -> Vec<Value> {
    let view = simulation.view();
    events.iter().map(|event| Told::of(event, &view).json().clone()).collect()
}

fn of_step(number: usize, done: &Done, simulation: &Shared) -> Answer {
    let place = format!("steps[{number}]");
    match done {
        Done::Happened(events, failures) => {
            if let Some(failure) = failures.first() {
                return Err(Fault::new(409, &place, &failure.to_string()));
            }
            let mut simulation = simulation.borrow_mut();
            let events = told(events, &mut simulation);
            let told = json!({"step": number, "timeMs": simulation.now_ms(), "events": events});
            Ok(Answered { told, later: Some(simulation.events().subscribe()) })
        }
        Done::Checked(failures) => match failures.first() {
            None => Ok(json!({"step": number, "events": []}).into()),
            Some(failure) => Err(Fault::new(409, &place, &failure.to_string())),
        },
        Done::Refused(why) => Err(Fault::new(409, &place, why)),
    }
}
