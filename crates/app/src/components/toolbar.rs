//! What can be done to the selected node and to the whole cluster, by single clicks.
//!
//! Invariant: everything that a drag on the floor does has a button here.

use rosterlab_engine::{Command, NodeId, RackId};
use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::button::{Face, on_press, verb_button};
use crate::state::{Action, State};
use crate::verbs::Verb;

/// The bar below the floor.
pub fn toolbar(state: &State, dispatch: &Dispatch) -> Html {
    let tool = |verb: Verb, face: Face| verb_button(state, dispatch, verb, face);
    let node = state.selected();
    html! {
        <section class="panel toolbar" aria-label={format!("Actions on {node}")}>
            <div class="tools" role="group" aria-label={format!("Node {node}")}>
                <span class="tools-name"><b class="id">{ node.to_string() }</b></span>
                { tool(Verb::Stop, Face::WordsAndKey) }
                { tool(Verb::Crash, Face::WordsAndKey) }
                { tool(Verb::Start, Face::WordsAndKey) }
                { tool(Verb::Isolate, Face::WordsAndKey) }
                <span class="moves">{ moves(state, node, dispatch) }</span>
            </div>
            <div class="tools" role="group" aria-label="All nodes">
                { tool(Verb::Split, Face::Words) }
                { tool(Verb::Heal, Face::Words) }
            </div>
        </section>
    }
}

/// One button for each other lane that the card could be moved to.
fn moves(state: &State, node: NodeId, dispatch: &Dispatch) -> Html {
    let home = state.view().node(node).map(|node| node.rack);
    let racks = state.racks().into_iter().map(|(rack, _)| rack);
    racks.filter(|rack| Some(*rack) != home).map(|rack| move_button(rack, node, dispatch)).collect()
}

fn move_button(rack: RackId, node: NodeId, dispatch: &Dispatch) -> Html {
    let action = Action::Do(Command::MoveToRack { nodes: vec![node], rack });
    html! {
        <button
            key={rack.get()}
            type="button"
            class="tool"
            data-action="move"
            data-to-rack={rack.to_string()}
            title={format!("configure {node} for rack {rack}; the roster follows with roster-set")}
            onclick={on_press(dispatch, action)}
        >
            { format!("To rack {rack}") }
        </button>
    }
}
