//! What the control says of the cluster: the nodes, what is served, and each side of a split.
//!
//! Invariant: the counts are the engine's; what clients of the whole network can reach is told first, as everywhere.

use std::fmt::Write as _;

use rosterlab_engine::{ClusterView, Membership, NodeView, QuiesceState, Served};
use rosterlab_scenario::{report, words};
use serde_json::{Map, Value, json};

use super::simulation::Simulation;

/// The cluster as it is now.
pub fn state(simulation: &mut Simulation) -> Value {
    let view = simulation.view();
    let nodes: Vec<Value> = view.nodes.iter().map(|node| of_node(node, simulation)).collect();
    let cuts: Vec<[String; 2]> =
        view.cuts.iter().map(|link| [link.low(), link.high()].map(|id| id.to_string())).collect();
    let mut state = json!({
        "timeMs": simulation.now_ms(),
        "speed": simulation.settings.speed,
        "changing": view.changing,
        "migrating": view.migrating,
        "lostWrites": view.lost_writes,
        "served": served(&view),
        "nodes": nodes,
        "cuts": cuts,
    });
    // Those keys are those of a step's report.
    if let (Some(state), Ok(Value::Object(moment))) =
        (state.as_object_mut(), serde_json::to_value(report::moment(&view)))
    {
        state.extend(moment);
    }
    state
}

/// The cluster as it is now, in few lines for a person.
pub fn brief(simulation: &mut Simulation) -> String {
    let view = simulation.view();
    let under_way = match (view.changing, view.migrating) {
        (true, _) => ", and a cluster change is under way",
        (false, true) => ", and migrations run",
        (false, false) => "",
    };
    let time = words::text::clock(simulation.now_ms());
    let (served, summary) = (words::served::of_all(&view), words::summary::summary(&view));
    let mut text = format!("{time} since the start{under_way}.\n{served}\n{summary}\n");
    let width = view.nodes.iter().map(|node| node.id.to_string().len()).max().unwrap_or(0);
    for node in &view.nodes {
        let id = node.id.to_string();
        let at = simulation.address_of(node.id).map(|(host, port)| format!("{host}:{port}"));
        let state = words::marks::state(node.state);
        let at = at.unwrap_or_default();
        let _ = writeln!(text, "{id:<width$}  rack {}  {at}  {state}", node.rack);
    }
    if !view.cuts.is_empty() {
        let _ = writeln!(text, "Links that are cut: {}.", words::text::links(&view.cuts));
    }
    text
}

/// What clients of the whole network can reach, by namespace.
fn served(view: &ClusterView) -> Map<String, Value> {
    let counts = |served: Served| {
        json!({
            "active": served.active(),
            "filling": served.filling,
            "fresh": served.fresh,
            "unavailable": served.unavailable,
            "dead": served.dead,
            "twice": served.twice,
        })
    };
    let of = view.namespaces.iter().enumerate();
    of.map(|(index, settings)| (settings.name.clone(), counts(view.served(index)))).collect()
}

fn of_node(node: &NodeView, simulation: &Simulation) -> Value {
    let address = simulation.address_of(node.id);
    let quiesced = matches!(node.quiesce, QuiesceState::Effective | QuiesceState::UndoPending);
    json!({
        "id": node.id.to_string(),
        "rack": node.rack.get(),
        "state": node.state,
        "quiesced": quiesced,
        "principal": node.principal && node.belief.membership != Membership::Down,
        "host": address.map(|(host, _)| host),
        "port": address.map(|(_, port)| port),
    })
}
