//! What a page that is attached is told all the time: where the cluster is, and what clients were told.
//!
//! Invariant: while nobody listens, nothing is made; each message tells everything, so a page that misses one misses nothing.
//! Not here: HTTP (see `page`).

use std::sync::Arc;
use std::time::Duration;

use rosterlab_scenario::{Entry, share};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::node::Shared;
use super::simulation::Simulation;

/// How often a page is told, at most.
const EACH: Duration = Duration::from_millis(250);

/// How often a page is told when nothing happens but that time passes.
const AT_REST: Duration = Duration::from_secs(1);

/// What is told: a JSON object as text.
pub type Live = Arc<str>;

/// What there is to tell now. The link is null when the experiment is too long for one.
pub fn now(simulation: &Simulation) -> Value {
    let entries = simulation.recorded.entries();
    json!({
        "link": share::write_entries(simulation.cluster.setup(), entries),
        "moves": moves(simulation),
        "timeMs": simulation.now_ms(),
        "resets": simulation.resets(),
        "connections": simulation.connections_by_node(),
        "clients": simulation.activity,
    })
}

/// Whether time that passes is to be seen.
fn moves(simulation: &Simulation) -> bool {
    simulation.cluster.is_changing() || simulation.cluster.is_migrating()
}

/// What is different when there is something to see. That time passes is nothing, unless something moves.
fn visible(simulation: &Simulation) -> impl PartialEq + use<> {
    let entries = simulation.recorded.entries();
    let last = entries.iter().rev().find(|entry| !matches!(entry, Entry::Pass { .. }));
    let now_ms = moves(simulation).then(|| simulation.now_ms());
    let nodes = simulation.connections_by_node();
    (entries.len(), last.cloned(), now_ms, simulation.activity.clone(), nodes, simulation.resets())
}

/// Tells whoever listens.
pub async fn tell(simulation: Shared, live: watch::Sender<Live>) {
    let mut ticks = interval(EACH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut before, mut told_at) = (None, Instant::now());
    loop {
        ticks.tick().await;
        if live.receiver_count() == 0 {
            before = None;
            continue;
        }
        let simulation = simulation.borrow();
        let seen = visible(&simulation);
        if before.as_ref() != Some(&seen) || told_at.elapsed() >= AT_REST {
            live.send_replace(now(&simulation).to_string().into());
            (before, told_at) = (Some(seen), Instant::now());
        }
    }
}
