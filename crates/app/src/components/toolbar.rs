//! What can be done to the selected node and to the whole cluster, by single clicks.
//!
//! Invariant: everything that a drag on the floor does has a button here.

use rosterlab_engine::{Command, NodeId, RackId};
use yew::prelude::*;

use crate::components::Dispatch;
use crate::components::button::VerbButton;
use crate::components::header::PanelProps;
use crate::state::{Action, State};
use crate::verbs::Verb;

/// The bar below the floor.
#[component]
pub fn Toolbar(props: &PanelProps) -> Html {
    let PanelProps { state, dispatch } = props;
    let verb = |verb: Verb, shows_key: bool| {
        html! { <VerbButton {verb} {shows_key} state={state.clone()} dispatch={dispatch.clone()} /> }
    };
    let node = state.selected();
    html! {
        <section class="panel toolbar" aria-label={format!("Actions on {node}")}>
            <div class="tools" role="group" aria-label={format!("Node {node}")}>
                <span class="tools-name"><b class="id">{ node.to_string() }</b></span>
                { verb(Verb::Stop, true) }
                { verb(Verb::Crash, true) }
                { verb(Verb::Start, true) }
                { verb(Verb::Isolate, true) }
                <span class="moves">{ moves(state, node, dispatch) }</span>
            </div>
            <div class="tools" role="group" aria-label="All nodes">
                { verb(Verb::Split, false) }
                { verb(Verb::Heal, false) }
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
    let dispatch = dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        dispatch.dispatch(Action::Do(Command::MoveToRack { nodes: vec![node], rack }));
    });
    html! {
        <button
            key={rack.get()}
            type="button"
            class="tool"
            data-action="move"
            data-to-rack={rack.to_string()}
            title={format!("configure {node} for rack {rack}; the roster follows with roster-set")}
            {onclick}
        >
            { format!("To rack {rack}") }
        </button>
    }
}
